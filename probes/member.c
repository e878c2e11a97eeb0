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

/* How many free numbers are kept of a table, and how many descriptors are asked for one by one. */
enum { GAPS_MAX = 1024, QUESTIONS_MAX = 2048 };

/* A shorter list costs little, and tells more for certain. */
enum { GUESS_LEAST = 4096, BELIEVE_LEAST = 256 };

struct held {
	uint32_t inode; /* 0: a number that was free */
	uint32_t fd;    /* | BY_RING */
};

struct descriptor_table {
	uint32_t tid;  /* the thread whose table it is; the first one's is that of the process */
	uint64_t size; /* as the kernel told it right before */
	struct held *held;
	size_t count, capacity;
	size_t gaps;        /* how many of them are free numbers */
	bool has_more_gaps; /* than are kept */
	uint64_t others;    /* descriptors of something that is no socket */
	uint32_t end;       /* behind the highest number */
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
	table->gaps += held.inode == 0;
	if (held.inode != 0)
		inode_table_hold(reading->inodes, held.inode);
}

/* A socket among the numbers of the list. */
static void hold_descriptor(struct reading *reading, struct held held) {
	hold(reading, held);
	reading->tables[reading->table_count - 1].others--;
}

/* A number of the list, and the free ones in front of it, where a descriptor may come next. */
static void note_number(struct reading *reading, uint32_t fd) {
	struct descriptor_table *table = &reading->tables[reading->table_count - 1];
	table->others++; /* until it turns out to be a socket */
	for (uint32_t gap = table->end; gap < fd && !table->has_more_gaps; gap++) {
		if (table->gaps < GAPS_MAX)
			hold(reading, (struct held){ 0, gap });
		else
			table->has_more_gaps = true;
	}
	table->end = fd + 1;
}

/* What is told in this look; and of what is never told, because it is in another network namespace,
 * so much that asking each time would be dear. If one of those is another now, that is found when
 * nobody else turns out to hold it. */
static bool is_believed(const struct reading *reading, const struct held *held) {
	const struct member *member = reading->member;
	const struct inode_slot *slot = inode_table_find(reading->inodes, held->inode);
	if (!slot)
		return false;
	return slot->told == reading->inodes->look ||
	       (reading->depth == MEMBER_GUESS && member->held_count >= BELIEVE_LEAST &&
	        slot->told < member->read);
}

static bool is_same_process(struct reading *reading, struct owner_visit *visit) {
	reading->process = owner_visit_process(visit);
	return reading->process &&
	       reading->process->start_time == reading->member->process.start_time;
}

/* What is held through a ring is asked for again: the number of the ring says nothing of it. */
static bool is_to_be_asked(void *context, struct owner_visit *visit, uint32_t fd) {
	struct reading *reading = context;
	note_number(reading, fd);
	if (reading->depth == MEMBER_ALL)
		return true;
	while (reading->next < reading->end && (reading->next->fd & ~BY_RING) < fd)
		reading->next++;
	if (reading->next == reading->end || reading->next->fd != fd ||
	    !is_believed(reading, reading->next) || !is_same_process(reading, visit))
		return true;
	hold_descriptor(reading, *reading->next);
	return false;
}

static void note_socket(void *context, struct owner_visit *visit, uint32_t inode, uint32_t fd,
                        enum owner_by by) {
	struct reading *reading = context;
	reading->process = owner_visit_process(visit);
	if (reading->process && inode != 0)
		hold(reading, (struct held){ inode, by == OWNER_BY_RING ? fd | BY_RING : fd });
}

static void forget(struct descriptor_table *tables, size_t count, struct inode_table *inodes) {
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < tables[i].count; j++)
			inode_table_release(inodes, tables[i].held[j].inode);
		free(tables[i].held);
	}
	free(tables);
}

/* The names in one piece of memory. */
static void keep_process(struct member *member, const struct process *process) {
	const size_t exe_length = process->exe ? process->exe_length : 0;
	const size_t parent_length = process->parent ? process->parent_length : 0;
	char *names = xmalloc(process->comm_length + 1 + exe_length + 1 + parent_length + 1);
	memcpy(names, process->comm, process->comm_length + 1);
	char *exe = names + process->comm_length + 1;
	if (process->exe)
		memcpy(exe, process->exe, exe_length + 1);
	char *parent = exe + exe_length + 1;
	if (process->parent)
		memcpy(parent, process->parent, parent_length + 1);
	free(member->names);
	member->names = names;
	member->process = *process;
	member->process.comm = names;
	member->process.exe = process->exe ? exe : NULL;
	member->process.parent = process->parent ? parent : NULL;
}

static void settle(struct reading *reading) {
	struct member *member = reading->member;
	forget(member->tables, member->table_count, reading->inodes);
	member->tables = reading->tables;
	member->table_count = reading->table_count;
	member->held_count = 0;
	for (size_t i = 0; i < member->table_count; i++)
		member->held_count += member->tables[i].count - member->tables[i].gaps;
	if (reading->process)
		keep_process(member, reading->process);
}

/* What is guessed of one table. */
struct guess {
	struct reading *reading;
	struct owner_door *door;
	size_t questions_left;
	uint64_t sockets, others;
};

/* False if it cannot be told what the number is. */
static bool ask_number(struct guess *guess, uint32_t fd, enum owner_answer *answer) {
	uint32_t inode = 0;
	if (guess->questions_left == 0)
		return false;
	guess->questions_left--;
	*answer = owner_door_ask(guess->door, fd, &inode);
	if (*answer == OWNER_ANSWER_SOCKET)
		hold(guess->reading, (struct held){ inode, fd });
	if (*answer == OWNER_ANSWER_NONE)
		hold(guess->reading, (struct held){ 0, fd });
	guess->sockets += *answer == OWNER_ANSWER_SOCKET;
	guess->others += *answer == OWNER_ANSWER_OTHER;
	return *answer != OWNER_ANSWER_DOUBT;
}

/* The numbers that are known, of sockets and free ones. */
static bool guess_known(struct guess *guess, const struct descriptor_table *known) {
	enum owner_answer answer;
	for (size_t i = 0; i < known->count; i++) {
		const struct held *held = &known->held[i];
		if (held->fd & BY_RING)
			return false;
		if (is_believed(guess->reading, held)) {
			hold(guess->reading, *held);
			guess->sockets++;
		} else if (!ask_number(guess, held->fd, &answer)) {
			return false;
		}
	}
	return true;
}

/* Those behind all that are known, until one is free. */
static bool guess_behind(struct guess *guess, struct descriptor_table *table) {
	enum owner_answer answer = OWNER_ANSWER_OTHER;
	while (ask_number(guess, table->end, &answer)) {
		if (answer == OWNER_ANSWER_NONE) {
			table->count--; /* nothing lies behind that gap */
			table->gaps--;
			return true;
		}
		table->end++;
	}
	return false;
}

/* True unless there are more descriptors than that. Fewer there may be: what was told when the look
 * began can be closed since, and will not be told again. */
static bool guess_table(struct reading *reading, struct owner_door *door,
                        const struct descriptor_table *known) {
	struct guess guess = { reading, door, QUESTIONS_MAX, 0, known->others };
	struct descriptor_table *table = &reading->tables[reading->table_count++];
	*table = (struct descriptor_table){
		.tid = known->tid,
		.size = door->size,
		.end = known->end,
	};
	if (!guess_known(&guess, known) || !guess_behind(&guess, table) ||
	    guess.sockets + guess.others < door->size || table->gaps > GAPS_MAX)
		return false;
	table->others = guess.others;
	return true;
}

/* A list is cheaper than very many questions. */
static bool is_worth_guessing(const struct reading *reading, const struct owner_door *door) {
	const struct descriptor_table *known = &reading->member->tables[0];
	size_t questions = 0;
	for (size_t i = 0; i < known->count; i++)
		questions += !is_believed(reading, &known->held[i]);
	return questions < QUESTIONS_MAX && questions < door->size / 4;
}

static bool guess_at_door(struct reading *reading, struct owner_door *door) {
	const struct descriptor_table *known = &reading->member->tables[0];
	return is_worth_guessing(reading, door) && is_same_process(reading, &door->visit) &&
	       guess_table(reading, door, known);
}

/* False if nothing came of it; then nothing has changed. */
static bool read_guess(struct member *member, struct owner_walk *walk, struct inode_table *inodes) {
	struct owner_door door;
	if (member->table_count != 1 || member->held_count < GUESS_LEAST ||
	    member->tables[0].has_more_gaps || !owner_door_open(walk, member->pid, &door))
		return false;
	struct reading reading = {
		.member = member,
		.inodes = inodes,
		.depth = MEMBER_GUESS,
		.tables = xcalloc(1, sizeof(*reading.tables)),
	};
	const bool guessed = guess_at_door(&reading, &door);
	owner_door_close(&door);
	if (!guessed) {
		forget(reading.tables, reading.table_count, inodes);
		return false;
	}
	settle(&reading);
	member->read = inodes->look;
	member->descriptors = door.size;
	member->is_due = false;
	return true;
}

static void read_list(struct member *member, struct owner_walk *walk, struct inode_table *inodes,
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
}

void member_read(struct member *member, struct owner_walk *walk, struct inode_table *inodes,
                 enum member_depth depth) {
	if (depth != MEMBER_GUESS || !read_guess(member, walk, inodes))
		read_list(member, walk, inodes, depth);
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
	forget(member->tables, member->table_count, inodes);
	free(member->names);
	free(member);
}
