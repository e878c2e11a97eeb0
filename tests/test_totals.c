/* The sums of a look. */

#include <criterion/criterion.h>

#include "life.h"
#include "snapshot.h"
#include "totals.h"

Test(totals, who_is_missing_counts_only_as_gone_and_only_once) {
	const struct sock_life lives[] = {
		{ .rx = 10, .tx = 5, .sent_segments = 100, .retrans_segments = 2 },
		{ .rx = UINT64_MAX, .tx = 1 },
		{ .missing = 2 },
		{ .missing = 3, .mark_looks = 1 },
		{ .missing = 1 },
	};
	struct sock socks[] = {
		{ .change = SOCK_CHANGE_NEW, .ownership = SOCK_OWNERSHIP_EXACT },
		{ .ownership = SOCK_OWNERSHIP_HIDDEN },
		{ .change = SOCK_CHANGE_GONE, .ownership = SOCK_OWNERSHIP_REMEMBERED },
		{ .change = SOCK_CHANGE_GONE },
		{ .change = SOCK_CHANGE_NEW },
	};
	for (size_t i = 0; i < 5; i++) {
		socks[i].state = SOCK_STATE_ESTABLISHED;
		socks[i].life = &lives[i];
	}
	const struct snapshot now = { .socks = socks, .count = 5 };
	const struct totals totals = totals_of(&now, &now, 7);
	cr_expect_eq(totals.sockets, 2);
	cr_expect_eq(totals.protocols[SOCK_PROTOCOL_TCP], 2);
	cr_expect_eq(totals.states[SOCK_STATE_ESTABLISHED], 2);
	cr_expect_eq(totals.appeared, 1);
	cr_expect_eq(totals.gone, 1);
	cr_expect_eq(totals.rx, UINT64_MAX);
	cr_expect_eq(totals.tx, 6);
	cr_expect_eq(totals.sent, 100);
	cr_expect_eq(totals.retrans, 2);
	cr_expect_eq(totals.owned, 1);
	cr_expect_eq(totals.owner_hidden, 1);
	cr_expect_eq(totals.elapsed_ns, 7);
	cr_expect_eq(totals_of(NULL, &now, 7).elapsed_ns, 0);
}
