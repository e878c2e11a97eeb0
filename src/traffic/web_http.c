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

enum { TEXT_MAX = 8192, HEADERS_MAX = 16384 };  static const struct {         enum
  lws_token_indexes token;         const char *name;         enum web_method method; } methods[] =
  {         { WSI_TOKEN_GET_URI, "GET", WEB_METHOD_GET },         { WSI_TOKEN_HEAD_URI, "HEAD",
  WEB_METHOD_HEAD },         { WSI_TOKEN_POST_URI, "POST", WEB_METHOD_OTHER },         {
  WSI_TOKEN_PUT_URI, "PUT", WEB_METHOD_OTHER },         { WSI_TOKEN_DELETE_URI, "DELETE",
  WEB_METHOD_OTHER },         { WSI_TOKEN_OPTIONS_URI, "OPTIONS", WEB_METHOD_OTHER },         {
  WSI_TOKEN_PATCH_URI, "PATCH", WEB_METHOD_OTHER },         { WSI_TOKEN_CONNECT, "CONNECT",
  WEB_METHOD_OTHER }, };  static bool has(struct lws *wsi, enum lws_token_indexes token) {
  return lws_hdr_fragment_length(wsi, token, 0) > 0 || lws_hdr_total_length(wsi, token) > 0; }  /*
  Its parts, that the library cuts at & and ;, put together again; NULL if it is not there. */
  static char *copy(struct lws *wsi, enum lws_token_indexes token, char separator) {         const
  int total = lws_hdr_total_length(wsi, token);         if (total <= 0)                 return
  NULL;         const size_t size = (size_t)total + TEXT_MAX;         char *text = xcalloc(size,
  1);         size_t length = 0;         for (int i = 0;; i++) {                 const int part =
  lws_hdr_fragment_length(wsi, token, i);                 if ((i > 0 && part <= 0) || length +
  (size_t)part + 2 > size)                         break;                 if (i > 0)
  text[length++] = separator;                 if (lws_hdr_copy_fragment(wsi, text + length,
  (int)(size - length), token, i) < 0)                         break;                 length +=
  (size_t)part;         }         text[length] = '\0';         return text; }
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
	struct headers headers = { wsi, start, start + HEADERS_MAX, false };
	connection->exchange.is_answering = true;
	add_all(&headers, &connection->exchange);
	if (headers.failed ||
	    lws_finalize_write_http_header(wsi, start, &headers.at, headers.end) != 0)
		return -1;
	lws_callback_on_writable(wsi);
	return 0;
}

/* All that the request carried, for the answer; the strings are to be freed. */ struct wanted {
  size_t method; /* its row */         char *path, *query, *range, *if_range, *if_modified_since;
  };  static struct wanted read_request(struct lws *wsi) {         size_t i = 0;         while (i
  + 1 < ARRAY_LENGTH(methods) && !has(wsi, methods[i].token))                 i++;         return
  (struct wanted){                 .method = i,                 .path = copy(wsi,
  methods[i].token, ' ', '&', ',', '0', '?'; }  /* Names that the library takes for others, as it
  keeps the space, and those of HTTP/2. */ static bool has_forged_header(struct lws *wsi) {
  static const char *const names[] = {                 "content-length :",
  "transfer-encoding :",                 "content-length\t:",                 "transfer-
  encoding\t:",         };         static const enum lws_token_indexes tokens[] = {
  WSI_TOKEN_HTTP_COLON_AUTHORITY, WSI_TOKEN_HTTP_COLON_METHOD,
  WSI_TOKEN_HTTP_COLON_PATH,      WSI_TOKEN_HTTP_COLON_SCHEME,
  WSI_TOKEN_HTTP_COLON_STATUS,         };         for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
  {                 if (lws_hdr_custom_length(wsi, names[i], (int)strlen(names[i])) >= 0)
  return true;         }         for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++) {
  if (has(wsi, tokens[i]))                         return true;         }         return false; }
  static size_t count_methods(struct lws *wsi) {         size_t count = 0;         for (size_t i =
  0; i < ARRAY_LENGTH(methods); i++)                 count += has(wsi, methods[i].token);
  return count; }  /* Why the request must not be answered, as a status; 0 if it may. */ static
  unsigned refusal(struct lws *wsi) {         const bool is_new = has_version(wsi, "HTTP/1.1");
  if (count_methods(wsi) != 1 || has_forged_header(wsi) || !has(wsi, WSI_TOKEN_HTTP))
  return 400;         if (!is_new && !has_version(wsi, "HTTP/1.0"))                 return 505;
  if (lws_hdr_fragment_length(wsi, WSI_TOKEN_HOST, 1) > 0 ||             (is_new && !has(wsi,
  WSI_TOKEN_HOST)))                 return 400;         if (has(wsi,
  WSI_TOKEN_HTTP_TRANSFER_ENCODING))                 return has(wsi,
  WSI_TOKEN_HTTP_CONTENT_LENGTH) ? 400 : 413;         return has_content(wsi) ? 413 : 0; }
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
	if (connection->service->kind != SERVICE_WS || strcasecmp(protocol, "websocket") != 0)
		return 400;
	return web_received_is_foreign(wsi) ? 403 : 0;
}

/* The library asks once only, so the answer is sent at once. */
int web_http_upgrade(struct web_connection *connection, struct lws *wsi, void *in, size_t length) {
	(void)length;
	struct web_exchange *exchange = &connection->exchange;
	const unsigned refused = refusal_to_upgrade(connection, wsi, in);
	if (refused == 0)
		return 0;
	struct web_received received = web_received_read(wsi);
	exchange->line = xasprintf("%s", received.line);
	web_received_finish(&received);
	exchange->is_last = true;
	exchange->answer = web_answer_error(refused);
	if (begin(connection, wsi) == 0)
		web_http_writeable(connection, wsi, NULL, 0);
	return -1;
}
