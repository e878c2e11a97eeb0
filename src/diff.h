#pragma once
/* What changed between two looks. A socket is the same one if its cookie is; without a cookie
 * (/proc/net, SCTP), if protocol, inode and both ends are. */

#include <stddef.h>

#include "sock.h"

/* Pure but for `change` of the sockets. Every socket of `current` is marked new, changed or as it
 * was; every one of `previous` that is not in `current` is marked gone, the others unknown. */
void diff_mark(struct sock *const *previous, size_t previous_count, struct sock *const *current,
               size_t current_count);

/* True if state, an address, or the set of owners is another. Queues, timers and counters are not
 * compared: they change all the time. */
bool diff_is_changed(const struct sock *before, const struct sock *after);

/* The same processes hold both; by how many descriptors does not matter. */
bool diff_has_same_owners(const struct sock *before, const struct sock *after);

/* That identity by itself, and a number that is the same for the same socket and seed. */
bool diff_is_same(const struct sock *before, const struct sock *after);
uint64_t diff_hash(const struct sock *sock, uint64_t seed);

/* The same of protocol and both ends; these are compared within one network namespace. */
bool diff_has_same_ends(const struct sock *before, const struct sock *after);
uint64_t diff_hash_ends(const struct sock *sock, uint64_t seed);
