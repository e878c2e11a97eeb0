#pragma once
/* The last minutes of single sockets, for as many as memory is set aside for. */

#include <stddef.h>
#include <stdint.h>

#include "series.h"

struct frame;
struct sock;

enum { TRAIL_MAX = 4096 };

struct trail {
	uint64_t serial; /* of the socket (struct sock_life) */
	struct series rx, tx, rtt, cwnd;
};

struct trails;

struct trails *trails_create(void);
void trails_destroy(struct trails *trails);

/* Adds what the frame says of every socket if there is room for all, else of those that move and
 * of those that have a trail already. The ones that are gone make room. */
void trails_add(struct trails *trails, const struct frame *frame);

/* NULL if there is none. A socket that was asked for keeps its trail. */
const struct trail *trails_find(struct trails *trails, uint64_t serial);
