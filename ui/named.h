#pragma once
/* A socket with names for its addresses and ports, which format_endpoint() then writes. */

#include <stdbool.h>

#include "sock.h"

struct namer;

struct named {
	struct sock sock;        /* a copy; the rest belongs to the snapshot */
	struct sock_names names; /* of `sock`, its own */
};

/* Returns the copy with what the namer knows by now, or the socket itself if nobody asks (NULL) or
 * nothing of it could have a name. named_finish() ends the copy. */
const struct sock *named_init(struct named *named, const struct sock *sock, struct namer *namer,
                              bool hosts, bool ports);
void named_finish(struct named *named);
