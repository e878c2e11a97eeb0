#pragma once
/* What makes two values the same: numbers and addresses by their bits, texts by their bytes, owners
 * by the set of their names. For group.c only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"
#include "value.h"

struct arena;
struct owner;

enum { GROUP_KEY_NUMBERS = 3 };

struct group_key {
	uint64_t kind; /* of the value, and what else must be the same */
	uint64_t numbers[GROUP_KEY_NUMBERS];
	const char *text;
	size_t length;
	bool is_scratch; /* the text is in the memory of group_key_of() */
};

/* The key of a value. `scratch` is memory for texts that are made for the purpose. */
struct group_key group_key_of(const struct value *value, struct out *scratch);

/* Less than, equal to or greater than 0: by what the part tells of them, and nothing else. */
int group_key_compare_owners(const struct owner *a, const struct owner *b,
                             enum value_owner_part part);

/* The value as it stands for all sockets of its group: each owner's name once. What it needs beyond
 * the socket is in the arena. */
struct value group_key_value(const struct value *value, struct arena *arena);

uint64_t group_key_hash(const struct group_key *key, uint64_t seed);
bool group_key_equal(const struct group_key *a, const struct group_key *b);
