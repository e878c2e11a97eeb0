/* Trails lie in one array of a fixed size; a flat table of serials says where. Both are brought up
 * to date once a frame, and what is to go goes at its end, so that a frame never moves a trail that
 * the same frame is looking for. Invariant: every trail in use is in the table, and no other. */

#include "trail.h"

#include <stddef.h>
#include <stdlib.h>

#include "frame.h"
#include "life.h"
#include "tcp_info.h"
#include "util.h"

/* A trail that has been still for so many looks makes room if others need it. */
enum { STILL_LOOKS = 30 };

/* At most half of the table is in use. */
enum { SLOT_COUNT = 2 * TRAIL_MAX, SLOT_SHIFT = 64 - 13 };
_Static_assert(SLOT_COUNT == 1u << (64 - SLOT_SHIFT), "slot_of() gives so many bits");

/* Beside each trail, so that going through all of them does not read the values. */
struct trail_note {
	uint64_t seen;  /* the look in which its socket was there last */
	uint64_t moved; /* the look in which anything moved last */
};

struct trail_slot {
	uint64_t serial; /* 0: free */
	size_t index;
};

struct trails {
	struct trail *trails; /* serial 0: not in use */
	struct trail_note *notes;
	size_t *unused; /* indices */
	size_t unused_count;
	struct trail_slot *slots;
	uint64_t looks;
	uint64_t wanted; /* serial of the one that was asked for last; 0: none */
};

struct trails *trails_create(void) {
	struct trails *trails = xcalloc(1, sizeof(*trails));
	trails->trails = xcalloc(TRAIL_MAX, sizeof(*trails->trails));
	trails->notes = xcalloc(TRAIL_MAX, sizeof(*trails->notes));
	trails->slots = xcalloc(SLOT_COUNT, sizeof(*trails->slots));
	trails->unused = xcalloc(TRAIL_MAX, sizeof(*trails->unused));
	trails->unused_count = TRAIL_MAX;
	for (size_t i = 0; i < TRAIL_MAX; i++)
		trails->unused[i] = TRAIL_MAX - 1 - i;
	return trails;
}

void trails_destroy(struct trails *trails) {
	if (!trails)
		return;
	free(trails->trails);
	free(trails->notes);
	free(trails->slots);
	free(trails->unused);
	free(trails);
}

/* The slot that holds the serial, or the free one where it belongs. */
static struct trail_slot *slot_of(struct trails *trails, uint64_t serial) {
	size_t at = (size_t)(serial * 0x9e3779b97f4a7c15 >> SLOT_SHIFT);
	while (trails->slots[at].serial != 0 && trails->slots[at].serial != serial)
		at = (at + 1) % SLOT_COUNT;
	return &trails->slots[at];
}

static void add_rate(struct series *series, const struct sock_life *life, uint32_t knows,
                     uint64_t value) {
	series_add(series, life->missing == 0 && (life->known & knows), value);
}

static bool knows_tcp(const struct sock *sock, size_t end) {
	return sock->tcp && sock->tcp_length >= end && sock->state != SOCK_STATE_LISTEN &&
	       sock->life->missing == 0;
}

#define END_OF(member)                                                                             \
	(offsetof(struct tcp_counters, member) + sizeof(((struct tcp_counters *)0)->member))

static void add_values(struct trail *trail, const struct sock *sock) {
	const struct sock_life *life = sock->life;
	const bool rtt = knows_tcp(sock, END_OF(rtt)) && sock->tcp->rtt != 0;
	const bool cwnd = knows_tcp(sock, END_OF(snd_cwnd));
	add_rate(&trail->rx, life, SOCK_LIFE_KNOWS_RX, life->rx);
	add_rate(&trail->tx, life, SOCK_LIFE_KNOWS_TX, life->tx);
	series_add(&trail->rtt, rtt, rtt ? sock->tcp->rtt : 0);
	series_add(&trail->cwnd, cwnd, cwnd ? sock->tcp->snd_cwnd : 0);
}

#undef END_OF

static bool moves(const struct sock_life *life) {
	return life->missing == 0 && (life->rx | life->tx | life->retrans) != 0;
}

/* Of datagram and UNIX sockets the kernel tells nothing that could be drawn. */
static bool has_values(const struct sock *sock) {
	const uint32_t rates = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX;
	return sock->tcp || (sock->life->known & rates);
}

/* NULL if there is no room. The last place is for the socket that is asked for. */
static struct trail *begin(struct trails *trails, struct trail_slot *slot, uint64_t serial) {
	const size_t kept = serial == trails->wanted ? 0 : 1;
	if (trails->unused_count <= kept)
		return NULL;
	const size_t index = trails->unused[--trails->unused_count];
	*slot = (struct trail_slot){ .serial = serial, .index = index };
	trails->trails[index] = (struct trail){ .serial = serial };
	trails->notes[index].moved = trails->looks;
	return &trails->trails[index];
}

static void add_sock(struct trails *trails, const struct sock *sock, bool crowded) {
	const uint64_t serial = sock->life->serial;
	struct trail_slot *slot = slot_of(trails, serial);
	const bool moving = moves(sock->life);
	struct trail *trail = NULL;
	if (slot->serial == serial)
		trail = &trails->trails[slot->index];
	else if (has_values(sock) && (!crowded || moving || serial == trails->wanted))
		trail = begin(trails, slot, serial);
	if (!trail)
		return;
	add_values(trail, sock);
	trails->notes[slot->index].seen = trails->looks;
	if (moving)
		trails->notes[slot->index].moved = trails->looks;
}

/* The totals say how many sockets have values, without another walk through all of them. */
static bool is_crowded(const struct frame *frame) {
	const uint64_t *counts = frame->totals.protocols;
	return counts[SOCK_PROTOCOL_TCP] + counts[SOCK_PROTOCOL_MPTCP] +
	           counts[SOCK_PROTOCOL_SCTP] >=
	       TRAIL_MAX;
}

static void end(struct trails *trails, size_t index) {
	trails->trails[index].serial = 0;
	trails->unused[trails->unused_count++] = index;
}

/* The trail, other than the one that was asked for, that has been still for longest. */
static size_t stillest(const struct trails *trails) {
	size_t best = trails->trails[0].serial == trails->wanted ? 1 : 0;
	for (size_t i = best + 1; i < TRAIL_MAX; i++) {
		if (trails->trails[i].serial != trails->wanted &&
		    trails->notes[i].moved < trails->notes[best].moved)
			best = i;
	}
	return best;
}

static void make_room(struct trails *trails, bool crowded) {
	for (size_t i = 0; i < TRAIL_MAX; i++) {
		const uint64_t serial = trails->trails[i].serial;
		const struct trail_note *note = &trails->notes[i];
		if (serial == 0 || serial == trails->wanted)
			continue;
		if (note->seen < trails->looks ||
		    (crowded && note->moved + STILL_LOOKS < trails->looks))
			end(trails, i);
	}
	if (trails->unused_count == 0)
		end(trails, stillest(trails));
}

static void index_again(struct trails *trails) {
	util_clear(trails->slots, SLOT_COUNT * sizeof(*trails->slots));
	for (size_t i = 0; i < TRAIL_MAX; i++) {
		const uint64_t serial = trails->trails[i].serial;
		if (serial != 0)
			*slot_of(trails, serial) = (struct trail_slot){ serial, i };
	}
}

void trails_add(struct trails *trails, const struct frame *frame) {
	const bool crowded = is_crowded(frame);
	trails->looks++;
	for (size_t i = 0; i < frame->snapshot.count; i++) {
		if (frame->snapshot.socks[i].life)
			add_sock(trails, &frame->snapshot.socks[i], crowded);
	}
	const size_t unused = trails->unused_count;
	make_room(trails, crowded);
	if (trails->unused_count != unused)
		index_again(trails);
}

const struct trail *trails_find(struct trails *trails, uint64_t serial) {
	if (serial == 0)
		return NULL;
	trails->wanted = serial;
	const struct trail_slot *slot = slot_of(trails, serial);
	return slot->serial == serial ? &trails->trails[slot->index] : NULL;
}
