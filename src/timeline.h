#pragma once
/* The moments of a recording: where each begins, when it was, how many sockets it has. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timeline_moment {
	uint64_t position; /* in the file */
	uint64_t time_ns;  /* since 1970, UTC; 0: not known */
	uint64_t sockets;
};

/* Zero-initialise it; timeline_finish() frees it. Three arrays of the same length. */
struct timeline {
	uint64_t *positions, *times_ns, *sockets;
	size_t count, capacity;
	bool is_whole; /* these are all that the recording has, or that can be known */
};

void timeline_add(struct timeline *timeline, const struct timeline_moment *moment);
void timeline_finish(struct timeline *timeline);

/* Adds what `from`, of which `timeline` is the beginning, has more. True if that is anything. */
bool timeline_follow(struct timeline *timeline, const struct timeline *from);

/* From a moment to the next one; 0: not known, or a clock was set back. */
uint64_t timeline_distance_ns(const struct timeline *timeline, size_t moment);

/* Which moment is meant by text as in when.h, by somebody who looks at moment `from`: so long after
 * and before are from there, and end at the last and the first. False if it is no such text, or
 * there is no such moment, or none that is known yet. */
bool timeline_find(const struct timeline *timeline, size_t from, const char *text, size_t *moment);
