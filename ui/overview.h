#pragma once
/* Who is behind the sockets of a look: the processes, peers and ports with the most traffic and the
 * most sockets, and what waits for peers; each with its last minutes. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exposure.h"
#include "series.h"
#include "tally.h"

struct frame;

enum overview_kind {
	OVERVIEW_PROCESSES, /* of each machine; a socket of several counts for each of them */
	OVERVIEW_PEERS,     /* by address */
	OVERVIEW_PORTS,     /* of services: the local one if something waits there, or did; else the
	                       peer's */
	OVERVIEW_LISTENERS, /* by machine, protocol, address and port */
	OVERVIEW_KINDS,
};

/* As many of each as a large screen has lines for. */
enum { OVERVIEW_ROWS = 48 };

struct overview_row {
	struct tally_entry sums;
	enum exposure exposure;       /* of a listener */
	const struct series *history; /* B/s; of a listener what is queued; NULL: not yet */
};

/* Of a port: it is a local one. */
bool overview_is_here(const struct overview_row *row);

struct overview_list {
	struct overview_row rows[OVERVIEW_ROWS]; /* the most important first */
	size_t count;
	size_t all; /* how many there are beside these, too */
};

struct overview;

struct overview *overview_create(void);
void overview_destroy(struct overview *overview);

/* A look that was not seen before; it is borrowed until the next one. Histories go on. Unless the
 * lists are `wanted` now, only what moves is looked at. */
void overview_add(struct overview *overview, const struct frame *frame, bool wanted);

/* The rows of the latest look, which are made now if they were not yet. They hold until the next
 * overview_add(). */
const struct overview_list *overview_list(struct overview *overview, enum overview_kind kind);
