#pragma once
/* The attributes that can be too large for a dump of all sockets (struct diag_class), by cookie. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "sock.h"

struct diag_class;
struct large_entry;

/* Zero-initialise it; large_finish() frees it. */
struct large_set {
	struct arena arena; /* of the sockets that were parsed */
	struct large_entry *entries;
	size_t count, capacity;
	size_t missing; /* attributes that could not be had; counted by those who use the set */
};

/* Keeps what was parsed of one answer; its texts are in the set's arena. */
void large_add(struct large_set *set, const struct diag_class *class, const struct sock *sock);

/* Sorts; call it between the last large_add() and the first large_attach(). */
void large_settle(struct large_set *set);

/* Gives the socket a copy of its attribute, if it has one. False if the set does not know it. */
bool large_attach(struct large_set *set, const struct diag_class *class, struct arena *arena,
                  struct sock *sock);

void large_finish(struct large_set *set);
