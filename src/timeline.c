/* An array that grows, and a search in it. Times are what a file says: they may be unknown, or go
 * back. */

#include "timeline.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "when.h"

static void grow(struct timeline *timeline) {
	const size_t capacity = timeline->capacity == 0 ? 64 : timeline->capacity * 2;
	const size_t size = sizeof(uint64_t);
	timeline->positions = xreallocarray(timeline->positions, capacity, size);
	timeline->times_ns = xreallocarray(timeline->times_ns, capacity, size);
	timeline->sockets = xreallocarray(timeline->sockets, capacity, size);
	timeline->capacity = capacity;
}

void timeline_add(struct timeline *timeline, const struct timeline_moment *moment) {
	if (timeline->count == timeline->capacity)
		grow(timeline);
	timeline->positions[timeline->count] = moment->position;
	timeline->times_ns[timeline->count] = moment->time_ns;
	timeline->sockets[timeline->count] = moment->sockets;
	timeline->count++;
}

void timeline_finish(struct timeline *timeline) {
	free(timeline->positions);
	free(timeline->times_ns);
	free(timeline->sockets);
	*timeline = (struct timeline){ 0 };
}

bool timeline_follow(struct timeline *timeline, const struct timeline *from) {
	const bool has_more = from->count > timeline->count || from->is_whole != timeline->is_whole;
	for (size_t i = timeline->count; i < from->count; i++)
		timeline_add(timeline,
		             &(struct timeline_moment){ from->positions[i], from->times_ns[i],
		                                        from->sockets[i] });
	timeline->is_whole = from->is_whole;
	return has_more;
}

uint64_t timeline_distance_ns(const struct timeline *timeline, size_t moment) {
	if (timeline->count < 2 || moment >= timeline->count - 1)
		return 0;
	const uint64_t now_ns = timeline->times_ns[moment];
	const uint64_t next_ns = timeline->times_ns[moment + 1];
	return now_ns != 0 && next_ns > now_ns ? next_ns - now_ns : 0;
}

static bool is_so_long_after(uint64_t time_ns, uint64_t now_ns, uint64_t distance_ns) {
	return time_ns >= now_ns && time_ns - now_ns >= distance_ns;
}

/* The last one that is known is no end as long as there may be others. */
static size_t find_after(const struct timeline *timeline, size_t from, uint64_t distance_ns) {
	const uint64_t now_ns = timeline->times_ns[from];
	size_t i = from;
	while (i < timeline->count && !is_so_long_after(timeline->times_ns[i], now_ns, distance_ns))
		i++;
	return i == timeline->count && timeline->is_whole ? i - 1 : i;
}

static size_t find_before(const struct timeline *timeline, size_t from, uint64_t distance_ns) {
	const uint64_t now_ns = timeline->times_ns[from];
	size_t i = from;
	while (i > 0 &&
	       (timeline->times_ns[i] > now_ns || now_ns - timeline->times_ns[i] < distance_ns))
		i--;
	return i;
}

/* `count` of the timeline if there is none. */
static size_t find(const struct timeline *timeline, size_t from, const struct when *when) {
	switch (when->kind) {
	case WHEN_NUMBER:
	case WHEN_CLOCK:
	case WHEN_DATE:
		return when_find(when, timeline->times_ns, timeline->count);
	case WHEN_AFTER_FIRST:
		return find_after(timeline, from, when->number);
	case WHEN_BEFORE_LAST:
		return find_before(timeline, from, when->number);
	}
	return timeline->count;
}

bool timeline_find(const struct timeline *timeline, size_t from, const char *text, size_t *moment) {
	struct when when;
	if (from >= timeline->count || !when_parse(text, strlen(text), &when))
		return false;
	const size_t found = find(timeline, from, &when);
	if (found == timeline->count)
		return false;
	*moment = found;
	return true;
}
