#pragma once
/* Sockets that were tagged, by what the live view knows them by (struct sock_life, serial), or
 * groups, by their ids. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot;

/* Zero-initialise it; tags_finish() frees it. */
struct tags {
	uint64_t *serials; /* ascending */
	size_t count, capacity;
};

bool tags_has(const struct tags *tags, uint64_t serial);
void tags_toggle(struct tags *tags, uint64_t serial);

/* Only those stay whose sockets are in the snapshot, and are not gone. */
void tags_keep(struct tags *tags, const struct snapshot *snapshot);
void tags_clear(struct tags *tags);
void tags_finish(struct tags *tags);
