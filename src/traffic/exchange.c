#include "exchange.h"

#include <poll.h>

#include "util.h"

int exchange_time_left(uint64_t moved_ns, uint64_t limit_ns) {
	const uint64_t hour_ns = UINT64_C(3600) * 1000000000;
	if (limit_ns == EXCHANGE_WITHOUT_END)
		return -1;
	const uint64_t past_ns = util_monotonic_ns() - moved_ns;
	const uint64_t left_ns = past_ns < limit_ns ? limit_ns - past_ns : 0;
	return (int)(((left_ns < hour_ns ? left_ns : hour_ns) + 999999) / 1000000);
}

/* Without events it would still be told, again and again, that the peer has hung up. */
void exchange_watch(struct pollfd *polled, int fd, int events) {
	*polled = (struct pollfd){ .fd = events ? fd : -1, .events = (short)events };
}
