#pragma once
/* Sockets that a process registered with an io_uring. It may close their descriptors then, and
 * still holds them through the ring. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for the target of a descriptor link that is an io_uring. Pure. */
bool ring_is_link(const char *link, size_t length);

/* The inode in a line of the ring's fdinfo, "    1: socket:[4711]"; false for any other line. Pure.
 */
bool ring_parse_line(const char *line, size_t length, uint32_t *inode);

/* True if the kernel of that release (uname(2)) tells the files of a ring by their whole path.
 * Those before 6.14 told the last part of it, so a file named "socket:[1]" would have been taken
 * for a socket, and sockets were not told. Pure. */
bool ring_is_told_by(const char *release);

typedef void (*ring_socket_fn)(void *context, uint32_t inode);

/* Calls `found` for each socket of the ring that is descriptor `fd` in the table open as
 * `directory`
 * (/proc/PID/fd). 0 or -errno. A ring that is busy again and again tells nothing. */
int ring_read(int directory, const char *fd, ring_socket_fn found, void *context);
