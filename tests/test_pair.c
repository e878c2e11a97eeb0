/* Which socket is the other end. */

#include <criterion/criterion.h>
#include <string.h>

#include "life.h"
#include "pair.h"
#include "snapshot.h"

static struct sock connection(uint32_t local, uint32_t peer) {
	return (struct sock){ .state = SOCK_STATE_ESTABLISHED,
		              .local = { .address = { 127, 0, 0, 1 }, .port = local },
		              .peer = { .address = { 127, 0, 0, 1 }, .port = peer } };
}

Test(pair, the_other_end_has_the_ends_the_other_way_round) {
	struct sock socks[] = { connection(80, 5000), connection(80, 5001), connection(5000, 80) };
	const struct snapshot snapshot = { .socks = socks, .count = 3 };
	cr_expect_eq(pair_find(&snapshot, &socks[0]), &socks[2]);
	cr_expect_eq(pair_find(&snapshot, &socks[2]), &socks[0]);
	cr_expect_null(pair_find(&snapshot, &socks[1]));
	socks[0].known = socks[2].known = SOCK_KNOWS_NETNS;
	socks[2].netns = 1;
	cr_expect_null(pair_find(&snapshot, &socks[0]));
}

Test(pair, a_socket_that_is_gone_counts_only_without_another) {
	const struct sock_life gone = { .missing = 2 };
	struct sock socks[] = { connection(80, 5000), connection(5000, 80), connection(5000, 80) };
	struct snapshot snapshot = { .socks = socks, .count = 3 };
	socks[1].life = &gone;
	cr_expect_eq(pair_find(&snapshot, &socks[0]), &socks[2]);
	snapshot.count = 2;
	cr_expect_eq(pair_find(&snapshot, &socks[0]), &socks[1]);
}

Test(pair, ipv4_meets_ipv6_that_stands_for_it) {
	struct sock socks[] = { connection(80, 5000), connection(5000, 80) };
	const struct snapshot snapshot = { .socks = socks, .count = 2 };
	const struct sock_endpoint mapped = {
		.address = { [10] = 0xff, 0xff, 127, 0, 0, 1 },
	};
	socks[0].family = SOCK_FAMILY_INET6;
	memcpy(socks[0].local.address, mapped.address, 16);
	memcpy(socks[0].peer.address, mapped.address, 16);
	cr_expect_eq(pair_find(&snapshot, &socks[0]), &socks[1]);
	cr_expect_eq(pair_find(&snapshot, &socks[1]), &socks[0]);
}
