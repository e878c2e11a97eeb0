/* Ranges are collected in any order and settled once, so that a thousand ports are one search. */

#include "range.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

void range_add(struct range_set *set, struct arena *arena, struct range range) {
	if (range.first > range.last)
		return;
	if (set->count == set->capacity) {
		const size_t capacity = set->capacity ? set->capacity * 2 : 4;
		struct range *more = arena_alloc(arena, capacity * sizeof(*more));
		if (set->count > 0)
			memcpy(more, set->ranges, set->count * sizeof(*more));
		set->ranges = more;
		set->capacity = capacity;
	}
	set->ranges[set->count++] = range;
}

static int compare_ranges(const void *a, const void *b) {
	const struct range *left = a;
	const struct range *right = b;
	return (left->first > right->first) - (left->first < right->first);
}

static bool touches(const struct range *before, const struct range *after) {
	return before->last == UINT64_MAX || after->first <= before->last + 1;
}

void range_settle(struct range_set *set) {
	size_t kept = 0;
	if (set->count > 1)
		qsort(set->ranges, set->count, sizeof(*set->ranges), compare_ranges);
	for (size_t i = 0; i < set->count; i++) {
		const struct range next = set->ranges[i];
		if (kept == 0 || !touches(&set->ranges[kept - 1], &next))
			set->ranges[kept++] = next;
		else if (next.last > set->ranges[kept - 1].last)
			set->ranges[kept - 1].last = next.last;
	}
	set->count = kept;
}

bool range_has(const struct range_set *set, uint64_t number) {
	size_t low = 0;
	size_t high = set->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (set->ranges[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->ranges[low].first <= number;
}
