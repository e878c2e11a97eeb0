#include "exchange.h"

#include <poll.h>

#include "util.h"

int exchange_time_left(uint64_t moved_ns, uint64_t limit_ns) {
	if (limit_ns == EXCHANGE_WITHOUT_END)
		return -1;
	const uint64_t past_ns = util_monotonic_ns() - moved_ns;
	return util_poll_timeout(past_ns < limit_ns ? limit_ns - past_ns : 0);
}

/* Without events it would still be told, again and again, that the peer has hung up. */
void exchange_watch(struct pollfd *polled, int fd, int events) {
	*polled = (struct pollfd){ .fd = events ? fd : -1, .events = (short)events };
}
