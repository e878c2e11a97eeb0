#include "program.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

char *program_beside(const char *name) {
	char path[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
	if (length < 0)
		return NULL;
	const char *slash = memrchr(path, '/', (size_t)length);
	if (!slash || length == sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return xasprintf("%.*s/%s", (int)(slash - path), path, name);
}
