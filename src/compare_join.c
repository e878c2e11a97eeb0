/* Passes over those that are left, each with a key of its own; the keys of both looks are sorted
 * and walked together. */

#include "compare_join.h"

#include <stdlib.h>

#include "arena.h"
#include "compare_key.h"
#include "snapshot.h"
#include "util.h"

struct keyed {
	const char *key;
	size_t length;
	size_t index; /* of the socket */
};

/* The sockets of a look that have a key in a pass, sorted by it. */
struct keys {
	struct keyed *all;
	size_t count;
};

/* Ports that somebody listens at, a bit each: a connection at one of them came from outside. */
struct doors {
	uint64_t bits[SOCK_PROTOCOL_IP_COUNT][(UINT16_MAX + 1) / 64];
};

struct look {
	const struct snapshot *snapshot;
	struct doors doors;
};

struct joining {
	struct look before, now;
	struct life_join *join;
	struct arena arena; /* of the keys of a pass */
};

struct pass {
	uint32_t parts; /* enum compare_key_part */
	bool (*takes)(const struct sock *sock);
	bool if_hidden; /* only if one of the looks does not know all owners */
};

static bool takes_all(const struct sock *sock) {
	(void)sock;
	return true;
}

static bool is_connection(const struct sock *sock) {
	return sock->protocol < SOCK_PROTOCOL_IP_COUNT && sock->peer.port != 0;
}

static const struct pass passes[] = {
	{ .parts = COMPARE_KEY_ENDS | COMPARE_KEY_STATE | COMPARE_KEY_OWNERS, .takes = takes_all },
	{ .parts = COMPARE_KEY_ENDS | COMPARE_KEY_OWNERS, .takes = compare_key_has_ends },
	{ .parts = COMPARE_KEY_ENDS, .takes = compare_key_has_ends },
	{ .parts = COMPARE_KEY_ROUTE | COMPARE_KEY_STATE | COMPARE_KEY_OWNERS,
	  .takes = is_connection },
	{ .parts = COMPARE_KEY_ENDS | COMPARE_KEY_STATE, .takes = takes_all, .if_hidden = true },
	{ .parts = COMPARE_KEY_ROUTE | COMPARE_KEY_STATE,
	  .takes = is_connection,
	  .if_hidden = true },
};

static bool hides_owners(const struct snapshot *snapshot) {
	for (size_t i = 0; i < snapshot->count; i++) {
		const uint8_t ownership = snapshot->socks[i].ownership;
		if (ownership == SOCK_OWNERSHIP_UNKNOWN || ownership == SOCK_OWNERSHIP_HIDDEN)
			return true;
	}
	return false;
}

static void note_doors(struct look *look) {
	for (size_t i = 0; i < look->snapshot->count; i++) {
		const struct sock *sock = &look->snapshot->socks[i];
		const uint32_t port = sock->local.port & UINT16_MAX;
		if (sock->protocol < SOCK_PROTOCOL_IP_COUNT && sock_is_listening(sock))
			look->doors.bits[sock->protocol][port / 64] |= UINT64_C(1) << port % 64;
	}
}

static bool is_inbound(const struct doors *doors, const struct sock *sock) {
	const uint32_t port = sock->local.port & UINT16_MAX;
	return sock->protocol < SOCK_PROTOCOL_IP_COUNT &&
	       (doors->bits[sock->protocol][port / 64] >> port % 64 & 1) != 0;
}

static int compare_keys(const struct keyed *a, const struct keyed *b) {
	return util_compare_bytes(a->key, a->length, b->key, b->length);
}

/* Those that are equal stay in the order in which they were told. */
static int compare_keyed(const void *a, const void *b) {
	const struct keyed *left = a;
	const struct keyed *right = b;
	const int order = compare_keys(left, right);
	return order ? order : (left->index > right->index) - (left->index < right->index);
}

static bool is_met(const struct joining *joining, const struct look *look, size_t index) {
	return look == &joining->now ? joining->join->before[index] != 0
	                             : joining->join->met[index] != 0;
}

static struct keys make_keys(struct joining *joining, const struct look *look,
                             const struct pass *pass) {
	struct keys keys = { .all = xcalloc(look->snapshot->count + 1, sizeof(*keys.all)) };
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < look->snapshot->count; i++) {
		const struct sock *sock = &look->snapshot->socks[i];
		if (is_met(joining, look, i) || !pass->takes(sock))
			continue;
		out.used = 0;
		compare_key_put(&out, sock, pass->parts, is_inbound(&look->doors, sock));
		keys.all[keys.count++] = (struct keyed){
			arena_copy(&joining->arena, out.bytes, out.used),
			out.used,
			i,
		};
	}
	out_finish(&out);
	qsort(keys.all, keys.count, sizeof(*keys.all), compare_keyed);
	return keys;
}

static void meet(const struct joining *joining, size_t before, size_t now) {
	joining->join->before[now] = (uint32_t)before + 1;
	joining->join->met[before] = 1;
}

static void walk(const struct joining *joining, const struct keys *before, const struct keys *now) {
	size_t i = 0;
	size_t j = 0;
	while (i < before->count && j < now->count) {
		const int order = compare_keys(&before->all[i], &now->all[j]);
		if (order == 0)
			meet(joining, before->all[i].index, now->all[j].index);
		i += order <= 0;
		j += order >= 0;
	}
}

static void carry_out(struct joining *joining, const struct pass *pass) {
	struct keys before = make_keys(joining, &joining->before, pass);
	struct keys now = make_keys(joining, &joining->now, pass);
	walk(joining, &before, &now);
	free(before.all);
	free(now.all);
	arena_reset(&joining->arena);
}

struct life_join compare_join_make(const struct snapshot *before, const struct snapshot *now) {
	struct life_join join = { .before = xcalloc(now->count + 1, sizeof(*join.before)),
		                  .met = xcalloc(before->count + 1, sizeof(*join.met)) };
	struct joining *joining = xcalloc(1, sizeof(*joining)); /* too large for a stack */
	joining->before.snapshot = before;
	joining->now.snapshot = now;
	joining->join = &join;
	note_doors(&joining->before);
	note_doors(&joining->now);
	const bool hidden = hides_owners(before) || hides_owners(now);
	for (size_t i = 0; i < ARRAY_LENGTH(passes); i++) {
		if (hidden || !passes[i].if_hidden)
			carry_out(joining, &passes[i]);
	}
	arena_finish(&joining->arena);
	free(joining);
	return join;
}
