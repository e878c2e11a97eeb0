#pragma once
/* HTTP and WebSocket, by libwebsockets in a thread of its own. The caller listens and accepts, and
 * hands the connections over. */

#include "address.h"
#include "service.h"

struct report;
struct web;

/* NULL sets `error`, one line that the caller frees. */
struct web *web_create(struct report *report, char **error);

/* Ends what is connected and waits for the thread. NULL is nothing. */
void web_destroy(struct web *web);

/* Takes `fd`, which a client of `service` (HTTP or WS) connected to. When it is over, `closed` is
 * called once, from the thread. `service` and its strings live until then. */
void web_adopt(struct web *web, int fd, const struct service *service, const struct address *peer,
               void (*closed)(void *context), void *context);
