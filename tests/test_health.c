/* What is the worst about a socket, and the words for it. */

#include <criterion/criterion.h>
#include <string.h>

#include "health.h"
#include "life.h"
#include "sock.h"
#include "tcp_info.h"

static const struct tcp_counters retransmitting = { .retrans = 1 };
static const struct tcp_counters unanswered = { .retrans = 1, .retransmits = 3 };

static struct sock with_counters(enum sock_state state, const struct tcp_counters *tcp) {
	return (struct sock){ .protocol = SOCK_PROTOCOL_TCP,
		              .state = (uint8_t)state,
		              .tcp = tcp,
		              .tcp_length = sizeof(*tcp) };
}

Test(health, each_kind_of_trouble_is_found) {
	const struct sock_life life = { .retrans = 1 };
	const struct sock_memory memory = { .drops = 1, .length = sizeof(memory) };
	const struct sock cases[HEALTH_COUNT] = {
		[HEALTH_FINE] = { .state = SOCK_STATE_ESTABLISHED },
		[HEALTH_WINDOW_CLOSED] = { .known = SOCK_KNOWS_TIMER, .timer = SOCK_TIMER_PERSIST },
		[HEALTH_RETRANSMITS] = { .state = SOCK_STATE_ESTABLISHED, .life = &life },
		[HEALTH_DROPS] = { .memory = &memory },
		[HEALTH_CLOSE_WAIT] = { .state = SOCK_STATE_CLOSE_WAIT },
		[HEALTH_NO_ANSWER] = with_counters(SOCK_STATE_SYN_SENT, &unanswered),
		[HEALTH_ACCEPT_QUEUE_FULL] = { .known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
		                               .state = SOCK_STATE_LISTEN,
		                               .recvq = 5,
		                               .sendq = 4 },
	};
	for (enum health i = 0; i < HEALTH_COUNT; i++)
		cr_expect_eq(health_of(&cases[i]), i, "%s", health_name(i));
}

Test(health, of_several_the_worst_counts) {
	struct sock sock = with_counters(SOCK_STATE_CLOSE_WAIT, &retransmitting);
	cr_expect_eq(health_of(&sock), HEALTH_CLOSE_WAIT);
	sock.tcp = &unanswered;
	cr_expect_eq(health_of(&sock), HEALTH_NO_ANSWER);
}

Test(health, what_the_kernel_did_not_tell_is_not_held_against_a_socket) {
	struct sock sock = with_counters(SOCK_STATE_ESTABLISHED, &unanswered);
	sock.tcp_length = 1;
	cr_expect_eq(health_of(&sock), HEALTH_FINE);
	sock = with_counters(SOCK_STATE_LISTEN, &unanswered); /* they mean something else there */
	cr_expect_eq(health_of(&sock), HEALTH_FINE);
	sock = (struct sock){ .known = SOCK_KNOWS_DROPS, .drops = 0 };
	cr_expect_eq(health_of(&sock), HEALTH_FINE);
}

Test(health, each_has_a_word_of_its_own) {
	for (enum health i = 0; i < HEALTH_COUNT; i++) {
		cr_expect_eq(strpbrk(health_name(i), " ,\"="), NULL);
		for (enum health j = 0; j < i; j++)
			cr_expect_str_neq(health_name(i), health_name(j));
	}
}
