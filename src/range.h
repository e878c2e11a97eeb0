#pragma once
/* Sets of whole numbers as ranges. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Both ends belong to it. */
struct range {
	uint64_t first, last;
};

/* Zero-initialise it. The memory is the arena's. */
struct range_set {
	struct range *ranges; /* after range_settle(): in order, none touching the next */
	size_t count, capacity;
};

/* A range with first > last adds nothing. */
void range_add(struct range_set *set, struct arena *arena, struct range range);

/* After the last range was added, and before the first question. */
void range_settle(struct range_set *set);

bool range_has(const struct range_set *set, uint64_t number);
