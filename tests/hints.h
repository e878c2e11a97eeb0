#pragma once
/* Random hints, and what they mean of a socket: what bytecode is measured by. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytecode.h"
#include "hint.h"

struct arena;

/* A socket as bytecode sees it. Ends are numbered as in enum hint_end. */
struct subject {
	bool is_ipv6;
	uint8_t address[2][16];
	uint32_t port[2];
	uint32_t ifindex, mark;
	uint64_t cgroup; /* 0: none, as the kernel has it */
	bool autobound;
};

/* What random hints and sockets are made of. */
struct world {
	unsigned short seed[3];
	uint32_t ports[16];
	size_t port_count;
	uint64_t cgroup; /* the id of "/known" */
	bool has_marks;
};

struct program {
	const unsigned char *bytes;
	size_t length;
};

/* Hints written down. */
#define LEAF(leaf_kind, ...)                                                                       \
	{ .kind = leaf_kind, __VA_ARGS__ }
#define GROUP(group_kind, ...)                                                                     \
	{                                                                                          \
		.kind = group_kind, .children = (const struct hint *const[]){ __VA_ARGS__ },       \
		.child_count = ARRAY_LENGTH(((const struct hint *const[]){ __VA_ARGS__ }))         \
	}

struct world hints_toy_world(void);
size_t hints_pick(struct world *world, size_t count); /* below `count` */
struct subject hints_random_subject(struct world *world);

/* Of every kind, some of them negated, some with names that mean nothing. */
const struct hint *hints_random(struct world *world, struct arena *arena, int depth);

/* A group of `count` children, all the same. */
struct hint hints_group(struct arena *arena, enum hint_kind kind, const struct hint *child,
                        size_t count);

/* What is not known holds, negated or not: no program may refuse what would be allowed if the name
 * meant this or that, and there is nothing negated above it. */
bool hints_hold(struct world *world, const struct hint *hint, const struct subject *subject);

struct program hints_compile(struct world *world, const struct hint *hint, struct arena *arena);
