/* First it is decided what makes two sockets the same, then they are joined, and what differs is
 * gathered and put in order. What is not known on one side is no difference. */

#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "compare_join.h"
#include "compare_key.h"
#include "diff.h"
#include "snapshot.h"
#include "util.h"

/* The same cookie with another protocol or another inode: one of another boot, after all. A socket
 * gets its inode late and loses it early. */
static bool is_contradiction(const struct sock *before, const struct sock *now) {
	if (!(before->known & now->known & SOCK_KNOWS_COOKIE) || before->cookie != now->cookie)
		return false;
	const bool inodes = (before->known & now->known & SOCK_KNOWS_INODE) != 0;
	return before->protocol != now->protocol || (inodes && before->inode != now->inode);
}

static bool contradicts(const struct life_join *join, const struct snapshot *before,
                        const struct snapshot *now) {
	for (size_t i = 0; i < now->count; i++) {
		if (join->before[i] != 0 &&
		    is_contradiction(&before->socks[join->before[i] - 1], &now->socks[i]))
			return true;
	}
	return false;
}

static void join(struct comparison *comparison, bool by_cookie) {
	if (by_cookie) {
		comparison->by = COMPARE_BY_COOKIE;
		comparison->join = life_join_make(comparison->before, comparison->now);
		if (!contradicts(&comparison->join, comparison->before, comparison->now))
			return;
		life_join_finish(&comparison->join);
	}
	comparison->by = COMPARE_BY_ENDS;
	comparison->join = compare_join_make(comparison->before, comparison->now);
}

static enum report_outcome outcome_of(const struct snapshot *snapshot, const struct sock *sock) {
	return snapshot->reports[sock_probe_of((enum sock_protocol)sock->protocol)].outcome;
}

/* That there is no such socket there says that there was none. */
static bool is_complete(const struct snapshot *snapshot, const struct sock *sock) {
	switch (outcome_of(snapshot, sock)) {
	case REPORT_WHOLE:
	case REPORT_ABSENT:
		return true;
	case REPORT_NOT_ASKED:
	case REPORT_UNLISTED:
	case REPORT_PARTIAL:
		break;
	}
	return false;
}

static uint32_t find_one_sided(const struct snapshot *before, const struct snapshot *now) {
	uint32_t probes = 0;
	for (size_t i = 0; i < SOCK_PROBE_COUNT; i++) {
		const struct probe_report *a = &before->reports[i];
		const struct probe_report *b = &now->reports[i];
		if ((a->outcome == REPORT_NOT_ASKED && b->count > 0) ||
		    (b->outcome == REPORT_NOT_ASKED && a->count > 0))
			probes |= 1u << i;
	}
	return probes;
}

static bool knows_owners(const struct sock *sock) {
	switch ((enum sock_ownership)sock->ownership) {
	case SOCK_OWNERSHIP_NONE:
	case SOCK_OWNERSHIP_EXACT:
	case SOCK_OWNERSHIP_SEVERAL:
	case SOCK_OWNERSHIP_REMEMBERED:
		return true;
	case SOCK_OWNERSHIP_UNKNOWN:
	case SOCK_OWNERSHIP_HIDDEN:
	case SOCK_OWNERSHIP_COUNT:
		break;
	}
	return false;
}

bool compare_has_other_owners(enum compare_by by, const struct sock *before,
                              const struct sock *after) {
	if (!knows_owners(before) || !knows_owners(after))
		return false;
	return by == COMPARE_BY_COOKIE ? !diff_has_same_owners(before, after)
	                               : !compare_key_has_same_owners(before, after);
}

bool compare_has_other_ends(enum compare_by by, const struct sock *before,
                            const struct sock *after) {
	return by == COMPARE_BY_COOKIE && (!diff_has_same_ends(before, after) ||
	                                   sock_peer_inode(before) != sock_peer_inode(after));
}

static bool is_changed(enum compare_by by, const struct sock *before, const struct sock *after) {
	return before->state != after->state || compare_has_other_ends(by, before, after) ||
	       compare_has_other_owners(by, before, after);
}

static void add(struct comparison *comparison, struct sock *sock, enum sock_change change) {
	sock->change = (uint8_t)change;
	comparison->rows[comparison->count++] = sock;
}

static void find_new_and_changed(struct comparison *comparison, const struct snapshot *before,
                                 struct snapshot *now, const struct filter *filter) {
	for (size_t i = 0; i < now->count; i++) {
		struct sock *sock = &now->socks[i];
		const size_t found = comparison->join.before[i];
		const struct sock *was = found != 0 ? &before->socks[found - 1] : NULL;
		if (!filter_matches(filter, sock) && !(was && filter_matches(filter, was)))
			continue;
		if (!was && is_complete(before, sock))
			add(comparison, sock, SOCK_CHANGE_NEW);
		else if (was && is_changed(comparison->by, was, sock))
			add(comparison, sock, SOCK_CHANGE_CHANGED);
	}
}

static void find_gone(struct comparison *comparison, struct snapshot *before,
                      const struct snapshot *now, const struct filter *filter) {
	for (size_t i = 0; i < before->count; i++) {
		struct sock *sock = &before->socks[i];
		if (!comparison->join.met[i] && is_complete(now, sock) &&
		    filter_matches(filter, sock))
			add(comparison, sock, SOCK_CHANGE_GONE);
	}
}

static int compare_numbers(uint64_t a, uint64_t b) {
	return (a > b) - (a < b);
}

static int compare_ends(const struct sock_endpoint *a, const struct sock_endpoint *b) {
	const int order = compare_numbers(a->port, b->port);
	return order ? order : memcmp(a->address, b->address, sizeof(a->address));
}

static int compare_names(const struct sock *a, const struct sock *b) {
	if (a->family != SOCK_FAMILY_UNIX || b->family != SOCK_FAMILY_UNIX || !a->un || !b->un)
		return 0;
	const struct sock_unix_name *left = &a->un->name;
	const struct sock_unix_name *right = &b->un->name;
	return util_compare_bytes(left->bytes, left->length, right->bytes, right->length);
}

/* What is gone stands before what is new in its place. */
static int rank(const struct sock *sock) {
	return sock->change == SOCK_CHANGE_GONE ? 0 : 1;
}

static int compare_rows(const void *left, const void *right) {
	const struct sock *a = *(const struct sock *const *)left;
	const struct sock *b = *(const struct sock *const *)right;
	int order = sock_is_listening(b) - sock_is_listening(a);
	if (order == 0)
		order = compare_numbers(a->protocol, b->protocol);
	if (order == 0)
		order = compare_names(a, b);
	if (order == 0)
		order = compare_ends(&a->local, &b->local);
	if (order == 0)
		order = compare_ends(&a->peer, &b->peer);
	if (order == 0)
		order = rank(a) - rank(b);
	return order ? order : compare_numbers(a->cookie, b->cookie);
}

struct comparison compare_make(const struct compare_side *before, const struct compare_side *now,
                               const struct filter *filter) {
	const size_t most = before->snapshot->count + now->snapshot->count;
	struct comparison comparison = {
		.before = before->snapshot,
		.now = now->snapshot,
		.one_sided = find_one_sided(before->snapshot, now->snapshot),
		.rows = xcalloc(most + 1, sizeof(struct sock *)),
	};
	join(&comparison, origin_shares_cookies(&before->origin, &now->origin));
	find_new_and_changed(&comparison, before->snapshot, now->snapshot, filter);
	find_gone(&comparison, before->snapshot, now->snapshot, filter);
	qsort(comparison.rows, comparison.count, sizeof(struct sock *), compare_rows);
	return comparison;
}

void compare_finish(struct comparison *comparison) {
	life_join_finish(&comparison->join);
	free(comparison->rows);
	*comparison = (struct comparison){ 0 };
}

const struct sock *compare_before(const struct comparison *comparison, const struct sock *row) {
	if (row->change != SOCK_CHANGE_CHANGED)
		return NULL;
	const size_t index = (size_t)(row - comparison->now->socks);
	return &comparison->before->socks[comparison->join.before[index] - 1];
}
