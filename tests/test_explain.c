/* What is said of a state, and what of trouble. */

#include <criterion/criterion.h>

#include "explain.h"
#include "life.h"
#include "out.h"
#include "sock.h"
#include "util.h"

static void expect(void (*explain)(struct out *out, const struct sock *sock),
                   const struct sock *sock, const char *text) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	explain(&out, sock);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, text);
	out_finish(&out);
}

Test(explain, a_state_says_whose_turn_it_is_and_since_when) {
	struct sock_life life = { .first_seen_ns = 5,
		                  .sampled_ns = 14 * UINT64_C(60000000000) + 5 };
	struct sock sock = { .state = SOCK_STATE_CLOSE_WAIT, .life = &life };
	life.state_since_ns = 5;
	expect(explain_state, &sock,
	       "CLOSE-WAIT: the peer has finished; this program has not called close yet, "
	       "for 14 minutes.");
	life.seen_at_start = true;
	expect(explain_state, &sock,
	       "CLOSE-WAIT: the peer has finished; this program has not called close yet, "
	       "for at least 14 minutes.");
	sock.life = NULL;
	expect(explain_state, &sock,
	       "CLOSE-WAIT: the peer has finished; this program has not called close yet.");
}

Test(explain, every_protocol_has_a_sentence_for_its_states) {
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		const struct sock sock = { .protocol = (uint8_t)i,
			                   .state = SOCK_STATE_ESTABLISHED };
		struct out out;
		out_init(&out, OUT_MEMORY);
		explain_state(&out, &sock);
		cr_expect_gt(out.used, 20, "%s", sock_protocol_name((enum sock_protocol)i));
		out_finish(&out);
	}
}

Test(explain, a_queue_is_full_when_there_are_more_than_its_limit) {
	struct sock_memory memory = { .drops = 2, .length = sizeof(memory) };
	struct sock sock = { .known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
		             .state = SOCK_STATE_LISTEN,
		             .recvq = 4,
		             .sendq = 3,
		             .memory = &memory };
	expect(explain_trouble, &sock, "accept queue full: 4 of 3, 2 dropped\n");
	sock.recvq = 3;
	sock.memory = NULL;
	expect(explain_trouble, &sock, "");
}

Test(explain, a_listener_says_who_must_accept) {
	struct sock sock = { .known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
		             .state = SOCK_STATE_LISTEN,
		             .sendq = 3 };
	expect(explain_state, &sock, "LISTEN: connections may come; it is the peers' turn.");
	sock.recvq = 1;
	expect(explain_state, &sock,
	       "LISTEN: connections wait to be accepted; it is this program's turn.");
	const struct sock_life life = { .sampled_ns = 60 * UINT64_C(1000000000) };
	sock.life = &life;
	expect(explain_state, &sock,
	       "LISTEN: connections wait to be accepted; it is this program's turn.");
	sock.recvq = 0;
	expect(explain_state, &sock,
	       "LISTEN: connections may come; it is the peers' turn, for 1 minute.");
}

Test(explain, an_end_of_a_unix_socket_that_cannot_be_seen_is_closed_or_not_accepted) {
	struct sock_unix un = { .known = SOCK_UNIX_KNOWS_PEER, .peer_inode = 5 };
	struct sock sock = { .protocol = SOCK_PROTOCOL_UNIX_STREAM,
		             .family = SOCK_FAMILY_UNIX,
		             .state = SOCK_STATE_ESTABLISHED,
		             .known = SOCK_KNOWS_SHUTDOWN,
		             .un = &un };
	const char *const connected = "ESTAB: it is connected to another socket of this machine.";
	expect(explain_state, &sock, connected);
	un = (struct sock_unix){ 0 };
	expect(explain_state, &sock,
	       "ESTAB: it is connected, but no program has accepted it yet; it is the listening "
	       "program's turn.");
	sock.shutdown = SOCK_SHUTDOWN_RECV | SOCK_SHUTDOWN_SEND;
	expect(explain_state, &sock,
	       "ESTAB: the other end is closed; this program has not called close yet.");
	sock.known = 0; /* as from /proc/net */
	expect(explain_state, &sock, connected);
	sock.known = SOCK_KNOWS_SHUTDOWN;
	sock.protocol = SOCK_PROTOCOL_UNIX_DGRAM;
	expect(explain_state, &sock, connected);
}

Test(explain, what_nobody_has_accepted_is_the_listeners_turn) {
	struct sock sock = { .state = SOCK_STATE_ESTABLISHED, .ownership = SOCK_OWNERSHIP_NONE };
	expect(explain_state, &sock,
	       "ESTAB: the connection is open, but no program has accepted it yet; it is the "
	       "listening program's turn.");
	sock.known = SOCK_KNOWS_INODE;
	expect(explain_state, &sock, "ESTAB: the connection is open; both sides may send.");
	sock.state = SOCK_STATE_CLOSE_WAIT;
	sock.known = 0;
	expect(explain_state, &sock,
	       "CLOSE-WAIT: the peer has finished, but no program has accepted the connection "
	       "yet; it is the listening program's turn.");
}

Test(explain, the_peers_fin_is_no_byte_that_waits_to_be_read) {
	struct sock sock = { .known = SOCK_KNOWS_RECVQ,
		             .state = SOCK_STATE_CLOSE_WAIT,
		             .recvq = 1 };
	expect(explain_trouble, &sock, "");
	sock.recvq = 11;
	expect(explain_trouble, &sock, "10 bytes are not read\n");
	sock.state = SOCK_STATE_FIN_WAIT2;
	expect(explain_trouble, &sock, "11 bytes are not read\n");
}

Test(explain, bytes_that_wait_are_told_of_streams_only) {
	struct sock sock = { .known = SOCK_KNOWS_RECVQ,
		             .state = SOCK_STATE_ESTABLISHED,
		             .recvq = 11 };
	sock.protocol = SOCK_PROTOCOL_MPTCP;
	expect(explain_trouble, &sock, "");
	sock.protocol = SOCK_PROTOCOL_UNIX_STREAM;
	expect(explain_trouble, &sock, "11 bytes are not read\n");
}

Test(explain, what_was_dropped_is_named) {
	struct sock_memory memory = { .drops = 1, .length = sizeof(memory) };
	struct sock sock = { .state = SOCK_STATE_ESTABLISHED, .memory = &memory };
	expect(explain_trouble, &sock, "1 packet that came was dropped\n");
	memory.drops = 2;
	sock.state = SOCK_STATE_LISTEN;
	expect(explain_trouble, &sock, "2 packets that came were dropped\n");
}
