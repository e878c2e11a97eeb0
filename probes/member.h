#pragma once
/* What is known of one process: its names, and which sockets it holds by which descriptor. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inode_table.h"
#include "owner_walk.h"
#include "sock.h"

struct descriptor_table;

/* Zero-initialise it, but for the number. */
struct member {
	uint32_t pid;
	struct process process; /* known if it holds something */
	char *names;            /* what that points to */
	struct descriptor_table *tables;
	size_t table_count;
	size_t held_count;    /* in all tables */
	uint64_t descriptors; /* in all tables, of whatever kind */
	uint32_t read;        /* the look in which it was read; 0: never */
	bool is_due;          /* there is reason to read it */
	bool is_refused;      /* we may not read all of it */
	int error;            /* errno that cut the latest reading short; 0 */
	uint32_t index;       /* for who numbers processes */
};

enum member_depth {
	MEMBER_GUESS, /* the same, and new sockets are believed to have the lowest free numbers, as
	               * the kernel gives them out, unless there must be others too */
	MEMBER_CHANGES, /* what is told in this look is believed to be held as it was */
	MEMBER_ALL,
};

/* Reads the process. What it holds is counted in `inodes`. */
void member_read(struct member *member, struct owner_walk *walk, struct inode_table *inodes,
                 enum member_depth depth);

/* True if the process holds another number of descriptors than when it was read, by what the
 * kernel tells cheaply (since 6.2). */
bool member_has_other_size(const struct member *member, struct owner_walk *walk);

/* True if a socket that it held is not told any more though it was since the process was read. */
bool member_has_lost(const struct member *member, const struct inode_table *inodes);

/* Calls `visit` for each socket of this look that it holds, until that returns false. */
typedef bool (*member_holder_fn)(void *context, const struct member *member, uint32_t inode,
                                 uint32_t fd);
void member_each(const struct member *member, const struct inode_table *inodes,
                 member_holder_fn visit, void *context);

/* Forgets what it holds, and frees it all. */
void member_finish(struct member *member, struct inode_table *inodes);
