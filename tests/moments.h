#pragma once
/* Moments made by hand, for tests of what reads them. */

#include <stddef.h>
#include <stdint.h>

struct moment_bytes {
	unsigned char *start; /* for the caller to free */
	size_t length;
};

/* So many connections of one process, with cookies from `cookie` on; number n of them has received
 * bytes_received + n. */
struct moment_sockets {
	uint64_t time_ns;
	uint32_t cookie, count;
	uint64_t bytes_received;
};

struct moment_bytes moments_make(const struct moment_sockets *sockets);
