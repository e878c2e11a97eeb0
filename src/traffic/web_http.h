#pragma once
/* Requests and answers of HTTP on one connection. Each function is what the library is to be told:
 * 0, or -1 to end the connection. */

#include <stddef.h>

struct lws;
struct web_connection;

int web_http_request(struct web_connection *connection, struct lws *wsi, void *in, size_t length);
int web_http_writeable(struct web_connection *connection, struct lws *wsi, void *in, size_t length);

/* Whether a WebSocket may begin; if not, it has been answered with an error. */
int web_http_upgrade(struct web_connection *connection, struct lws *wsi, void *in, size_t length);

/* CONNECT, which the library takes for the beginning of a tunnel and forgets the headers of: an
 * error. */
int web_http_tunnel(struct web_connection *connection, struct lws *wsi, void *in, size_t length);

/* Ends what was going on. */
void web_http_finish(struct web_connection *connection);
