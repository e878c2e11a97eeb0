/* From child to parent, one file of /proc each. A parent that ends meanwhile hands its child over
 * to another, so the way up may lead past somebody, but never in a circle for ever. */

#include "ancestors.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "process.h"

static bool read_parent(uint32_t pid, uint32_t *parent) {
	char path[32];
	char text[PROCESS_STAT_SIZE];
	struct process_stat stat;
	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (process_read_stat(AT_FDCWD, path, text, &stat) != 0)
		return false;
	*parent = stat.parent_pid;
	return true;
}

size_t ancestors_find(uint32_t *pids, size_t max) {
	uint32_t pid = (uint32_t)getpid();
	size_t count = 0;
	while (count < max && pid != 0) {
		pids[count++] = pid;
		if (!read_parent(pid, &pid))
			break;
	}
	return count;
}
