#pragma once
/* A look at the sockets, made ready for the live view: everything that was asked for is known of
 * every socket, and what the looks before tell. Const once it is made. */

#include <stdint.h>

#include "snapshot.h"
#include "totals.h"

/* One of the machines that a frame is of. */
struct frame_host {
	const char *name;
	const char *trouble; /* why its sockets are not up to date, any bytes; NULL: they are */
};

struct frame {
	struct snapshot snapshot; /* the sockets, then those that are missing or gone */
	uint64_t number;          /* 1 is the first */
	size_t moment;            /* of a recording, 0 is the first */
	uint64_t time_ns;         /* since 1970, UTC; 0: not known */
	uint64_t monotonic_ns;    /* of the look; in a replay from the times of the moments */
	uint64_t cost_ns;         /* processor time that it took, of all who took part */
	uint16_t ephemeral[2]; /* the ports that the kernel chooses; 0: not known, or they differ */
	uint32_t needs;        /* enum sock_need: what was asked for */
	char host[256];        /* any bytes, ended by NUL */
	char boot[64];         /* likewise; both as in struct origin */
	uint32_t netns;        /* likewise */
	struct owner_summary owners; /* how the search for them went */
	struct totals totals;
	const struct frame_host *hosts; /* if it is of several machines; else NULL */
	size_t host_count;
};
