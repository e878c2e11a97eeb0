/* A chain of chunks, filled one after another. An object never moves. */

#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { CHUNK_SIZE = 64 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

static size_t aligned(size_t size) {
	const size_t alignment = alignof(max_align_t);
	return (size + alignment - 1) / alignment * alignment;
}

static struct arena_chunk *chunk_create(size_t size) {
	struct arena_chunk *chunk = xmalloc(sizeof(*chunk) + size);
	*chunk = (struct arena_chunk){ .size = size };
	return chunk;
}

/* The next chunk with room for `size` bytes: one kept from an earlier round, or a new one. */
static void advance(struct arena *arena, size_t size) {
	struct arena_chunk **link = arena->current ? &arena->current->next : &arena->first;
	if (!*link || (*link)->size < size) {
		struct arena_chunk *chunk = chunk_create(size > CHUNK_SIZE ? size : CHUNK_SIZE);
		chunk->next = *link;
		*link = chunk;
	}
	arena->current = *link;
	arena->current->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size) {
	size = aligned(size);
	if (!arena->current || arena->current->size - arena->current->used < size)
		advance(arena, size);
	void *object = arena->current->bytes + arena->current->used;
	arena->current->used += size;
	return object;
}

char *arena_copy(struct arena *arena, const void *bytes, size_t length) {
	char *copy = arena_alloc(arena, length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

/* Another round wants its large objects elsewhere in the chain. Kept, their chunks would be taken
 * for small ones, and new ones be made in every round. */
static void drop_large(struct arena *arena) {
	struct arena_chunk **link = &arena->first;
	while (*link) {
		struct arena_chunk *chunk = *link;
		if (chunk->size > CHUNK_SIZE) {
			*link = chunk->next;
			free(chunk);
		} else {
			link = &chunk->next;
		}
	}
}

void arena_reset(struct arena *arena) {
	drop_large(arena);
	arena->current = arena->first;
	if (arena->current)
		arena->current->used = 0;
}

void arena_finish(struct arena *arena) {
	struct arena_chunk *chunk = arena->first;
	while (chunk) {
		struct arena_chunk *next = chunk->next;
		free(chunk);
		chunk = next;
	}
	*arena = (struct arena){ 0 };
}
