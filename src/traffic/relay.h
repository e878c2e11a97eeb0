#pragma once
/* A connection that is a stream of bytes: what goes out, and what comes back. */

#include "address.h"

struct exchange;

/* Until it is over; `fd` is connected to `peer`, non-blocking, and borrowed. An exit status. If it
 * is EXIT_STATUS_PARTIAL, `error` is set, one line that the caller frees. */
int relay_run(int fd, const struct address *peer, const struct exchange *exchange, char **error);
