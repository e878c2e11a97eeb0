/* What -r names in a list is named here: addresses but for the wildcard, and ports but for 0. The
 * namer's answers are good for one question only, so they are copied. */

#include "named.h"

#include <stdlib.h>

#include "namer.h"
#include "util.h"

static char *copy(const char *name) {
	return name ? xasprintf("%s", name) : NULL;
}

static char *copy_host(struct namer *namer, const struct sock *sock,
                       const struct sock_endpoint *end) {
	if (sock_address_is_zero(end))
		return NULL;
	return copy(namer_host(namer, (enum sock_family)sock->family, end->address));
}

static char *copy_port(struct namer *namer, const struct sock *sock,
                       const struct sock_endpoint *end) {
	if (end->port == 0)
		return NULL;
	return copy(namer_port(namer, (enum sock_protocol)sock->protocol, end->port));
}

const struct sock *named_init(struct named *named, const struct sock *sock, struct namer *namer,
                              bool hosts, bool ports) {
	named->names = (struct sock_names){ .service = sock_names(sock)->service };
	if (!namer || !(hosts || ports) || !(SOCK_FAMILIES_IP >> sock->family & 1))
		return sock;
	named->sock = *sock;
	named->sock.names = &named->names;
	if (hosts) {
		named->names.local.host = copy_host(namer, sock, &sock->local);
		named->names.peer.host = copy_host(namer, sock, &sock->peer);
	}
	if (ports) {
		named->names.local.service = copy_port(namer, sock, &sock->local);
		named->names.peer.service = copy_port(namer, sock, &sock->peer);
	}
	return &named->sock;
}

void named_finish(struct named *named) {
	free((char *)named->names.local.host);
	free((char *)named->names.local.service);
	free((char *)named->names.peer.host);
	free((char *)named->names.peer.service);
}
