#pragma once
/* Hints as the bytecode of INET_DIAG_REQ_BYTECODE, which the kernel runs for a socket before it
 * tells of it. Pure. */

#include <stddef.h>
#include <stdint.h>

struct arena;
struct hint;

/* What names mean now; 0: not known. */
struct bytecode_lookups {
	void *context;
	uint32_t (*device)(void *context, const char *name);
	uint64_t (*cgroup)(void *context, const char *path);
};

/* Puts a program into the arena that accepts every socket that `hint` allows, and few others: what
 * has no bytecode, or no room in a request, is left out. Returns its length, or 0 and leaves
 * `bytecode` alone if it would accept everything. `lookups` may be NULL: no name is known. */
size_t bytecode_compile(const struct hint *hint, const struct bytecode_lookups *lookups,
                        struct arena *arena, const void **bytecode);
