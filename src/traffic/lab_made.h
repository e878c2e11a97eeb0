#pragma once
/* A condition while it is held: its sockets, its processes, and the numbers to find them by. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lab_check.h"
#include "lab_condition.h"

enum lab_outcome {
	LAB_MADE,
	LAB_UNAVAILABLE, /* not on this machine, or not by this user */
	LAB_FAILED,
};

struct lab_made {
	const struct lab_condition *condition;
	enum lab_outcome outcome;
	bool broken;     /* it was made, and could not go on because of `reason` */
	bool exhausted;  /* for want of descriptors, so that others will fare no better */
	char *reason;    /* why it was not made, one line */
	uint16_t server; /* port: of who listens; before that the one to use, 0: any */
	uint16_t client; /* port of who connected */
	uint32_t inode, peer;
	size_t count;   /* where the number of sockets depends on the machine */
	char netns[16]; /* the process whose network namespace they are in; "": ours */
	int *fds;
	size_t fd_count;
	pid_t *children;
	size_t child_count;
	int hand;         /* of `tick`: the descriptor it works on */
	uint64_t next_ns; /* of `tick`: when it is to act again, CLOCK_MONOTONIC */
	struct lab_baseline baselines[LAB_TARGETS_MAX];
};

/* Makes it. `port` is where something is to listen, 0: anywhere. Whatever the outcome is,
 * lab_unmake() ends it. */
void lab_make(struct lab_made *made, const struct lab_condition *condition, uint16_t port);

/* Ends its processes, and its sockets so that nothing of them stays behind in the kernel. */
void lab_unmake(struct lab_made *made);

/* For those who make. They return false if the condition cannot be had. */

/* Keeps `fd`, closed in the end; false and errno's reason if it is -1. */
bool lab_keep(struct lab_made *made, int fd);

/* Closes `fd`, which is kept, as a program would. */
void lab_let_go(struct lab_made *made, int fd);

/* fork(), of a process that has only `fd` open and lives until lab_unmake(). */
pid_t lab_fork(struct lab_made *made, int fd);

/* A process that holds `fd`, and nothing else, until the end. */
bool lab_share(struct lab_made *made, int fd);

/* False, with errno's reason. */
bool lab_fail(struct lab_made *made, const char *call);

/* False: this machine does not have it. Takes `reason`. */
bool lab_lack(struct lab_made *made, char *reason);

/* `text` with numbers for the names that struct lab_target knows, for the caller to free. */
char *lab_expand(const struct lab_made *made, const char *text);
