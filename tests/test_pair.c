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

static struct sock unix_sock(struct sock_unix *un, uint32_t inode) {
	return (struct sock){ .protocol = SOCK_PROTOCOL_UNIX_STREAM,
		              .family = SOCK_FAMILY_UNIX,
		              .state = SOCK_STATE_ESTABLISHED,
		              .known = SOCK_KNOWS_INODE,
		              .inode = inode,
		              .un = un };
}

Test(pair, unix_sockets_find_each_other_by_their_inodes) {
	struct sock_unix to_b = { .known = SOCK_UNIX_KNOWS_PEER, .peer_inode = 2 };
	struct sock_unix to_a = { .known = SOCK_UNIX_KNOWS_PEER, .peer_inode = 1 };
	struct sock_unix to_nobody = { .known = 0 };
	struct sock socks[] = { unix_sock(&to_b, 1), unix_sock(&to_nobody, 3), unix_sock(&to_a, 2),
		                connection(80, 5000) };
	const struct snapshot snapshot = { .socks = socks, .count = 4 };
	socks[3].known = SOCK_KNOWS_INODE;
	socks[3].inode = 2; /* numbers of another kind of file */
	cr_expect_eq(pair_find(&snapshot, &socks[0]), &socks[2]);
	cr_expect_eq(pair_find(&snapshot, &socks[2]), &socks[0]);
	cr_expect_null(pair_find(&snapshot, &socks[1]));
	socks[2].known = 0;
	cr_expect_null(pair_find(&snapshot, &socks[0]), "its inode is not known");
}

Test(pair, a_socket_that_is_connected_to_itself_has_no_other_end) {
	struct sock socks[] = { connection(5000, 5000) };
	const struct snapshot snapshot = { .socks = socks, .count = 1 };
	cr_expect_null(pair_find(&snapshot, &socks[0]));
}
