/* A flat hash of the wanted inodes, each with a chain of holders in one growing array. */

#include "owner_table.h"

#include <stdlib.h>

#include "arena.h"
#include "util.h"

enum { SIZE_FIRST = 64 };

struct owner_slot {
	uint32_t inode; /* 0: free */
	uint32_t last;  /* index + 1 of the link added last; 0: none */
};

struct owner_link {
	struct owner owner;
	uint32_t previous; /* index + 1 */
};

/* Sockets made one after another have inodes that follow each other and are met in that order, so
 * eight of them share a cache line and only the blocks of eight are scattered. */
static size_t place_of(const struct owner_table *table, uint32_t inode) {
	const uint64_t spread = 0x9e3779b97f4a7c15; /* 2^64 / golden ratio */
	const uint64_t block = (inode / 8 * spread) >> 32;
	return (size_t)(block * 8 + inode % 8) & (table->size - 1);
}

static struct owner_slot *find_slot(const struct owner_table *table, uint32_t inode) {
	size_t at = place_of(table, inode);
	while (table->slots[at].inode != 0 && table->slots[at].inode != inode)
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

static void grow(struct owner_table *table, size_t size) {
	const struct owner_table old = *table;
	table->size = size;
	table->slots = xcalloc(table->size, sizeof(*table->slots));
	for (size_t i = 0; i < old.size; i++) {
		if (old.slots[i].inode != 0)
			*find_slot(table, old.slots[i].inode) = old.slots[i];
	}
	free(old.slots);
}

void owner_table_make_room(struct owner_table *table, size_t count) {
	size_t size = table->size ? table->size : SIZE_FIRST;
	while (size / 2 < table->used + count)
		size *= 2;
	if (size > table->size)
		grow(table, size);
}

void owner_table_expect(const struct owner_table *table, uint32_t inode) {
	if (table->size > 0)
		__builtin_prefetch(&table->slots[place_of(table, inode)]);
}

void owner_table_want(struct owner_table *table, uint32_t inode) {
	if (inode == 0)
		return;
	if (table->used >= table->size / 2)
		owner_table_make_room(table, 1);
	struct owner_slot *slot = find_slot(table, inode);
	if (slot->inode == 0) {
		slot->inode = inode;
		table->used++;
	}
}

bool owner_table_wants(const struct owner_table *table, uint32_t inode) {
	return inode != 0 && table->size > 0 && find_slot(table, inode)->inode == inode;
}

static bool is_last(const struct owner_table *table, const struct owner_slot *slot,
                    const struct process *process, uint32_t fd) {
	if (slot->last == 0)
		return false;
	const struct owner *last = &table->links[slot->last - 1].owner;
	return last->process == process && last->fd == fd;
}

void owner_table_add(struct owner_table *table, uint32_t inode, const struct process *process,
                     uint32_t fd) {
	struct owner_slot *slot = find_slot(table, inode);
	if (is_last(table, slot, process, fd))
		return;
	if (table->link_count == table->link_capacity) {
		table->link_capacity = table->link_capacity ? table->link_capacity * 2 : SIZE_FIRST;
		table->links =
		    xreallocarray(table->links, table->link_capacity, sizeof(*table->links));
	}
	table->links[table->link_count++] =
	    (struct owner_link){ { .process = process, .fd = fd }, slot->last };
	slot->last = (uint32_t)table->link_count;
}

static int compare_owners(const void *a, const void *b) {
	const struct owner *left = a;
	const struct owner *right = b;
	if (left->process->pid != right->process->pid)
		return left->process->pid < right->process->pid ? -1 : 1;
	return (left->fd > right->fd) - (left->fd < right->fd);
}

/* Two threads that could not be told apart tell the same descriptor twice. */
static uint32_t drop_doubles(struct owner *owners, uint32_t count) {
	uint32_t kept = 1;
	for (uint32_t i = 1; i < count; i++) {
		if (compare_owners(&owners[i], &owners[kept - 1]) != 0)
			owners[kept++] = owners[i];
	}
	return kept;
}

const struct owner *owner_table_find(const struct owner_table *table, uint32_t inode,
                                     struct arena *arena, uint32_t *count) {
	*count = 0;
	if (!owner_table_wants(table, inode))
		return NULL;
	const uint32_t last = find_slot(table, inode)->last;
	for (uint32_t at = last; at != 0; at = table->links[at - 1].previous)
		(*count)++;
	if (*count == 0)
		return NULL;
	struct owner *owners = arena_alloc(arena, *count * sizeof(*owners));
	uint32_t left = *count;
	for (uint32_t at = last; at != 0; at = table->links[at - 1].previous)
		owners[--left] = table->links[at - 1].owner;
	if (*count > 1) {
		qsort(owners, *count, sizeof(*owners), compare_owners);
		*count = drop_doubles(owners, *count);
	}
	return owners;
}

void owner_table_finish(struct owner_table *table) {
	free(table->slots);
	free(table->links);
	*table = (struct owner_table){ 0 };
}
