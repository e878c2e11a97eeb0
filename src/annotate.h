#pragma once
/* What a source tells of sockets beyond the sockets themselves: who holds them, the names of their
 * users, hosts and services, and the other ends of UNIX sockets. */

#include "source.h"

/* How it went. */
struct annotation {
	struct owner_summary owners; /* zeroed if nobody looked for them */
	size_t unresolved;           /* hosts without a name; 0 if nobody asked */
};

/* Completes `socks`, which belong to `batch`, as far as `needs` (enum sock_need) asks for it. The
 * `scope` says whose owners matter, NULL: everyone's. */
struct annotation annotate(const struct source *source, struct snapshot *batch,
                           struct sock *const *socks, size_t count, uint32_t needs,
                           const struct owner_scope *scope);
