#pragma once
/* Where a list gets everything from: this machine, or a moment of a recording. */

#include <stddef.h>
#include <stdint.h>

#include "probe.h"
#include "snapshot.h"
#include "want.h"

struct source {
	void *self;
	/* A look begins, for which so much is needed (enum sock_need). NULL: nothing to do. */
	void (*begin)(void *self, uint32_t needs);
	/* As probe_sockets(). */
	void (*sockets)(void *self, const struct want *want, size_t batch_limit,
	                struct snapshot *snapshot, probe_batch_fn deliver, void *context);
	/* As owner_resolve(). */
	struct owner_summary (*owners)(void *self, struct snapshot *snapshot,
	                               struct sock *const *socks, size_t count, uint32_t needs,
	                               const struct owner_scope *scope);
	/* The name of a user, borrowed, or NULL. */
	const char *(*user)(void *self, uint32_t uid);
	/* As names_annotate(). */
	size_t (*names)(void *self, struct snapshot *snapshot, struct sock *const *socks,
	                size_t count);
	/* After the last question: what could not be looked up is noted. NULL: nothing to do. */
	void (*conclude)(void *self, struct snapshot *snapshot);
	uint32_t needs;   /* enum sock_need: what it can tell of at all */
	const char *host; /* any bytes */
	const char *boot; /* likewise; "" or NULL: not known */
	uint32_t netns;   /* inode of the network namespace; 0: not known */
	/* The first and the last port that the kernel chooses by itself; 0: not known. */
	uint16_t ephemeral[2];
	uint64_t time_ns;      /* since 1970, UTC; 0: not known */
	uint64_t monotonic_ns; /* in a recording made of the times of its moments */
};
