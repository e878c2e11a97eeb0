/* When a process is read again, its descriptors come in the order in which they are kept, so what
 * is kept is met on the way. It is believed only of the same process: one that began at the same
 * time. */

#include "member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "util.h"

/* A descriptor number has 31 bits; this one says that it is of the ring which holds the socket. */
#define BY_RING (UINT32_C(1) << 31)

struct held {
	uint32_t inode;
	uint32_t fd; /* | BY_RING */
};

struct descriptor_table {
	uint32_t tid;  /* the thread whose table it is; the first one's is that of the process */
	uint64_t size; /* as the kernel told it right before */
	struct held *held;
	size_t count, capacity;
};

struct reading {
	struct member *member;
	struct inode_table *inodes;
	enum member_depth depth;
	const struct process *process;   /* as it is now; NULL: nobody asked yet, or it is gone */
	struct descriptor_table *tables; /* what is read */
	size_t table_count;
	const struct held *next, *end; /* what was known of the table at hand */
};

static const struct descriptor_table *find_table(const struct member *member, uint32_t tid) {
	for (size_t i = 0; i < member->table_count; i++) {
		if (member->tables[i].tid == tid)
			return &member->tables[i];
	}
	return NULL;
}

static void begin_table(void *context, uint32_t tid, int directory) {
	struct reading *reading = context;
	struct stat status;
	const struct descriptor_table *known = find_table(reading->member, tid);
	reading->tables =
	    xreallocarray(reading->tables, reading->table_count + 1, sizeof(*reading->tables));
	reading->tables[reading->table_count++] = (struct descriptor_table){
		.tid = tid,
		.size = fstat(directory, &status) == 0 ? (uint64_t)status.st_size : 0,
	};
	reading->next = known ? known->held : NULL;
	reading->end = known ? known->held + known->count : NULL;
}

static void hold(struct reading *reading, struct held held) {
	struct descriptor_table *table = &reading->tables[reading->table_count - 1];
	if (table->count == table->capacity) {
		table->capacity = table->capacity ? table->capacity * 2 : 8;
		table->held = xreallocarray(table->held, table->capacity, sizeof(*table->held));
	}
	table->held[table->count++] = held;
	inode_table_hold(reading->inodes, held.inode);
}

static bool is_same_process(struct reading *reading, struct owner_visit *visit) {
	reading->process = owner_visit_process(visit);
	return reading->process &&
	       reading->process->start_time == reading->member->process.start_time;
}

/* What is held through a ring is asked for again: the number of the ring says nothing of it. */
static bool is_to_be_asked(void *context, struct owner_visit *visit, uint32_t fd) {
	struct reading *reading = context;
	if (reading->depth == MEMBER_ALL)
		return true;
	while (reading->next < reading->end && (reading->next->fd & ~BY_RING) < fd)
		reading->next++;
	if (reading->next == reading->end || reading->next->fd != fd ||
	    !inode_table_is_told(reading->inodes, reading->next->inode) ||
	    !is_same_process(reading, visit))
		return true;
	hold(reading, *reading->next);
	return false;
}

static void note_socket(void *context, struct owner_visit *visit, uint32_t inode, uint32_t fd,
                        enum owner_by by) {
	struct reading *reading = context;
	reading->process = owner_visit_process(visit);
	if (reading->process && inode != 0)
		hold(reading, (struct held){ inode, by == OWNER_BY_RING ? fd | BY_RING : fd });
}

static void forget_held(struct member *member, struct inode_table *inodes) {
	for (size_t i = 0; i < member->table_count; i++) {
		const struct descriptor_table *table = &member->tables[i];
		for (size_t j = 0; j < table->count; j++)
			inode_table_release(inodes, table->held[j].inode);
		free(table->held);
	}
	free(member->tables);
	member->tables = NULL;
	member->table_count = 0;
}

/* The names in one piece of memory. */
static void keep_process(struct member *member, const struct process *process) {
	const size_t exe_length = process->exe ? process->exe_length : 0;
	char *names = xmalloc(process->comm_length + 1 + exe_length + 1);
	memcpy(names, process->comm, process->comm_length + 1);
	char *exe = names + process->comm_length + 1;
	if (process->exe)
		memcpy(exe, process->exe, exe_length + 1);
	free(member->names);
	member->names = names;
	member->process = *process;
	member->process.comm = names;
	member->process.exe = process->exe ? exe : NULL;
}

static void settle(struct reading *reading) {
	struct member *member = reading->member;
	forget_held(member, reading->inodes);
	member->tables = reading->tables;
	member->table_count = reading->table_count;
	member->held_count = 0;
	for (size_t i = 0; i < member->table_count; i++)
		member->held_count += member->tables[i].count;
	if (reading->process)
		keep_process(member, reading->process);
}

void member_read(struct member *member, struct owner_walk *walk, struct inode_table *inodes,
                 enum member_depth depth) {
	struct reading reading = { .member = member, .inodes = inodes, .depth = depth };
	const struct owner_visitor visitor = {
		.context = &reading,
		.table = begin_table,
		.asks = is_to_be_asked,
		.found = note_socket,
	};
	const int error_before = walk->error;
	const uint64_t descriptors_before = walk->descriptors;
	walk->error = 0;
	member->is_refused = !owner_walk_process(walk, member->pid, OWNER_NUMBER_LISTED, &visitor);
	settle(&reading);
	member->read = inodes->look;
	member->descriptors = walk->descriptors - descriptors_before;
	member->error = walk->error;
	member->is_due = walk->error != 0;
	if (walk->error == 0)
		walk->error = error_before;
	arena_reset(walk->arena);
}

bool member_has_other_size(const struct member *member, struct owner_walk *walk) {
	bool differs = member->table_count == 0;
	for (size_t i = 0; i < member->table_count && !differs; i++) {
		const struct descriptor_table *table = &member->tables[i];
		differs = owner_walk_size(walk, member->pid, table->tid) != table->size;
	}
	return differs;
}

bool member_has_lost(const struct member *member, const struct inode_table *inodes) {
	for (size_t i = 0; i < member->table_count; i++) {
		const struct descriptor_table *table = &member->tables[i];
		for (size_t j = 0; j < table->count; j++) {
			const struct inode_slot *slot =
			    inode_table_find(inodes, table->held[j].inode);
			if (slot && slot->told < inodes->look && slot->told >= member->read)
				return true;
		}
	}
	return false;
}

void member_each(const struct member *member, const struct inode_table *inodes,
                 member_holder_fn visit, void *context) {
	for (size_t i = 0; i < member->table_count; i++) {
		const struct descriptor_table *table = &member->tables[i];
		for (size_t j = 0; j < table->count; j++) {
			const struct held *held = &table->held[j];
			if (inode_table_is_told(inodes, held->inode) &&
			    !visit(context, member, held->inode, held->fd & ~BY_RING))
				return;
		}
	}
}

void member_finish(struct member *member, struct inode_table *inodes) {
	forget_held(member, inodes);
	free(member->names);
	free(member);
}
