/* A sorted index of inodes, searched once for each socket with a peer. */

#include "unix_peer.h"

#include <stdlib.h>

#include "util.h"

struct entry {
	uint32_t inode;
	const struct sock *sock;
};

static int compare(const void *a, const void *b) {
	const struct entry *left = a;
	const struct entry *right = b;
	return (left->inode > right->inode) - (left->inode < right->inode);
}

static bool is_unix(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX && sock->un;
}

void unix_peer_resolve(struct sock *socks, size_t count) {
	struct entry *index = xcalloc(count, sizeof(*index));
	size_t named = 0;
	for (size_t i = 0; i < count; i++) {
		if (is_unix(&socks[i]) && socks[i].inode != 0 && socks[i].un->name.bytes)
			index[named++] = (struct entry){ socks[i].inode, &socks[i] };
	}
	if (named > 1)
		qsort(index, named, sizeof(*index), compare);
	for (size_t i = 0; named > 0 && i < count; i++) {
		if (!is_unix(&socks[i]) || !(socks[i].un->known & SOCK_UNIX_KNOWS_PEER))
			continue;
		const struct entry wanted = { .inode = socks[i].un->peer_inode };
		const struct entry *found = bsearch(&wanted, index, named, sizeof(*index), compare);
		if (found)
			socks[i].un->peer_name = found->sock->un->name;
	}
	free(index);
}
