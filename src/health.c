/* A row for each kind of trouble, from the least to the worst, and how a socket shows it. What is
 * told in numbers about one socket is in explain.c. */

#include "health.h"

#include <stdbool.h>
#include <stddef.h>

#include "life.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"

#define KNOWS_TCP(sock, member)                                                                    \
	((sock)->tcp && (sock)->tcp_length >=                                                      \
	                    offsetof(struct tcp_counters, member) + sizeof((sock)->tcp->member))

/* The timer runs while the peer takes nothing and there is something to send. */
static bool has_window_closed(const struct sock *sock) {
	return (sock->known & SOCK_KNOWS_TIMER) && sock->timer == SOCK_TIMER_PERSIST;
}

/* tcp_info of a listener has other things in these places. */
static bool retransmits(const struct sock *sock) {
	if (sock->state == SOCK_STATE_LISTEN)
		return false;
	return (sock->life && sock->life->retrans > 0) ||
	       (KNOWS_TCP(sock, retrans) && sock->tcp->retrans > 0);
}

static bool has_drops(const struct sock *sock) {
	return sock_drops(sock) > 0;
}

static bool is_in_close_wait(const struct sock *sock) {
	return sock->state == SOCK_STATE_CLOSE_WAIT;
}

static bool has_no_answer(const struct sock *sock) {
	return sock->state != SOCK_STATE_LISTEN && KNOWS_TCP(sock, retransmits) &&
	       sock->tcp->retransmits > 0;
}

#undef KNOWS_TCP

static const struct {
	bool (*shows)(const struct sock *sock); /* NULL: nothing worse does */
	const char *name;
} rows[] = {
	[HEALTH_FINE] = { NULL, "ok" },
	[HEALTH_WINDOW_CLOSED] = { has_window_closed, "window-closed" },
	[HEALTH_RETRANSMITS] = { retransmits, "retransmits" },
	[HEALTH_DROPS] = { has_drops, "drops" },
	[HEALTH_CLOSE_WAIT] = { is_in_close_wait, "close-wait" },
	[HEALTH_NO_ANSWER] = { has_no_answer, "no-answer" },
	[HEALTH_ACCEPT_QUEUE_FULL] = { sock_is_accept_queue_full, "accept-queue-full" },
};
_Static_assert(ARRAY_LENGTH(rows) == HEALTH_COUNT, "a row for each");

enum health health_of(const struct sock *sock) {
	for (int health = HEALTH_COUNT - 1; health > HEALTH_FINE; health--) {
		if (rows[health].shows(sock))
			return (enum health)health;
	}
	return HEALTH_FINE;
}

const char *health_name(enum health health) {
	return rows[health].name;
}
