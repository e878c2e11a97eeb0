/* From child to parent, one file of /proc each. A parent that ends meanwhile hands its child over
 * to another, so the way up may lead past somebody, but never in a circle for ever. Numbers are
 * those of /proc, which may be that of another pid namespace than ours. */

#include "ancestors.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "util.h"

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

/* 0 if /proc does not know us. */
static uint32_t own_number(void) {
	char link[16];
	uint64_t pid = 0;
	const ssize_t length = readlink("/proc/self", link, sizeof(link));
	if (length <= 0 || !util_parse_number(link, (size_t)length, UINT32_MAX, &pid))
		return 0;
	return (uint32_t)pid;
}

size_t ancestors_find(uint32_t *pids, size_t max) {
	uint32_t pid = own_number();
	size_t count = 0;
	while (count < max && pid != 0) {
		pids[count++] = pid;
		if (!read_parent(pid, &pid))
			break;
	}
	return count;
}

/* NULL if it is not among them. */
static char *find_variable(FILE *variables, const char *name) {
	const size_t length = strlen(name);
	char *variable = NULL;
	char *value = NULL;
	size_t size = 0;
	while (!value && getdelim(&variable, &size, '\0', variables) > 0) {
		if (strncmp(variable, name, length) == 0 && variable[length] == '=')
			value = xasprintf("%s", variable + length + 1);
	}
	free(variable);
	return value;
}

char *ancestors_variable(const uint32_t *pids, size_t count, const char *name) {
	char *value = NULL;
	for (size_t i = 0; i < count && !value; i++) {
		char path[32];
		snprintf(path, sizeof(path), "/proc/%u/environ", pids[i]);
		FILE *variables = fopen(path, "re");
		if (!variables)
			continue;
		value = find_variable(variables, name);
		fclose(variables);
	}
	return value;
}
