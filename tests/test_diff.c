/* Which of two looks' sockets are the same, and which of those have changed. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "life_join.h"
#include "snapshot.h"
#include "util.h"

static const struct process shell = { .pid = 10, .comm = "sh", .comm_length = 2 };
static const struct process server = { .pid = 20, .comm = "server", .comm_length = 6 };
/* As `server`, read again in another look. */
static const struct process server_again = { .pid = 20, .comm = "server", .comm_length = 6 };

static const struct owner none[1];
static const struct owner one[] = { { &server, 3 } };
static const struct owner another[] = { { &shell, 3 } };
static const struct owner several[] = { { &shell, 0 }, { &server, 3 }, { &server, 9 } };
static const struct owner one_often[] = { { &server_again, 4 },
	                                  { &server_again, 5 },
	                                  { &server_again, 600 } };
static const struct owner several_often[] = { { &shell, 1 }, { &shell, 2 }, { &server_again, 3 } };

static struct sock with_cookie(uint64_t cookie) {
	return (struct sock){ .known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE,
		              .cookie = cookie,
		              .state = SOCK_STATE_ESTABLISHED,
		              .inode = (uint32_t)cookie,
		              .local = { .address = { 127, 0, 0, 1 }, .port = 22 },
		              .peer = { .address = { 127, 0, 0, 2 }, .port = 4000 } };
}

static struct sock without_cookie(uint32_t inode, uint16_t port) {
	struct sock sock = with_cookie(inode);
	sock.known &= ~(uint32_t)SOCK_KNOWS_COOKIE;
	sock.cookie = 0;
	sock.local.port = port;
	return sock;
}

/* Marks one against one. */
static void mark(struct sock *before, struct sock *after) {
	struct sock *const previous[] = { before };
	struct sock *const current[] = { after };
	before->change = after->change = SOCK_CHANGE_COUNT;
	diff_mark(previous, 1, current, 1);
}

Test(diff, without_a_look_before_everybody_is_new_and_without_one_after_gone) {
	struct sock sock = with_cookie(7);
	struct sock *const socks[] = { &sock };
	diff_mark(NULL, 0, NULL, 0);
	diff_mark(NULL, 0, socks, 1);
	cr_expect_eq(sock.change, SOCK_CHANGE_NEW);
	diff_mark(socks, 1, NULL, 0);
	cr_expect_eq(sock.change, SOCK_CHANGE_GONE);
}

Test(diff, a_socket_is_the_same_by_its_cookie_whatever_else_it_has) {
	struct sock before = with_cookie(UINT64_MAX - 1);
	struct sock after = before;
	mark(&before, &after);
	cr_expect_eq(before.change, SOCK_CHANGE_UNKNOWN);
	cr_expect_eq(after.change, SOCK_CHANGE_NONE);
	after.inode = 99; /* accept() gives one */
	mark(&before, &after);
	cr_expect_eq(after.change, SOCK_CHANGE_NONE);
	after.cookie--;
	mark(&before, &after);
	cr_expect_eq(before.change, SOCK_CHANGE_GONE);
	cr_expect_eq(after.change, SOCK_CHANGE_NEW);
}

Test(diff, without_a_cookie_a_socket_is_the_same_by_its_description) {
	static const struct {
		const char *what;
		uint32_t inode;
		uint8_t protocol;
		uint8_t local, peer; /* last byte of the address */
		uint16_t local_port, peer_port;
		bool same;
	} rows[] = {
		{ "itself", 5, SOCK_PROTOCOL_TCP, 1, 2, 22, 4000, true },
		{ "inode", 6, SOCK_PROTOCOL_TCP, 1, 2, 22, 4000, false },
		{ "protocol", 5, SOCK_PROTOCOL_UDP, 1, 2, 22, 4000, false },
		{ "local address", 5, SOCK_PROTOCOL_TCP, 3, 2, 22, 4000, false },
		{ "peer address", 5, SOCK_PROTOCOL_TCP, 1, 3, 22, 4000, false },
		{ "local port", 5, SOCK_PROTOCOL_TCP, 1, 2, 23, 4000, false },
		{ "peer port", 5, SOCK_PROTOCOL_TCP, 1, 2, 22, 4001, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock before = without_cookie(5, 22);
		struct sock after = without_cookie(rows[i].inode, rows[i].local_port);
		after.protocol = rows[i].protocol;
		after.local.address[3] = rows[i].local;
		after.peer.address[3] = rows[i].peer;
		after.peer.port = rows[i].peer_port;
		after.state = SOCK_STATE_CLOSE_WAIT;
		mark(&before, &after);
		cr_expect_eq(after.change, rows[i].same ? SOCK_CHANGE_CHANGED : SOCK_CHANGE_NEW,
		             "%s", rows[i].what);
		cr_expect_eq(before.change, rows[i].same ? SOCK_CHANGE_UNKNOWN : SOCK_CHANGE_GONE,
		             "%s", rows[i].what);
	}
}

/* They share it with the endpoint that they belong to. */
Test(diff, associations_of_sctp_are_told_apart_in_spite_of_their_cookie) {
	struct sock before[2] = { with_cookie(5), with_cookie(5) };
	struct sock after[2];
	for (uint16_t i = 0; i < 2; i++) {
		before[i].protocol = SOCK_PROTOCOL_SCTP;
		before[i].peer.port = 1000u + i;
		after[i] = before[i];
	}
	after[1].peer.port = 2000;
	struct sock *const previous[] = { &before[1], &before[0] };
	struct sock *const current[] = { &after[0], &after[1] };
	diff_mark(previous, 2, current, 2);
	cr_expect_eq(before[0].change, SOCK_CHANGE_UNKNOWN);
	cr_expect_eq(before[1].change, SOCK_CHANGE_GONE);
	cr_expect_eq(after[0].change, SOCK_CHANGE_NONE);
	cr_expect_eq(after[1].change, SOCK_CHANGE_NEW);
}

/* TIME-WAIT of /proc/net has no inode; what cannot be told apart is matched one to one. */
Test(diff, sockets_that_look_alike_are_counted) {
	struct sock before[3];
	struct sock after[2];
	struct sock *previous[3];
	struct sock *current[2];
	size_t gone = 0;
	for (size_t i = 0; i < 3; i++) {
		before[i] = without_cookie(0, 22);
		previous[i] = &before[i];
	}
	for (size_t i = 0; i < 2; i++) {
		after[i] = without_cookie(0, 22);
		current[i] = &after[i];
	}
	diff_mark(previous, 3, current, 2);
	for (size_t i = 0; i < 3; i++)
		gone += before[i].change == SOCK_CHANGE_GONE;
	cr_expect_eq(gone, 1);
	cr_expect(after[0].change == SOCK_CHANGE_NONE && after[1].change == SOCK_CHANGE_NONE);
}

Test(diff, a_state_an_address_a_peer_and_an_owner_are_changes) {
	struct sock_unix mine = { .peer_inode = 1 };
	struct sock_unix others = { .peer_inode = 2 };
	const struct sock before = with_cookie(7);
	struct sock after[] = { before, before, before, before, before };
	after[0].state = SOCK_STATE_CLOSE_WAIT;
	after[1].local.address[15] = 1;
	after[2].local.port++;
	after[3].peer.address[0] = 0;
	after[4].peer.port = 0;
	cr_expect_not(diff_is_changed(&before, &before));
	for (size_t i = 0; i < ARRAY_LENGTH(after); i++)
		cr_expect(diff_is_changed(&before, &after[i]), "row %zu", i);
	struct sock left = with_cookie(7);
	left.family = SOCK_FAMILY_UNIX;
	struct sock right = left;
	left.un = &mine;
	right.un = &others;
	cr_expect(diff_is_changed(&left, &right));
	others.peer_inode = 1;
	others.file_inode = 99;
	cr_expect_not(diff_is_changed(&left, &right));
	right.un = NULL;
	cr_expect(diff_is_changed(&left, &right));
	left.family = right.family = SOCK_FAMILY_INET; /* then it is no sock_unix */
	cr_expect_not(diff_is_changed(&left, &right));
}

Test(diff, queues_timers_and_counters_are_no_changes) {
	const struct sock_names names = { .local = { "localhost", "ssh" } };
	static const struct sock_memory memory = { .rmem_alloc = 1, .length = 4 };
	struct sock before = with_cookie(7);
	struct sock after = before;
	after.recvq = 1;
	after.sendq = 2;
	after.timer = SOCK_TIMER_ON;
	after.timer_ms = 200;
	after.timer_retrans = 3;
	after.drops = 4;
	after.memory = &memory;
	after.tcp_length = 100;
	after.mark = 5;
	after.known |= SOCK_KNOWS_TIMER | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
	after.names = &names;
	cr_expect_not(diff_is_changed(&before, &after));
	mark(&before, &after);
	cr_expect_eq(after.change, SOCK_CHANGE_NONE);
}

Test(diff, owners_are_compared_as_a_set_of_processes) {
	static const struct {
		const struct owner *before, *after;
		uint32_t before_count, after_count;
		bool changed;
	} rows[] = {
		{ none, none, 0, 0, false },
		{ none, one, 0, 1, true },
		{ one, none, 1, 0, true },
		{ one, one, 1, 1, false },
		{ one, another, 1, 1, true },
		{ one, one_often, 1, 3, false },
		{ one_often, one, 3, 1, false },
		{ one, several, 1, 3, true },
		{ several, another, 3, 1, true },
		{ several, several_often, 3, 3, false },
		{ several, several_often, 3, 2, true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock before = with_cookie(7);
		struct sock after = before;
		before.owners = rows[i].before;
		before.owner_count = rows[i].before_count;
		after.owners = rows[i].after;
		after.owner_count = rows[i].after_count;
		cr_expect_eq(diff_is_changed(&before, &after), rows[i].changed, "row %zu", i);
	}
}

/* Every third has no cookie; of each hundred one goes, one comes and one changes. */
Test(diff, thousands_in_any_order_are_sorted_out) {
	enum { COUNT = 20000, STEP = 7919 };
	struct sock *before = xcalloc(COUNT, sizeof(*before));
	struct sock *after = xcalloc(COUNT, sizeof(*after));
	struct sock **previous = xcalloc(COUNT, sizeof(struct sock *));
	struct sock **current = xcalloc(COUNT, sizeof(struct sock *));
	for (uint32_t i = 0; i < COUNT; i++) {
		const uint32_t id = i + 1;
		before[i] = id % 3 ? with_cookie(id) : without_cookie(id, 80);
		after[i] = before[i];
		if (id % 100 == 1)
			after[i] =
			    id % 3 ? with_cookie(COUNT + id) : without_cookie(COUNT + id, 80);
		if (id % 100 == 2)
			after[i].state = SOCK_STATE_CLOSE_WAIT;
		previous[(size_t)i * STEP % COUNT] = &before[i];
		current[COUNT - 1 - i] = &after[i];
	}
	diff_mark(previous, COUNT, current, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		const bool other = (i + 1) % 100 == 1;
		const enum sock_change expected = other                ? SOCK_CHANGE_NEW
		                                  : (i + 1) % 100 == 2 ? SOCK_CHANGE_CHANGED
		                                                       : SOCK_CHANGE_NONE;
		cr_assert_eq(after[i].change, expected, "socket %u", i);
		cr_assert_eq(before[i].change, other ? SOCK_CHANGE_GONE : SOCK_CHANGE_UNKNOWN,
		             "socket %u", i);
	}
	free(before);
	free(after);
	free(previous);
	free(current);
}

/* All those of a look are alike, and none is in both: quadratic, it would take minutes. */
Test(diff, a_crowd_that_looks_alike_is_no_burden, .timeout = 60) {
	enum { COUNT = 400000 };
	struct sock *both = xcalloc((size_t)2 * COUNT, sizeof(*both));
	const struct snapshot before = { .socks = both, .count = COUNT };
	const struct snapshot now = { .socks = both + COUNT, .count = COUNT };
	for (size_t i = 0; i < COUNT; i++) {
		both[i] = without_cookie(1, 80);
		both[COUNT + i] = without_cookie(1, 81);
	}
	struct life_join join = life_join_make(&before, &now);
	for (size_t i = 0; i < COUNT; i++)
		cr_assert_eq(join.before[i], 0);
	life_join_finish(&join);
	free(both);
}
