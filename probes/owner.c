/* The walk over /proc/PID/fd: openat, getdents64 and readlinkat, because at 100,000 descriptors
 * these calls are the whole cost. Every process that holds a socket counts, and every thread with
 * a descriptor table of its own. A process is read through one descriptor of its directory, so a
 * number that is used again meanwhile cannot mix two processes up. */

#include "owner.h"

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

#include "owner_table.h"
#include "process.h"
#include "ring.h"
#include "util.h"

enum { ENTRIES_SIZE = 64 * 1024 };

/* Anybody can make thousands of rings of thousands of files; the kernel takes a few microseconds
 * for a line. */
enum { RING_LINES_MAX = 1000000 };

struct walk {
	struct arena *arena; /* the snapshot's: processes live as long as the sockets */
	struct owner_table table;
	char *entries; /* ENTRIES_SIZE bytes for getdents64, one for each level of the walk */
	char *thread_entries;
	char *fd_entries;
	bool sees_rings; /* the kernel tells what is registered with an io_uring */
	size_t ring_lines_left;
	size_t unreadable;
	uint64_t descriptors;
	int error; /* errno that makes the owners incomplete */
	const char *place;
};

/* The process that is being read. Its memory is taken only once it turns out to hold something. */
struct visit {
	struct walk *walk;
	int directory; /* /proc/PID */
	uint32_t pid;
	const char *thread; /* the number of the thread whose table is read, or NULL */
	struct process *process;
	bool gone;
	bool refused; /* some descriptor of the table was not shown to us */
};

static bool is_scoped(const struct owner_scope *scope) {
	return scope && scope->count > 0;
}

bool owner_scope_has(const struct owner_scope *scope, uint32_t pid) {
	bool found = !is_scoped(scope);
	for (size_t i = 0; !found && i < scope->count; i++)
		found = scope->pids[i] == pid;
	return found;
}

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
static void note_error(struct walk *walk, bool *refused, int error, const char *place) {
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

static const struct process *process_of(struct visit *visit) {
	if (visit->process || visit->gone)
		return visit->process;
	struct arena *arena = visit->walk->arena;
	struct process *process = arena_alloc(arena, sizeof(*process));
	const int error = process_read(visit->directory, visit->thread, visit->pid, arena, process);
	if (error < 0)
		note_error(visit->walk, &visit->refused, -error, "/proc/PID/stat");
	visit->gone = error < 0;
	visit->process = visit->gone ? NULL : process;
	return visit->process;
}

struct descriptors {
	struct visit *visit;
	int directory; /* /proc/PID/fd or /proc/PID/task/TID/fd */
};

/* A socket that the process holds by that descriptor, itself or through the ring that it is. */
static void note_socket(struct visit *visit, uint32_t inode, uint32_t fd) {
	struct owner_table *table = &visit->walk->table;
	if (!owner_table_wants(table, inode))
		return;
	const struct process *process = process_of(visit);
	if (process)
		owner_table_add(table, inode, process, fd);
}

struct ring_visit {
	struct visit *visit;
	uint32_t fd;
};

static void visit_registered(void *context, uint32_t inode) {
	const struct ring_visit *ring = context;
	note_socket(ring->visit, inode, ring->fd);
}

static void visit_ring(const struct descriptors *descriptors, uint32_t fd, const char *name) {
	struct visit *visit = descriptors->visit;
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
	struct visit *visit = descriptors->visit;
	struct walk *walk = visit->walk;
	char link[64];
	uint32_t inode = 0;
	walk->descriptors++;
	const ssize_t length = readlinkat(descriptors->directory, name, link, sizeof(link));
	if (length < 0) {
		note_error(walk, &visit->refused, errno, "/proc/PID/fd");
		return;
	}
	if (process_parse_socket_link(link, (size_t)length, &inode))
		note_socket(visit, inode, fd);
	else if (walk->sees_rings && ring_is_link(link, (size_t)length))
		visit_ring(descriptors, fd, name);
}

/* True unless something of the table was refused to us. */
static bool visit_table(struct visit *visit, int directory, const char *path) {
	struct walk *walk = visit->walk;
	visit->refused = false;
	const int fd = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		note_error(walk, &visit->refused, errno, "/proc/PID/fd");
		return !visit->refused;
	}
	struct descriptors descriptors = { .visit = visit, .directory = fd };
	const int error = for_each_number(fd, walk->fd_entries, visit_descriptor, &descriptors);
	if (error < 0)
		note_error(walk, &visit->refused, -error, "/proc/PID/fd");
	close(fd);
	return !visit->refused;
}

/* The threads of one process that have descriptor tables of their own, in kcmp(2)'s order. */
struct threads {
	struct visit *visit;
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
	struct visit *visit = threads->visit;
	char path[32];
	if (tid == visit->pid || !is_new_table(threads, tid))
		return;
	snprintf(path, sizeof(path), "%s/fd", name);
	visit->thread = name;
	if (visit_table(visit, threads->directory, path))
		threads->read = true;
	else
		threads->refused = true;
	visit->thread = NULL;
}

/* The tables of all threads but the first, if there are more than one. */
static struct threads visit_threads(struct visit *visit) {
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

struct proc_root {
	struct walk *walk;
	int directory;
	const struct owner_scope *scope; /* NULL: everyone */
};

/* Of a named number: no thread but the first of a process is one. */
static bool is_process(struct visit *visit) {
	uint32_t leader = 0;
	const int error = process_read_leader(visit->directory, &leader);
	if (error < 0)
		note_error(visit->walk, &visit->refused, -error, "/proc/PID/status");
	visit->walk->unreadable += visit->refused;
	return error == 0 && leader == visit->pid;
}

static void visit_tables(struct visit *visit) {
	const bool first_read = visit_table(visit, visit->directory, "fd");
	const struct threads threads = visit_threads(visit);
	/* A first thread that has ended hides its table, but the others' tell all there is. */
	if (threads.refused || (!first_read && !threads.read))
		visit->walk->unreadable++;
}

static void visit_process(void *context, uint32_t pid, const char *name) {
	const struct proc_root *root = context;
	struct walk *walk = root->walk;
	struct visit visit = { .walk = walk, .pid = pid };
	visit.directory = openat(root->directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (visit.directory < 0) {
		note_error(walk, &visit.refused, errno, "/proc/PID");
		walk->unreadable += visit.refused;
		return;
	}
	if (!root->scope || is_process(&visit))
		visit_tables(&visit);
	close(visit.directory);
}

static int compare_pids(const void *a, const void *b) {
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

/* Each once, whoever is named again. */
static void visit_scope(struct proc_root *root) {
	const size_t count = root->scope->count;
	uint32_t *pids = xcalloc(count, sizeof(*pids));
	char name[16];
	memcpy(pids, root->scope->pids, count * sizeof(*pids));
	qsort(pids, count, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && pids[i] == pids[i - 1])
			continue;
		snprintf(name, sizeof(name), "%u", pids[i]);
		visit_process(root, pids[i], name);
	}
	free(pids);
}

/* 0 or -errno. */
static int visit_everyone(struct proc_root *root) {
	return for_each_number(root->directory, root->walk->entries, visit_process, root);
}

static void walk_proc(struct walk *walk, const struct owner_scope *scope) {
	struct utsname system;
	struct proc_root root = {
		.walk = walk,
		.directory = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.scope = is_scoped(scope) ? scope : NULL,
	};
	if (root.directory < 0) {
		walk->error = errno;
		walk->place = "/proc";
		return;
	}
	walk->sees_rings = uname(&system) == 0 && ring_is_told_by(system.release);
	walk->entries = xmalloc(ENTRIES_SIZE);
	walk->thread_entries = xmalloc(ENTRIES_SIZE);
	walk->fd_entries = xmalloc(ENTRIES_SIZE);
	int error = 0;
	if (root.scope)
		visit_scope(&root);
	else
		error = visit_everyone(&root);
	if (error < 0) {
		walk->error = -error;
		walk->place = "/proc";
	}
	free(walk->entries);
	free(walk->thread_entries);
	free(walk->fd_entries);
	close(root.directory);
}

/* Reading every process takes both: one to list descriptors, one to follow them. With less, a
 * process can be out of sight altogether (proc(5), hidepid). */
static bool sees_every_process(void) {
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

static enum sock_ownership ownership_of(const struct sock *sock,
                                        const struct owner_summary *summary) {
	if (sock_is_kernels(sock))
		return SOCK_OWNERSHIP_NONE;
	if (sock->owner_count == 0 && summary->scoped)
		return SOCK_OWNERSHIP_UNKNOWN;
	if (sock->owner_count == 0)
		return summary->blind && (sock->known & SOCK_KNOWS_INODE) ? SOCK_OWNERSHIP_HIDDEN
		                                                          : SOCK_OWNERSHIP_NONE;
	const struct owner *first = &sock->owners[0];
	const struct owner *last = &sock->owners[sock->owner_count - 1];
	return first->process == last->process ? SOCK_OWNERSHIP_EXACT : SOCK_OWNERSHIP_SEVERAL;
}

static void report(struct snapshot *snapshot, const struct walk *walk, uint64_t start) {
	snapshot->reports[REPORT_OWNERS] = (struct probe_report){
		.outcome = walk->error ? REPORT_PARTIAL : REPORT_WHOLE,
		.source = SOCK_SOURCE_PROC,
		.error = walk->error,
		.place = walk->place,
		.count = walk->descriptors,
		.elapsed_ns = util_monotonic_ns() - start,
	};
}

void owner_want(struct owner_table *table, struct sock *const *socks, size_t count,
                uint32_t needs) {
	for (size_t i = 0; i < count; i++) {
		owner_table_want(table, socks[i]->inode);
		if (needs & SOCK_NEED_PEER_OWNERS)
			owner_table_want(table, sock_peer_inode(socks[i]));
	}
}

void owner_attach(const struct owner_table *table, struct owner_summary *summary,
                  struct snapshot *snapshot, struct sock *const *socks, size_t count,
                  uint32_t needs) {
	struct arena *arena = &snapshot->arena;
	summary->hidden = 0;
	for (size_t i = 0; i < count; i++) {
		struct sock *sock = socks[i];
		sock->owners = owner_table_find(table, sock->inode, arena, &sock->owner_count);
		if ((needs & SOCK_NEED_PEER_OWNERS) && sock_peer_inode(sock) != 0)
			sock->un->peer_owners = owner_table_find(table, sock->un->peer_inode, arena,
			                                         &sock->un->peer_owner_count);
		sock->ownership = (uint8_t)ownership_of(sock, summary);
		summary->hidden += sock->ownership == SOCK_OWNERSHIP_HIDDEN;
	}
}

struct owner_summary owner_resolve(struct snapshot *snapshot, struct sock *const *socks,
                                   size_t count, uint32_t needs, const struct owner_scope *scope) {
	const uint64_t start = util_monotonic_ns();
	struct walk walk = { .arena = &snapshot->arena, .ring_lines_left = RING_LINES_MAX };
	owner_want(&walk.table, socks, count, needs);
	if (walk.table.used > 0)
		walk_proc(&walk, scope);
	struct owner_summary summary = {
		.unreadable = walk.unreadable,
		.privileged = sees_every_process(),
		.scoped = is_scoped(scope),
	};
	summary.blind = walk.unreadable > 0 || walk.error != 0 || !summary.privileged;
	owner_attach(&walk.table, &summary, snapshot, socks, count, needs);
	report(snapshot, &walk, start);
	owner_table_finish(&walk.table);
	return summary;
}
