#pragma once
/* What happens on the wire, one line an event, for people or as JSON, and the sums of it. Any
 * thread may report.
 *
 * A reader that stops holds up nobody: what does not fit into 1 MiB is not shown but counted, and
 * "12 events not shown" stands in its place once there is room. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

enum event_kind {
	EVENT_LISTENING,
	EVENT_CONNECTED,
	EVENT_RECEIVED, /* a message, as it came out of one read */
	EVENT_REQUEST,  /* of HTTP, answered with `status` */
	EVENT_CLOSED,
	EVENT_REFUSED, /* there were as many clients as there may be */
	EVENT_PAUSED,  /* nothing is accepted because of `error` */
	EVENT_RESUMED,
	EVENT_FAILED, /* `error` ended something that `text` names, translated */
	EVENT_COUNT,
};

/* All but the kind may be left zero; nothing is kept. */
struct event {
	enum event_kind kind;
	const char *service;           /* "tcp", "udp", "unix", "http", "ws" */
	const struct address *address; /* LISTENING: ours; else the peer's */
	const void *bytes;             /* RECEIVED: the message; REQUEST: method and target */
	size_t length;
	const char *text;
	unsigned status;
	uint64_t in, out; /* CLOSED: bytes of the whole connection; REQUEST: `out` of the answer */
	uint64_t elapsed_ns; /* CLOSED: how long it lasted */
	int error;           /* errno; CLOSED: why, if it was not the peer's end of stream */
};

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_QUIET };

struct report;

/* Writes to `fd`; what waits ends once `interrupt_fd` can be read, -1: none. */
struct report *report_create(int fd, enum report_format format, int interrupt_fd);
void report_destroy(struct report *report);

void report_event(struct report *report, const struct event *event);

/* Bytes that were sent or received outside of any connection that EVENT_CLOSED counts, as datagrams
 * are. */
void report_count(struct report *report, uint64_t in, uint64_t out);

/* "3 connections, 12 messages, 144 bytes in, 144 bytes out in 12.3s". Nothing if it is quiet. */
void report_summary(struct report *report);

/* Writes what goes without waiting. 0 or -errno of the first write that failed, now or before. */
int report_flush(struct report *report);

/* -1, or if something is left to be written what to watch until it is ready for that. */
int report_stuck_fd(struct report *report);

/* Waits until all is written; the same result, or -EINTR if it was interrupted or nothing went for
 * so long, -1: never. */
int report_drain(struct report *report, int patience_ms);
