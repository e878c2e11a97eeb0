/* One process in /proc. Everything a process can choose about itself, its name above all, is
 * taken as bytes without a meaning. */

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "util.h"

enum { TEXT_SIZE = 4096, PARENT_FIELD = 4, START_TIME_FIELD = 22 };

/* The text before the first blank of a field, counted from 3, that follows the name. */
static bool find_field(const char *text, size_t length, int wanted, const char **field,
                       size_t *field_length) {
	size_t at = 0;
	for (int number = 3; at < length; number++) {
		while (at < length && text[at] == ' ')
			at++;
		const size_t start = at;
		while (at < length && text[at] != ' ' && text[at] != '\n')
			at++;
		if (number == wanted) {
			*field = text + start;
			*field_length = at - start;
			return at > start;
		}
		if (at == start)
			return false;
	}
	return false;
}

static bool parse_number(const char *text, size_t length, int field, uint64_t max,
                         uint64_t *number) {
	const char *digits = NULL;
	size_t digit_count = 0;
	return find_field(text, length, field, &digits, &digit_count) &&
	       util_parse_number(digits, digit_count, max, number);
}

bool process_parse_stat(const char *text, size_t length, struct process_stat *stat) {
	const char *open = memchr(text, '(', length);
	const char *close = memrchr(text, ')', length);
	uint64_t parent_pid = 0;
	if (!open || !close || close < open)
		return false;
	const size_t rest = length - (size_t)(close + 1 - text);
	if (!parse_number(close + 1, rest, PARENT_FIELD, UINT32_MAX, &parent_pid) ||
	    !parse_number(close + 1, rest, START_TIME_FIELD, UINT64_MAX, &stat->start_time))
		return false;
	stat->parent_pid = (uint32_t)parent_pid;
	stat->comm = open + 1;
	stat->comm_length = (size_t)(close - open - 1);
	return true;
}

/* The kernel escapes the line breaks of the name, which comes first. */
bool process_parse_leader(const char *text, size_t length, uint32_t *pid) {
	static const char before[] = "\nTgid:\t";
	const char *found = memmem(text, length, before, sizeof(before) - 1);
	if (!found)
		return false;
	const char *number = found + sizeof(before) - 1;
	const char *stop = memchr(number, '\n', length - (size_t)(number - text));
	uint64_t leader = 0;
	if (!stop || !util_parse_number(number, (size_t)(stop - number), UINT32_MAX, &leader))
		return false;
	*pid = (uint32_t)leader;
	return true;
}

bool process_parse_socket_link(const char *link, size_t length, uint32_t *inode) {
	static const char prefix[] = "socket:[";
	const size_t prefix_length = sizeof(prefix) - 1;
	uint64_t number = 0;
	if (length <= prefix_length || link[length - 1] != ']' ||
	    memcmp(link, prefix, prefix_length) != 0)
		return false;
	if (!util_parse_number(link + prefix_length, length - prefix_length - 1, UINT32_MAX,
	                       &number))
		return false;
	*inode = (uint32_t)number;
	return true;
}

const char *process_base_name(const char *path, size_t length, size_t *name_length) {
	static const char deleted[] = " (deleted)";
	const size_t suffix = sizeof(deleted) - 1;
	if (length > suffix && memcmp(path + length - suffix, deleted, suffix) == 0)
		length -= suffix;
	const char *slash = memrchr(path, '/', length);
	const char *name = slash ? slash + 1 : path;
	*name_length = length - (size_t)(name - path);
	return name;
}

/* Bytes read or -errno. */
static ssize_t read_file(int directory, const char *name, char *buffer, size_t size) {
	const int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t length;
	do
		length = read(fd, buffer, size);
	while (length < 0 && errno == EINTR);
	const int error = errno;
	close(fd);
	return length < 0 ? -error : length;
}

int process_read_stat(int directory, const char *name, char text[PROCESS_STAT_SIZE],
                      struct process_stat *stat) {
	const ssize_t length = read_file(directory, name, text, PROCESS_STAT_SIZE);
	if (length < 0)
		return (int)length;
	return process_parse_stat(text, (size_t)length, stat) ? 0 : -ESRCH;
}

/* A kernel thread has none, and another user's is not shown without CAP_SYS_PTRACE. */
static void read_executable(int directory, const char *thread, struct arena *arena,
                            struct process *process) {
	char path[PATH_MAX];
	char of_thread[64];
	ssize_t length = readlinkat(directory, "exe", path, sizeof(path));
	if (length < 0 && errno == ENOENT && thread) {
		snprintf(of_thread, sizeof(of_thread), "task/%s/exe", thread);
		length = readlinkat(directory, of_thread, path, sizeof(path));
	}
	if (length <= 0)
		return;
	const char *name = process_base_name(path, (size_t)length, &process->exe_length);
	process->exe = arena_copy(arena, name, process->exe_length);
}

int process_read(int directory, const char *thread, uint32_t pid, struct arena *arena,
                 struct process *process) {
	char text[PROCESS_STAT_SIZE];
	struct process_stat stat;
	const int error = process_read_stat(directory, "stat", text, &stat);
	if (error != 0)
		return error;
	*process = (struct process){
		.pid = pid,
		.start_time = stat.start_time,
		.comm = arena_copy(arena, stat.comm, stat.comm_length),
		.comm_length = stat.comm_length,
		.parent_pid = stat.parent_pid,
	};
	read_executable(directory, thread, arena, process);
	return 0;
}

/* What a process is called: its executable, or what it calls itself. */
void process_read_parent(int directory, struct arena *arena, struct process *process) {
	char name[64];
	char path[PATH_MAX];
	char text[PROCESS_STAT_SIZE];
	struct process_stat stat;
	if (process->parent_pid == 0)
		return;
	snprintf(name, sizeof(name), "../%u/exe", process->parent_pid);
	const ssize_t length = readlinkat(directory, name, path, sizeof(path));
	if (length > 0) {
		const char *base = process_base_name(path, (size_t)length, &process->parent_length);
		process->parent = arena_copy(arena, base, process->parent_length);
		return;
	}
	snprintf(name, sizeof(name), "../%u/stat", process->parent_pid);
	if (process_read_stat(directory, name, text, &stat) != 0)
		return;
	process->parent_length = stat.comm_length;
	process->parent = arena_copy(arena, stat.comm, stat.comm_length);
}

int process_read_leader(int directory, uint32_t *pid) {
	char text[TEXT_SIZE];
	const ssize_t length = read_file(directory, "status", text, sizeof(text));
	if (length < 0)
		return (int)length;
	return process_parse_leader(text, (size_t)length, pid) ? 0 : -ESRCH;
}
