#pragma once
/* Which sockets of two looks are the same. */

#include <stdint.h>

struct snapshot;

struct life_join {
	uint32_t *before; /* for each socket of `now`, the one before and 1; 0: none */
	uint8_t *met;     /* for each socket of `before`, 1 if it is there now */
};

/* life_join_finish() frees it. `before` may be NULL. */
struct life_join life_join_make(const struct snapshot *before, const struct snapshot *now);
void life_join_finish(struct life_join *join);
