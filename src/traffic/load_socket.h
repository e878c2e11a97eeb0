#pragma once
/* Sockets of a load, and the addresses that they come from: one address of loopback has fewer ports
 * than a load may want, so the next is used after some thousand. */

#include <stdint.h>

#include "load.h"

/* Zero-initialise. */
struct load_sources {
	uint64_t used;
	unsigned host; /* 0: as the kernel chooses; n: 127.0.0.(1 + n) */
};

/* A socket for `target`, non-blocking. Its descriptor or -errno. */
int load_socket_open(const struct load_plan *plan, const struct address *target);

/* What load_socket_open() does to each; for those that somebody else has opened. */
void load_socket_tune(int fd, const struct load_plan *plan, const struct address *target);

/* Begins to connect it. 0 once it is connected, -EINPROGRESS while that goes on; -EAGAIN of a UNIX
 * socket whose server is behind: try again later; or another -errno. */
int load_socket_connect(int fd, const struct address *target, struct load_sources *sources);

/* Closes it, with RST if the plan says so. */
void load_socket_close(const struct load_plan *plan, int fd);
