#pragma once
/* Finds the other end of UNIX sockets by its inode, which is unique over all network namespaces. */

#include <stddef.h>

#include "sock.h"

/* Names the peers of all UNIX sockets among `socks` that have one among them. The names are
 * borrowed from the peer. */
void unix_peer_resolve(struct sock *socks, size_t count);
