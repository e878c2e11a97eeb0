#pragma once
/* Reads the files of /proc line by line. */

#include <stdbool.h>
#include <stddef.h>

/* `line` comes without its line break. False ends the reading early, which is no error. */
typedef bool (*lines_fn)(void *context, const char *line, size_t length);

/* Reads `fd` to its end and hands over every line. 0 or -errno; a last line without its line break,
 * which may be torn, and one longer than any that the kernel writes are -EBADMSG. */
int lines_read(int fd, lines_fn deliver, void *context);
