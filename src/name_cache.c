/* A ring of entries, found by chains of a hash table. An entry whose time is over keeps its name
 * until another answer comes, so that names do not flicker. */

#include "name_cache.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { BUCKETS = 8192 };

static uint32_t *bucket_of(struct name_cache *cache, uint8_t family, const uint8_t address[16]) {
	uint64_t hash = 1469598103934665603U ^ family;
	for (int i = 0; i < 16; i++)
		hash = (hash ^ address[i]) * 1099511628211U;
	return &cache->buckets[(hash ^ hash >> 32) % BUCKETS];
}

static struct name_entry *find(struct name_cache *cache, uint8_t family,
                               const uint8_t address[16]) {
	if (!cache->entries)
		return NULL;
	for (uint32_t at = *bucket_of(cache, family, address); at != 0;) {
		struct name_entry *entry = &cache->entries[at - 1];
		if (entry->family == family &&
		    memcmp(entry->address, address, sizeof(entry->address)) == 0)
			return entry;
		at = entry->next;
	}
	return NULL;
}

static void forget(struct name_cache *cache, struct name_entry *entry) {
	const uint32_t number = (uint32_t)(entry - cache->entries) + 1;
	uint32_t *link = bucket_of(cache, entry->family, entry->address);
	while (*link != number)
		link = &cache->entries[*link - 1].next;
	*link = entry->next;
	free(entry->name);
}

static struct name_entry *take_room(struct name_cache *cache) {
	if (cache->count < NAME_CACHE_MAX)
		return &cache->entries[cache->count++];
	struct name_entry *entry = &cache->entries[cache->oldest];
	cache->oldest = (cache->oldest + 1) % NAME_CACHE_MAX;
	forget(cache, entry);
	return entry;
}

struct name_entry *name_cache_entry(struct name_cache *cache, uint8_t family,
                                    const uint8_t address[16]) {
	struct name_entry *entry = find(cache, family, address);
	if (entry)
		return entry;
	if (!cache->entries) {
		cache->entries = xcalloc(NAME_CACHE_MAX, sizeof(*cache->entries));
		cache->buckets = xcalloc(BUCKETS, sizeof(*cache->buckets));
	}
	entry = take_room(cache);
	uint32_t *bucket = bucket_of(cache, family, address);
	*entry = (struct name_entry){ .family = family, .next = *bucket };
	memcpy(entry->address, address, sizeof(entry->address));
	*bucket = (uint32_t)(entry - cache->entries) + 1;
	return entry;
}

bool name_cache_is_due(const struct name_entry *entry, uint64_t now_ns) {
	return !entry->asked && now_ns >= entry->expires_ns;
}

void name_cache_answer(struct name_cache *cache, uint8_t family, const uint8_t address[16],
                       char *name, uint64_t now_ns) {
	struct name_entry *entry = find(cache, family, address);
	if (!entry) {
		free(name);
		return;
	}
	const uint64_t seconds = name ? NAME_CACHE_FOUND_S : NAME_CACHE_NOT_FOUND_S;
	free(entry->name);
	entry->name = name;
	entry->asked = false;
	entry->expires_ns = now_ns + seconds * 1000000000;
}

void name_cache_finish(struct name_cache *cache) {
	for (size_t i = 0; i < cache->count; i++)
		free(cache->entries[i].name);
	free(cache->entries);
	free(cache->buckets);
	*cache = (struct name_cache){ 0 };
}
