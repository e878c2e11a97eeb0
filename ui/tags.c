/* Few of many, so they are kept in order and searched by halves. */

#include "tags.h"

#include <stdlib.h>
#include <string.h>

#include "life.h"
#include "snapshot.h"
#include "util.h"

/* Where the serial is, or would be. */
static size_t place_of(const struct tags *tags, uint64_t serial) {
	size_t low = 0;
	size_t high = tags->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (tags->serials[middle] < serial)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool tags_has(const struct tags *tags, uint64_t serial) {
	const size_t at = place_of(tags, serial);
	return at < tags->count && tags->serials[at] == serial;
}

static void move(struct tags *tags, size_t from, size_t to) {
	memmove(&tags->serials[to], &tags->serials[from],
	        (tags->count - from) * sizeof(*tags->serials));
}

static void add(struct tags *tags, size_t at, uint64_t serial) {
	if (tags->count == tags->capacity) {
		tags->capacity = tags->capacity ? tags->capacity * 2 : 16;
		tags->serials =
		    xreallocarray(tags->serials, tags->capacity, sizeof(*tags->serials));
	}
	move(tags, at, at + 1);
	tags->serials[at] = serial;
	tags->count++;
}

void tags_toggle(struct tags *tags, uint64_t serial) {
	const size_t at = place_of(tags, serial);
	if (at == tags->count || tags->serials[at] != serial) {
		add(tags, at, serial);
		return;
	}
	move(tags, at + 1, at);
	tags->count--;
}

void tags_keep(struct tags *tags, const struct snapshot *snapshot) {
	struct tags kept = { .count = 0 };
	for (size_t i = 0; tags->count > 0 && i < snapshot->count; i++) {
		const struct sock_life *life = snapshot->socks[i].life;
		if (life && !sock_life_is_gone(life) && tags_has(tags, life->serial))
			add(&kept, place_of(&kept, life->serial), life->serial);
	}
	tags_finish(tags);
	*tags = kept;
}

void tags_clear(struct tags *tags) {
	tags->count = 0;
}

void tags_finish(struct tags *tags) {
	free(tags->serials);
	*tags = (struct tags){ 0 };
}
