/* The kernel's counters include SYN and FIN in some places; here they are taken out, so that two
 * ends of a connection agree. A rate is never above the true one: what goes back, or is seen for
 * the first time, is not known. A life keeps what is needed of its sample, so that the sockets of
 * the look before are not read again. */

#include "life_rate.h"

#include <stddef.h>

#include "life.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"

static const uint64_t second_ns = 1000000000;

/* What one look tells. `known` is of enum sock_life_known. */
struct sample {
	uint32_t known;
	uint64_t rx_bytes, tx_bytes;
	uint32_t sent, retrans; /* segments */
};

#define END_OF(type, member) (offsetof(struct type, member) + sizeof(((struct type *)0)->member))

static uint64_t less(uint64_t number, uint64_t by) {
	return number > by ? number - by : 0;
}

static bool is_own_fin_acked(uint8_t state) {
	return state == SOCK_STATE_FIN_WAIT2 || state == SOCK_STATE_TIME_WAIT;
}

/* Of a socket that has ended it is not known which FINs were counted. */
static bool counts_payload(const struct sock *sock) {
	return sock->tcp && sock->state != SOCK_STATE_LISTEN && sock->state != SOCK_STATE_CLOSE;
}

static void read_tcp(struct sample *sample, const struct sock *sock, bool opened) {
	const struct tcp_counters *tcp = sock->tcp;
	const uint16_t length = sock->tcp_length;
	if (length >= END_OF(tcp_counters, bytes_received)) {
		sample->known |= SOCK_LIFE_KNOWS_RX_BYTES | SOCK_LIFE_KNOWS_TX_BYTES;
		sample->rx_bytes = less(tcp->bytes_received, sock_has_peers_fin(sock));
		sample->tx_bytes =
		    less(tcp->bytes_acked, (opened ? 1u : 0u) + is_own_fin_acked(sock->state));
	}
	if (length >= END_OF(tcp_counters, bytes_retrans))
		sample->tx_bytes = less(tcp->bytes_sent, tcp->bytes_retrans);
	if (length >= END_OF(tcp_counters, total_retrans)) {
		sample->known |= SOCK_LIFE_KNOWS_RETRANS;
		sample->retrans = tcp->total_retrans;
	}
	if (length >= END_OF(tcp_counters, segs_out))
		sample->known |= SOCK_LIFE_KNOWS_SENT;
	if (length >= END_OF(tcp_counters, data_segs_out))
		sample->sent = tcp->data_segs_out;
	else if (sample->known & SOCK_LIFE_KNOWS_SENT)
		sample->sent = tcp->segs_out;
}

/* They count neither SYN, nor FIN, nor what was sent again. */
static void read_mptcp(struct sample *sample, const struct sock *sock) {
	if (sock->mptcp_length < END_OF(mptcp_counters, bytes_received))
		return;
	sample->known |= SOCK_LIFE_KNOWS_RX_BYTES | SOCK_LIFE_KNOWS_TX_BYTES;
	sample->rx_bytes = sock->mptcp->bytes_received;
	sample->tx_bytes = sock->mptcp->bytes_sent;
}

#undef END_OF

static struct sample read_sample(const struct sock *sock, bool opened) {
	struct sample sample = { 0 };
	if (counts_payload(sock))
		read_tcp(&sample, sock, opened);
	else if (sock->mptcp && sock->state != SOCK_STATE_LISTEN)
		read_mptcp(&sample, sock);
	return sample;
}

static struct sample sample_of(const struct sock_life *life) {
	return (struct sample){
		.known = life->sampled,
		.rx_bytes = life->rx_bytes,
		.tx_bytes = life->tx_bytes,
		.sent = life->sent,
		.retrans = life->retransmitted,
	};
}

static void keep_sample(struct sock_life *life, const struct sample *sample) {
	life->sampled = (uint8_t)sample->known;
	life->sent = sample->sent;
	life->retransmitted = sample->retrans;
}

/* Rounded down unless `up`; saturated. */
static uint64_t per_second(uint64_t delta, uint64_t elapsed_ns, uint64_t up) {
	__extension__ typedef unsigned __int128 wide;
	const wide rate = ((wide)delta * second_ns + up) / elapsed_ns;
	return rate > UINT64_MAX ? UINT64_MAX : (uint64_t)rate;
}

static void set_totals(struct sock_life *life, const struct sock_life *past,
                       const struct sample *sample) {
	const uint32_t totals = SOCK_LIFE_KNOWS_RX_BYTES | SOCK_LIFE_KNOWS_TX_BYTES;
	if (sample->known & totals) {
		life->rx_bytes = sample->rx_bytes;
		life->tx_bytes = sample->tx_bytes;
		life->known |= sample->known & totals;
	} else if (past) {
		life->rx_bytes = past->rx_bytes;
		life->tx_bytes = past->tx_bytes;
		life->known |= past->known & totals;
	}
}

static void set_segments(struct sock_life *life, const struct sample *past,
                         const struct sample *sample, uint64_t elapsed_ns) {
	if (!(past->known & sample->known & SOCK_LIFE_KNOWS_RETRANS) ||
	    sample->retrans < past->retrans)
		return;
	life->known |= SOCK_LIFE_KNOWS_RETRANS;
	life->retrans_segments = sample->retrans - past->retrans;
	const uint64_t rate = per_second(life->retrans_segments, elapsed_ns, elapsed_ns - 1);
	life->retrans = rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
	if ((past->known & sample->known & SOCK_LIFE_KNOWS_SENT) && sample->sent >= past->sent)
		life->sent_segments = sample->sent - past->sent;
	/* A SYN counts among what was sent again, but not among what has data. */
	if (life->sent_segments < life->retrans_segments)
		life->sent_segments = life->retrans_segments;
}

static void set_bytes(struct sock_life *life, const struct sample *past,
                      const struct sample *sample, uint64_t elapsed_ns) {
	const uint32_t both = past->known & sample->known;
	if ((both & SOCK_LIFE_KNOWS_RX_BYTES) && sample->rx_bytes >= past->rx_bytes) {
		life->known |= SOCK_LIFE_KNOWS_RX;
		life->rx = per_second(sample->rx_bytes - past->rx_bytes, elapsed_ns, 0);
	}
	if ((both & SOCK_LIFE_KNOWS_TX_BYTES) && sample->tx_bytes >= past->tx_bytes) {
		life->known |= SOCK_LIFE_KNOWS_TX;
		life->tx = per_second(sample->tx_bytes - past->tx_bytes, elapsed_ns, 0);
	}
	life->rate = util_add(life->rx, life->tx);
}

static float hold(float held, uint64_t rate) {
	const float now = (float)rate;
	const float moved = now > held ? now - held : held - now;
	return moved > held / 4 ? now : held;
}

void life_rate(struct sock_life *life, const struct sock *before, const struct sock *now,
               uint64_t now_ns) {
	const struct sample sample = read_sample(now, life->opened);
	set_totals(life, before ? before->life : NULL, &sample);
	keep_sample(life, &sample);
	if (!before || now_ns <= before->life->sampled_ns)
		return;
	const uint64_t elapsed_ns = now_ns - before->life->sampled_ns;
	const struct sample past = sample_of(before->life);
	set_bytes(life, &past, &sample, elapsed_ns);
	set_segments(life, &past, &sample, elapsed_ns);
	life->rx_held = hold(before->life->rx_held, life->rx);
	life->tx_held = hold(before->life->tx_held, life->tx);
	life->rate_held = hold(before->life->rate_held, life->rate);
}
