#pragma once
/* Visits processes in /proc and tells which sockets each of them holds: by the descriptors of every
 * table that it has, and by the rings among them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "sock.h"

/* owner_walk_begin() fills it, owner_walk_end() leaves what was counted. */
struct owner_walk {
	struct arena *arena; /* where processes are put that somebody asks for */
	int proc;            /* the open directory; -1 if there is none */
	char *entries;       /* for getdents64, one for each level of the walk */
	char *thread_entries;
	char *fd_entries;
	uint32_t needs;  /* enum sock_need: what is read of a process */
	bool sees_rings; /* the kernel tells what is registered with an io_uring */
	size_t ring_lines_left;
	uint64_t descriptors; /* seen */
	uint64_t links;       /* read, to know which file a descriptor is of */
	int error;            /* errno that makes the owners incomplete */
	const char *place;
};

struct owner_visitor;

/* The process that is being read. */
struct owner_visit {
	struct owner_walk *walk;
	const struct owner_visitor *visitor;
	int directory; /* /proc/PID */
	uint32_t pid;
	const char *thread; /* the number of the thread whose table is read, or NULL */
	struct process *process;
	bool gone;
	bool refused; /* some descriptor of the table was not shown to us */
};

/* The process, which is read now if it was not yet, in the arena of the walk; NULL if it has ended
 * or may not be read. */
const struct process *owner_visit_process(struct owner_visit *visit);

enum owner_by {
	OWNER_BY_DESCRIPTOR,
	OWNER_BY_RING, /* the descriptor is the ring that holds the socket */
};

struct owner_visitor {
	void *context;
	/* The descriptors of a table follow, in ascending order: that of the process, then those of
	 * threads that have their own. `directory` is open there. NULL: nobody cares. */
	void (*table)(void *context, uint32_t tid, int directory);
	/* False if it is known what the descriptor is. NULL: it never is. */
	bool (*asks)(void *context, struct owner_visit *visit, uint32_t fd);
	/* The process holds a socket. */
	void (*found)(void *context, struct owner_visit *visit, uint32_t inode, uint32_t fd,
	              enum owner_by by);
};

/* If /proc cannot be opened, `error` says so, and nothing is visited. */
void owner_walk_begin(struct owner_walk *walk, struct arena *arena, uint32_t needs);
void owner_walk_end(struct owner_walk *walk);

/* The numbers of all processes, in ascending order. False if some may be missing. */
typedef void (*owner_walk_pid_fn)(void *context, uint32_t pid);
bool owner_walk_each(struct owner_walk *walk, owner_walk_pid_fn visit, void *context);

enum owner_number {
	OWNER_NUMBER_LISTED, /* by owner_walk_each() */
	OWNER_NUMBER_NAMED,  /* by anybody: it may be that of a thread, which is no process */
};

/* Visits one process. False if something of it was refused to us; that it has ended is no refusal,
 * and other failures are in `error`. */
bool owner_walk_process(struct owner_walk *walk, uint32_t pid, enum owner_number number,
                        const struct owner_visitor *visitor);

/* A process whose descriptors are asked for by number, one by one: dearer than a list of them if it
 * has few, but a list of ten thousand takes ten milliseconds. */
struct owner_door {
	struct owner_visit visit; /* for owner_visit_process() */
	int directory;            /* /proc/PID/fd */
	uint64_t size;            /* how many descriptors it has, if the kernel tells */
};

enum owner_answer {
	OWNER_ANSWER_SOCKET,
	OWNER_ANSWER_OTHER, /* something that is no socket and holds none */
	OWNER_ANSWER_NONE,  /* there is no such descriptor */
	OWNER_ANSWER_DOUBT,
};

/* False if it may not be asked, or has ended; then there is nothing to close. */
bool owner_door_open(struct owner_walk *walk, uint32_t pid, struct owner_door *door);
enum owner_answer owner_door_ask(struct owner_door *door, uint32_t fd, uint32_t *inode);
void owner_door_close(struct owner_door *door);

/* How many descriptors the table of a thread has, which costs a hundredth of reading it; 0 also if
 * it is gone. Only if the kernel tells (since 6.2). */
uint64_t owner_walk_size(const struct owner_walk *walk, uint32_t pid, uint32_t tid);
bool owner_walk_has_sizes(const struct owner_walk *walk);

/* True if we may read every process. */
bool owner_walk_is_privileged(void);
