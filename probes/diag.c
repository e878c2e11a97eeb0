/* What the handlers share. */

#include "diag.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "util.h"

const struct diag_class *diag_class_of(enum sock_probe probe) {
	static const struct diag_class *const classes[SOCK_PROBE_COUNT] = {
		[SOCK_PROBE_UNIX] = &unix_diag,       [SOCK_PROBE_PACKET] = &packet_diag,
		[SOCK_PROBE_NETLINK] = &netlink_diag, [SOCK_PROBE_VSOCK] = &vsock_diag,
		[SOCK_PROBE_XDP] = &xdp_diag,
	};
	return classes[probe];
}

struct nlmsghdr *diag_request(const struct diag_class *class, const struct diag_request *request,
                              uint32_t sequence, void *buffer) {
	struct nlmsghdr *message = buffer;
	memset(buffer, 0, DIAG_REQUEST_SIZE);
	const size_t size = class->put(request, NLMSG_DATA(message));
	message->nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_flags = NLM_F_REQUEST;
	if (request->inode == 0)
		message->nlmsg_flags |= NLM_F_DUMP;
	message->nlmsg_seq = sequence;
	return message;
}

int diag_read_fixed(const struct nlmsghdr *message, uint8_t family, void *fixed, size_t size) {
	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY || message->nlmsg_len < NLMSG_LENGTH(size))
		return -EBADMSG;
	memcpy(fixed, NLMSG_DATA(message), size);
	return *(const uint8_t *)fixed == family ? 0 : -EBADMSG;
}

bool diag_set_type(struct sock *sock, enum sock_family family, uint64_t type) {
	static const struct {
		enum sock_family family;
		uint8_t type;
		enum sock_protocol protocol;
	} types[] = {
		{ SOCK_FAMILY_UNIX, SOCK_STREAM, SOCK_PROTOCOL_UNIX_STREAM },
		{ SOCK_FAMILY_UNIX, SOCK_DGRAM, SOCK_PROTOCOL_UNIX_DGRAM },
		{ SOCK_FAMILY_UNIX, SOCK_SEQPACKET, SOCK_PROTOCOL_UNIX_SEQPACKET },
		{ SOCK_FAMILY_PACKET, SOCK_RAW, SOCK_PROTOCOL_PACKET_RAW },
		{ SOCK_FAMILY_PACKET, SOCK_DGRAM, SOCK_PROTOCOL_PACKET_DGRAM },
		/* The old way to open a raw one, which shows the whole frame too. */
		{ SOCK_FAMILY_PACKET, SOCK_PACKET, SOCK_PROTOCOL_PACKET_RAW },
		{ SOCK_FAMILY_NETLINK, SOCK_RAW, SOCK_PROTOCOL_NETLINK },
		{ SOCK_FAMILY_NETLINK, SOCK_DGRAM, SOCK_PROTOCOL_NETLINK },
		{ SOCK_FAMILY_VSOCK, SOCK_STREAM, SOCK_PROTOCOL_VSOCK_STREAM },
		{ SOCK_FAMILY_VSOCK, SOCK_DGRAM, SOCK_PROTOCOL_VSOCK_DGRAM },
		{ SOCK_FAMILY_VSOCK, SOCK_SEQPACKET, SOCK_PROTOCOL_VSOCK_SEQPACKET },
		{ SOCK_FAMILY_XDP, SOCK_RAW, SOCK_PROTOCOL_XDP },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		if (types[i].family != family || types[i].type != type)
			continue;
		sock->family = (uint8_t)family;
		sock->protocol = (uint8_t)types[i].protocol;
		return true;
	}
	return false;
}

void diag_set_cookie(struct sock *sock, const uint32_t cookie[2]) {
	sock->cookie = (uint64_t)cookie[1] << 32 | cookie[0];
	if (sock->cookie != 0 && sock->cookie != UINT64_MAX)
		sock->known |= SOCK_KNOWS_COOKIE;
}

void diag_set_holder(struct sock *sock, uint32_t inode, bool has_uid, uint32_t uid) {
	sock->inode = inode;
	if (inode != 0)
		sock->known |= SOCK_KNOWS_INODE;
	sock->uid = uid;
	if (has_uid)
		sock->known |= SOCK_KNOWS_UID;
}

void diag_read_memory(struct payload payload, struct arena *arena, struct sock *sock) {
	struct sock_memory *memory = arena_alloc(arena, sizeof(*memory));
	const size_t all = offsetof(struct sock_memory, length);
	memory->length = (uint32_t)payload_read_grown(payload, memory, all);
	sock->memory = memory;
	if (memory->length == all) {
		sock->drops = memory->drops;
		sock->known |= SOCK_KNOWS_DROPS;
	}
}

void diag_set_queues_from_memory(struct sock *sock) {
	const size_t both = offsetof(struct sock_memory, sndbuf);
	if (!sock->memory || sock->memory->length < both)
		return;
	sock->recvq = sock->memory->rmem_alloc;
	sock->sendq = sock->memory->wmem_alloc;
	sock->known |= SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
}
