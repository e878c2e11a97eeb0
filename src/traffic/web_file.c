/* The kernel itself keeps every step of a path beneath the directory (openat2(2), Linux 5.6), also
 * those of symbolic links and while names change. */

#include "web_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"

enum { ATTEMPTS = 8 }; /* while somebody renames directories */

static int open_beneath(int directory, const char *path, uint64_t flags) {
	const struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	for (int i = 0; i < ATTEMPTS; i++) {
		const long fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	return -errno;
}

int web_file_open_root(const char *path) {
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	const int probe = open_beneath(fd, ".", O_PATH);
	if (probe < 0) {
		close(fd);
		return probe;
	}
	close(probe);
	return fd;
}

/* 0 or -errno. */
static int look_at(int fd, struct web_file *file) {
	struct stat status;
	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return -ENODEV;
	*file = (struct web_file){
		.fd = fd,
		.is_directory = S_ISDIR(status.st_mode),
		.size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0,
		.modified = status.st_mtime,
	};
	return 0;
}

/* It is looked at before it is opened, as opening a device may do something. */
int web_file_open(int directory, const char *path, struct web_file *file) {
	static const uint64_t flags[] = { O_PATH, O_RDONLY | O_NONBLOCK | O_NOCTTY };
	struct web_file found = { .fd = -1 };
	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++) {
		const int fd = open_beneath(directory, *path ? path : ".", flags[i]);
		const int result = fd < 0 ? fd : look_at(fd, &found);
		if (fd >= 0 && (i == 0 || result != 0))
			close(fd);
		if (result != 0)
			return result;
	}
	*file = found;
	return 0;
}
