/* Messages of any content for the handlers of every family but IP, and for SCTP. The first byte
 * chooses which, and whether the rest is a datagram or the body of a message whose header is right,
 * so that attributes are reached soon. Whatever is decoded is shown as an end of a socket too. */

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "diag.h"
#include "endpoint.h"
#include "inet_diag.h"
#include "large.h"
#include "netlink.h"
#include "sctp_info.h"
#include "unix_peer.h"
#include "util.h"

static const struct kind {
	const struct diag_class *class; /* NULL: SCTP */
	uint8_t kernel_family;
	uint8_t family;
	uint32_t protocols; /* 1u << enum sock_protocol */
} kinds[] = {
	{ &unix_diag, AF_UNIX, SOCK_FAMILY_UNIX, SOCK_PROTOCOLS_UNIX },
	{ &packet_diag, AF_PACKET, SOCK_FAMILY_PACKET, SOCK_PROTOCOLS_PACKET },
	{ &netlink_diag, AF_NETLINK, SOCK_FAMILY_NETLINK, 1u << SOCK_PROTOCOL_NETLINK },
	{ &vsock_diag, AF_VSOCK, SOCK_FAMILY_VSOCK, SOCK_PROTOCOLS_VSOCK },
	{ &xdp_diag, AF_XDP, SOCK_FAMILY_XDP, 1u << SOCK_PROTOCOL_XDP },
	{ NULL, AF_INET6, SOCK_FAMILY_INET6, 1u << SOCK_PROTOCOL_SCTP },
};

struct receiver {
	const struct kind *kind;
	struct arena *arena;
	struct out out;
	uint64_t sum;
};

/* Reads what a sanitizer should then know to be initialised and ours. */
static void touch(struct receiver *receiver, const void *bytes, size_t length) {
	for (size_t i = 0; i < length; i++)
		receiver->sum += ((const unsigned char *)bytes)[i];
}

/* A text of ours: printable ASCII. */
static void check_text(const char *text) {
	for (; text && *text; text++)
		assert(*text >= ' ' && *text < 0x7f);
}

static void check_unix(struct receiver *receiver, const struct sock *sock) {
	const struct sock_unix *un = sock->un;
	assert(!(un->known & SOCK_UNIX_KNOWS_PEER) == (un->peer_inode == 0));
	assert(un->file_major < 1u << 12 && un->file_minor < 1u << 20);
	assert(!un->peer_name.bytes && !un->peer_owners);
	assert(!un->name.bytes == (un->name.length == 0));
	if (!un->name.bytes)
		return;
	touch(receiver, un->name.bytes, un->name.length);
	assert(un->name.bytes[un->name.length] == '\0');
	assert(un->name.is_abstract ? un->name.bytes[0] == '@'
	                            : strlen(un->name.bytes) == un->name.length);
}

static void check_sctp(struct receiver *receiver, const struct sock *sock) {
	if (!sock->sctp)
		return;
	touch(receiver, sock->sctp, sizeof(*sock->sctp));
	assert(sock->sctp->length <= sizeof(struct sctp_counters));
	check_text(sock->sctp->locals);
	check_text(sock->sctp->peers);
}

static void check_parts(struct receiver *receiver, const struct sock *sock) {
	switch ((enum sock_family)sock->family) {
	case SOCK_FAMILY_UNIX:
		touch(receiver, sock->un, sizeof(*sock->un));
		check_unix(receiver, sock);
		check_text(sock->un->pending);
		break;
	case SOCK_FAMILY_PACKET:
		touch(receiver, sock->packet, sizeof(*sock->packet));
		check_text(sock->packet->memberships);
		check_text(sock->packet->filter);
		assert(sock->state == SOCK_STATE_CLOSE);
		break;
	case SOCK_FAMILY_NETLINK:
		touch(receiver, sock->netlink, sizeof(*sock->netlink));
		check_text(sock->netlink->groups);
		break;
	case SOCK_FAMILY_XDP:
		touch(receiver, sock->xdp, sizeof(*sock->xdp));
		assert(sock->state == SOCK_STATE_CLOSE);
		break;
	case SOCK_FAMILY_VSOCK:
		break;
	case SOCK_FAMILY_INET:
	case SOCK_FAMILY_INET6:
		check_sctp(receiver, sock);
		break;
	case SOCK_FAMILY_COUNT:
		abort();
	}
}

static void check(struct receiver *receiver, const struct sock *sock) {
	const struct kind *kind = receiver->kind;
	assert(sock->state > 0 && sock->state < SOCK_STATE_COUNT);
	assert(sock->state <= SOCK_STATE_CLOSING || sock->sctp->peers);
	assert(kind->protocols >> sock->protocol & 1);
	assert(sock->family == kind->family || (!kind->class && sock->family == SOCK_FAMILY_INET));
	assert(sock->source == SOCK_SOURCE_DIAG);
	assert(!(sock->known & SOCK_KNOWS_TIMER) == (sock->timer == SOCK_TIMER_NONE));
	assert(sock->timer == SOCK_TIMER_NONE || (sock->timer == SOCK_TIMER_ON && !kind->class));
	assert(!(sock->known & SOCK_KNOWS_COOKIE) ==
	       (sock->cookie == 0 || sock->cookie == UINT64_MAX));
	assert(!(sock->known & SOCK_KNOWS_INODE) == (sock->inode == 0));
	assert(!(sock->known & SOCK_KNOWS_INTERFACE) == (sock->ifindex == 0));
	assert(!sock->tcp && !sock->mptcp);
	if (sock->memory) {
		assert(sock->memory->length <= offsetof(struct sock_memory, length));
		touch(receiver, sock->memory, sizeof(*sock->memory));
	}
	check_parts(receiver, sock);
}

static void show_end(struct receiver *receiver, const struct sock *sock, enum value_end end) {
	struct out *out = &receiver->out;
	out->used = 0;
	endpoint_format(out, sock, end);
	assert(out->used >= 3);
	for (size_t i = 0; i < out->used; i++) {
		const unsigned char byte = (unsigned char)out->bytes[i];
		assert(byte > ' ' && byte != 0x7f);
	}
}

/* What the rest of the program does with what was decoded. */
static void use(struct receiver *receiver, struct sock *sock) {
	const struct diag_class *class = receiver->kind->class;
	if (class && class->large_need) {
		struct large_set set = { 0 };
		large_add(&set, class, sock);
		large_settle(&set);
		large_attach(&set, class, receiver->arena, sock);
		assert(set.missing == 0);
		large_finish(&set);
	}
	unix_peer_resolve(sock, 1);
	if (class) {
		show_end(receiver, sock, VALUE_LOCAL);
		show_end(receiver, sock, VALUE_PEER);
	}
}

static bool receive(void *context, const struct nlmsghdr *message) {
	struct receiver *receiver = context;
	const struct diag_class *class = receiver->kind->class;
	struct sock sock = { 0 };
	const int result = class ? class->parse(message, receiver->arena, &sock)
	                         : inet_parse(message, SOCK_PROTOCOL_SCTP, receiver->arena, &sock);
	assert(result == 0 || result == -EBADMSG);
	if (result == 0) {
		check(receiver, &sock);
		use(receiver, &sock);
	}
	return true;
}

/* A whole datagram. */
static void walk(struct receiver *receiver, const uint8_t *bytes, size_t length) {
	struct nlmsghdr first = { 0 };
	/* Aligned as a receive buffer is, and of exactly that size. */
	unsigned char *copy = xmalloc(length);
	memcpy(copy, bytes, length);
	memcpy(&first, copy, length < sizeof(first) ? length : sizeof(first));
	struct netlink_walk state = {
		.sequence = first.nlmsg_seq,
		.port_id = first.nlmsg_pid,
		.deliver = receive,
		.context = receiver,
	};
	const int verdict = netlink_walk_datagram(&state, copy, length);
	assert(verdict == NETLINK_MORE || verdict == NETLINK_DONE ||
	       (verdict < 0 && verdict >= -4095));
	free(copy);
}

/* One message with this body. */
static void deliver(struct receiver *receiver, const uint8_t *bytes, size_t length) {
	struct nlmsghdr *message = xmalloc(NLMSG_LENGTH(length));
	*message = (struct nlmsghdr){ .nlmsg_len = (uint32_t)NLMSG_LENGTH(length),
		                      .nlmsg_type = SOCK_DIAG_BY_FAMILY };
	unsigned char *body = NLMSG_DATA(message);
	memcpy(body, bytes, length);
	if (length > 0)
		body[0] = receiver->kind->kernel_family;
	receive(receiver, message);
	free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size == 0)
		return 0;
	static struct arena arena; /* a new one for each input would be most of the work */
	struct receiver receiver = { .kind = &kinds[data[0] % ARRAY_LENGTH(kinds)],
		                     .arena = &arena };
	arena_reset(&arena);
	out_init(&receiver.out, OUT_MEMORY);
	if (data[0] & 0x80)
		walk(&receiver, data + 1, size - 1);
	else
		deliver(&receiver, data + 1, size - 1);
	out_finish(&receiver.out);
	return 0;
}
