/* A key is read by nobody, only compared: numbers as they lie in memory, texts behind their length.
 */

#include "compare_key.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

static void put_text(struct out *out, const char *bytes, size_t length) {
	out_bytes(out, &length, sizeof(length));
	out_bytes(out, bytes, length);
}

static void put_number(struct out *out, uint32_t number) {
	out_bytes(out, &number, sizeof(number));
}

static void put_end(struct out *out, const struct sock_endpoint *end) {
	out_bytes(out, end->address, sizeof(end->address));
	put_number(out, end->port);
}

/* Its index is another after each boot. */
static void put_device(struct out *out, const struct sock *sock) {
	const char *name = sock->interface_name ? sock->interface_name : "";
	put_text(out, name, strlen(name));
}

static void put_name(struct out *out, const struct sock_unix_name *name) {
	put_number(out, name->is_abstract);
	put_text(out, name->bytes, name->length);
}

/* Without the number that stands for the port there, which is as good as random. */
static void put_subject(struct out *out, const struct sock *sock) {
	switch ((enum sock_family)sock->family) {
	case SOCK_FAMILY_INET:
	case SOCK_FAMILY_INET6:
	case SOCK_FAMILY_VSOCK:
		put_end(out, &sock->local);
		put_end(out, &sock->peer);
		break;
	case SOCK_FAMILY_UNIX:
		if (!sock->un)
			break;
		put_name(out, &sock->un->name);
		put_name(out, &sock->un->peer_name);
		break;
	case SOCK_FAMILY_PACKET:
		put_number(out, sock->packet ? sock->packet->ethertype : 0);
		break;
	case SOCK_FAMILY_NETLINK:
		put_number(out, sock->netlink ? sock->netlink->protocol : 0);
		put_number(out, sock_is_kernels(sock));
		break;
	case SOCK_FAMILY_XDP:
		put_number(out, sock->xdp ? sock->xdp->queue : 0);
		break;
	case SOCK_FAMILY_COUNT:
		break;
	}
}

static void put_ends(struct out *out, const struct sock *sock) {
	put_number(out, sock->protocol);
	put_number(out, sock->family);
	put_device(out, sock);
	put_subject(out, sock);
}

static void put_route(struct out *out, const struct sock *sock, bool is_inbound) {
	put_number(out, sock->protocol);
	put_number(out, is_inbound);
	put_number(out, is_inbound ? sock->local.port : sock->peer.port);
	out_bytes(out, sock->peer.address, sizeof(sock->peer.address));
}

struct name {
	const char *bytes;
	size_t length;
};

static struct name name_of(const struct process *process) {
	return process->exe ? (struct name){ process->exe, process->exe_length }
	                    : (struct name){ process->comm, process->comm_length };
}

static int compare_names(const void *a, const void *b) {
	const struct name *left = a;
	const struct name *right = b;
	return util_compare_bytes(left->bytes, left->length, right->bytes, right->length);
}

/* Each name once, however many processes have it. */
static void put_owners(struct out *out, const struct sock *sock) {
	struct name *names = xcalloc(sock->owner_count, sizeof(*names));
	for (uint32_t i = 0; i < sock->owner_count; i++)
		names[i] = name_of(sock->owners[i].process);
	if (sock->owner_count > 1)
		qsort(names, sock->owner_count, sizeof(*names), compare_names);
	for (uint32_t i = 0; i < sock->owner_count; i++) {
		if (i == 0 || compare_names(&names[i - 1], &names[i]) != 0)
			put_text(out, names[i].bytes, names[i].length);
	}
	free(names);
}

void compare_key_put(struct out *out, const struct sock *sock, uint32_t parts, bool is_inbound) {
	if (parts & COMPARE_KEY_ENDS)
		put_ends(out, sock);
	if (parts & COMPARE_KEY_ROUTE)
		put_route(out, sock, is_inbound);
	if (parts & COMPARE_KEY_STATE)
		put_number(out, sock->state);
	if (parts & COMPARE_KEY_OWNERS)
		put_owners(out, sock);
}

bool compare_key_has_ends(const struct sock *sock) {
	if (sock->family == SOCK_FAMILY_UNIX)
		return sock->un && sock->un->name.bytes;
	return sock->protocol < SOCK_PROTOCOL_IP_COUNT && sock->local.port != 0;
}

bool compare_key_has_same_owners(const struct sock *before, const struct sock *after) {
	struct out keys;
	out_init(&keys, OUT_MEMORY);
	put_owners(&keys, before);
	const size_t length = keys.used;
	put_owners(&keys, after);
	const bool same = keys.used == 2 * length &&
	                  (length == 0 || memcmp(keys.bytes, keys.bytes + length, length) == 0);
	out_finish(&keys);
	return same;
}
