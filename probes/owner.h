#pragma once
/* Finds the processes that hold sockets, by walking /proc once, or some processes of it. */

#include <stdbool.h>
#include <stddef.h>

#include "owner_table.h"
#include "snapshot.h"

/* Fills the owners and the ownership of each of `socks`, which belong to `snapshot`, and the
 * report on owners; with SOCK_NEED_PEER_OWNERS among `needs` also the owners of UNIX sockets' other
 * ends. Nothing is walked if none of them has an inode. With a `scope`, NULL if there is none, only
 * its processes are looked into: others that hold a socket too are not among its owners, and what
 * none of those holds has owners that are unknown, unless it is the kernel's. */
struct owner_summary owner_resolve(struct snapshot *snapshot, struct sock *const *socks,
                                   size_t count, uint32_t needs, const struct owner_scope *scope);

/* True if the process is to be looked into. */
bool owner_scope_has(const struct owner_scope *scope, uint32_t pid);

/* Asks the table for everything that owner_attach() will look for. */
void owner_want(struct owner_table *table, struct sock *const *socks, size_t count, uint32_t needs);

/* The same from what was found before: `table` wants and has all that is known, and `summary` says
 * how far it can be trusted; its `hidden` is counted anew. */
void owner_attach(const struct owner_table *table, struct owner_summary *summary,
                  struct snapshot *snapshot, struct sock *const *socks, size_t count,
                  uint32_t needs);
