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
