#pragma once
/* What is left of a socket when cookies, inodes and process ids mean nothing: bytes that are the
 * same for sockets that serve the same purpose. Pure. */

#include <stdbool.h>

#include "out.h"
#include "sock.h"

enum compare_key_part {
	/* Protocol, both ends with the device; of a UNIX socket the names, of packet, netlink and
	 * XDP sockets what they are about. */
	COMPARE_KEY_ENDS = 1u << 0,
	/* Of a connection over IP the protocol, the address of the peer and the one port that
	 * somebody chose. */
	COMPARE_KEY_ROUTE = 1u << 1,
	COMPARE_KEY_OWNERS = 1u << 2, /* the names of their executables */
	COMPARE_KEY_STATE = 1u << 3,
};

/* Appends those parts. `is_inbound`: the local port is the one that was chosen. */
void compare_key_put(struct out *out, const struct sock *sock, uint32_t parts, bool is_inbound);

/* True if the ends alone tell it from most others: it has a port or a name. */
bool compare_key_has_ends(const struct sock *sock);

bool compare_key_has_same_owners(const struct sock *before, const struct sock *after);
