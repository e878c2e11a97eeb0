#pragma once
/* Which socket cookies were seen in this dump. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cookie_slot;

/* Zero-initialise it. */
struct cookie_set {
	struct cookie_slot *slots;
	size_t size;
	size_t used;
	size_t last; /* the slot of the latest cookie, where the next one is likely to be */
};

/* True if the cookie was not in the set before. */
bool cookie_set_add(struct cookie_set *set, uint64_t cookie);
bool cookie_set_has(const struct cookie_set *set, uint64_t cookie);
void cookie_set_finish(struct cookie_set *set);
