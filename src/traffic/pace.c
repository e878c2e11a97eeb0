#include "pace.h"

/* Within these everything stays far from overflow. */
static const double shortest_ns = 1e-3;
static const double longest_ns = 4e18;

struct pace pace_start(double per_second, uint64_t now_ns) {
	double interval_ns = 1e9 / per_second;
	if (interval_ns < shortest_ns)
		interval_ns = shortest_ns;
	if (interval_ns > longest_ns)
		interval_ns = longest_ns;
	return (struct pace){ .interval_ns = interval_ns, .start_ns = now_ns };
}

uint64_t pace_next(const struct pace *pace) {
	const double after_ns = (double)pace->count * pace->interval_ns;
	return pace->start_ns + (uint64_t)(after_ns < longest_ns ? after_ns : longest_ns);
}

/* The next is then the first that is not too late. */
static void skip(struct pace *pace, uint64_t late_ns) {
	const double left_out = (double)(late_ns - PACE_LATE_MAX_NS) / pace->interval_ns;
	pace->count += (uint64_t)left_out;
	pace->skipped += (uint64_t)left_out;
}

bool pace_take(struct pace *pace, uint64_t now_ns, uint64_t *meant_ns) {
	const uint64_t next_ns = pace_next(pace);
	if (next_ns > now_ns)
		return false;
	if (now_ns - next_ns > PACE_LATE_MAX_NS)
		skip(pace, now_ns - next_ns);
	*meant_ns = pace_next(pace);
	pace->count++;
	return true;
}
