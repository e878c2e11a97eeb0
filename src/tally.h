#pragma once
/* Sums of sockets by keys that are numbers: by process, by peer, by port. Pure. */

#include <stddef.h>
#include <stdint.h>

struct process;
struct sock;

/* What it stands for is the caller's. */
struct tally_key {
	uint64_t numbers[3];
	const char *host; /* the machine as sock.h has it, if it matters which; else NULL */
};

struct tally_entry {
	struct tally_key key;
	const struct sock *sock;       /* the first of its sockets; borrowed */
	const struct process *process; /* whom the key stands for, or NULL; likewise */
	uint64_t sockets;
	uint64_t rx, tx;                        /* B/s, at most UINT64_MAX */
	uint64_t queued, room, drops;           /* of sockets that wait for peers */
	uint8_t knows_rates, knows_drops, full; /* any of them; full: an accept queue */
};

/* Zero-initialise it; tally_finish() frees it. */
struct tally {
	struct tally_entry *entries; /* in the order in which they came first */
	size_t count;
	/* The rest is the tally's own. */
	size_t capacity;
	uint32_t *slots; /* index in `entries` and 1 */
	size_t mask;
};

void tally_finish(struct tally *tally);

/* Forgets the entries, keeps the memory. */
void tally_reset(struct tally *tally);

/* The entry of the key, a new one if there was none: with a socket of NULL. It may move with the
 * next call. */
struct tally_entry *tally_at(struct tally *tally, const struct tally_key *key);

/* NULL if there is none. */
const struct tally_entry *tally_find(const struct tally *tally, const struct tally_key *key);
