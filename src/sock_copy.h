#pragma once
/* Sockets that outlive the snapshot that they were found in. */

#include "arena.h"
#include "sock.h"

struct sock_copy_slot;

/* Zero-initialise it but for the arena, which owns the copies; sock_copier_finish() frees the rest.
 * What many sockets share, processes and names, is copied once for as long as it lives. */
struct sock_copier {
	struct arena *arena;
	struct sock_copy_slot *slots;
	size_t size, used;
};

/* `to` becomes `from` with copies of everything that it reaches but `life`, which is NULL. */
void sock_copy(struct sock_copier *copier, const struct sock *from, struct sock *to);

/* Owners, user and control group alone. */
void sock_copy_holders(struct sock_copier *copier, const struct sock *from, struct sock *to);

void sock_copier_finish(struct sock_copier *copier);
