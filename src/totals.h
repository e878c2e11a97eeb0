#pragma once
/* What the header of the live view says of all sockets. Pure. */

#include <stdint.h>

#include "sock.h"
#include "transitions.h"

struct snapshot;

struct totals {
	uint64_t sockets;                        /* those that are there */
	uint64_t protocols[SOCK_PROTOCOL_COUNT]; /* likewise */
	uint64_t states[SOCK_STATE_COUNT];       /* of TCP, likewise */
	uint64_t appeared, gone;                 /* since the look before */
	uint64_t rx, tx;                         /* B/s */
	uint64_t retrans, sent;                  /* segments in this look's time: sent again; all */
	uint64_t elapsed_ns;                     /* that time; 0 in the first look: no rates yet */
	uint64_t owned, owner_hidden;            /* of the sockets that a process could hold */
	uint64_t full_queues;                    /* TCP listeners that can take no connection */
	struct transitions transitions;          /* since the look before */
};

/* The totals of several machines: `more` is added. */
void totals_add(struct totals *totals, const struct totals *more);

/* `now` has been through life_update(); `before` is the look before it, or NULL. */
struct totals totals_of(const struct snapshot *before, const struct snapshot *now,
                        uint64_t elapsed_ns);
