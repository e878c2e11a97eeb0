/* A life knows the state of the look before, and its marks say who came and who is gone. Invariant:
 * a socket counts at most once in a look, and not at all if it stayed in its state. */

#include "transitions.h"

#include "life.h"

static void add(uint32_t *count) {
	if (*count < UINT32_MAX)
		(*count)++;
}

/* In the first look nobody is new. */
static bool is_new(const struct sock *sock) {
	return sock->change == SOCK_CHANGE_NEW && sock->life->mark_looks == 0;
}

static bool is_gone(const struct sock *sock) {
	return sock->change == SOCK_CHANGE_GONE && sock->life->mark_looks == 0;
}

void transitions_count(struct transitions *transitions, const struct sock *sock) {
	const struct sock_life *life = sock->life;
	if (sock->protocol != SOCK_PROTOCOL_TCP || !life || sock->state >= TRANSITION_STATES ||
	    life->state_before >= TRANSITION_STATES)
		return;
	if (life->missing > 0) {
		if (is_gone(sock))
			add(&transitions->counts[sock->state][TRANSITION_NOTHING]);
	} else if (is_new(sock)) {
		add(&transitions->counts[TRANSITION_NOTHING][sock->state]);
	} else if (life->state_before != 0 && life->state_before != sock->state) {
		add(&transitions->counts[life->state_before][sock->state]);
	}
}

uint64_t transitions_into(const struct transitions *transitions, unsigned state) {
	uint64_t sum = 0;
	for (unsigned from = 0; from < TRANSITION_STATES; from++)
		sum += from == state ? 0 : transitions->counts[from][state];
	return sum;
}

uint64_t transitions_out_of(const struct transitions *transitions, unsigned state) {
	uint64_t sum = 0;
	for (unsigned to = 0; to < TRANSITION_STATES; to++)
		sum += to == state ? 0 : transitions->counts[state][to];
	return sum;
}

void transitions_add(struct transitions *transitions, const struct transitions *more) {
	for (size_t from = 0; from < TRANSITION_STATES; from++) {
		for (size_t to = 0; to < TRANSITION_STATES; to++) {
			const uint64_t sum =
			    (uint64_t)transitions->counts[from][to] + more->counts[from][to];
			transitions->counts[from][to] =
			    sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
		}
	}
}
