/* Asks the source once for each kind of thing, and for nothing that nobody needs. */

#include "annotate.h"

#include <string.h>

#include "names.h"
#include "unix_peer.h"

/* Sockets of one user follow each other and share the text. */
static void name_users(const struct source *source, struct snapshot *batch,
                       struct sock *const *socks, size_t count) {
	const struct sock *last = NULL;
	for (size_t i = 0; i < count; i++) {
		struct sock *sock = socks[i];
		if (!(sock->known & SOCK_KNOWS_UID))
			continue;
		if (last && last->uid == sock->uid) {
			sock->user = last->user;
			continue;
		}
		const char *name = source->user(source->self, sock->uid);
		if (name)
			sock->user = arena_copy(&batch->arena, name, strlen(name));
		last = sock;
	}
}

struct annotation annotate(const struct source *source, struct snapshot *batch,
                           struct sock *const *socks, size_t count, uint32_t needs,
                           const struct owner_scope *scope) {
	struct annotation annotation = { 0 };
	if (needs & SOCK_NEED_PEER)
		unix_peer_resolve(batch->socks, batch->count);
	if (needs & SOCK_NEED_OWNERS)
		annotation.owners = source->owners(source->self, batch, socks, count, needs, scope);
	if (needs & SOCK_NEED_USER)
		name_users(source, batch, socks, count);
	if (needs & SOCK_NEED_NAMES)
		annotation.unresolved = source->names(source->self, batch, socks, count);
	if (needs & SOCK_NEED_SERVICE)
		names_add_services(batch, socks, count);
	return annotation;
}
