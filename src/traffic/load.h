#pragma once
/* Many connections at once, with messages that are timed there and back, counted and summed up. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

enum load_style {
	LOAD_MESSAGES, /* message and answer, again and again, on connections that stay */
	LOAD_CHURN,    /* connect, one message and its answer, close, again */
	LOAD_HOLD,     /* connections that stay and say nothing */
	LOAD_STREAM,   /* sends as fast as it goes and takes what comes */
};

struct load_plan {
	enum load_style style;
	int type;                      /* SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET */
	const struct address *targets; /* used in turn; borrowed */
	size_t target_count;
	const void *message;  /* NULL: `size` bytes of a pattern; borrowed */
	size_t size;          /* bytes of a message */
	uint64_t connections; /* in all; 0: without end */
	uint64_t parallel;    /* of those at the same time */
	double rate;          /* messages, or connections of LOAD_CHURN and LOAD_HOLD, a
	                         second in all; 0: as fast as it goes */
	uint64_t duration_ns; /* 0: until all is done, or a signal comes */
	uint64_t think_ns;    /* between an answer and the next message */
	bool reset;           /* closed with RST (SO_LINGER of 0 s) */
	bool json;            /* the summary as one JSON object */
	bool quiet;           /* no progress line and no summary */
};

/* Returns an exit status: EXIT_STATUS_MATCHED if nothing went wrong. Progress goes to standard
 * error if that is a terminal, the summary to standard output. */
int load_run(const struct load_plan *plan);
