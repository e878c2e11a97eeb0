/* One flat table with open addressing. Others choose addresses and ports, so hashes begin with
 * where the tally lies, which they do not know. Invariant: at most half of the slots are taken. */

#include "tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { SLOTS_LEAST = 64 };

void tally_finish(struct tally *tally) {
	free(tally->entries);
	free(tally->slots);
	*tally = (struct tally){ 0 };
}

void tally_reset(struct tally *tally) {
	tally->count = 0;
	if (tally->slots)
		memset(tally->slots, 0, (tally->mask + 1) * sizeof(*tally->slots));
}

static size_t hash_of(const struct tally *tally, const struct tally_key *key) {
	uint64_t hash = util_mix((uintptr_t)tally, key->numbers[0]);
	hash = util_mix(hash, key->numbers[1]);
	hash = util_mix(hash, key->numbers[2]);
	return (size_t)util_mix(hash, (uintptr_t)key->host);
}

static bool is_same(const struct tally_key *a, const struct tally_key *b) {
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The slot of the key, or the free one where it belongs. */
static uint32_t *slot_of(const struct tally *tally, const struct tally_key *key) {
	size_t at = hash_of(tally, key) & tally->mask;
	while (tally->slots[at] != 0 && !is_same(&tally->entries[tally->slots[at] - 1].key, key))
		at = (at + 1) & tally->mask;
	return &tally->slots[at];
}

static void make_room(struct tally *tally) {
	const size_t slots = tally->slots ? (tally->mask + 1) * 2 : SLOTS_LEAST;
	if (tally->slots && tally->count < (tally->mask + 1) / 2)
		return;
	free(tally->slots);
	tally->slots = xcalloc(slots, sizeof(*tally->slots));
	tally->mask = slots - 1;
	tally->capacity = slots / 2;
	tally->entries = xreallocarray(tally->entries, tally->capacity, sizeof(*tally->entries));
	for (size_t i = 0; i < tally->count; i++)
		*slot_of(tally, &tally->entries[i].key) = (uint32_t)i + 1;
}

struct tally_entry *tally_at(struct tally *tally, const struct tally_key *key) {
	make_room(tally);
	uint32_t *slot = slot_of(tally, key);
	if (*slot == 0) {
		tally->entries[tally->count] = (struct tally_entry){ .key = *key };
		*slot = (uint32_t)++tally->count;
	}
	return &tally->entries[*slot - 1];
}

const struct tally_entry *tally_find(const struct tally *tally, const struct tally_key *key) {
	const uint32_t slot = tally->slots ? *slot_of(tally, key) : 0;
	return slot > 0 ? &tally->entries[slot - 1] : NULL;
}
