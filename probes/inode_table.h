#pragma once
/* Inodes of sockets, look after look: which are told in this one, and how many descriptors that we
 * know of hold each. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Small: they are met in no order, and the cache of the processor is what it takes. */
struct inode_slot {
	uint32_t inode;           /* 0: free */
	uint32_t told;            /* the latest look that told it; 0: none did */
	uint32_t since;           /* the first of the looks without a gap that told it */
	uint32_t holders : 31;    /* descriptors */
	uint32_t is_searched : 1; /* everybody was looked into for it since, and nobody held it */
};

/* Zero-initialise it. Its size follows what was told in the latest two looks, or is held. */
struct inode_table {
	struct inode_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
	uint32_t look; /* counts from 1 */
};

void inode_table_begin(struct inode_table *table);

/* The inode is told soon. That takes half as long if the memory for it has come by then. */
void inode_table_expect(const struct inode_table *table, uint32_t inode);

/* True if the inode, not 0, is told for the first time in this look and nobody holds it. */
bool inode_table_tell(struct inode_table *table, uint32_t inode);

void inode_table_hold(struct inode_table *table, uint32_t inode);
void inode_table_release(struct inode_table *table, uint32_t inode);

/* NULL if it is neither told nor held. Good until the next call of the three above. */
struct inode_slot *inode_table_find(const struct inode_table *table, uint32_t inode);

bool inode_table_is_told(const struct inode_table *table, uint32_t inode);

void inode_table_finish(struct inode_table *table);
