/* One walk over the sockets of a look. Those that are not there any more count only as gone. */

#include "totals.h"

#include "life.h"
#include "snapshot.h"
#include "util.h"

static void count_owner(struct totals *totals, const struct sock *sock) {
	switch ((enum sock_ownership)sock->ownership) {
	case SOCK_OWNERSHIP_EXACT:
	case SOCK_OWNERSHIP_SEVERAL:
		totals->owned++;
		break;
	case SOCK_OWNERSHIP_HIDDEN:
		totals->owner_hidden++;
		break;
	case SOCK_OWNERSHIP_UNKNOWN:
	case SOCK_OWNERSHIP_NONE:
	case SOCK_OWNERSHIP_REMEMBERED:
	case SOCK_OWNERSHIP_COUNT:
		break;
	}
}

/* What goes over MPTCP is counted where it goes over its subflows, which are TCP. */
static void count_traffic(struct totals *totals, const struct sock *sock) {
	const struct sock_life *life = sock->life;
	if (sock->protocol == SOCK_PROTOCOL_MPTCP)
		return;
	totals->rx = util_add(totals->rx, life->rx);
	totals->tx = util_add(totals->tx, life->tx);
	totals->retrans += life->retrans_segments;
	totals->sent += life->sent_segments;
}

static void count_present(struct totals *totals, const struct sock *sock) {
	totals->sockets++;
	if (sock->protocol < SOCK_PROTOCOL_COUNT)
		totals->protocols[sock->protocol]++;
	if (sock->protocol == SOCK_PROTOCOL_TCP && sock->state < SOCK_STATE_COUNT)
		totals->states[sock->state]++;
	totals->full_queues +=
	    sock->protocol == SOCK_PROTOCOL_TCP && sock_is_accept_queue_full(sock);
	count_owner(totals, sock);
	if (!sock->life)
		return;
	count_traffic(totals, sock);
	totals->appeared += sock->change == SOCK_CHANGE_NEW && sock->life->mark_looks == 0;
}

static bool is_missing(const struct sock *sock) {
	return sock->life && sock->life->missing > 0;
}

struct totals totals_of(const struct snapshot *before, const struct snapshot *now,
                        uint64_t elapsed_ns) {
	struct totals totals = { .elapsed_ns = before ? elapsed_ns : 0 };
	for (size_t i = 0; i < now->count; i++) {
		const struct sock *sock = &now->socks[i];
		transitions_count(&totals.transitions, sock);
		if (!is_missing(sock))
			count_present(&totals, sock);
		else if (sock->change == SOCK_CHANGE_GONE && sock->life->mark_looks == 0)
			totals.gone++;
	}
	return totals;
}

static void add_each(uint64_t *to, const uint64_t *from, size_t count) {
	for (size_t i = 0; i < count; i++)
		to[i] = util_add(to[i], from[i]);
}

void totals_add(struct totals *totals, const struct totals *more) {
	totals->sockets += more->sockets;
	add_each(totals->protocols, more->protocols, SOCK_PROTOCOL_COUNT);
	add_each(totals->states, more->states, SOCK_STATE_COUNT);
	totals->appeared += more->appeared;
	totals->gone += more->gone;
	totals->rx = util_add(totals->rx, more->rx);
	totals->tx = util_add(totals->tx, more->tx);
	totals->retrans += more->retrans;
	totals->sent += more->sent;
	totals->owned += more->owned;
	totals->owner_hidden += more->owner_hidden;
	totals->full_queues += more->full_queues;
	transitions_add(&totals->transitions, &more->transitions);
	if (more->elapsed_ns > totals->elapsed_ns)
		totals->elapsed_ns = more->elapsed_ns;
}
