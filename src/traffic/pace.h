#pragma once
/* So many events a second, evenly. Each has a time when it is meant to happen; who is late finds
 * those times in the past and makes up for them, but for no more than PACE_LATE_MAX_NS. Pure. */

#include <stdbool.h>
#include <stdint.h>

#define PACE_LATE_MAX_NS UINT64_C(1000000000)

struct pace {
	double interval_ns;
	uint64_t start_ns;
	uint64_t count;   /* events since the start, with those that were skipped */
	uint64_t skipped; /* they were too late to be made up for */
};

/* The first event is meant for `now_ns`. `per_second` is more than 0. */
struct pace pace_start(double per_second, uint64_t now_ns);

/* When the next is meant to happen. */
uint64_t pace_next(const struct pace *pace);

/* Takes the next event, and tells when it was meant to happen. False if that is not yet. */
bool pace_take(struct pace *pace, uint64_t now_ns, uint64_t *meant_ns);
