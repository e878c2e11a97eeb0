#pragma once
/* An arena hands out memory that is given back all at once. */

#include <stddef.h>

struct arena_chunk;

/* Zero-initialise it. Pointers stay valid until arena_reset() or arena_finish(). */
struct arena {
	struct arena_chunk *first;
	struct arena_chunk *current;
};

/* Uninitialised memory, aligned for any object; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of `length` bytes, followed by a NUL that `length` does not count. */
char *arena_copy(struct arena *arena, const void *bytes, size_t length);

/* Forgets every object but keeps the memory for the next round, except that of large ones. */
void arena_reset(struct arena *arena);

void arena_finish(struct arena *arena);
