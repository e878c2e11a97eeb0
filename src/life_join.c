/* Two dumps mostly come in the same order, so the neighbour of the last match is tried first. Only
 * who is left goes through a hash table: once by identity, once more by the ends of a connection.
 * No socket is matched twice. */

#include "life_join.h"

#include <stdlib.h>

#include "diff.h"
#include "snapshot.h"
#include "util.h"

/* NEIGHBOURS: how far the order may be off, where several sockets came or went at once.
 * ALIKE_MOST: so many that are alike are told apart, or a recording could make that take forever.
 */
enum { NEIGHBOURS = 16, ALIKE_MOST = 1024 };

struct joining {
	struct life_join *join;
	const struct sock *before, *now;
	size_t before_count, now_count;
	uint32_t *slots; /* index in `before` and 1 */
	size_t mask;
};

/* What a pass through the hash table compares. */
struct pass {
	uint64_t (*hash)(const struct sock *sock, uint64_t seed);
	bool (*is_same)(const struct sock *before, const struct sock *after);
};

static void meet(const struct joining *joining, size_t before, size_t now) {
	joining->join->before[now] = (uint32_t)before + 1;
	joining->join->met[before] = 1;
}

static void join_neighbours(const struct joining *joining) {
	size_t next = 0;
	for (size_t i = 0; i < joining->now_count; i++) {
		const size_t left = joining->before_count - next;
		const size_t end = next + (left < NEIGHBOURS ? left : NEIGHBOURS);
		size_t at = next;
		while (at < end && !diff_is_same(&joining->before[at], &joining->now[i]))
			at++;
		if (at == end)
			continue;
		meet(joining, at, i);
		next = at + 1;
	}
}

static size_t count_unmet(const struct joining *joining) {
	size_t count = 0;
	for (size_t i = 0; i < joining->before_count; i++)
		count += !joining->join->met[i];
	return count;
}

static size_t home_of(const struct joining *joining, const struct pass *pass,
                      const struct sock *sock) {
	return (size_t)pass->hash(sock, (uintptr_t)joining->slots) & joining->mask;
}

static void fill_slots(struct joining *joining, const struct pass *pass) {
	for (size_t i = 0; i < joining->before_count; i++) {
		if (joining->join->met[i])
			continue;
		size_t at = home_of(joining, pass, &joining->before[i]);
		for (size_t n = 0; joining->slots[at] != 0 && n < ALIKE_MOST; n++)
			at = (at + 1) & joining->mask;
		if (joining->slots[at] == 0)
			joining->slots[at] = (uint32_t)i + 1;
	}
}

static void find_in_slots(const struct joining *joining, const struct pass *pass, size_t now) {
	const struct sock *sock = &joining->now[now];
	size_t at = home_of(joining, pass, sock);
	for (size_t n = 0; joining->slots[at] != 0 && n <= ALIKE_MOST; n++) {
		const size_t before = joining->slots[at] - 1;
		if (!joining->join->met[before] && pass->is_same(&joining->before[before], sock)) {
			meet(joining, before, now);
			return;
		}
		at = (at + 1) & joining->mask;
	}
}

static void join_hashed(struct joining *joining, const struct pass *pass) {
	size_t first = 0;
	while (first < joining->now_count && joining->join->before[first] != 0)
		first++;
	const size_t unmet = count_unmet(joining);
	if (first == joining->now_count || unmet == 0)
		return;
	size_t size = 16;
	while (size < unmet * 2)
		size *= 2;
	joining->slots = xcalloc(size, sizeof(*joining->slots));
	joining->mask = size - 1;
	fill_slots(joining, pass);
	for (size_t i = first; i < joining->now_count; i++) {
		if (joining->join->before[i] == 0)
			find_in_slots(joining, pass, i);
	}
	free(joining->slots);
}

/* The kernel gives a connection its cookie when it is first asked for: one that /proc/net told, or
 * that went to its end without being asked for, gets another there. */
static bool may_have_another_cookie(const struct sock *before, const struct sock *now) {
	const bool is_closing = sock_is_minisock(now) && now->state != SOCK_STATE_SYN_RECV;
	return is_closing || !(before->known & now->known & SOCK_KNOWS_COOKIE);
}

static bool has_ends(const struct sock *sock) {
	return sock->protocol < SOCK_PROTOCOL_IP_COUNT && sock->peer.port != 0;
}

static bool is_same_connection(const struct sock *before, const struct sock *now) {
	if (!may_have_another_cookie(before, now))
		return false;
	const bool inodes = (before->known & now->known & SOCK_KNOWS_INODE) != 0;
	if (inodes && before->inode != now->inode)
		return false;
	return (has_ends(now) || inodes) && diff_has_same_ends(before, now);
}

/* Whoever has no peer can only be known by the inode. */
static uint64_t hash_connection(const struct sock *sock, uint64_t seed) {
	const uint64_t hash = diff_hash_ends(sock, seed);
	return has_ends(sock) ? hash : util_mix(hash, sock->inode);
}

struct life_join life_join_make(const struct snapshot *before, const struct snapshot *now) {
	static const struct pass passes[] = {
		{ diff_hash, diff_is_same },
		{ hash_connection, is_same_connection },
	};
	const size_t before_count = before ? before->count : 0;
	struct life_join join = { .before = xcalloc(now->count + 1, sizeof(*join.before)),
		                  .met = xcalloc(before_count + 1, sizeof(*join.met)) };
	struct joining joining = { .join = &join,
		                   .before = before ? before->socks : NULL,
		                   .now = now->socks,
		                   .before_count = before_count,
		                   .now_count = now->count };
	join_neighbours(&joining);
	for (size_t i = 0; i < ARRAY_LENGTH(passes); i++)
		join_hashed(&joining, &passes[i]);
	return join;
}

void life_join_finish(struct life_join *join) {
	free(join->before);
	free(join->met);
	*join = (struct life_join){ 0 };
}
