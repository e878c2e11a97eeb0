/* Both sides are sorted by identity and walked together. */

#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

static int compare_u64(uint64_t a, uint64_t b) {
	return (a > b) - (a < b);
}

static bool has_identity(const struct sock *sock) {
	return (sock->known & SOCK_KNOWS_COOKIE) && sock->protocol != SOCK_PROTOCOL_SCTP;
}

static int compare_ends(const struct sock_endpoint *a, const struct sock_endpoint *b) {
	const int order = memcmp(a->address, b->address, sizeof(a->address));
	return order ? order : compare_u64(a->port, b->port);
}

static int compare_descriptions(const struct sock *a, const struct sock *b) {
	int order = compare_u64(a->protocol, b->protocol);
	if (order == 0)
		order = compare_u64(a->inode, b->inode);
	if (order == 0)
		order = compare_ends(&a->local, &b->local);
	return order ? order : compare_ends(&a->peer, &b->peer);
}

/* Those with a cookie come first. */
static int compare_identities(const struct sock *a, const struct sock *b) {
	const bool left = has_identity(a);
	const bool right = has_identity(b);
	if (left != right)
		return left ? -1 : 1;
	return left ? compare_u64(a->cookie, b->cookie) : compare_descriptions(a, b);
}

bool diff_is_same(const struct sock *before, const struct sock *after) {
	return compare_identities(before, after) == 0;
}

static uint64_t hash_end(uint64_t hash, const struct sock_endpoint *end) {
	uint64_t words[2];
	memcpy(words, end->address, sizeof(words));
	return util_mix(util_mix(util_mix(hash, words[0]), words[1]), end->port);
}

uint64_t diff_hash_ends(const struct sock *sock, uint64_t seed) {
	return hash_end(hash_end(util_mix(seed, sock->protocol), &sock->local), &sock->peer);
}

uint64_t diff_hash(const struct sock *sock, uint64_t seed) {
	return has_identity(sock) ? util_mix(seed, sock->cookie)
	                          : util_mix(diff_hash_ends(sock, seed), sock->inode);
}

bool diff_has_same_ends(const struct sock *before, const struct sock *after) {
	return before->protocol == after->protocol && before->netns == after->netns &&
	       compare_ends(&before->local, &after->local) == 0 &&
	       compare_ends(&before->peer, &after->peer) == 0;
}

static int compare_pointers(const void *a, const void *b) {
	return compare_identities(*(struct sock *const *)a, *(struct sock *const *)b);
}

static struct sock **sorted(struct sock *const *socks, size_t count) {
	struct sock **copy = xcalloc(count, sizeof(struct sock *));
	if (count > 0)
		memcpy(copy, socks, count * sizeof(struct sock *));
	if (count > 1)
		qsort(copy, count, sizeof(struct sock *), compare_pointers);
	return copy;
}

/* Both lists are sorted by process, and name a process once for each descriptor. */
bool diff_has_same_owners(const struct sock *a, const struct sock *b) {
	uint32_t i = 0;
	uint32_t j = 0;
	while (i < a->owner_count && j < b->owner_count) {
		const uint32_t pid = a->owners[i].process->pid;
		if (pid != b->owners[j].process->pid)
			return false;
		while (i < a->owner_count && a->owners[i].process->pid == pid)
			i++;
		while (j < b->owner_count && b->owners[j].process->pid == pid)
			j++;
	}
	return i == a->owner_count && j == b->owner_count;
}

bool diff_is_changed(const struct sock *before, const struct sock *after) {
	return before->state != after->state || compare_ends(&before->local, &after->local) != 0 ||
	       compare_ends(&before->peer, &after->peer) != 0 ||
	       sock_peer_inode(before) != sock_peer_inode(after) ||
	       !diff_has_same_owners(before, after);
}

void diff_mark(struct sock *const *previous, size_t previous_count, struct sock *const *current,
               size_t current_count) {
	struct sock **before = sorted(previous, previous_count);
	struct sock **after = sorted(current, current_count);
	size_t i = 0;
	size_t j = 0;
	while (i < previous_count || j < current_count) {
		const int order = i == previous_count  ? 1
		                  : j == current_count ? -1
		                                       : compare_identities(before[i], after[j]);
		if (order < 0) {
			before[i++]->change = SOCK_CHANGE_GONE;
		} else if (order > 0) {
			after[j++]->change = SOCK_CHANGE_NEW;
		} else {
			const bool changed = diff_is_changed(before[i], after[j]);
			before[i++]->change = SOCK_CHANGE_UNKNOWN;
			after[j++]->change = changed ? SOCK_CHANGE_CHANGED : SOCK_CHANGE_NONE;
		}
	}
	free(before);
	free(after);
}
