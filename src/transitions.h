#pragma once
/* How TCP sockets went from state to state between two looks. Pure. */

#include <stdint.h>

#include "sock.h"

/* The states of TCP, and in the place of 0, which is none of them, that there is no socket. */
enum { TRANSITION_NOTHING = 0, TRANSITION_STATES = SOCK_STATE_CLOSING + 1 };

/* Zero-initialise it. What does not fit is the largest. */
struct transitions {
	/* From the first state to the second: from TRANSITION_NOTHING those that are new, to it
	 * those that are gone. What a socket went through between the two looks is not seen. */
	uint32_t counts[TRANSITION_STATES][TRANSITION_STATES];
};

/* Counts what became of one socket, which has been through life_update(), since the look before. */
void transitions_count(struct transitions *transitions, const struct sock *sock);

/* What was counted in `more`, too. */
void transitions_add(struct transitions *transitions, const struct transitions *more);

/* How many came into a state from anywhere else, and how many left it. */
uint64_t transitions_into(const struct transitions *transitions, unsigned state);
uint64_t transitions_out_of(const struct transitions *transitions, unsigned state);
