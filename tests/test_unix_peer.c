/* Names of the other ends of UNIX sockets. */

#include <criterion/criterion.h>
#include <stdlib.h>

#include "sock.h"
#include "unix_peer.h"
#include "util.h"

Test(unix_peer, the_other_end_of_a_unix_socket_is_found_by_its_inode) {
	static const struct {
		uint32_t inode, peer;
		const char *name;
		const char *peer_name;
	} rows[] = {
		{ 5, 4294967295, NULL, "/last" }, { 4294967295, 5, "/last", NULL },
		{ 7, 7, "self", "self" },         { 2147483648, 7, NULL, "self" },
		{ 1, 6, "/one", NULL }, /* nobody here has that inode */
		{ 2, 0, "/two", NULL },           { 0, 2, "/no inode", "/two" },
		{ 3, 4, NULL, "@\0x" },           { 4, 3, "@\0x", NULL },
	};
	struct sock_unix uns[ARRAY_LENGTH(rows)] = { 0 };
	struct sock socks[ARRAY_LENGTH(rows)] = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		socks[i] = (struct sock){ .family = SOCK_FAMILY_UNIX,
			                  .inode = rows[i].inode,
			                  .un = &uns[i] };
		uns[i].peer_inode = rows[i].peer;
		uns[i].known = rows[i].peer ? SOCK_UNIX_KNOWS_PEER : 0;
		if (rows[i].name && rows[i].name[0] == '@')
			uns[i].name = (struct sock_unix_name){ rows[i].name, 3, true };
		else if (rows[i].name)
			uns[i].name.bytes = rows[i].name;
	}
	unix_peer_resolve(socks, ARRAY_LENGTH(socks));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock_unix_name *name = &uns[i].peer_name;
		if (rows[i].peer_name)
			cr_expect_eq(name->bytes, rows[i].peer_name, "row %zu", i);
		else
			cr_expect_null(name->bytes, "row %zu", i);
	}
	cr_expect(uns[7].peer_name.is_abstract && uns[7].peer_name.length == 3);
}

Test(unix_peer, sockets_of_other_families_are_nobodys_other_end) {
	struct sock_unix client = { .known = SOCK_UNIX_KNOWS_PEER, .peer_inode = 2 };
	struct sock_netlink netlink = { .known = UINT32_MAX };
	struct sock socks[] = {
		{ .family = SOCK_FAMILY_UNIX, .inode = 1, .un = &client },
		{ .family = SOCK_FAMILY_NETLINK, .inode = 2, .netlink = &netlink },
		{ .family = SOCK_FAMILY_INET, .inode = 2 },
		{ .family = SOCK_FAMILY_UNIX, .inode = 2 },
	};
	unix_peer_resolve(socks, ARRAY_LENGTH(socks));
	cr_expect_null(client.peer_name.bytes);
	unix_peer_resolve(NULL, 0);
}

Test(unix_peer, other_ends_are_found_among_many) {
	enum { COUNT = 100000, STEP = 7919 };
	struct sock_unix *uns = xcalloc(COUNT, sizeof(*uns));
	struct sock *socks = xcalloc(COUNT, sizeof(*socks));
	char *names = xcalloc(COUNT, 1);
	for (uint32_t i = 0; i < COUNT; i++) {
		const uint32_t inode = (uint32_t)((uint64_t)i * STEP % COUNT) + 1;
		uns[i].known = SOCK_UNIX_KNOWS_PEER;
		uns[i].peer_inode = COUNT + 1 - inode;
		uns[i].name = (struct sock_unix_name){ names + inode - 1, 1, false };
		socks[i] =
		    (struct sock){ .family = SOCK_FAMILY_UNIX, .inode = inode, .un = &uns[i] };
	}
	unix_peer_resolve(socks, COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		cr_assert_eq(uns[i].peer_name.bytes, names + uns[i].peer_inode - 1, "%u", i);
	free(names);
	free(socks);
	free(uns);
}
