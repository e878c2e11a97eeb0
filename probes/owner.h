#pragma once
/* Finds the processes that hold sockets, by walking /proc once. */

#include <stdbool.h>
#include <stddef.h>

#include "snapshot.h"

struct owner_summary {
	size_t hidden;     /* sockets whose owner we may not see */
	size_t unreadable; /* processes that we may not look into */
	bool privileged;   /* we hold both capabilities; only the kernel itself refused more */
};

/* Fills the owners and the ownership of each of `socks`, which belong to `snapshot`, and the
 * report on owners; with SOCK_NEED_PEER_OWNERS among `needs` also the owners of UNIX sockets' other
 * ends. Nothing is walked if none of them has an inode. */
struct owner_summary owner_resolve(struct snapshot *snapshot, struct sock *const *socks,
                                   size_t count, uint32_t needs);
