#pragma once
/* A request as the library has parsed it, and whether it may be answered. */

#include <stdbool.h>

#include "web_answer.h"

struct lws;

struct web_received {
	enum web_method method;
	char *line; /* "GET /a%20b?c=d", for the report */
	char *path; /* NULL if there is none, as the others */
	char *query, *range, *if_range, *if_modified_since;
};

struct web_received web_received_read(struct lws *wsi);
void web_received_finish(struct web_received *received);

/* Why the request must not be answered, as a status; 0 if it may. */
unsigned web_received_refusal(struct lws *wsi);

/* Of a WebSocket that may begin: it has a key and asks for no protocol of its own. */
bool web_received_is_handshake(struct lws *wsi);

/* Sent by the page of another server. What is no browser says no origin. */
bool web_received_is_foreign(struct lws *wsi);
