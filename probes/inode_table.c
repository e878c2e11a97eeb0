/* A flat hash. A slot that nobody needs any more stays until the table is full, when those that are
 * needed move to a new one. */

#include "inode_table.h"

#include <stdlib.h>

#include "util.h"

enum { SIZE_FIRST = 256 };

/* As in owner_table.c: blocks of eight inodes that follow each other share a cache line or two. */
static size_t place_of(const struct inode_table *table, uint32_t inode) {
	const uint64_t spread = 0x9e3779b97f4a7c15; /* 2^64 / golden ratio */
	const uint64_t block = (inode / 8 * spread) >> 32;
	return (size_t)(block * 8 + inode % 8) & (table->size - 1);
}

static struct inode_slot *find_slot(const struct inode_table *table, uint32_t inode) {
	size_t at = place_of(table, inode);
	while (table->slots[at].inode != 0 && table->slots[at].inode != inode)
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

static bool is_needed(const struct inode_table *table, const struct inode_slot *slot) {
	return slot->inode != 0 && (slot->holders > 0 || slot->told + 1 >= table->look);
}

static void rebuild(struct inode_table *table) {
	const struct inode_table old = *table;
	size_t needed = 0;
	for (size_t i = 0; i < old.size; i++)
		needed += is_needed(&old, &old.slots[i]);
	table->size = SIZE_FIRST;
	while (table->size / 8 * 3 < needed + 1)
		table->size *= 2;
	table->slots = xcalloc(table->size, sizeof(*table->slots));
	table->used = needed;
	for (size_t i = 0; i < old.size; i++) {
		if (is_needed(&old, &old.slots[i]))
			*find_slot(table, old.slots[i].inode) = old.slots[i];
	}
	free(old.slots);
}

static struct inode_slot *find_or_add(struct inode_table *table, uint32_t inode) {
	if (table->used >= table->size / 2)
		rebuild(table);
	struct inode_slot *slot = find_slot(table, inode);
	if (slot->inode == 0) {
		*slot = (struct inode_slot){ .inode = inode };
		table->used++;
	}
	return slot;
}

void inode_table_begin(struct inode_table *table) {
	table->look++;
}

void inode_table_expect(const struct inode_table *table, uint32_t inode) {
	if (table->size > 0)
		__builtin_prefetch(&table->slots[place_of(table, inode)]);
}

bool inode_table_tell(struct inode_table *table, uint32_t inode) {
	struct inode_slot *slot = find_or_add(table, inode);
	if (slot->told == table->look)
		return false;
	if (slot->told == 0 || slot->told + 1 < table->look) {
		slot->since = table->look;
		slot->is_searched = false;
	}
	slot->told = table->look;
	return slot->holders == 0;
}

void inode_table_hold(struct inode_table *table, uint32_t inode) {
	find_or_add(table, inode)->holders++;
}

void inode_table_release(struct inode_table *table, uint32_t inode) {
	struct inode_slot *slot = inode_table_find(table, inode);
	if (slot && slot->holders > 0)
		slot->holders--;
}

struct inode_slot *inode_table_find(const struct inode_table *table, uint32_t inode) {
	if (inode == 0 || table->size == 0)
		return NULL;
	struct inode_slot *slot = find_slot(table, inode);
	return slot->inode == 0 ? NULL : slot;
}

bool inode_table_is_told(const struct inode_table *table, uint32_t inode) {
	const struct inode_slot *slot = inode_table_find(table, inode);
	return slot && slot->told == table->look;
}

void inode_table_finish(struct inode_table *table) {
	free(table->slots);
	*table = (struct inode_table){ 0 };
}
