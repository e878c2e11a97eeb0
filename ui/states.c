/* The tables of states and arrows, and what moves on them. The figure omits a step from FIN-WAIT-1
 * to TIME-WAIT (its note 2), and Linux makes no step from LISTEN to SYN-SENT. Invariant: a step
 * from one state to another belongs to at most one arrow. */

#include "states.h"

#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "util.h"

const struct states_place states_places[STATES_PLACES] = {
	{ SOCK_STATE_CLOSE, 0, 1, "CLOSED",
	  N_("There is no connection: the socket neither listens nor connects, and the table calls "
	     "it UNCONN. Listen or connect is what leads on."),
	  "3.3.2", "BOUND-INACTIVE" },
	{ SOCK_STATE_LISTEN, 1, 1, "LISTEN",
	  N_("A program waits for connections from any peer. For each SYN that comes the kernel "
	     "makes another socket, in SYN-RECV, and the listener stays."),
	  "3.3.2", "LISTEN" },
	{ SOCK_STATE_SYN_RECV, 2, 0, "SYN-RECV",
	  N_("A peer's SYN was answered, and the peer has not acknowledged that yet. Many of "
	     "these are a flood, or peers whom the answer does not reach."),
	  "3.5", "SYN-RECV" },
	{ SOCK_STATE_SYN_SENT, 2, 2, "SYN-SENT",
	  N_("This side asked for a connection, and the peer has not answered. A SYN,ACK opens "
	     "it, a RST refuses it, and after silence the kernel asks again."),
	  "3.5", "SYN-SENT" },
	{ SOCK_STATE_ESTABLISHED, 3, 1, "ESTAB",
	  N_("The connection is open, and both sides may send. The side that closes first goes to "
	     "FIN-WAIT-1, the other to CLOSE-WAIT."),
	  "3.3.2", "ESTAB" },
	{ SOCK_STATE_FIN_WAIT1, 4, 0, "FIN-WAIT-1",
	  N_("This side has closed, and the peer has not acknowledged its FIN. It lasts while data "
	     "before the FIN is under way, or the peer is out of reach."),
	  "3.6", "FIN-WAIT-1" },
	{ SOCK_STATE_CLOSE_WAIT, 4, 2, "CLOSE-WAIT",
	  N_("The peer has closed, and this program has not. It lasts until the program calls "
	     "close: what stays here is a descriptor that was forgotten."),
	  "3.6", "CLOSE-WAIT" },
	{ SOCK_STATE_FIN_WAIT2, 5, 0, "FIN-WAIT-2",
	  N_("The peer knows that this side has closed, and may still send. Its FIN ends that; if "
	     "no program holds the socket any more, so does the kernel after a minute."),
	  "3.6.1", "FIN-WAIT-2" },
	{ SOCK_STATE_CLOSING, 5, 1, "CLOSING",
	  N_("Both sides have closed at the same time, and the peer has not acknowledged the FIN "
	     "of this side. It is rare, and ends with that acknowledgement."),
	  "3.6", "CLOSING" },
	{ SOCK_STATE_LAST_ACK, 5, 2, "LAST-ACK",
	  N_("Both sides have closed, the peer first, and it has not acknowledged the FIN of this "
	     "side. With that acknowledgement the connection is gone."),
	  "3.6", "LAST-ACK" },
	{ SOCK_STATE_TIME_WAIT, 6, 1, "TIME-WAIT",
	  N_("Both sides have closed, this one first, and no process holds the socket. The kernel "
	     "keeps the ports for a minute, lest an old segment be taken for a new one."),
	  "3.6.1", "TIME-WAIT" },
};

#define AT(state) (1u << SOCK_STATE_##state)
#define NOTHING (1u << TRANSITION_NOTHING)
#define CLOSED (AT(CLOSE) | NOTHING)
#define LABELS(compact_x, compact_y, large_x, large_y)                                             \
	.labels = {                                                                                \
		[STATES_FORM_COMPACT] = { compact_x, compact_y },                                  \
		[STATES_FORM_LARGE] = { large_x, large_y },                                        \
	}

const struct states_arrow states_arrows[] = {
	{ CLOSED, AT(LISTEN), LABELS(35, 1, 44, 1) },
	{ AT(LISTEN), CLOSED, LABELS(43, 1, 51, 1) },
	{ CLOSED, AT(SYN_SENT), LABELS(56, 1, 68, 1) },
	{ AT(SYN_SENT), CLOSED, LABELS(60, 0, 76, 0) },
	{ AT(LISTEN), AT(SYN_SENT), LABELS(54, 2, 68, 3) },
	{ AT(LISTEN) | NOTHING, AT(SYN_RECV), LABELS(15, 2, 18, 3) },
	{ AT(SYN_RECV), AT(LISTEN) | CLOSED, LABELS(23, 3, 28, 4) },
	{ AT(SYN_SENT), AT(SYN_RECV), LABELS(38, 4, 47, 6) },
	{ AT(SYN_RECV), AT(ESTABLISHED), LABELS(23, 5, 28, 7) },
	{ AT(SYN_SENT), AT(ESTABLISHED), LABELS(52, 5, 66, 7) },
	{ AT(SYN_RECV), AT(FIN_WAIT1), LABELS(7, 6, 7, 10) },
	{ AT(ESTABLISHED), AT(FIN_WAIT1), LABELS(23, 7, 28, 10) },
	{ AT(ESTABLISHED), AT(CLOSE_WAIT), LABELS(52, 7, 66, 10) },
	{ AT(FIN_WAIT1), AT(FIN_WAIT2), LABELS(7, 9, 7, 14) },
	{ AT(FIN_WAIT1), AT(CLOSING), LABELS(28, 8, 34, 12) },
	{ AT(FIN_WAIT2), AT(TIME_WAIT), LABELS(14, 12, 18, 18) },
	{ AT(CLOSING), AT(TIME_WAIT), LABELS(42, 11, 51, 17) },
	{ AT(CLOSE_WAIT), AT(LAST_ACK), LABELS(70, 9, 88, 14) },
	{ AT(LAST_ACK), CLOSED, LABELS(70, 11, 88, 17) },
	{ AT(TIME_WAIT), CLOSED, LABELS(52, 12, 66, 18) },
};
const size_t states_arrow_count = ARRAY_LENGTH(states_arrows);

#undef AT
#undef NOTHING
#undef CLOSED
#undef LABELS

void states_write_filter(struct out *out, enum sock_state state) {
	out_printf(out, "tcp and %s", sock_state_name(state));
}

void states_add(struct states *states, const struct transitions *transitions) {
	for (unsigned from = 0; from < TRANSITION_STATES; from++) {
		for (unsigned to = 0; to < TRANSITION_STATES; to++) {
			uint8_t *age = &states->ages[from][to];
			const uint32_t count = transitions->counts[from][to];
			if (count > 0) {
				states->recent.counts[from][to] = count;
				*age = 1;
			} else if (*age > 0) {
				*age = *age < STATES_LOOKS ? (uint8_t)(*age + 1) : 0;
			}
		}
	}
}

void states_forget(struct states *states) {
	states->recent = (struct transitions){ 0 };
	memset(states->ages, 0, sizeof(states->ages));
}

/* How far a place is off in that direction; to the side counts double. INT_MAX: it is elsewhere. */
static int distance(const struct states_place *from, const struct states_place *to,
                    enum states_direction direction) {
	const int down = to->row - from->row;
	const int right = to->column - from->column;
	const bool vertical = direction == STATES_UP || direction == STATES_DOWN;
	const int sign = direction == STATES_UP || direction == STATES_LEFT ? -1 : 1;
	const int ahead = sign * (vertical ? down : right);
	return ahead > 0 ? ahead + 2 * abs(vertical ? right : down) : INT32_MAX;
}

static size_t next_in_list(size_t from, enum states_direction direction) {
	switch (direction) {
	case STATES_UP:
		return from > 0 ? from - 1 : from;
	case STATES_DOWN:
		return from + 1 < STATES_PLACES ? from + 1 : from;
	case STATES_LEFT:
	case STATES_RIGHT:
		break;
	}
	return from;
}

size_t states_neighbour(enum states_form form, size_t from, enum states_direction direction) {
	size_t best = from;
	int least = INT32_MAX;
	if (form == STATES_FORM_LIST)
		return next_in_list(from, direction);
	for (size_t i = 0; i < STATES_PLACES; i++) {
		const int far = distance(&states_places[from], &states_places[i], direction);
		if (far < least) {
			least = far;
			best = i;
		}
	}
	return best;
}

uint64_t states_count(const struct states *states, const struct states_arrow *arrow, uint8_t *age) {
	uint64_t sum = 0;
	uint8_t youngest = STATES_LOOKS + 1;
	for (unsigned from = 0; from < TRANSITION_STATES; from++) {
		for (unsigned to = 0; to < TRANSITION_STATES; to++) {
			const uint8_t its = states->ages[from][to];
			if (!(arrow->from >> from & 1) || !(arrow->to >> to & 1) || its == 0 ||
			    its > youngest)
				continue;
			sum = (its < youngest ? 0 : sum) + states->recent.counts[from][to];
			youngest = its;
		}
	}
	*age = (uint8_t)(youngest - 1);
	return sum;
}

static bool has_arrow(unsigned from, unsigned to) {
	for (size_t i = 0; i < states_arrow_count; i++) {
		if ((states_arrows[i].from >> from & 1) && (states_arrows[i].to >> to & 1))
			return true;
	}
	return false;
}

bool states_next_jump(const struct states *states, unsigned *from, unsigned *to) {
	for (unsigned at = *from * TRANSITION_STATES + *to + 1;
	     at < TRANSITION_STATES * TRANSITION_STATES; at++) {
		*from = at / TRANSITION_STATES;
		*to = at % TRANSITION_STATES;
		if (states->ages[*from][*to] > 0 && !has_arrow(*from, *to))
			return true;
	}
	return false;
}
