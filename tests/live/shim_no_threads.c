/* Preloaded: the list of the threads of a process cannot be read for want of memory. */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int is_thread_list(int fd) {
	char link[64];
	char path[256];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	const ssize_t length = readlink(link, path, sizeof(path) - 1);
	if (length < 5)
		return 0;
	path[length] = '\0';
	return strcmp(path + length - 5, "/task") == 0;
}

ssize_t getdents64(int fd, void *buffer, size_t length) {
	ssize_t (*real)(int, void *, size_t);
	*(void **)&real = dlsym(RTLD_NEXT, "getdents64");
	if (is_thread_list(fd)) {
		errno = ENOMEM;
		return -1;
	}
	return real(fd, buffer, length);
}
