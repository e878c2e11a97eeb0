/* A connection ends with a request that is refused, so that nothing of it is taken for another
 * request. */

#include "web_http.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"
#include "web_connection.h"
#include "web_date.h"
#include "web_received.h"
#include "web_target.h"

enum {
	ANSWER_HEADERS_MAX = 16 * 1024,
	STUCK_TIMEOUT_S = 60, /* of a client that takes nothing of its answer */
};
_Static_assert((int)ANSWER_HEADERS_MAX <= (int)WEB_CHUNK, "headers are written into the chunk");

static void report_request(const struct web_connection *connection) {
	const struct web_exchange *exchange = &connection->exchange;
	report_event(connection->report, &(struct event){
					     .kind = EVENT_REQUEST,
					     .service = service_name(connection->service->kind),
					     .address = &connection->peer,
					     .bytes = exchange->line,
					     .length = strlen(exchange->line),
					     .status = exchange->answer.status,
					     .out = exchange->sent,
					 });
}

void web_http_finish(struct web_connection *connection) {
	struct web_exchange *exchange = &connection->exchange;
	if (exchange->is_answering)
		report_request(connection);
	web_answer_finish(&exchange->answer);
	free(exchange->line);
	*exchange = (struct web_exchange){ .answer.fd = -1 };
}

struct headers {
	struct lws *wsi;
	unsigned char *at, *end;
	bool failed;
};

static void add(struct headers *headers, const char *name, const char *value) {
	headers->failed |= lws_add_http_header_by_name(
	    headers->wsi, (const unsigned char *)name, (const unsigned char *)value,
	    (int)strlen(value), &headers->at, headers->end);
}

static void add_content(struct headers *headers, const struct web_answer *answer) {
	char range[80];
	if (answer->type)
		add(headers, "content-type:", answer->type);
	if (answer->status == 206)
		snprintf(range, sizeof(range), "bytes %llu-%llu/%llu",
		         (unsigned long long)answer->offset,
		         (unsigned long long)(answer->offset + answer->length - 1),
		         (unsigned long long)answer->whole_size);
	else
		snprintf(range, sizeof(range), "bytes */%llu",
		         (unsigned long long)answer->whole_size);
	if (answer->is_part)
		add(headers, "content-range:", range);
	if (answer->type)
		headers->failed |= lws_add_http_header_content_length(headers->wsi, answer->length,
		                                                      &headers->at, headers->end);
}

static void add_all(struct headers *headers, const struct web_exchange *exchange) {
	const struct web_answer *answer = &exchange->answer;
	headers->failed |=
	    lws_add_http_header_status(headers->wsi, answer->status, &headers->at, headers->end);
	add(headers, "date:", web_date_text(time(NULL)).text);
	add(headers, "x-content-type-options:", "nosniff");
	if (answer->policy)
		add(headers, "content-security-policy:", answer->policy);
	if (answer->status == 405)
		add(headers, "allow:", "GET, HEAD");
	if (answer->location)
		add(headers, "location:", answer->location);
	if (answer->has_modified)
		add(headers, "last-modified:", web_date_text(answer->modified).text);
	if (answer->takes_ranges)
		add(headers, "accept-ranges:", "bytes");
	if (exchange->is_last)
		add(headers, "connection:", "close");
	add_content(headers, answer);
}

/* The headers now, and the body whenever there is room. */
static int begin(struct web_connection *connection, struct lws *wsi) {
	unsigned char *start = connection->chunk + LWS_PRE;
	struct headers headers = { wsi, start, start + ANSWER_HEADERS_MAX, false };
	connection->exchange.is_answering = true;
	add_all(&headers, &connection->exchange);
	if (headers.failed ||
	    lws_finalize_write_http_header(wsi, start, &headers.at, headers.end) != 0)
		return -1;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, STUCK_TIMEOUT_S);
	lws_callback_on_writable(wsi);
	return 0;
}

static struct web_answer find(const struct web_connection *connection,
                              const struct web_request *request) {
	if (connection->service->kind == SERVICE_WS)
		return web_answer_page(request);
	struct web_answer answer = web_answer_file(connection->directory, request);
	for (unsigned guess = 1; guess < WEB_TARGET_GUESSES && answer.status == 404; guess++) {
		struct web_request other = *request;
		char *path = xasprintf("%s", request->path);
		other.path = path;
		if (web_target_guess(path, guess)) {
			web_answer_finish(&answer);
			answer = web_answer_file(connection->directory, &other);
		}
		free(path);
	}
	return answer;
}

int web_http_request(struct web_connection *connection, struct lws *wsi, void *in, size_t length) {
	(void)in;
	(void)length;
	struct web_exchange *exchange = &connection->exchange;
	struct web_received received = web_received_read(wsi);
	const unsigned refused = web_received_refusal(wsi);
	const struct web_request request = {
		.method = received.method,
		.path = received.path ? received.path + strspn(received.path, "/") : "",
		.query = received.query,
		.range = received.range,
		.if_range = received.if_range,
		.if_modified_since = received.if_modified_since,
	};
	exchange->line = xasprintf("%s", received.line);
	exchange->is_head = request.method == WEB_METHOD_HEAD;
	exchange->is_last = refused != 0 || request.method == WEB_METHOD_OTHER;
	exchange->answer = refused != 0 && request.method != WEB_METHOD_OTHER
	                       ? web_answer_error(refused)
	                       : find(connection, &request);
	web_received_finish(&received);
	return begin(connection, wsi);
}

/* How much of the body is in the chunk now; -1: it cannot be had any more. */
static ssize_t fill(struct web_connection *connection) {
	struct web_exchange *exchange = &connection->exchange;
	const struct web_answer *answer = &exchange->answer;
	const uint64_t left = answer->length - exchange->sent;
	const size_t size = left < WEB_CHUNK ? (size_t)left : WEB_CHUNK;
	unsigned char *to = connection->chunk + LWS_PRE;
	if (answer->fd < 0) {
		memcpy(to, answer->text.bytes + exchange->sent, size);
		return (ssize_t)size;
	}
	const ssize_t got = pread(answer->fd, to, size, (off_t)(answer->offset + exchange->sent));
	return got > 0 ? got : -1;
}

static bool is_done(const struct web_exchange *exchange) {
	return exchange->is_head || exchange->sent == exchange->answer.length;
}

int web_http_writeable(struct web_connection *connection, struct lws *wsi, void *in,
                       size_t length) {
	(void)in;
	(void)length;
	struct web_exchange *exchange = &connection->exchange;
	if (!exchange->is_answering)
		return 0;
	if (!is_done(exchange)) {
		const ssize_t size = fill(connection);
		if (size < 0 || lws_write(wsi, connection->chunk + LWS_PRE, (size_t)size,
		                          LWS_WRITE_HTTP) < (int)size)
			return -1;
		exchange->sent += (uint64_t)size;
		lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, STUCK_TIMEOUT_S);
		lws_callback_on_writable(wsi);
		return 0;
	}
	const bool is_last = exchange->is_last;
	web_http_finish(connection);
	return is_last || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static unsigned refusal_to_upgrade(const struct web_connection *connection, struct lws *wsi,
                                   const char *protocol) {
	const unsigned refused = web_received_refusal(wsi);
	if (refused != 0)
		return refused;
	if (connection->service->kind != SERVICE_WS || strcasecmp(protocol, "websocket") != 0 ||
	    !web_received_is_handshake(wsi))
		return 400;
	return web_received_is_foreign(wsi) ? 403 : 0;
}

/* The library asks once only, so the answer is sent at once. */
static int refuse(struct web_connection *connection, struct lws *wsi, unsigned status,
                  const char *line) {
	struct web_exchange *exchange = &connection->exchange;
	exchange->line = xasprintf("%s", line);
	exchange->is_last = true;
	exchange->answer = web_answer_error(status);
	if (begin(connection, wsi) == 0)
		web_http_writeable(connection, wsi, NULL, 0);
	return -1;
}

/* HTTP/2 is an offer that need not be taken, and some clients make it each time. The library has
 * no way to say so, but it looks at the name again, and goes on with HTTP/1.1 if it is none that
 * it knows. */
static bool decline(struct lws *wsi, char *protocol) {
	if (strcasecmp(protocol, "h2c") != 0 || web_received_refusal(wsi) != 0)
		return false;
	*protocol = '-';
	return true;
}

int web_http_upgrade(struct web_connection *connection, struct lws *wsi, void *in, size_t length) {
	(void)length;
	if (decline(wsi, in))
		return 0;
	const unsigned refused = refusal_to_upgrade(connection, wsi, in);
	if (refused == 0)
		return 0;
	struct web_received received = web_received_read(wsi);
	const int result = refuse(connection, wsi, refused, received.line);
	web_received_finish(&received);
	return result;
}

int web_http_tunnel(struct web_connection *connection, struct lws *wsi, void *in, size_t length) {
	(void)in;
	(void)length;
	return refuse(connection, wsi, 405, "CONNECT");
}
