/* A walk over all sockets: it is asked for one socket at a time. */

#include "pair.h"

#include <string.h>

#include "life.h"
#include "snapshot.h"

static const uint8_t *inet_bytes(const struct sock *sock, const struct sock_endpoint *end) {
	return sock_inet_bytes((enum sock_family)sock->family, end->address);
}

static bool is_same_end(const struct sock *a, const struct sock_endpoint *a_end,
                        const struct sock *b, const struct sock_endpoint *b_end) {
	if (a_end->port != b_end->port)
		return false;
	const uint8_t *a_inet = inet_bytes(a, a_end);
	const uint8_t *b_inet = inet_bytes(b, b_end);
	if (a_inet && b_inet)
		return memcmp(a_inet, b_inet, 4) == 0;
	return !a_inet && !b_inet &&
	       memcmp(a_end->address, b_end->address, sizeof(a_end->address)) == 0;
}

static bool is_in_another_netns(const struct sock *a, const struct sock *b) {
	return (a->known & b->known & SOCK_KNOWS_NETNS) && a->netns != b->netns;
}

static bool is_connected_ip(const struct sock *sock) {
	return (1u << sock->protocol & SOCK_PROTOCOLS_IP) && sock->peer.port != 0 &&
	       !sock_address_is_zero(&sock->peer);
}

static bool is_pair(const struct sock *sock, const struct sock *other) {
	if (sock == other || sock->host != other->host || is_in_another_netns(sock, other))
		return false;
	if (sock->family == SOCK_FAMILY_UNIX)
		return other->family == SOCK_FAMILY_UNIX && (other->known & SOCK_KNOWS_INODE) &&
		       other->inode == sock_peer_inode(sock);
	return sock->protocol == other->protocol &&
	       is_same_end(sock, &sock->local, other, &other->peer) &&
	       is_same_end(sock, &sock->peer, other, &other->local);
}

static bool has_pair(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX ? sock_peer_inode(sock) != 0
	                                        : is_connected_ip(sock);
}

const struct sock *pair_find(const struct snapshot *snapshot, const struct sock *sock) {
	const struct sock *gone = NULL;
	for (size_t i = 0; has_pair(sock) && i < snapshot->count; i++) {
		const struct sock *other = &snapshot->socks[i];
		if (!is_pair(sock, other))
			continue;
		if (!other->life || other->life->missing < 2)
			return other;
		gone = other;
	}
	return gone;
}
