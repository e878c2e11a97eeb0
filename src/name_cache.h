#pragma once
/* Host names by address, for as long as they are believed. Pure: the time is a parameter. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAME_CACHE_MAX = 4096, NAME_CACHE_FOUND_S = 300, NAME_CACHE_NOT_FOUND_S = 60 };

struct name_entry {
	uint8_t family; /* enum sock_family */
	uint8_t address[16];
	bool asked;          /* an answer is awaited */
	uint64_t expires_ns; /* 0: nothing was answered yet */
	char *name;          /* NULL: none */
	uint32_t next;       /* of the same bucket: 1 + index; 0: none */
};

/* Zero-initialise it. When it is full, the oldest address makes room for the newest. */
struct name_cache {
	struct name_entry *entries;
	uint32_t *buckets; /* 1 + index; 0: none */
	size_t count, oldest;
};

void name_cache_finish(struct name_cache *cache);

/* The entry of the address, made if there is none. */
struct name_entry *name_cache_entry(struct name_cache *cache, uint8_t family,
                                    const uint8_t address[16]);

/* True if somebody should be asked: nothing is known, or not any more, and no answer is awaited. */
bool name_cache_is_due(const struct name_entry *entry, uint64_t now_ns);

/* Takes `name`; NULL: there is none. Of an address that was forgotten it is dropped. */
void name_cache_answer(struct name_cache *cache, uint8_t family, const uint8_t address[16],
                       char *name, uint64_t now_ns);
