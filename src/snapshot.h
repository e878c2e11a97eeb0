#pragma once
/* What the probes found: sockets, and how the finding went. It owns everything reachable from it;
 * everyone else borrows. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "sock.h"

/* One for each of enum sock_probe; one for the owners; and one for the names of devices, users and
 * control groups, which is asked for nothing unless it fails. */
enum { REPORT_OWNERS = SOCK_PROBE_COUNT, REPORT_NAMES, REPORT_COUNT };

enum report_outcome {
	REPORT_NOT_ASKED,
	REPORT_ABSENT,   /* this kernel has no such protocol */
	REPORT_UNLISTED, /* this kernel has it, but nobody there lists its sockets */
	REPORT_WHOLE,
	REPORT_PARTIAL, /* `error` says why */
};

/* How one probe fared. */
struct probe_report {
	enum report_outcome outcome;
	enum sock_source source;
	int error;         /* errno; 0 if whole */
	int diag_error;    /* errno that made /proc/net take over; 0 if it did not */
	const char *place; /* the file or call that `error` is about, static text, or NULL */
	uint64_t count;    /* sockets, or descriptors for the owners */
	uint64_t
	    duplicates;  /* sockets that the kernel told twice in one dump, and that were dropped */
	uint64_t dumps;  /* how many it took until none can have been missed */
	uint64_t joined; /* sockets that only a later dump told */
	uint64_t ignored; /* messages that made no sense and were dropped */
	uint64_t elapsed_ns;
};

/* The processes to look into for owners. None, and no scope at all, means everyone. */
struct owner_scope {
	const uint32_t *pids;
	size_t count;
};

/* How the search for owners went. */
struct owner_summary {
	size_t hidden;     /* sockets whose owner we may not see; none if `scoped` */
	size_t unreadable; /* processes that we may not look into */
	bool scoped;       /* what none of some processes holds has unknown owners */
	bool privileged;   /* we hold both capabilities; only the kernel itself refused more */
	bool blind;        /* an owner may have been out of sight */
};

struct snapshot {
	struct arena arena;
	struct sock *socks;
	size_t count;
	size_t capacity;
	struct probe_report reports[REPORT_COUNT];
};

/* Both take zeroed memory. */
void snapshot_init(struct snapshot *snapshot);
void snapshot_finish(struct snapshot *snapshot);

/* Forgets the sockets, keeps the reports and the memory. */
void snapshot_reset(struct snapshot *snapshot);

/* A zeroed socket at the end. Earlier sockets may move, what they point to does not. */
struct sock *snapshot_add(struct snapshot *snapshot);

/* Room for so many sockets in all, so that adding them moves none. */
void snapshot_reserve(struct snapshot *snapshot, size_t count);

/* Copies what there is of the names. */
void snapshot_name(struct snapshot *snapshot, struct sock *sock, const struct sock_names *names);

/* Takes back the last snapshot_add(). */
void snapshot_drop_last(struct snapshot *snapshot);

const char *report_name(size_t index);

/* Notes that names are missing because of `error`, an errno; 0 notes nothing. */
void snapshot_note_names(struct snapshot *snapshot, int error, const char *place);

bool snapshot_is_whole(const struct snapshot *snapshot);
