/* Asks the program's own probes for the sockets that bind() may have met. */

#include "holder.h"

#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "out.h"
#include "sock.h"
#include "util.h"

static bool is_wildcard(const uint8_t bytes[16]) {
	static const uint8_t zeros[16];
	return memcmp(bytes, zeros, sizeof(zeros)) == 0;
}

/* Addresses conflict that are the same, or of which one is all addresses: [::] may be so for IPv4
 * too. */
static bool conflicts(const struct sock *sock, const struct address *address) {
	uint8_t wanted[16] = { 0 };
	const bool is_ipv6 = address->any.sa_family == AF_INET6;
	if (is_ipv6)
		memcpy(wanted, &address->in6.sin6_addr, 16);
	else
		memcpy(wanted, &address->in.sin_addr, 4);
	const bool same_family = (sock->family == SOCK_FAMILY_INET6) == is_ipv6;
	if (is_wildcard(sock->local.address))
		return same_family || !is_ipv6;
	return same_family && (is_wildcard(wanted) || memcmp(sock->local.address, wanted, 16) == 0);
}

static bool has_name(const struct sock *sock, const struct address *address) {
	const size_t start = offsetof(struct sockaddr_un, sun_path);
	const struct sock_unix_name *name = &sock->un->name;
	const char *path = address->un.sun_path;
	const bool is_abstract = path[0] == '\0';
	const size_t length = is_abstract ? address->length - start : strlen(path);
	return name->length == length && name->is_abstract == is_abstract &&
	       memcmp(name->bytes + is_abstract, path + is_abstract, length - is_abstract) == 0;
}

static bool is_in_the_way(const struct sock *sock, const struct address *address) {
	return address->any.sa_family == AF_UNIX ? has_name(sock, address)
	                                         : conflicts(sock, address);
}

/* "4242/python3,4243/python3", or who it is if that is hidden. */
static char *describe(const struct sock *sock) {
	struct out out;
	if (sock->ownership == SOCK_OWNERSHIP_HIDDEN)
		return xasprintf(_("a process of the user %s, which root can see"),
		                 sock->user ? sock->user : "?");
	if (sock->owner_count == 0)
		return NULL;
	out_init(&out, OUT_MEMORY);
	if (!look_write_field(sock, "owners", &out)) {
		out_finish(&out);
		return NULL;
	}
	out_char(&out, '\0');
	return out.bytes;
}

static char *expression_for(const struct address *address, int type, const char *state) {
	if (address->any.sa_family == AF_UNIX)
		return xasprintf("unix");
	return xasprintf("%s and sport = %u%s", type == SOCK_DGRAM ? "udp" : "tcp",
	                 address_port(address), state);
}

static char *find(const struct address *address, int type, const char *state) {
	char *error = NULL;
	char *holder = NULL;
	char *expression = expression_for(address, type, state);
	struct look *look = look_take(NULL, expression, SOCK_NEED_OWNERS | SOCK_NEED_USER, &error);
	for (size_t i = 0; look && !holder && i < look_count(look); i++) {
		if (is_in_the_way(look_sock(look, i), address))
			holder = describe(look_sock(look, i));
	}
	look_destroy(look);
	free(expression);
	free(error);
	return holder;
}

/* Of TCP a listener is what is in the way, as long as there is one. */
static char *holder_of(const struct address *address, int type) {
	char *holder = type == SOCK_STREAM ? find(address, type, " and listen") : NULL;
	return holder ? holder : find(address, type, "");
}

char *holder_explain(const char *kind, const struct address *address, int type) {
	const struct address_text text = address_text(address);
	char *holder = holder_of(address, type);
	if (!holder)
		return NULL;
	char *line = xasprintf(_("%s %s is in use by %s; end that, or choose another"), kind,
	                       text.text, holder);
	free(holder);
	return line;
}
