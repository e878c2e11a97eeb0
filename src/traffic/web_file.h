#pragma once
/* Files beneath a directory, and nothing else, whatever a path says. */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct web_file {
	int fd;
	bool is_directory;
	uint64_t size;
	time_t modified;
};

/* A descriptor of `path`, to be given as `directory` below. -errno if it cannot be opened, or if
 * the kernel cannot hold paths beneath it. */
int web_file_open_root(const char *path);

/* `path` is relative; "" is the directory itself. 0, or -errno and no file: -EXDEV if it leads out
 * of the directory, -ENODEV if it is no regular file and no directory. The caller closes `fd`. */
int web_file_open(int directory, const char *path, struct web_file *file);
