/* What -r names in a list is named here: addresses but for the wildcard, and ports but for 0. The
 * namer's answers are good for one question only, so they are copied. */

#include "named.h"

#include <stdlib.h>
#include <string.h>

#include "namer.h"
#include "util.h"

static char *copy(const char *name) {
	return name ? xasprintf("%s", name) : NULL;
}

static void name_host(struct named *named, struct sock_endpoint *end, char **name,
                      struct namer *namer) {
	if (sock_address_is_zero(end))
		return;
	*name = copy(namer_host(namer, (enum sock_family)named->sock.family, end->address));
	end->host = *name;
}

static void name_port(struct named *named, struct sock_endpoint *end, char **name,
                      struct namer *namer) {
	if (end->port == 0)
		return;
	*name = copy(namer_port(namer, (enum sock_protocol)named->sock.protocol, end->port));
	end->service = *name;
}

const struct sock *named_init(struct named *named, const struct sock *sock, struct namer *namer,
                              bool hosts, bool ports) {
	memset(named->names, 0, sizeof(named->names));
	if (!namer || !(hosts || ports) || !(SOCK_FAMILIES_IP >> sock->family & 1))
		return sock;
	named->sock = *sock;
	if (hosts) {
		name_host(named, &named->sock.local, &named->names[0], namer);
		name_host(named, &named->sock.peer, &named->names[1], namer);
	}
	if (ports) {
		name_port(named, &named->sock.local, &named->names[2], namer);
		name_port(named, &named->sock.peer, &named->names[3], namer);
	}
	return &named->sock;
}

void named_finish(struct named *named) {
	for (size_t i = 0; i < ARRAY_LENGTH(named->names); i++)
		free(named->names[i]);
}
