#pragma once
/* One connection of a load, from its socket to its end. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"
#include "load_socket.h"
#include "loop.h"
#include "turns.h"

struct load_connection;
struct load_result;

enum load_end {
	LOAD_END_DONE,     /* all was said */
	LOAD_END_FAILED,   /* it was made, and ended too early */
	LOAD_END_UNMADE,   /* it was never made */
	LOAD_END_SHORTAGE, /* not even a descriptor was there for it */
};

/* What they share, borrowed. All behind `turns` is zero at first. */
struct load_group {
	const struct load_plan *plan;
	struct loop *loop;
	struct load_result *result;
	const char *message; /* LOAD_STREAM: what is sent again and again */
	size_t size;
	char *buffer; /* of LOAD_BUFFER_SIZE */
	bool is_once; /* a connection ends after its first answer */
	int first_fd; /* what the plan has, until it is used: -1 */
	/* One is connected, or over; called from within it, so only to take note. */
	void (*made)(void *context);
	void (*ended)(void *context, enum load_end end, int error);
	void *context;
	struct turns turns; /* of messages, if they have a rate */
	struct load_sources sources;
	struct load_connection *first;
};

enum { LOAD_BUFFER_SIZE = 256 * 1024 };

/* Begins one. `meant_ns` is when, for its connect time. */
void load_connection_open(struct load_group *group, const struct address *target,
                          uint64_t meant_ns);

/* Closes all; `ended` is not called. */
void load_group_close(struct load_group *group);
