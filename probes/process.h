#pragma once
/* What /proc tells of one process. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock.h"

struct arena;

/* What /proc/PID/stat says. `comm` points into the text that was parsed. */
struct process_stat {
	const char *comm;
	size_t comm_length;
	uint64_t start_time; /* clock ticks after boot */
	uint32_t parent_pid; /* 0: none */
};

/* Parses the content of /proc/PID/stat. The name may hold any byte, brackets too, so it ends at
 * the last ')'. False if the text is not of that form. Pure. */
bool process_parse_stat(const char *text, size_t length, struct process_stat *stat);

/* Reads and parses that file, whose path is `name` in the open `directory` or in the working one
 * (AT_FDCWD). `stat` points into `text`. 0 or -errno; -ESRCH if the process ended meanwhile. */
enum { PROCESS_STAT_SIZE = 4096 };
int process_read_stat(int directory, const char *name, char text[PROCESS_STAT_SIZE],
                      struct process_stat *stat);

/* The inode in the target of a descriptor link, "socket:[4711]"; false for anything else. Pure. */
bool process_parse_socket_link(const char *link, size_t length, uint32_t *inode);

/* The number of the process that a thread is of, from its /proc/PID/status. False if the text is
 * not of that form. Pure. */
bool process_parse_leader(const char *text, size_t length, uint32_t *pid);

/* The base name of an executable's path, without the kernel's " (deleted)". Pure. */
const char *process_base_name(const char *path, size_t length, size_t *name_length);

/* Reads the process whose /proc directory is open as `directory`. A descriptor of /proc/PID stays
 * with its process: a later process of the same number cannot be taken for it. `thread` is the
 * number of the thread it was met through, or NULL: when the first thread has ended, only another
 * one still knows the executable. 0 or -errno; -ESRCH if the process ended meanwhile. */
int process_read(int directory, const char *thread, uint32_t pid, struct arena *arena,
                 struct process *process);

/* Names the parent of a process that was just read, in the arena; it stays NULL if /proc does not
 * tell. Dearer than all the rest of the process. */
void process_read_parent(int directory, struct arena *arena, struct process *process);

/* The number of the process that the thread is of whose /proc directory is open: /proc has one for
 * each thread, but lists only processes. 0 or -errno; -ESRCH if it ended meanwhile. */
int process_read_leader(int directory, uint32_t *pid);
