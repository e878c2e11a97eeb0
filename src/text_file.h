#pragma once
/* Whole text files that people write: none hangs, none is too large, none holds a NUL. */

#include <stddef.h>

/* Reads the regular file `path`, or standard input, whatever that is, for "-". The caller frees
 * `text`, which a NUL follows. 0, or -errno and nothing but `error`, one line for the caller to
 * free, which never quotes the content; -ENOENT and -ENOTDIR only if there is no such file. */
int text_file_read(const char *path, size_t max, char **text, size_t *length, char **error);
