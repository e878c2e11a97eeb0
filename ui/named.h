#pragma once
/* A socket with names for its addresses and ports, which format_endpoint() then writes. */

#include <stdbool.h>

#include "sock.h"

struct namer;

struct named {
	struct sock sock; /* a copy; the rest belongs to the snapshot */
	char *names[4];
};

/* Names what the namer knows by now; NULL: nothing. `named_finish()` ends it. */
void named_init(struct named *named, const struct sock *sock, struct namer *namer, bool hosts,
                bool ports);
void named_finish(struct named *named);
