#pragma once
/* Which processes hold which socket inodes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock.h"

struct arena;
struct owner_slot;
struct owner_link;

/* Zero-initialise it. */
struct owner_table {
	struct owner_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
	struct owner_link *links;
	size_t link_count;
	size_t link_capacity;
};

/* So many inodes more will be wanted. */
void owner_table_make_room(struct owner_table *table, size_t count);

/* The inode is wanted, or looked for, soon. That takes less time if the memory has come by then. */
void owner_table_expect(const struct owner_table *table, uint32_t inode);

/* Asks for the owners of `inode`; nobody else's are kept. 0 is no inode. */
void owner_table_want(struct owner_table *table, uint32_t inode);

bool owner_table_wants(const struct owner_table *table, uint32_t inode);

/* Notes that `process` holds an inode that owner_table_wants(). Telling it twice does no harm,
 * and twice in a row it takes no more memory. */
void owner_table_add(struct owner_table *table, uint32_t inode, const struct process *process,
                     uint32_t fd);

/* The owners of a wanted inode, sorted by pid and descriptor, in the arena; NULL if it has none. */
const struct owner *owner_table_find(const struct owner_table *table, uint32_t inode,
                                     struct arena *arena, uint32_t *count);

void owner_table_finish(struct owner_table *table);
