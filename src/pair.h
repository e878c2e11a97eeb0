#pragma once
/* The other end of a socket, if it is on this machine. */

struct snapshot;
struct sock;

/* Of a connection over IP the one with the same ends the other way round, in the same network
 * namespace; of a UNIX socket the one with its peer's inode. Sockets that are gone count only if
 * there is no other. NULL if there is none. */
const struct sock *pair_find(const struct snapshot *snapshot, const struct sock *sock);
