#pragma once
/* What one connection is for: a message and its answer, or standard input and output. */

#include <stdbool.h>
#include <stdint.h>

struct pollfd;

#define EXCHANGE_WITHOUT_END UINT64_MAX

struct exchange {
	const char *message; /* NULL: standard input */
	uint64_t timeout_ns; /* to connect, and from what was sent to the first answer */
	uint64_t wait_ns;    /* of silence until it is over; EXCHANGE_WITHOUT_END: only the peer
	                        ends it */
	bool reset;          /* ended with RST */
	int signal_fd;       /* ends it when it can be read */
};

/* For poll(): milliseconds, rounded up, until nothing has happened for `limit_ns` since `moved_ns`;
 * -1 if the limit is EXCHANGE_WITHOUT_END. */
int exchange_time_left(uint64_t moved_ns, uint64_t limit_ns);

/* Watches `fd` for `events`, or not at all if there are none. */
void exchange_watch(struct pollfd *polled, int fd, int events);
