#pragma once
/* Sockets that a process registered with an io_uring. It may close their descriptors then, and
 * still holds them through the ring. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for the target of a descriptor link that is an io_uring. Pure. */
bool ring_is_link(const char *link, size_t length);

/* The inode in a line of fdinfo, "    1: socket:[4711]"; false for any other line. Pure. */
bool ring_parse_line(const char *line, size_t length, uint32_t *inode);

/* True if the kernel of that release (uname(2)) can be believed. Older ones tell only the last part
 * of a path, which anybody can make "socket:[1]", or leave the files of a ring in use out without
 * a word. Pure. */
bool ring_is_told_by(const char *release);

typedef void (*ring_socket_fn)(void *context, uint32_t inode);

/* Calls `found` for each socket of the ring that is descriptor `fd` of the open `directory`, which
 * is /proc/PID/fd. What is read is taken off `lines_left`. 0 or -errno; -EBUSY if the ring was in
 * use at each attempt or no lines were left, so that it may hold more sockets. */
int ring_read(int directory, const char *fd, size_t *lines_left, ring_socket_fn found,
              void *context);
