#pragma once
/* WebSocket (RFC 6455) on one connection. Each function is what the library is to be told: 0, or
 * -1 to end the connection. */

#include <stddef.h>

struct lws;
struct web_connection;

/* A message that is longer ends the connection (1009). */
enum { WEB_SOCKET_MESSAGE_MAX = 1024 * 1024 };

int web_socket_open(struct web_connection *connection, struct lws *wsi, void *in, size_t length);
int web_socket_receive(struct web_connection *connection, struct lws *wsi, void *in, size_t length);
int web_socket_writeable(struct web_connection *connection, struct lws *wsi, void *in,
                         size_t length);
void web_socket_finish(struct web_connection *connection);
