#pragma once
/* Which network namespace is looked at. A descriptor opened inside a namespace stays with it, so
 * the thread enters only for as long as it takes to open one. */

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise it; netns_close() closes it. */
struct netns {
	int fd;   /* 0: the namespace we run in */
	int home; /* the way back; 0 if `fd` is */
	uint32_t inode;
};

/* `spec` is a name below /run/netns, a process id, or a path; NULL is the namespace we run in.
 * False sets `error`, which the caller frees, and `no_such` if there is nothing of that name (as
 * opposed to no permission). */
bool netns_open(const char *spec, struct netns *netns, bool *no_such, char **error);
void netns_close(struct netns *netns);

/* Every netns_enter() that returns 0 must be followed by netns_leave() in the same thread. -errno
 * if the namespace cannot be entered. */
int netns_enter(const struct netns *netns);
void netns_leave(const struct netns *netns);
