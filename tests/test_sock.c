/* What a socket is called, and the questions whose answer needs several members. */

#include <criterion/criterion.h>
#include <string.h>

#include "sock.h"
#include "util.h"

Test(sock, states_are_spelled_as_ss_spells_them) {
	static const char *const names[] = { [1] = "ESTAB", "SYN-SENT",  "SYN-RECV", "FIN-WAIT-1",
		                             "FIN-WAIT-2",  "TIME-WAIT", "UNCONN",   "CLOSE-WAIT",
		                             "LAST-ACK",    "LISTEN",    "CLOSING" };
	for (size_t i = 1; i < ARRAY_LENGTH(names); i++)
		cr_expect_str_eq(sock_state_name((enum sock_state)i), names[i]);
}

Test(sock, protocols_families_timers_and_owners_have_names) {
	cr_expect_str_eq(sock_protocol_name(SOCK_PROTOCOL_TCP), "tcp");
	cr_expect_str_eq(sock_protocol_name(SOCK_PROTOCOL_UDP), "udp");
	cr_expect_str_eq(sock_protocol_name(SOCK_PROTOCOL_UDPLITE), "udplite");
	cr_expect_str_eq(sock_protocol_name(SOCK_PROTOCOL_RAW), "raw");
	cr_expect_str_eq(sock_protocol_name(SOCK_PROTOCOL_MPTCP), "mptcp");
	cr_expect_str_eq(sock_protocol_name(SOCK_PROTOCOL_UNIX_SEQPACKET), "u_seq");
	cr_expect_str_eq(sock_protocol_name(SOCK_PROTOCOL_NETLINK), "nl");
	cr_expect_str_eq(sock_family_name(SOCK_FAMILY_INET), "inet");
	cr_expect_str_eq(sock_family_name(SOCK_FAMILY_INET6), "inet6");
	cr_expect_str_eq(sock_timer_name(SOCK_TIMER_ON), "on");
	cr_expect_str_eq(sock_timer_name(SOCK_TIMER_KEEPALIVE), "keepalive");
	cr_expect_str_eq(sock_timer_name(SOCK_TIMER_TIMEWAIT), "timewait");
	cr_expect_str_eq(sock_timer_name(SOCK_TIMER_PERSIST), "persist");
	cr_expect_str_eq(sock_ownership_name(SOCK_OWNERSHIP_EXACT), "exact");
	cr_expect_str_eq(sock_ownership_name(SOCK_OWNERSHIP_SEVERAL), "several");
	cr_expect_str_eq(sock_ownership_name(SOCK_OWNERSHIP_HIDDEN), "hidden");
	cr_expect_str_eq(sock_ownership_name(SOCK_OWNERSHIP_NONE), "none");
	cr_expect_str_eq(sock_source_name(SOCK_SOURCE_DIAG), "diag");
	cr_expect_str_eq(sock_source_name(SOCK_SOURCE_PROC), "proc");
}

/* ss read past its table for states that it did not know (iproute2 0aa03350). */
Test(sock, a_number_without_a_name_is_no_read_past_the_table) {
	for (int i = 0; i < 256; i++) {
		const char *state = sock_state_name((enum sock_state)i);
		cr_expect(state && state[0]);
		cr_expect_eq(strcmp(state, "?") == 0, i == 0 || i >= SOCK_STATE_COUNT, "state %d",
		             i);
		cr_expect_eq(strcmp(sock_protocol_name((enum sock_protocol)i), "?") == 0,
		             i >= SOCK_PROTOCOL_COUNT, "protocol %d", i);
		cr_expect_eq(strcmp(sock_timer_name((enum sock_timer)i), "?") == 0,
		             i >= SOCK_TIMER_COUNT, "timer %d", i);
	}
}

Test(sock, protocols_are_found_by_their_whole_names_in_any_case) {
	cr_expect_eq(sock_protocols_named("tcp,udp", 3), 1u << SOCK_PROTOCOL_TCP);
	cr_expect_eq(sock_protocols_named("UdpLite", 7), 1u << SOCK_PROTOCOL_UDPLITE);
	cr_expect_eq(sock_protocols_named("unix", 4), SOCK_PROTOCOLS_UNIX);
	cr_expect_eq(sock_protocols_named("unix_dgram", 10), 1u << SOCK_PROTOCOL_UNIX_DGRAM);
	cr_expect_eq(sock_protocols_named("u_dgr", 5), 1u << SOCK_PROTOCOL_UNIX_DGRAM);
	cr_expect_eq(sock_protocols_named("tc", 2), 0);
	cr_expect_eq(sock_protocols_named("tcpx", 4), 0);
	cr_expect_eq(sock_protocols_named("", 0), 0);
	uint32_t all = 0;
	size_t count = 0;
	for (const char *name; (name = sock_protocols_name(count)) != NULL; count++)
		all |= sock_protocols_named(name, strlen(name));
	cr_expect_eq(all, (uint32_t)SOCK_PROTOCOLS_ALL);
	cr_expect_gt(count, SOCK_PROTOCOL_COUNT);
}

Test(sock, an_address_is_zero_if_all_of_its_bytes_are) {
	struct sock_endpoint endpoint = { .port = 80 };
	cr_expect(sock_address_is_zero(&endpoint));
	for (size_t i = 0; i < sizeof(endpoint.address); i++) {
		endpoint.address[i] = 1;
		cr_expect_not(sock_address_is_zero(&endpoint), "byte %zu", i);
		endpoint.address[i] = 0;
	}
}

Test(sock, streams_listen_and_the_others_are_open_to_any_peer) {
	static const enum sock_state listening[] = {
		[SOCK_PROTOCOL_TCP] = SOCK_STATE_LISTEN,    [SOCK_PROTOCOL_UDP] = SOCK_STATE_CLOSE,
		[SOCK_PROTOCOL_UDPLITE] = SOCK_STATE_CLOSE, [SOCK_PROTOCOL_RAW] = SOCK_STATE_CLOSE,
		[SOCK_PROTOCOL_MPTCP] = SOCK_STATE_LISTEN,
	};
	for (size_t protocol = 0; protocol < ARRAY_LENGTH(listening); protocol++) {
		for (size_t state = 1; state < SOCK_STATE_COUNT; state++) {
			const struct sock sock = { .protocol = (uint8_t)protocol,
				                   .state = (uint8_t)state };
			cr_expect_eq(sock_is_listening(&sock), state == listening[protocol],
			             "protocol %zu, state %zu", protocol, state);
		}
	}
}

Test(sock, the_kernel_keeps_some_states_without_a_user) {
	static const struct {
		struct sock sock;
		bool minisock;
	} rows[] = {
		{ { .state = SOCK_STATE_TIME_WAIT }, true },
		{ { .state = SOCK_STATE_SYN_RECV }, true },
		{ { .state = SOCK_STATE_FIN_WAIT2, .timer = SOCK_TIMER_TIMEWAIT }, true },
		{ { .state = SOCK_STATE_FIN_WAIT2 }, false },
		{ { .state = SOCK_STATE_ESTABLISHED }, false },
		{ { .state = SOCK_STATE_CLOSE_WAIT, .timer = SOCK_TIMER_TIMEWAIT }, false },
		{ { .state = SOCK_STATE_SYN_RECV, .known = SOCK_KNOWS_INODE }, false },
		{ { .state = SOCK_STATE_TIME_WAIT, .protocol = SOCK_PROTOCOL_UDP }, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		cr_expect_eq(sock_is_minisock(&rows[i].sock), rows[i].minisock, "row %zu", i);
}

/* uid 0 without an inode is nobody, not root. */
Test(sock, a_uid_counts_where_it_means_a_user) {
	static const struct {
		enum sock_state state;
		uint32_t inode, uid;
		uint32_t known;
	} rows[] = {
		{ SOCK_STATE_ESTABLISHED, 5, 0, SOCK_KNOWS_INODE | SOCK_KNOWS_UID },
		{ SOCK_STATE_ESTABLISHED, 5, 1000, SOCK_KNOWS_INODE | SOCK_KNOWS_UID },
		{ SOCK_STATE_ESTABLISHED, UINT32_MAX, 0, SOCK_KNOWS_INODE | SOCK_KNOWS_UID },
		{ SOCK_STATE_FIN_WAIT1, 0, 0, 0 },
		{ SOCK_STATE_FIN_WAIT1, 0, 1000, SOCK_KNOWS_UID },
		{ SOCK_STATE_TIME_WAIT, 0, 0, 0 },
		{ SOCK_STATE_TIME_WAIT, 0, 1000, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock sock = { .state = (uint8_t)rows[i].state, .known = SOCK_KNOWS_COOKIE };
		sock_set_holder(&sock, rows[i].inode, rows[i].uid);
		cr_expect_eq(sock.known, rows[i].known | SOCK_KNOWS_COOKIE, "row %zu", i);
		cr_expect(!(sock.known & SOCK_KNOWS_UID) || sock.uid == rows[i].uid);
		cr_expect(!(sock.known & SOCK_KNOWS_INODE) || sock.inode == rows[i].inode);
	}
}

Test(sock, no_cookie_and_any_cookie_name_no_socket) {
	static const struct {
		uint64_t cookie;
		uint32_t known;
		bool has;
	} rows[] = {
		{ 1, SOCK_KNOWS_COOKIE, true },  { UINT64_MAX - 1, SOCK_KNOWS_COOKIE, true },
		{ 0, SOCK_KNOWS_COOKIE, false }, { UINT64_MAX, SOCK_KNOWS_COOKIE, false },
		{ 1, SOCK_KNOWS_INODE, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock sock = { .known = rows[i].known, .cookie = rows[i].cookie };
		cr_expect_eq(sock_has_cookie(&sock), rows[i].has, "row %zu", i);
	}
}
