/* How sockets went from state to state. */

#include <criterion/criterion.h>

#include "life.h"
#include "snapshot.h"
#include "totals.h"
#include "transitions.h"

static struct snapshot *begin(struct snapshot snapshots[2], size_t look) {
	struct snapshot *now = &snapshots[look % 2];
	snapshot_reset(now);
	for (size_t i = 0; i < REPORT_COUNT; i++)
		now->reports[i] = (struct probe_report){ .outcome = REPORT_WHOLE };
	return now;
}

/* A socket that is in these states, one after the other, 0 where it is not there; beside it another
 * that stays. Returns what was counted in the last look. */
static struct transitions follow(const uint8_t *states, size_t count, enum sock_protocol protocol) {
	struct snapshot snapshots[2] = { 0 };
	struct life life = { 0 };
	struct transitions transitions = { 0 };
	for (size_t look = 0; look < count; look++) {
		struct snapshot *now = begin(snapshots, look);
		struct snapshot *before = look > 0 ? &snapshots[(look + 1) % 2] : NULL;
		for (uint64_t cookie = 1; cookie <= 2; cookie++) {
			if (cookie == 2 && states[look] == 0)
				continue;
			struct sock *sock = snapshot_add(now);
			sock->known = SOCK_KNOWS_COOKIE;
			sock->cookie = cookie;
			sock->protocol = (uint8_t)protocol;
			sock->state = cookie == 2 ? states[look] : SOCK_STATE_LISTEN;
		}
		life_update(&life, before, now, (look + 1) * UINT64_C(1000000000));
		transitions = totals_of(before, now, 1).transitions;
	}
	snapshot_finish(&snapshots[0]);
	snapshot_finish(&snapshots[1]);
	return transitions;
}

static uint64_t sum(const struct transitions *transitions) {
	uint64_t sum = 0;
	for (unsigned state = 0; state < TRANSITION_STATES; state++)
		sum += transitions_into(transitions, state);
	return sum;
}

enum { LOOKS = 5 };

Test(transitions, count_who_came_who_went_on_and_who_is_gone) {
	static const struct {
		const char *what;
		uint8_t states[LOOKS];
		size_t looks;
		uint64_t sum;
		unsigned from, to;
	} rows[] = {
		{ "a first look", { SOCK_STATE_ESTABLISHED }, 1, 0, 0, 0 },
		{ "who stays", { SOCK_STATE_ESTABLISHED, SOCK_STATE_ESTABLISHED }, 2, 0, 0, 0 },
		{ "who comes", { 0, SOCK_STATE_SYN_SENT }, 2, 1, 0, SOCK_STATE_SYN_SENT },
		{ "who came a look ago",
		  { 0, SOCK_STATE_SYN_SENT, SOCK_STATE_SYN_SENT },
		  3,
		  0,
		  0,
		  0 },
		{ "a step just after it came",
		  { 0, SOCK_STATE_SYN_SENT, SOCK_STATE_ESTABLISHED },
		  3,
		  1,
		  SOCK_STATE_SYN_SENT,
		  SOCK_STATE_ESTABLISHED },
		{ "two steps at once",
		  { SOCK_STATE_ESTABLISHED, SOCK_STATE_TIME_WAIT },
		  2,
		  1,
		  SOCK_STATE_ESTABLISHED,
		  SOCK_STATE_TIME_WAIT },
		{ "missing once", { SOCK_STATE_ESTABLISHED, 0 }, 2, 0, 0, 0 },
		{ "back in another state",
		  { SOCK_STATE_ESTABLISHED, 0, SOCK_STATE_FIN_WAIT1 },
		  3,
		  1,
		  SOCK_STATE_ESTABLISHED,
		  SOCK_STATE_FIN_WAIT1 },
		{ "missing twice", { SOCK_STATE_LAST_ACK, 0, 0 }, 3, 1, SOCK_STATE_LAST_ACK, 0 },
		{ "long gone", { SOCK_STATE_LAST_ACK, 0, 0, 0 }, 4, 0, 0, 0 },
		{ "back after it was gone",
		  { SOCK_STATE_LISTEN, 0, 0, SOCK_STATE_ESTABLISHED },
		  4,
		  1,
		  0,
		  SOCK_STATE_ESTABLISHED },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct transitions transitions =
		    follow(rows[i].states, rows[i].looks, SOCK_PROTOCOL_TCP);
		cr_expect_eq(sum(&transitions), rows[i].sum, "%s", rows[i].what);
		if (rows[i].sum > 0)
			cr_expect_eq(transitions.counts[rows[i].from][rows[i].to], 1, "%s",
			             rows[i].what);
	}
}

Test(transitions, are_those_of_tcp) {
	static const uint8_t states[] = { SOCK_STATE_CLOSE, SOCK_STATE_ESTABLISHED };
	const struct transitions transitions = follow(states, 2, SOCK_PROTOCOL_UDP);
	cr_expect_eq(sum(&transitions), 0);
}

Test(transitions, are_summed_by_where_they_lead_and_where_they_begin) {
	const struct transitions transitions = {
		.counts = { [TRANSITION_NOTHING][SOCK_STATE_ESTABLISHED] = 3,
		            [SOCK_STATE_SYN_SENT][SOCK_STATE_ESTABLISHED] = 4,
		            [SOCK_STATE_ESTABLISHED][SOCK_STATE_CLOSE_WAIT] = 5,
		            [SOCK_STATE_ESTABLISHED][TRANSITION_NOTHING] = UINT32_MAX }
	};
	cr_expect_eq(transitions_into(&transitions, SOCK_STATE_ESTABLISHED), 7);
	cr_expect_eq(transitions_out_of(&transitions, SOCK_STATE_ESTABLISHED),
	             UINT64_C(5) + UINT32_MAX);
	cr_expect_eq(transitions_out_of(&transitions, SOCK_STATE_CLOSE_WAIT), 0);
}
