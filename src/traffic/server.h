#pragma once
/* One server: it listens, accepts as long as it may and can, and hands on who comes. */

#include <stdbool.h>

struct loop;
struct report;
struct server;
struct service;
struct web;

/* What all servers share; borrowed. */
struct server_tools {
	struct loop *loop;
	struct report *report;
	struct web *web;     /* NULL if no server needs it */
	char *buffer;        /* of STREAM_BUFFER_SIZE */
	const char *pattern; /* of chargen_create() */
};

/* NULL sets `error`, one line that the caller frees. */
struct server *server_open(const struct service *service, const struct server_tools *tools,
                           char **error);

/* Its first client is gone, and it was to serve only that one. */
bool server_is_over(const struct server *server);

/* Ends its connections, but for those that the web has. NULL is nothing. */
void server_close(struct server *server);
