/* openat, getdents64 and readlinkat, because at 100,000 descriptors these calls are the whole cost.
 * Every thread with a descriptor table of its own counts. A process is read through one descriptor
 * of its directory, so a number that is used again meanwhile cannot mix two processes up. */

#include "owner_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "process.h"
#include "ring.h"
#include "util.h"

enum { ENTRIES_SIZE = 64 * 1024 };

/* Anybody can make thousands of rings of thousands of files; the kernel takes a few microseconds
 * for a line. */
enum { RING_LINES_MAX = 1000000 };

/* Calls visit(context, number, name) for each entry whose name is a number. -errno on failure. */
static int for_each_number(int directory, char *entries,
                           void (*visit)(void *context, uint32_t number, const char *name),
                           void *context) {
	for (;;) {
		const ssize_t length = getdents64(directory, entries, ENTRIES_SIZE);
		if (length <= 0)
			return length < 0 ? -errno : 0;
		for (ssize_t at = 0; at < length;) {
			const struct dirent64 *entry = (const void *)(entries + at);
			uint64_t number = 0;
			if (util_parse_number(entry->d_name, strlen(entry->d_name), UINT32_MAX,
			                      &number))
				visit(context, (uint32_t)number, entry->d_name);
			at += entry->d_reclen;
		}
	}
}

/* A process that ended is nothing, and a refusal is counted; the rest is a failure that leaves the
 * owners incomplete. */
static void note_error(struct owner_walk *walk, bool *refused, int error, const char *place) {
	switch (error) {
	case ENOENT:
	case ESRCH:
	case ENOTDIR:
	case EINVAL: /* a descriptor's link that is none any more */
		break;
	case EACCES:
	case EPERM:
		*refused = true;
		break;
	default:
		walk->error = error;
		walk->place = place;
		break;
	}
}

const struct process *owner_visit_process(struct owner_visit *visit) {
	if (visit->process || visit->gone)
		return visit->process;
	struct owner_walk *walk = visit->walk;
	struct process *process = arena_alloc(walk->arena, sizeof(*process));
	const int error =
	    process_read(visit->directory, visit->thread, visit->pid, walk->arena, process);
	if (error < 0)
		note_error(walk, &visit->refused, -error, "/proc/PID/stat");
	else if (walk->needs & SOCK_NEED_PARENTS)
		process_read_parent(visit->directory, walk->arena, process);
	visit->gone = error < 0;
	visit->process = visit->gone ? NULL : process;
	return visit->process;
}

struct descriptors {
	struct owner_visit *visit;
	int directory; /* /proc/PID/fd or /proc/PID/task/TID/fd */
};

struct ring_visit {
	struct owner_visit *visit;
	uint32_t fd;
};

static void visit_registered(void *context, uint32_t inode) {
	const struct ring_visit *ring = context;
	const struct owner_visitor *visitor = ring->visit->visitor;
	visitor->found(visitor->context, ring->visit, inode, ring->fd, OWNER_BY_RING);
}

static void visit_ring(const struct descriptors *descriptors, uint32_t fd, const char *name) {
	struct owner_visit *visit = descriptors->visit;
	struct ring_visit ring = { .visit = visit, .fd = fd };
	const int error = ring_read(descriptors->directory, name, &visit->walk->ring_lines_left,
	                            visit_registered, &ring);
	if (error == -EBUSY)
		visit->refused = true; /* it may hold sockets that we did not see */
	else if (error < 0)
		note_error(visit->walk, &visit->refused, -error, "/proc/PID/fdinfo");
}

static void visit_descriptor(void *context, uint32_t fd, const char *name) {
	const struct descriptors *descriptors = context;
	struct owner_visit *visit = descriptors->visit;
	const struct owner_visitor *visitor = visit->visitor;
	struct owner_walk *walk = visit->walk;
	char link[64];
	uint32_t inode = 0;
	walk->descriptors++;
	if (visitor->asks && !visitor->asks(visitor->context, visit, fd))
		return;
	walk->links++;
	const ssize_t length = readlinkat(descriptors->directory, name, link, sizeof(link));
	if (length < 0) {
		note_error(walk, &visit->refused, errno, "/proc/PID/fd");
		return;
	}
	if (process_parse_socket_link(link, (size_t)length, &inode))
		visitor->found(visitor->context, visit, inode, fd, OWNER_BY_DESCRIPTOR);
	else if (walk->sees_rings && ring_is_link(link, (size_t)length))
		visit_ring(descriptors, fd, name);
}

/* True unless something of the table was refused to us. */
static bool visit_table(struct owner_visit *visit, uint32_t tid, int directory, const char *path) {
	struct owner_walk *walk = visit->walk;
	const struct owner_visitor *visitor = visit->visitor;
	visit->refused = false;
	const int fd = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		note_error(walk, &visit->refused, errno, "/proc/PID/fd");
		return !visit->refused;
	}
	if (visitor->table)
		visitor->table(visitor->context, tid, fd);
	struct descriptors descriptors = { .visit = visit, .directory = fd };
	const int error = for_each_number(fd, walk->fd_entries, visit_descriptor, &descriptors);
	if (error < 0)
		note_error(walk, &visit->refused, -error, "/proc/PID/fd");
	close(fd);
	return !visit->refused;
}

/* The threads of one process that have descriptor tables of their own, in kcmp(2)'s order. */
struct threads {
	struct owner_visit *visit;
	int directory; /* /proc/PID/task */
	uint32_t *distinct;
	size_t count;
	bool read;    /* some thread's table was */
	bool refused; /* some thread's table was not */
};

/* -1, 0 or 1 as the table of a sorts before, with or after that of b; 2 if it cannot be told. */
static int compare_tables(uint32_t a, uint32_t b) {
	const long order = syscall(SYS_kcmp, (pid_t)a, (pid_t)b, KCMP_FILES, 0UL, 0UL);
	return order == 0 ? 0 : order == 1 ? -1 : order == 2 ? 1 : 2;
}

/* True if the thread's table was not walked yet, which is then noted. Where the kernel does not
 * compare, every thread is walked: the table of owners leaves doubles out. */
static bool is_new_table(struct threads *threads, uint32_t tid) {
	size_t first = 0;
	size_t last = threads->count;
	while (first < last) {
		const size_t middle = first + (last - first) / 2;
		const int order = compare_tables(tid, threads->distinct[middle]);
		if (order == 0)
			return false;
		if (order == 2)
			return true;
		if (order < 0)
			last = middle;
		else
			first = middle + 1;
	}
	threads->distinct =
	    xreallocarray(threads->distinct, threads->count + 1, sizeof(*threads->distinct));
	memmove(threads->distinct + first + 1, threads->distinct + first,
	        (threads->count - first) * sizeof(*threads->distinct));
	threads->distinct[first] = tid;
	threads->count++;
	return true;
}

static void visit_thread(void *context, uint32_t tid, const char *name) {
	struct threads *threads = context;
	struct owner_visit *visit = threads->visit;
	char path[32];
	if (tid == visit->pid || !is_new_table(threads, tid))
		return;
	snprintf(path, sizeof(path), "%s/fd", name);
	visit->thread = name;
	if (visit_table(visit, tid, threads->directory, path))
		threads->read = true;
	else
		threads->refused = true;
	visit->thread = NULL;
}

/* The tables of all threads but the first, if there are more than one. */
static struct threads visit_threads(struct owner_visit *visit) {
	struct threads threads = { .visit = visit };
	struct stat status;
	if (fstatat(visit->directory, "task", &status, 0) != 0) {
		note_error(visit->walk, &threads.refused, errno, "/proc/PID/task");
		return threads;
	}
	if (status.st_nlink <= 3) /* "." and ".." and one thread */
		return threads;
	threads.directory = openat(visit->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (threads.directory < 0) {
		note_error(visit->walk, &threads.refused, errno, "/proc/PID/task");
		return threads;
	}
	is_new_table(&threads, visit->pid);
	const int error =
	    for_each_number(threads.directory, visit->walk->thread_entries, visit_thread, &threads);
	if (error < 0)
		note_error(visit->walk, &threads.refused, -error, "/proc/PID/task");
	close(threads.directory);
	free(threads.distinct);
	return threads;
}

/* Of a named number: no thread but the first of a process is one. */
static bool is_process(struct owner_visit *visit) {
	uint32_t leader = 0;
	const int error = process_read_leader(visit->directory, &leader);
	if (error < 0)
		note_error(visit->walk, &visit->refused, -error, "/proc/PID/status");
	return error == 0 && leader == visit->pid;
}

/* True unless something was refused to us. */
static bool visit_tables(struct owner_visit *visit) {
	const bool first_read = visit_table(visit, visit->pid, visit->directory, "fd");
	const struct threads threads = visit_threads(visit);
	/* A first thread that has ended hides its table, but the others' tell all there is. */
	return !threads.refused && (first_read || threads.read);
}

static bool visit_process(struct owner_walk *walk, uint32_t pid, enum owner_number number,
                          const struct owner_visitor *visitor) {
	struct owner_visit visit = { .walk = walk, .visitor = visitor, .pid = pid };
	char name[16];
	snprintf(name, sizeof(name), "%u", pid);
	visit.directory = openat(walk->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (visit.directory < 0) {
		note_error(walk, &visit.refused, errno, "/proc/PID");
		return !visit.refused;
	}
	bool whole = true;
	if (number == OWNER_NUMBER_LISTED || is_process(&visit))
		whole = visit_tables(&visit);
	else
		whole = !visit.refused;
	close(visit.directory);
	return whole;
}

bool owner_walk_process(struct owner_walk *walk, uint32_t pid, enum owner_number number,
                        const struct owner_visitor *visitor) {
	return walk->proc < 0 || visit_process(walk, pid, number, visitor);
}

bool owner_door_open(struct owner_walk *walk, uint32_t pid, struct owner_door *door) {
	struct stat status;
	char name[16];
	*door = (struct owner_door){ .visit = { .walk = walk, .pid = pid } };
	snprintf(name, sizeof(name), "%u", pid);
	door->visit.directory = openat(walk->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (door->visit.directory < 0)
		return false;
	door->directory = openat(door->visit.directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (door->directory < 0) {
		close(door->visit.directory);
		return false;
	}
	door->size = fstat(door->directory, &status) == 0 ? (uint64_t)status.st_size : 0;
	return true;
}

enum owner_answer owner_door_ask(struct owner_door *door, uint32_t fd, uint32_t *inode) {
	char name[16];
	char link[64];
	snprintf(name, sizeof(name), "%u", fd);
	door->visit.walk->links++;
	const ssize_t length = readlinkat(door->directory, name, link, sizeof(link));
	if (length < 0)
		return errno == ENOENT ? OWNER_ANSWER_NONE : OWNER_ANSWER_DOUBT;
	if (process_parse_socket_link(link, (size_t)length, inode))
		return OWNER_ANSWER_SOCKET;
	return ring_is_link(link, (size_t)length) ? OWNER_ANSWER_DOUBT : OWNER_ANSWER_OTHER;
}

void owner_door_close(struct owner_door *door) {
	close(door->directory);
	close(door->visit.directory);
}

uint64_t owner_walk_size(const struct owner_walk *walk, uint32_t pid, uint32_t tid) {
	char path[64];
	struct stat status;
	if (tid == pid)
		snprintf(path, sizeof(path), "%u/fd", pid);
	else
		snprintf(path, sizeof(path), "%u/task/%u/fd", pid, tid);
	return fstatat(walk->proc, path, &status, 0) == 0 ? (uint64_t)status.st_size : 0;
}

bool owner_walk_has_sizes(const struct owner_walk *walk) {
	struct stat status;
	return fstatat(walk->proc, "self/fd", &status, 0) == 0 && status.st_size > 0;
}

static void note_proc(struct owner_walk *walk, int error) {
	walk->error = error;
	walk->place = "/proc";
}

void owner_walk_begin(struct owner_walk *walk, struct arena *arena, uint32_t needs) {
	struct utsname system;
	*walk = (struct owner_walk){
		.arena = arena,
		.needs = needs,
		.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.ring_lines_left = RING_LINES_MAX,
		.sees_rings = uname(&system) == 0 && ring_is_told_by(system.release),
		.entries = xmalloc(ENTRIES_SIZE),
		.thread_entries = xmalloc(ENTRIES_SIZE),
		.fd_entries = xmalloc(ENTRIES_SIZE),
	};
	if (walk->proc < 0)
		note_proc(walk, errno);
}

void owner_walk_end(struct owner_walk *walk) {
	free(walk->entries);
	free(walk->thread_entries);
	free(walk->fd_entries);
	if (walk->proc >= 0)
		close(walk->proc);
	walk->entries = walk->thread_entries = walk->fd_entries = NULL;
	walk->proc = -1;
}

struct listing {
	owner_walk_pid_fn visit;
	void *context;
};

static void visit_pid(void *context, uint32_t pid, const char *name) {
	const struct listing *listing = context;
	(void)name;
	listing->visit(listing->context, pid);
}

bool owner_walk_each(struct owner_walk *walk, owner_walk_pid_fn visit, void *context) {
	struct listing listing = { visit, context };
	if (walk->proc < 0)
		return false;
	const int error = for_each_number(walk->proc, walk->entries, visit_pid, &listing);
	if (error < 0)
		note_proc(walk, -error);
	return error == 0;
}

/* Reading every process takes both: one to list descriptors, one to follow them. With less, a
 * process can be out of sight altogether (proc(5), hidepid). */
bool owner_walk_is_privileged(void) {
	static const cap_value_t needed[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH };
	cap_t capabilities = cap_get_proc();
	bool all = capabilities != NULL;
	for (size_t i = 0; all && i < ARRAY_LENGTH(needed); i++) {
		cap_flag_value_t value = CAP_CLEAR;
		all = cap_get_flag(capabilities, needed[i], CAP_EFFECTIVE, &value) == 0 &&
		      value == CAP_SET;
	}
	if (capabilities)
		cap_free(capabilities);
	return all;
}
