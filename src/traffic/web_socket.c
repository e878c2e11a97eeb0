/* While an answer waits to be sent, nothing more is read: a client that does not read costs one
 * message. */

#include "web_socket.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "util.h"
#include "web_connection.h"

void web_socket_finish(struct web_connection *connection) {
	free(connection->socket.message);
	connection->socket = (struct web_socket){ 0 };
}

int web_socket_open(struct web_connection *connection, struct lws *wsi, void *in, size_t length) {
	(void)in;
	(void)length;
	connection->socket.has_greeting = connection->service->greeting != NULL;
	if (connection->socket.has_greeting)
		lws_callback_on_writable(wsi);
	return 0;
}

/* False if it would be too long. */
static bool append(struct web_socket *socket, const void *bytes, size_t length) {
	if (length > WEB_SOCKET_MESSAGE_MAX - socket->length)
		return false;
	const size_t needed = LWS_PRE + socket->length + length;
	if (needed > socket->capacity) {
		socket->capacity = needed < 4096 ? 4096 : needed * 2;
		socket->message = xreallocarray(socket->message, socket->capacity, 1);
	}
	if (length > 0)
		memcpy(socket->message + LWS_PRE + socket->length, bytes, length);
	socket->length += length;
	return true;
}

static int refuse_long(struct lws *wsi) {
	static unsigned char reason[] = "message too long";
	lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, reason, sizeof(reason) - 1);
	return -1;
}

static void report_message(const struct web_connection *connection) {
	const struct web_socket *socket = &connection->socket;
	report_event(connection->report, &(struct event){
					     .kind = EVENT_RECEIVED,
					     .service = service_name(connection->service->kind),
					     .address = &connection->peer,
					     .bytes = socket->message + LWS_PRE,
					     .length = socket->length,
					 });
}

int web_socket_receive(struct web_connection *connection, struct lws *wsi, void *in,
                       size_t length) {
	struct web_socket *socket = &connection->socket;
	if (connection->service->answer == SERVICE_DISCARD)
		return 0;
	if (lws_is_first_fragment(wsi))
		socket->is_binary = lws_frame_is_binary(wsi);
	if (!append(socket, in, length))
		return refuse_long(wsi);
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) > 0)
		return 0;
	report_message(connection);
	socket->has_answer = true;
	lws_rx_flow_control(wsi, 0);
	lws_callback_on_writable(wsi);
	return 0;
}

static bool is_utf8(const char *text) {
	uint32_t code_point;
	const size_t length = strlen(text);
	size_t at = 0;
	while (at < length) {
		const size_t step =
		    escape_decode((const unsigned char *)text + at, length - at, &code_point);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

/* 0 or -1. `bytes` has room in front. */
static int send_message(struct lws *wsi, unsigned char *bytes, size_t length, bool is_binary) {
	return lws_write(wsi, bytes, length, is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) <
	               (int)length
	           ? -1
	           : 0;
}

/* Text of the command line. */
static int send_text(struct lws *wsi, const char *text) {
	const size_t length = strlen(text);
	unsigned char *bytes = xmalloc(LWS_PRE + length + 1);
	memcpy(bytes + LWS_PRE, text, length + 1);
	const int result = send_message(wsi, bytes + LWS_PRE, length, !is_utf8(text));
	free(bytes);
	return result;
}

static int send_answer(struct web_connection *connection, struct lws *wsi) {
	struct web_socket *socket = &connection->socket;
	const int result =
	    connection->service->answer == SERVICE_REPLY
		? send_text(wsi, connection->service->reply)
		: send_message(wsi, socket->message + LWS_PRE, socket->length, socket->is_binary);
	free(socket->message);
	socket->message = NULL;
	socket->length = socket->capacity = 0;
	socket->has_answer = false;
	if (result == 0)
		lws_rx_flow_control(wsi, 1);
	return result;
}

int web_socket_writeable(struct web_connection *connection, struct lws *wsi, void *in,
                         size_t length) {
	(void)in;
	(void)length;
	struct web_socket *socket = &connection->socket;
	if (socket->has_greeting) {
		socket->has_greeting = false;
		if (socket->has_answer)
			lws_callback_on_writable(wsi);
		return send_text(wsi, connection->service->greeting);
	}
	return socket->has_answer ? send_answer(connection, wsi) : 0;
}
