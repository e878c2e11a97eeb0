/* Netlink sockets (3.12). A socket that has joined groups comes twice in one dump, with the same
 * cookie; those with port id 0 belong to the kernel. */

#include <errno.h>
#include <linux/netlink_diag.h>
#include <sys/socket.h>

#include "diag.h"
#include "digits.h"

static uint32_t show(uint32_t needs) {
	uint32_t bits = NDIAG_SHOW_MEMINFO;
	if (needs & SOCK_NEED_EXTRAS)
		bits |= NDIAG_SHOW_GROUPS | NDIAG_SHOW_FLAGS;
	return bits;
}

static size_t put(const struct diag_request *request, void *body) {
	struct netlink_diag_req *wire = body;
	*wire = (struct netlink_diag_req){
		.sdiag_family = AF_NETLINK,
		.sdiag_protocol = NDIAG_PROTO_ALL,
		.ndiag_show = request->show,
		.ndiag_cookie = { UINT32_MAX, UINT32_MAX },
	};
	return sizeof(*wire);
}

struct reader {
	struct arena *arena;
	struct sock *sock;
	struct sock_netlink *netlink;
};

/* Bit n of the kernel's words stands for group n + 1. */
static void read_groups(struct payload payload, struct reader *reader) {
	enum { WORD_BITS = 8 * sizeof(unsigned long) };
	const size_t words = payload.length / sizeof(unsigned long);
	unsigned long word = 0;
	size_t joined = 0;
	for (size_t i = 0; i < words; i++) {
		memcpy(&word, (const char *)payload.bytes + i * sizeof(word), sizeof(word));
		joined += (size_t)__builtin_popcountl(word);
	}
	if (joined == 0)
		return;
	char *text = arena_alloc(reader->arena, joined * (DIGITS_ROOM + 1));
	char *to = text;
	for (size_t bit = 0; bit < words * WORD_BITS; bit++) {
		if (bit % WORD_BITS == 0)
			memcpy(&word, (const char *)payload.bytes + bit / 8, sizeof(word));
		if (!(word >> bit % WORD_BITS & 1))
			continue;
		if (to > text)
			*to++ = ',';
		to = digits_put(to, bit + 1);
	}
	*to = '\0';
	reader->netlink->groups = text;
}

static void read_attribute(unsigned type, struct payload payload, void *context) {
	struct reader *reader = context;
	switch (type) {
	case NETLINK_DIAG_MEMINFO:
		diag_read_memory(payload, reader->arena, reader->sock);
		break;
	case NETLINK_DIAG_GROUPS:
		read_groups(payload, reader);
		break;
	case NETLINK_DIAG_FLAGS:
		if (payload_read(payload, &reader->netlink->flags, sizeof(uint32_t)))
			reader->netlink->known |= SOCK_NETLINK_KNOWS_FLAGS;
		break;
	default:
		break;
	}
}

static int parse(const struct nlmsghdr *message, struct arena *arena, struct sock *sock) {
	const uint8_t connected = 1; /* NETLINK_CONNECTED of net/netlink/af_netlink.c */
	struct netlink_diag_msg fixed;
	struct reader reader = { .arena = arena, .sock = sock };
	const int result = diag_read_fixed(message, AF_NETLINK, &fixed, sizeof(fixed));
	if (result < 0)
		return result;
	if (!diag_set_type(sock, SOCK_FAMILY_NETLINK, fixed.ndiag_type))
		return -EBADMSG;
	sock->source = SOCK_SOURCE_DIAG;
	sock->state = fixed.ndiag_state == connected ? SOCK_STATE_ESTABLISHED : SOCK_STATE_CLOSE;
	sock->local.port = fixed.ndiag_portid;
	sock->peer.port = fixed.ndiag_dst_portid;
	sock->known |= SOCK_KNOWS_PORTS;
	diag_set_cookie(sock, fixed.ndiag_cookie);
	reader.netlink = arena_alloc(arena, sizeof(*reader.netlink));
	*reader.netlink = (struct sock_netlink){
		.protocol = fixed.ndiag_protocol,
		.type = fixed.ndiag_type,
		.group = fixed.ndiag_dst_group,
	};
	sock->netlink = reader.netlink;
	if (!attribute_walk_message(message, sizeof(fixed), read_attribute, &reader))
		return -EBADMSG;
	diag_set_holder(sock, fixed.ndiag_ino, false, 0);
	diag_set_queues_from_memory(sock);
	return 0;
}

const struct diag_class netlink_diag = { .show = show, .put = put, .parse = parse };
