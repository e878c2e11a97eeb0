/* What several looks tell: who is the same, who is gone, who held it, and how fast it is. */

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>

#include "life.h"
#include "snapshot.h"
#include "tcp_info.h"
#include "util.h"

static const uint64_t second = 1000000000;

/* Two looks, of which the later one can be made again and again. */
struct looks {
	struct life life;
	struct snapshot snapshots[2];
	size_t number;
	uint64_t now_ns;
};

static struct snapshot *begin(struct looks *looks) {
	struct snapshot *now = &looks->snapshots[looks->number % 2];
	snapshot_reset(now);
	for (size_t i = 0; i < REPORT_COUNT; i++)
		now->reports[i] = (struct probe_report){ .outcome = REPORT_WHOLE };
	return now;
}

static struct snapshot *update(struct looks *looks) {
	struct snapshot *now = &looks->snapshots[looks->number % 2];
	const struct snapshot *before = &looks->snapshots[(looks->number + 1) % 2];
	looks->now_ns += second;
	life_update(&looks->life, looks->number ? before : NULL, now, looks->now_ns);
	looks->number++;
	return now;
}

static void finish(struct looks *looks) {
	snapshot_finish(&looks->snapshots[0]);
	snapshot_finish(&looks->snapshots[1]);
}

static struct sock *add(struct snapshot *now, uint64_t cookie, enum sock_state state) {
	struct sock *sock = snapshot_add(now);
	sock->known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_PORTS;
	sock->cookie = cookie;
	sock->inode = (uint32_t)cookie;
	sock->state = (uint8_t)state;
	sock->local.port = 80;
	sock->peer.port = (uint32_t)cookie + 1000;
	return sock;
}

static struct tcp_counters *count(struct snapshot *now, struct sock *sock, size_t length) {
	struct tcp_counters *tcp = arena_alloc(&now->arena, sizeof(*tcp));
	*tcp = (struct tcp_counters){ 0 };
	sock->tcp = tcp;
	sock->tcp_length = (uint16_t)length;
	return tcp;
}

static void own(struct snapshot *now, struct sock *sock) {
	struct process *process = arena_alloc(&now->arena, sizeof(*process));
	struct owner *owner = arena_alloc(&now->arena, sizeof(*owner));
	*process = (struct process){ .pid = 7, .comm = "nc", .comm_length = 2 };
	process->comm = arena_copy(&now->arena, "nc", 2);
	*owner = (struct owner){ .process = process, .fd = 3 };
	sock->owners = owner;
	sock->owner_count = 1;
	sock->ownership = SOCK_OWNERSHIP_EXACT;
	sock->user = arena_copy(&now->arena, "ana", 3);
}

Test(life, nobody_is_new_in_the_first_look_and_whoever_comes_later_is_for_three_looks) {
	struct looks looks = { 0 };
	add(begin(&looks), 1, SOCK_STATE_LISTEN);
	const struct snapshot *now = update(&looks);
	cr_expect_eq(now->socks[0].change, SOCK_CHANGE_NONE);
	cr_expect(now->socks[0].life->seen_at_start);
	for (size_t i = 0; i < 4; i++) {
		struct snapshot *next = begin(&looks);
		add(next, 2, SOCK_STATE_LISTEN);
		add(next, 1, SOCK_STATE_LISTEN);
		now = update(&looks);
		cr_expect_eq(now->count, 2);
		cr_expect_eq(now->socks[0].change, i < 3 ? SOCK_CHANGE_NEW : SOCK_CHANGE_NONE);
		cr_expect_eq(now->socks[0].life->serial, 2);
		cr_expect_not(now->socks[0].life->seen_at_start);
		cr_expect_eq(now->socks[0].life->age_ms, i * 1000);
		cr_expect_eq(now->socks[1].life->serial, 1);
	}
	finish(&looks);
}

Test(life, the_missing_are_gone_the_second_time_and_then_forgotten) {
	struct looks looks = { 0 };
	own(&looks.snapshots[0], add(begin(&looks), 1, SOCK_STATE_ESTABLISHED));
	update(&looks);
	for (uint8_t missing = 1; missing <= 4; missing++) {
		begin(&looks);
		const struct snapshot *now = update(&looks);
		cr_assert_eq(now->count, 1, "missing %u times", missing);
		const struct sock *sock = &now->socks[0];
		cr_expect_eq(sock->life->missing, missing);
		cr_expect_eq(sock->change, missing < 2 ? SOCK_CHANGE_NONE : SOCK_CHANGE_GONE);
		cr_expect_str_eq(sock->owners[0].process->comm, "nc");
	}
	begin(&looks);
	cr_expect_eq(update(&looks)->count, 0);
	finish(&looks);
}

Test(life, who_was_missing_once_comes_back_as_the_same) {
	struct looks looks = { 0 };
	add(begin(&looks), 1, SOCK_STATE_ESTABLISHED);
	update(&looks);
	begin(&looks);
	update(&looks);
	add(begin(&looks), 1, SOCK_STATE_ESTABLISHED);
	const struct snapshot *now = update(&looks);
	cr_expect_eq(now->count, 1);
	cr_expect_eq(now->socks[0].life->serial, 1);
	cr_expect_eq(now->socks[0].life->missing, 0);
	cr_expect_eq(now->socks[0].change, SOCK_CHANGE_NONE);
	finish(&looks);
}

Test(life, a_probe_that_failed_or_fell_away_makes_nobody_gone) {
	static const enum report_outcome outcomes[] = { REPORT_PARTIAL, REPORT_ABSENT,
		                                        REPORT_UNLISTED };
	struct looks looks = { 0 };
	add(begin(&looks), 1, SOCK_STATE_ESTABLISHED);
	update(&looks);
	for (size_t i = 0; i < 6; i++) {
		begin(&looks)->reports[SOCK_PROBE_TCP].outcome = outcomes[i % 3];
		const struct snapshot *now = update(&looks);
		cr_assert_eq(now->count, 1);
		cr_expect(now->socks[0].life->stale);
		cr_expect_eq(now->socks[0].life->missing, 0);
		cr_expect_neq(now->socks[0].change, SOCK_CHANGE_GONE);
	}
	finish(&looks);
}

Test(life, who_held_a_socket_is_remembered_after_its_close) {
	for (uint64_t cookie = 1; cookie <= 2; cookie++) { /* 2: it got another at its end */
		struct looks looks = { 0 };
		own(&looks.snapshots[0], add(begin(&looks), 1, SOCK_STATE_ESTABLISHED));
		update(&looks);
		for (size_t i = 0; i < 3; i++) {
			struct sock *sock = add(begin(&looks), cookie, SOCK_STATE_TIME_WAIT);
			sock->known &= ~(uint32_t)SOCK_KNOWS_INODE;
			sock->peer.port = 1001;
			sock->inode = 0;
			sock->ownership = SOCK_OWNERSHIP_NONE;
			const struct snapshot *now = update(&looks);
			cr_assert_eq(now->count, 1);
			cr_expect_eq(now->socks[0].life->serial, 1);
			cr_expect_eq(now->socks[0].ownership, SOCK_OWNERSHIP_REMEMBERED);
			cr_expect_eq(now->socks[0].owners[0].process->pid, 7);
			cr_expect_str_eq(now->socks[0].user, "ana");
			cr_expect_eq(now->socks[0].change, SOCK_CHANGE_CHANGED);
			cr_expect_eq(now->socks[0].life->state_since_ns, 2 * second);
		}
		finish(&looks);
	}
}

Test(life, a_socket_that_nobody_holds_any_more_is_not_given_its_old_owner) {
	struct looks looks = { 0 };
	own(&looks.snapshots[0], add(begin(&looks), 1, SOCK_STATE_ESTABLISHED));
	update(&looks);
	add(begin(&looks), 1, SOCK_STATE_ESTABLISHED)->ownership = SOCK_OWNERSHIP_NONE;
	const struct snapshot *now = update(&looks);
	cr_expect_eq(now->socks[0].ownership, SOCK_OWNERSHIP_NONE);
	cr_expect_eq(now->socks[0].owner_count, 0);
	finish(&looks);
}

Test(life, another_connection_between_the_same_ends_is_another_socket) {
	struct looks looks = { 0 };
	add(begin(&looks), 1, SOCK_STATE_ESTABLISHED);
	update(&looks);
	add(begin(&looks), 2, SOCK_STATE_ESTABLISHED)->peer.port = 1001;
	const struct snapshot *now = update(&looks);
	cr_expect_eq(now->count, 2);
	cr_expect_eq(now->socks[0].life->serial, 2);
	finish(&looks);
}

/* As in the kernel's counters: 1000 bytes of payload, with SYN and FIN. */
Test(life, syn_and_fin_are_no_payload) {
	const size_t old = offsetof(struct tcp_counters, segs_out);
	struct looks looks = { 0 };
	struct snapshot *next = begin(&looks);
	count(next, add(next, 1, SOCK_STATE_SYN_SENT), old);
	count(next, add(next, 2, SOCK_STATE_ESTABLISHED), old);
	update(&looks);
	next = begin(&looks);
	count(next, add(next, 1, SOCK_STATE_FIN_WAIT2), old)->bytes_acked = 1002;
	count(next, add(next, 2, SOCK_STATE_CLOSE_WAIT), old)->bytes_received = 1001;
	const struct snapshot *now = update(&looks);
	cr_expect_eq(now->socks[0].life->tx, 1000);
	cr_expect_eq(now->socks[0].life->tx_bytes, 1000);
	cr_expect_eq(now->socks[1].life->rx, 1000);
	cr_expect_eq(now->socks[1].life->rx_bytes, 1000);
	finish(&looks);
}

Test(life, what_goes_back_or_is_seen_first_is_not_known) {
	struct looks looks = { 0 };
	static const uint64_t received[] = { 500, 100, 300 };
	for (size_t i = 0; i < ARRAY_LENGTH(received); i++) {
		struct snapshot *next = begin(&looks);
		struct sock *sock = add(next, 1, SOCK_STATE_ESTABLISHED);
		count(next, sock, sizeof(*sock->tcp))->bytes_received = received[i];
		const struct sock_life *life = update(&looks)->socks[0].life;
		cr_expect_eq((life->known & SOCK_LIFE_KNOWS_RX) != 0, i == 2);
		cr_expect_eq(life->rx, i == 2 ? 200 : 0);
		cr_expect_eq(life->rx_bytes, received[i]);
	}
	add(begin(&looks), 1, SOCK_STATE_TIME_WAIT);
	const struct sock_life *life = update(&looks)->socks[0].life;
	cr_expect_eq(life->known, SOCK_LIFE_KNOWS_RX_BYTES | SOCK_LIFE_KNOWS_TX_BYTES);
	cr_expect_eq(life->rx_bytes, 300);
	finish(&looks);
}

Test(life, bytes_sent_again_are_not_sent_twice_and_segments_are_rounded_up) {
	struct looks looks = { 0 };
	for (uint32_t i = 0; i < 2; i++) {
		struct snapshot *next = begin(&looks);
		struct sock *sock = add(next, 1, SOCK_STATE_ESTABLISHED);
		struct tcp_counters *tcp = count(next, sock, sizeof(*tcp));
		tcp->bytes_sent = 1000 + i * 700;
		tcp->bytes_retrans = i * 200;
		tcp->total_retrans = i;
		looks.now_ns += i * 9 * second;
		update(&looks);
	}
	const struct sock_life *life = looks.snapshots[1].socks[0].life;
	cr_expect_eq(life->tx, 50);
	cr_expect_eq(life->retrans, 1);
	cr_expect_eq(life->rate, 50);
	finish(&looks);
}

/* Random looks: sockets come, go, and are missed once; each receives at most 1000 B/s. */
Test(life, no_rate_is_above_the_true_one) {
	enum { SOCKETS = 200, LOOKS = 60, MOST = 1000 };
	uint64_t received[SOCKETS] = { 0 };
	uint64_t serials[SOCKETS] = { 0 };
	struct looks looks = { 0 };
	size_t known = 0;
	srand(1);
	for (size_t look = 0; look < LOOKS; look++) {
		struct snapshot *next = begin(&looks);
		const size_t turn = (size_t)rand() % SOCKETS;
		for (size_t i = 0; i < SOCKETS; i++) {
			const size_t at = (i + turn) % SOCKETS;
			received[at] += (uint64_t)(rand() % (MOST + 1));
			if (rand() % 20 == 0)
				continue;
			struct sock *sock = add(next, at + 1, SOCK_STATE_ESTABLISHED);
			count(next, sock, sizeof(*sock->tcp))->bytes_received = received[at];
		}
		const struct snapshot *now = update(&looks);
		for (size_t i = 0; i < now->count; i++) {
			const struct sock *sock = &now->socks[i];
			cr_assert_leq(sock->life->rx, MOST);
			known += (sock->life->known & SOCK_LIFE_KNOWS_RX) != 0;
			if (sock->life->missing == 0 && serials[sock->cookie - 1] == 0)
				serials[sock->cookie - 1] = sock->life->serial;
			cr_assert_eq(sock->life->serial, serials[sock->cookie - 1]);
		}
	}
	cr_expect_gt(known, SOCKETS * LOOKS / 2);
	finish(&looks);
}

Test(life, mptcp_counts_neither_what_is_sent_again_nor_the_end) {
	struct looks looks = { 0 };
	for (uint64_t i = 0; i < 2; i++) {
		struct snapshot *next = begin(&looks);
		struct sock *sock = add(next, 1, SOCK_STATE_ESTABLISHED);
		struct mptcp_counters *mptcp = arena_alloc(&next->arena, sizeof(*mptcp));
		*mptcp = (struct mptcp_counters){ .bytes_sent = 1000 + i * 700,
			                          .bytes_retrans = i * 200,
			                          .bytes_received = 50 + i * 30 };
		sock->protocol = SOCK_PROTOCOL_MPTCP;
		sock->mptcp = mptcp;
		sock->mptcp_length = sizeof(*mptcp);
		update(&looks);
	}
	const struct sock_life *life = looks.snapshots[1].socks[0].life;
	cr_expect_eq(life->tx, 700);
	cr_expect_eq(life->rx, 30);
	cr_expect_eq(life->tx_bytes, 1700);
	finish(&looks);
}

Test(life, a_kernel_whose_mptcp_counts_no_bytes_leaves_them_unknown) {
	struct looks looks = { 0 };
	for (uint64_t i = 0; i < 2; i++) {
		struct snapshot *next = begin(&looks);
		struct sock *sock = add(next, 1, SOCK_STATE_ESTABLISHED);
		struct mptcp_counters *mptcp = arena_alloc(&next->arena, sizeof(*mptcp));
		*mptcp = (struct mptcp_counters){ .bytes_sent = i };
		sock->protocol = SOCK_PROTOCOL_MPTCP;
		sock->mptcp = mptcp;
		sock->mptcp_length = offsetof(struct mptcp_counters, bytes_retrans);
		update(&looks);
	}
	cr_expect_eq(looks.snapshots[1].socks[0].life->known, 0);
	finish(&looks);
}

Test(life, a_socket_that_was_never_seen_alive_has_no_owner_to_remember) {
	struct looks looks = { 0 };
	struct snapshot *next = begin(&looks);
	struct sock *sock = add(next, 1, SOCK_STATE_TIME_WAIT);
	sock->known &= ~(uint32_t)SOCK_KNOWS_INODE;
	sock->ownership = SOCK_OWNERSHIP_NONE;
	update(&looks);
	next = begin(&looks);
	sock = add(next, 1, SOCK_STATE_TIME_WAIT);
	sock->known &= ~(uint32_t)SOCK_KNOWS_INODE;
	sock->ownership = SOCK_OWNERSHIP_NONE;
	const struct snapshot *now = update(&looks);
	cr_expect_eq(now->socks[0].ownership, SOCK_OWNERSHIP_NONE);
	cr_expect_eq(now->socks[0].life->known, 0);
	finish(&looks);
}

Test(life, a_segment_that_was_sent_again_was_sent) {
	struct looks looks = { 0 };
	for (uint32_t i = 0; i < 2; i++) {
		struct snapshot *next = begin(&looks);
		struct sock *sock = add(next, 1, SOCK_STATE_SYN_SENT);
		count(next, sock, sizeof(*sock->tcp))->total_retrans = i * 2;
		update(&looks);
	}
	const struct sock_life *life = looks.snapshots[1].socks[0].life;
	cr_expect_eq(life->retrans_segments, 2);
	cr_expect_eq(life->sent_segments, 2, "a SYN is no data, but a segment");
	finish(&looks);
}
