#pragma once
/* What several looks tell of a socket and one cannot: rates, age, what became of it, who held it
 * before its close. A socket is the same one if its cookie is; without a cookie as in diff.h. */

#include <stdbool.h>
#include <stdint.h>

struct snapshot;
struct sock;

/* Looks for which a mark (new, gone, changed) stays. */
enum { LIFE_MARK_LOOKS = 3 };

enum sock_life_known {
	SOCK_LIFE_KNOWS_RX_BYTES = 1u << 0,
	SOCK_LIFE_KNOWS_TX_BYTES = 1u << 1,
	SOCK_LIFE_KNOWS_RX = 1u << 2,
	SOCK_LIFE_KNOWS_TX = 1u << 3,
	SOCK_LIFE_KNOWS_RETRANS = 1u << 4,
	SOCK_LIFE_KNOWS_SENT = 1u << 5,
};

/* Belongs to the snapshot of its socket. */
struct sock_life {
	uint8_t known;          /* enum sock_life_known */
	uint8_t sampled;        /* likewise: of which counters the latest sample told */
	uint8_t mark_looks;     /* looks since struct sock's `change` was set; 0: in this one */
	uint8_t missing;        /* looks that it has been missing; 0: it is there; 1: it may be
	                         * back; 2 and more: gone, and `change` says so */
	bool seen_at_start;     /* it was there before the first look: it is older than `age_ms` */
	bool opened;            /* it was seen in SYN-SENT */
	bool stale;             /* its probe failed in this look: all this is from an earlier one */
	uint8_t state_before;   /* enum sock_state, of the look before; 0: it is new */
	uint64_t serial;        /* its identity, in the order of first sight; never 0 */
	uint64_t first_seen_ns; /* monotonic */
	uint64_t state_since_ns; /* likewise; if it is `first_seen_ns` and the socket was there at
	                          * the start, it is in its state at least since then */
	uint64_t sampled_ns;     /* likewise, when it was last there, and its counters read */
	uint64_t age_ms;         /* of what is missing or stale, when it was last there */
	/* Payload, without SYN and FIN and without what was sent again. Of a socket that ended, the
	 * last that was seen. */
	uint64_t rx_bytes, tx_bytes;
	/* Bytes per second, and segments sent again per second (rounded up), since the look
	 * before. */
	uint64_t rx, tx, rate;
	uint32_t retrans;
	uint32_t sent_segments, retrans_segments; /* since the look before; 0 if not known */
	uint32_t sent, retransmitted;             /* segments, of the latest sample */
	/* The rates for sorting: they follow only when the rate has moved by more than a quarter.
	 */
	float rx_held, tx_held, rate_held;
};

/* NULL, the life of a socket that was looked at once, is not gone. */
static inline bool sock_life_is_gone(const struct sock_life *life) {
	return life && life->missing >= 2;
}

/* No rates any more: nobody knows what moves now. */
void life_stop(struct sock_life *life);

/* Zero-initialise it. */
struct life {
	uint64_t serial; /* of the newest socket */
	uint64_t looks;
};

/* Gives every socket of `now` its life, by comparing with `before`, which life_update() saw last
 * (NULL: nothing was before). Sets `change` (enum sock_change) and, of sockets whose owners are
 * known only from before their close, owners and SOCK_OWNERSHIP_REMEMBERED. Copies of the sockets
 * that are not there any more are added behind those of `now`, until LIFE_MARK_LOOKS have passed.
 * One absence makes nobody gone; a probe that failed in `now` makes nobody gone at all. */
void life_update(struct life *life, const struct snapshot *before, struct snapshot *now,
                 uint64_t now_ns);

/* The sockets of `now` that are in `shown`, too, get their serials from there, so that they are the
 * same ones to whoever looks at both, whichever is the older one. */
void life_adopt(struct snapshot *now, const struct snapshot *shown);
