/* Sentences from tables: one for each state of TCP (RFC 9293 section 3.3.2), and one for each kind
 * of socket that has no such states. Nothing that others chose is quoted. */

#include "explain.h"

#include <stddef.h>

#include "life.h"
#include "out.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"

static const char *const tcp_states[SOCK_STATE_COUNT] = {
	[SOCK_STATE_ESTABLISHED] = N_("the connection is open; both sides may send"),
	[SOCK_STATE_SYN_SENT] =
	    N_("a connection was asked for; it is the peer's turn to answer the SYN"),
	[SOCK_STATE_SYN_RECV] =
	    N_("the peer's SYN was answered; it is the peer's turn to acknowledge that"),
	[SOCK_STATE_FIN_WAIT1] =
	    N_("this side has finished; it is the peer's turn to acknowledge the last data and "
	       "the FIN"),
	[SOCK_STATE_FIN_WAIT2] =
	    N_("this side has finished, and the peer knows; it is the peer's turn to finish too"),
	[SOCK_STATE_TIME_WAIT] =
	    N_("both sides have finished, nobody need do anything; lest an old segment be taken "
	       "for a new one the kernel keeps the ports"),
	[SOCK_STATE_CLOSE] = N_("there is no connection"),
	[SOCK_STATE_CLOSE_WAIT] =
	    N_("the peer has finished; this program has not called close yet"),
	[SOCK_STATE_LAST_ACK] = N_("both sides have finished, the peer first; it is the peer's "
	                           "turn to acknowledge the last data and the FIN"),
	[SOCK_STATE_LISTEN] = N_("connections may come; it is the peers' turn"),
	[SOCK_STATE_CLOSING] = N_("both sides have finished at the same time; it is the peer's "
	                          "turn to acknowledge the last data and the FIN"),
};

static const char *const sctp_states[SOCK_STATE_COUNT] = {
	[SOCK_STATE_ESTABLISHED] = N_("the association is open; both sides may send"),
	[SOCK_STATE_CLOSE] = N_("there is no association"),
	[SOCK_STATE_LISTEN] = N_("associations may come; it is the peers' turn"),
	[SOCK_STATE_COOKIE_WAIT] = N_("it is the peer's turn to answer the INIT"),
	[SOCK_STATE_COOKIE_ECHOED] = N_("it is the peer's turn to acknowledge the cookie"),
	[SOCK_STATE_SHUTDOWN_PENDING] =
	    N_("this side has finished; what it sent is still to be acknowledged"),
	[SOCK_STATE_SHUTDOWN_SENT] = N_("it is the peer's turn to answer the SHUTDOWN"),
	[SOCK_STATE_SHUTDOWN_RECEIVED] =
	    N_("the peer has finished; what this side sent is still to be acknowledged"),
	[SOCK_STATE_SHUTDOWN_ACK_SENT] =
	    N_("it is the peer's turn to acknowledge that both have finished"),
};

static bool knows(const struct sock *sock, uint32_t known) {
	return (sock->known & known) == known;
}

static bool has_queue_of_clients(const struct sock *sock) {
	return sock->state == SOCK_STATE_LISTEN && knows(sock, SOCK_KNOWS_RECVQ) && sock->recvq > 0;
}

/* The kernel makes a connection before a program takes it, and with it an inode. Those of MPTCP are
 * accepted as one. */
static bool is_not_accepted(const struct sock *sock) {
	return sock->protocol == SOCK_PROTOCOL_TCP && !sock->ulp &&
	       sock->ownership == SOCK_OWNERSHIP_NONE && !knows(sock, SOCK_KNOWS_INODE);
}

static const char *explain_tcp(const struct sock *sock) {
	if (has_queue_of_clients(sock))
		return N_("connections wait to be accepted; it is this program's turn");
	if (sock->state == SOCK_STATE_ESTABLISHED && is_not_accepted(sock))
		return N_("the connection is open, but no program has accepted it yet; it is the "
		          "listening program's turn");
	if (sock->state == SOCK_STATE_CLOSE_WAIT && is_not_accepted(sock))
		return N_("the peer has finished, but no program has accepted the connection yet; "
		          "it is the listening program's turn");
	return sock->state < SOCK_STATE_COUNT ? tcp_states[sock->state] : NULL;
}

static const char *explain_sctp(const struct sock *sock) {
	const char *meaning = sock->state < SOCK_STATE_COUNT ? sctp_states[sock->state] : NULL;
	return meaning ? meaning : explain_tcp(sock);
}

/* The kernel tells nothing of another end that is not accepted yet or has been closed. */
static bool has_unseen_end(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX && sock->protocol != SOCK_PROTOCOL_UNIX_DGRAM &&
	       sock->state == SOCK_STATE_ESTABLISHED && knows(sock, SOCK_KNOWS_SHUTDOWN) &&
	       sock_peer_inode(sock) == 0;
}

static bool has_closed_end(const struct sock *sock) {
	return has_unseen_end(sock) && sock->shutdown == (SOCK_SHUTDOWN_RECV | SOCK_SHUTDOWN_SEND);
}

static const char *explain_unix(const struct sock *sock) {
	if (has_closed_end(sock))
		return N_("the other end is closed; this program has not called close yet");
	if (has_unseen_end(sock) && sock->shutdown == 0)
		return N_("it is connected, but no program has accepted it yet; it is the "
		          "listening program's turn");
	if (has_queue_of_clients(sock))
		return N_("clients wait to be accepted; it is this program's turn");
	if (sock->state == SOCK_STATE_LISTEN)
		return N_("local clients may connect; it is their turn");
	if (sock->state == SOCK_STATE_ESTABLISHED)
		return N_("it is connected to another socket of this machine");
	if (sock->state == SOCK_STATE_SYN_SENT)
		return N_("it is connecting; it is the listener's turn to accept");
	return N_("it is connected to nobody");
}

static const char *explain_datagrams(const struct sock *sock) {
	return sock->state == SOCK_STATE_ESTABLISHED
	           ? N_("it is bound to one peer; datagrams of others are not received")
	           : N_("it takes datagrams from anybody; there are no connections");
}

static const char *explain_vsock(const struct sock *sock) {
	if (sock->state == SOCK_STATE_LISTEN)
		return N_("connections between host and guests may come");
	return sock->state == SOCK_STATE_ESTABLISHED
	           ? N_("the connection between host and guest is open")
	           : N_("there is no connection between host and guest");
}

/* Marked, not translated yet; NULL if there is nothing to say. */
static const char *find_meaning(const struct sock *sock) {
	switch (sock_probe_of((enum sock_protocol)sock->protocol)) {
	case SOCK_PROBE_TCP:
	case SOCK_PROBE_MPTCP:
		return explain_tcp(sock);
	case SOCK_PROBE_SCTP:
		return explain_sctp(sock);
	case SOCK_PROBE_UDP:
	case SOCK_PROBE_UDPLITE:
		return explain_datagrams(sock);
	case SOCK_PROBE_RAW:
		return N_("it takes packets of one IP protocol, beside the kernel");
	case SOCK_PROBE_UNIX:
		return explain_unix(sock);
	case SOCK_PROBE_PACKET:
		return N_("it sees frames as a device receives and sends them");
	case SOCK_PROBE_NETLINK:
		return sock_is_kernels(sock) ? N_("the kernel's own end of a netlink protocol")
		                             : N_("a program talks to the kernel");
	case SOCK_PROBE_VSOCK:
		return explain_vsock(sock);
	case SOCK_PROBE_XDP:
		return N_("it takes frames from a queue of a device, past the network stack");
	case SOCK_PROBE_COUNT:
		break;
	}
	return NULL;
}

static void write_count_of(struct out *out, uint64_t seconds) {
	if (seconds < 60)
		out_count(out, _("%llu second"), _("%llu seconds"), seconds);
	else if (seconds < 3600)
		out_count(out, _("%llu minute"), _("%llu minutes"), seconds / 60);
	else if (seconds < 86400)
		out_count(out, _("%llu hour"), _("%llu hours"), seconds / 3600);
	else
		out_count(out, _("%llu day"), _("%llu days"), seconds / 86400);
}

/* Since when it is in its state. */
static void write_since(struct out *out, const struct sock_life *life) {
	const uint64_t since = life->state_since_ns;
	const uint64_t seconds =
	    life->sampled_ns > since ? (life->sampled_ns - since) / 1000000000 : 0;
	if (seconds == 0)
		return;
	const bool at_least = life->seen_at_start && since == life->first_seen_ns;
	out_text(out, at_least ? _(", for at least ") : _(", for "));
	write_count_of(out, seconds);
}

/* Else it may have begun later than the state. */
static bool is_of_state_alone(const struct sock *sock) {
	return !has_queue_of_clients(sock) && !has_closed_end(sock);
}

void explain_state(struct out *out, const struct sock *sock) {
	const char *meaning = find_meaning(sock);
	if (!meaning)
		return;
	out_printf(out, "%s: %s", sock_state_name((enum sock_state)sock->state), _(meaning));
	if (sock->life && is_of_state_alone(sock))
		write_since(out, sock->life);
	out_char(out, '.');
}

static bool has_connections(const struct sock *sock) {
	return sock->protocol == SOCK_PROTOCOL_TCP || sock->protocol == SOCK_PROTOCOL_MPTCP;
}

/* The receive queue is what a program has not read: elsewhere it is memory, or one datagram. */
static bool has_stream(const struct sock *sock) {
	return sock->protocol == SOCK_PROTOCOL_TCP || sock->protocol == SOCK_PROTOCOL_UNIX_STREAM;
}

static void explain_drops(struct out *out, const struct sock *sock) {
	const uint64_t drops = sock_drops(sock);
	if (drops == 0)
		return;
	out_count(out, _("%llu packet that came was dropped"),
	          _("%llu packets that came were dropped"), drops);
	out_char(out, '\n');
}

static void explain_listener(struct out *out, const struct sock *sock) {
	const uint64_t drops = sock_drops(sock);
	if (!sock_is_accept_queue_full(sock)) {
		explain_drops(out, sock);
		return;
	}
	out_printf(out, _("accept queue full: %u of %u"), sock->recvq, sock->sendq);
	if (drops > 0) {
		out_text(out, ", ");
		out_count(out, _("%llu dropped"), _("%llu dropped"), drops);
	}
	out_char(out, '\n');
}

#define KNOWS_TCP(sock, member)                                                                    \
	((sock)->tcp && (sock)->tcp_length >=                                                      \
	                    offsetof(struct tcp_counters, member) + sizeof((sock)->tcp->member))

static void explain_retransmits(struct out *out, const struct sock *sock) {
	if (KNOWS_TCP(sock, retransmits) && sock->tcp->retransmits > 0) {
		out_count(out, _("no answer: %llu timeout in a row"),
		          _("no answer: %llu timeouts in a row"), sock->tcp->retransmits);
		out_char(out, '\n');
	}
	if (sock->life && sock->life->retrans > 0) {
		out_count(out, _("%llu segment sent again per second"),
		          _("%llu segments sent again per second"), sock->life->retrans);
		out_char(out, '\n');
	}
}

/* The timer runs while the peer takes nothing and there is something to send. */
static void explain_window(struct out *out, const struct sock *sock) {
	if (knows(sock, SOCK_KNOWS_TIMER) && sock->timer == SOCK_TIMER_PERSIST)
		out_text(out, _("the peer's window is closed: it does not read\n"));
}

#undef KNOWS_TCP

static void explain_unread(struct out *out, const struct sock *sock) {
	const uint32_t unread = sock_unread(sock);
	if (unread == 0)
		return;
	out_count(out, _("%llu byte is not read"), _("%llu bytes are not read"), unread);
	out_char(out, '\n');
}

void explain_trouble(struct out *out, const struct sock *sock) {
	const bool accepts = has_connections(sock) || sock->family == SOCK_FAMILY_UNIX;
	if (accepts && sock->state == SOCK_STATE_LISTEN) {
		explain_listener(out, sock);
		return;
	}
	explain_drops(out, sock);
	explain_retransmits(out, sock);
	explain_window(out, sock);
	if (has_stream(sock))
		explain_unread(out, sock);
}
