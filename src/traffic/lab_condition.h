#pragma once
/* What the lab can make, as a table. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lab_made;

/* How many sockets there must be. */
enum lab_amount {
	LAB_EXACTLY,
	LAB_OR_MORE,
	LAB_RISING, /* more than when they were first looked at */
};

/* Sockets of a condition that are worth a look. In `filter` and `ss` the names @server, @client,
 * @inode and @peer stand for numbers of struct lab_made. */
struct lab_target {
	const char *what;    /* marked with N_; NULL: no further target */
	const char *filter;  /* finds these and no others */
	const char *options; /* that make socklens show what is special; or NULL */
	const char *ss;      /* a command that shows the same, or NULL if ss has none */
	const char *expect;  /* what must be true of each, as lab_check.h says */
	size_t count;        /* of LAB_EXACTLY and LAB_OR_MORE; 0: that of struct lab_made */
	enum lab_amount amount;
};

enum { LAB_TARGETS_MAX = 3 };

struct lab_condition {
	const char *name;          /* as people read it; states as ss spells them */
	const char *const *others; /* further names, ended by NULL; or NULL */
	/* Sentences, marked with N_. */
	const char *meaning;
	const char *turn; /* whose turn it is, and what ends it */
	const char *done; /* how it was made */
	bool has_port;    /* something listens or waits for datagrams */
	bool needs_root;
	bool leaves_time_wait;
	unsigned since[2]; /* the kernel that shows it first; 0: any */
	bool (*make)(struct lab_made *made);
	void (*tick)(struct lab_made *made); /* every LAB_TICK_MS while it is held; or NULL */
	struct lab_target targets[LAB_TARGETS_MAX];
};

enum { LAB_TICK_MS = 100 };

extern const struct lab_condition lab_conditions[];
extern const size_t lab_condition_count;

/* By any of its names, in any case, with '-', '_' or nothing between the words. NULL if there is
 * none. */
const struct lab_condition *lab_find(const char *name);

/* The name most like `name`, or NULL. */
const char *lab_suggest(const char *name);

/* True if a kernel that calls itself `release` is as old as `since` or newer. */
bool lab_is_since(const unsigned since[2], const char *release);
