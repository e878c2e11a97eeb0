#pragma once
/* Many connections at once, with messages that are timed there and back, counted and summed up.
 *
 * An answer is as many bytes as the message has if they are the same, so an echo is waited for to
 * its end; as soon as they differ the answer is whatever one read brought, so a server may answer
 * with anything, however short. A datagram and a SEQPACKET message are always an answer. Who closes
 * before there is one is counted, and so is an answer of which nothing comes for too long (5 s; 1 s
 * if the message was a datagram, which may be lost) and a connection that is not made in 10 s; or
 * what the plan says.
 *
 * With a rate, times are measured from the moment when the message was meant to be sent, or the
 * connection to be made, as wrk2 does: a server that stalls makes all messages late that were due
 * meanwhile, not one ("coordinated omission"). What is more than 1 s late is left out and counted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct loop;

enum load_style {
	LOAD_MESSAGES, /* message and answer, again and again, on connections that stay and are
	                  replaced if they end. With `connections` and no duration: once on each */
	LOAD_CHURN,    /* connect, one message and its answer, close, again */
	LOAD_HOLD,   /* `connections`, or `parallel` if that is 0, stay and say nothing; those that
	                end are not replaced */
	LOAD_STREAM, /* sends as fast as it goes and takes what comes; the size and the rate do not
	                matter, but for datagrams, and nothing is sent if the size is 0 */
};

struct load_plan {
	enum load_style style;
	int type;                      /* SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET */
	const struct address *targets; /* used in turn; borrowed */
	size_t target_count;
	const void *message;  /* NULL: `size` bytes of a pattern; borrowed */
	size_t size;          /* bytes of a message; 0: connections are closed once they are made */
	uint64_t connections; /* in all; 0: without end */
	uint64_t parallel;    /* of those at the same time; at least 1 */
	double rate;          /* messages, or connections of LOAD_CHURN and LOAD_HOLD, a
	                         second in all; 0: as fast as it goes */
	uint64_t duration_ns; /* 0: until all is done, or a signal comes */
	uint64_t think_ns;    /* between an answer and the next message */
	uint64_t timeout_ns;  /* to connect, and for an answer; 0: what is usual */
	bool reset;           /* closed with RST (SO_LINGER of 0 s) */
	bool json;            /* the summary as one JSON object */
	bool quiet;           /* no progress line and no summary */
	int first_fd;         /* the first of the connections, to the first of the targets, if it is
	                         there already; -1: it is not. It is the load's to close, and has no
	                         connect time */
	uint64_t first_sent_ns; /* when its first message was sent, of datagrams; 0: it was not */
};

/* What is sent each time, for the caller to free; of LOAD_STREAM it may be several messages. */
char *load_make_message(const struct load_plan *plan, size_t *size);

/* Returns an exit status: EXIT_STATUS_MATCHED if nothing went wrong, EXIT_STATUS_PARTIAL if a
 * connection failed, was closed by the peer before its answer, or had none, or no message had one
 * at all. Progress and what holds things up go to standard error, the summary to standard output.
 * Descriptors are limited by the hard limit only from then on. The loop is of no use afterwards. */
int load_run(const struct load_plan *plan, struct loop *loop);
