#pragma once
/* HTTP and WebSocket, by libwebsockets in a thread of its own. The caller listens and accepts, and
 * hands the connections over. */

#include <stdbool.h>

#include "address.h"
#include "service.h"

struct loop;
struct report;
struct web;

/* Wakes the loop whenever there may be something to show. NULL sets `error`, one line that the
 * caller frees. */
struct web *web_create(struct report *report, struct loop *loop, char **error);

/* Ends what is connected and waits for the thread. NULL is nothing. */
void web_destroy(struct web *web);

/* Opens what `service` (HTTP or WS) shows, before it has any connection; both live until the web is
 * destroyed. False sets `error`, one line that the caller frees. */
bool web_prepare(struct web *web, const struct service *service, char **error);

/* Takes `fd`, which a client of `service` connected to. When it is over, `closed` is called once,
 * from any thread. */
void web_adopt(struct web *web, int fd, const struct service *service, const struct address *peer,
               void (*closed)(void *context), void *context);
