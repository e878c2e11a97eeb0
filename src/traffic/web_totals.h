#pragma once
/* What a TCP connection has carried, as the kernel counts it. */

#include <stddef.h>
#include <stdint.h>

struct web_totals {
	uint64_t in, out; /* bytes */
	int error;        /* ECONNRESET if the peer did not end it in order; 0 */
};

/* While the connection ends: it throws away what nobody has read, into `buffer`. */
struct web_totals web_totals_of(int fd, void *buffer, size_t size);
