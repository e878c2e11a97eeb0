/* From child to parent, one file of /proc each. A parent that ends meanwhile hands its child over
 * to another, so the way up may lead past somebody, but never in a circle for ever. */

#include "ancestors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

enum { TEXT_SIZE = 4096 };

/* The kernel escapes the line breaks of the name, which comes first. */
bool ancestors_parse(const char *text, size_t length, uint32_t *pid) {
	static const char before[] = "\nPPid:\t";
	uint64_t parent = 0;
	const char *found = memmem(text, length, before, sizeof(before) - 1);
	if (!found)
		return false;
	const char *number = found + sizeof(before) - 1;
	const char *stop = memchr(number, '\n', length - (size_t)(number - text));
	if (!stop || !util_parse_number(number, (size_t)(stop - number), UINT32_MAX, &parent))
		return false;
	*pid = (uint32_t)parent;
	return true;
}

static bool read_parent(uint32_t pid, uint32_t *parent) {
	char path[32];
	char text[TEXT_SIZE];
	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	const ssize_t length = util_read_up_to(fd, text, sizeof(text));
	close(fd);
	return length > 0 && ancestors_parse(text, (size_t)length, parent);
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
