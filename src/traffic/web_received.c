/* What the library lets pass and should not is refused here: whatever could be understood in two
 * ways, and whatever has content. */

#include "web_received.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util.h"
#include "web_text.h"

enum { PARTS_MAX = 1024 }; /* more than the library keeps of one header, and an end */

static const struct {
	enum lws_token_indexes token;
	const char *name;
	enum web_method method;
} methods[] = {
	{ WSI_TOKEN_GET_URI, "GET", WEB_METHOD_GET },
	{ WSI_TOKEN_HEAD_URI, "HEAD", WEB_METHOD_HEAD },
	{ WSI_TOKEN_POST_URI, "POST", WEB_METHOD_OTHER },
	{ WSI_TOKEN_PUT_URI, "PUT", WEB_METHOD_OTHER },
	{ WSI_TOKEN_DELETE_URI, "DELETE", WEB_METHOD_OTHER },
	{ WSI_TOKEN_OPTIONS_URI, "OPTIONS", WEB_METHOD_OTHER },
	{ WSI_TOKEN_PATCH_URI, "PATCH", WEB_METHOD_OTHER },
	{ WSI_TOKEN_CONNECT, "CONNECT", WEB_METHOD_OTHER },
};

static bool has(struct lws *wsi, enum lws_token_indexes token) {
	return lws_hdr_fragment_length(wsi, token, 0) > 0 || lws_hdr_total_length(wsi, token) > 0;
}

/* Its parts, that the library cuts at & and ;, put together again; NULL if it is not there. */
static char *copy_with_length(struct lws *wsi, enum lws_token_indexes token, char separator,
                              size_t *text_length) {
	const int total = lws_hdr_total_length(wsi, token);
	if (total <= 0)
		return NULL;
	const size_t size = (size_t)total + PARTS_MAX;
	char *text = xcalloc(size, 1);
	size_t length = 0;
	for (int i = 0;; i++) {
		const size_t from = length + (i > 0);
		const int part =
		    lws_hdr_copy_fragment(wsi, text + from, (int)(size - from), token, i);
		if (part < 0)
			break;
		if (i > 0)
			text[length] = separator;
		length = from + (size_t)part;
	}
	text[length] = '\0';
	*text_length = length;
	return text;
}

static char *copy(struct lws *wsi, enum lws_token_indexes token, char separator) {
	size_t length;
	return copy_with_length(wsi, token, separator, &length);
}

static char *request_line(const char *method, const char *path, const char *query) {
	struct out line;
	out_init(&line, OUT_MEMORY);
	out_text(&line, method);
	out_char(&line, ' ');
	if (path)
		web_text_link(&line, path, strlen(path));
	if (query) {
		out_char(&line, '?');
		web_text_query(&line, query, strlen(query));
	}
	char *text = xasprintf("%.*s", (int)line.used, line.bytes);
	out_finish(&line);
	return text;
}

struct web_received web_received_read(struct lws *wsi) {
	size_t i = 0;
	while (i + 1 < ARRAY_LENGTH(methods) && !has(wsi, methods[i].token))
		i++;
	struct web_received received = {
		.method = methods[i].method,
		.path = copy(wsi, methods[i].token, '&'),
		.query = copy(wsi, WSI_TOKEN_HTTP_URI_ARGS, '&'),
		.range = copy(wsi, WSI_TOKEN_HTTP_RANGE, ','),
		.if_range = copy(wsi, WSI_TOKEN_HTTP_IF_RANGE, ','),
		.if_modified_since = copy(wsi, WSI_TOKEN_HTTP_IF_MODIFIED_SINCE, ','),
	};
	received.line = request_line(methods[i].name, received.path, received.query);
	return received;
}

void web_received_finish(struct web_received *received) {
	free(received->line);
	free(received->path);
	free(received->query);
	free(received->range);
	free(received->if_range);
	free(received->if_modified_since);
}

static bool has_version(struct lws *wsi, const char *version) {
	char text[16];
	return lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_HTTP) > 0 &&
	       strcmp(text, version) == 0;
}

/* No request with content is answered, so its length need not be understood. */
static bool has_content(struct lws *wsi) {
	char text[8];
	if (!has(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
		return false;
	return lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_HTTP_CONTENT_LENGTH) != 1 ||
	       text[0] != '0';
}

/* Names that the library takes for others, as it keeps the space, and those of HTTP/2. */
static bool has_forged_header(struct lws *wsi) {
	static const char *const names[] = {
		"content-length :",
		"transfer-encoding :",
		"content-length\t:",
		"transfer-encoding\t:",
	};
	static const enum lws_token_indexes tokens[] = {
		WSI_TOKEN_HTTP_COLON_AUTHORITY, WSI_TOKEN_HTTP_COLON_METHOD,
		WSI_TOKEN_HTTP_COLON_PATH,      WSI_TOKEN_HTTP_COLON_SCHEME,
		WSI_TOKEN_HTTP_COLON_STATUS,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		if (lws_hdr_custom_length(wsi, names[i], (int)strlen(names[i])) >= 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++) {
		if (has(wsi, tokens[i]))
			return true;
	}
	return false;
}

static size_t count_methods(struct lws *wsi) {
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
		count += has(wsi, methods[i].token);
	return count;
}

/* The library lets a NUL pass behind "/..". */
static bool has_nul(struct lws *wsi) {
	bool found = false;
	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
		size_t length = 0;
		char *path = copy_with_length(wsi, methods[i].token, '&', &length);
		found |= path && strlen(path) != length;
		free(path);
	}
	return found;
}

unsigned web_received_refusal(struct lws *wsi) {
	const bool is_new = has_version(wsi, "HTTP/1.1");
	if (count_methods(wsi) != 1 || has_nul(wsi) || has_forged_header(wsi) ||
	    !has(wsi, WSI_TOKEN_HTTP))
		return 400;
	if (!is_new && !has_version(wsi, "HTTP/1.0"))
		return 505;
	if (lws_hdr_fragment_length(wsi, WSI_TOKEN_HOST, 1) > 0 ||
	    (is_new && !has(wsi, WSI_TOKEN_HOST)))
		return 400;
	if (has(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
		return has(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) ? 400 : 413;
	return has_content(wsi) ? 413 : 0;
}

/* Else the library would end the connection without a word. */
bool web_received_is_handshake(struct lws *wsi) {
	return has(wsi, WSI_TOKEN_KEY) && !has(wsi, WSI_TOKEN_PROTOCOL);
}

bool web_received_is_foreign(struct lws *wsi) {
	char *origin = copy(wsi, WSI_TOKEN_ORIGIN, ',');
	char *host = copy(wsi, WSI_TOKEN_HOST, ',');
	const char *behind = origin ? strstr(origin, "://") : NULL;
	const bool same = behind && host && strcasecmp(behind + 3, host) == 0;
	const bool foreign = origin && !same;
	free(origin);
	free(host);
	return foreign;
}
