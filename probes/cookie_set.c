/* A bitmap in pieces: open addressing over words of 64 cookies. The kernel hands out cookies in
 * runs, and gives a run to sockets that are looked at together, so a million sockets take a few
 * hundred KiB and cookies next to each other share a cache line. */

#include "cookie_set.h"

#include <stdlib.h>

#include "util.h"

enum { SIZE_FIRST = 64 };

struct cookie_slot {
	uint64_t word; /* cookie / 64 */
	uint64_t bits; /* 0: the slot is free */
};

static struct cookie_slot *find_slot(const struct cookie_set *set, uint64_t word) {
	size_t at = (size_t)util_mix((uintptr_t)set->slots, word) & (set->size - 1);
	while (set->slots[at].bits != 0 && set->slots[at].word != word)
		at = (at + 1) & (set->size - 1);
	return &set->slots[at];
}

static void grow(struct cookie_set *set) {
	const struct cookie_set old = *set;
	set->size = old.size ? old.size * 2 : SIZE_FIRST;
	set->slots = xcalloc(set->size, sizeof(*set->slots));
	for (size_t i = 0; i < old.size; i++) {
		if (old.slots[i].bits != 0)
			*find_slot(set, old.slots[i].word) = old.slots[i];
	}
	free(old.slots);
}

bool cookie_set_add(struct cookie_set *set, uint64_t cookie) {
	const uint64_t bit = UINT64_C(1) << cookie % 64;
	if (set->used >= set->size / 4 * 3)
		grow(set);
	struct cookie_slot *slot = &set->slots[set->last];
	if (slot->bits == 0 || slot->word != cookie / 64)
		slot = find_slot(set, cookie / 64);
	if (slot->bits == 0) {
		slot->word = cookie / 64;
		set->used++;
	}
	set->last = (size_t)(slot - set->slots);
	const bool added = !(slot->bits & bit);
	slot->bits |= bit;
	return added;
}

bool cookie_set_has(const struct cookie_set *set, uint64_t cookie) {
	const uint64_t bit = UINT64_C(1) << cookie % 64;
	if (set->size == 0)
		return false;
	const struct cookie_slot *slot = &set->slots[set->last];
	if (slot->bits == 0 || slot->word != cookie / 64)
		slot = find_slot(set, cookie / 64);
	return (slot->bits & bit) != 0;
}

void cookie_set_finish(struct cookie_set *set) {
	free(set->slots);
	*set = (struct cookie_set){ 0 };
}
