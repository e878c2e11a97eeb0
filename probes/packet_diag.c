/* Packet sockets (3.7): what tcpdump and DHCP clients open. They have no state; they are told as
 * not connected, as ss does, and their queues as the memory that is allocated. */

#include <errno.h>
#include <linux/filter.h>
#include <linux/packet_diag.h>
#include <sys/socket.h>

#include "diag.h"
#include "digits.h"

static uint32_t show(uint32_t needs) {
	uint32_t bits = PACKET_SHOW_INFO | PACKET_SHOW_MEMINFO;
	if (needs & SOCK_NEED_EXTRAS)
		bits |= PACKET_SHOW_MCLIST | PACKET_SHOW_RING_CFG | PACKET_SHOW_FANOUT;
	return bits;
}

static size_t put(const struct diag_request *request, void *body) {
	struct packet_diag_req *wire = body;
	*wire = (struct packet_diag_req){
		.sdiag_family = AF_PACKET,
		.pdiag_show = request->show,
		.pdiag_cookie = { UINT32_MAX, UINT32_MAX },
	};
	return sizeof(*wire);
}

struct reader {
	struct arena *arena;
	struct sock *sock;
	struct sock_packet *packet;
	bool has_uid;
	uint32_t uid;
};

static void read_info(struct payload payload, struct reader *reader) {
	struct packet_diag_info info;
	if (!payload_read(payload, &info, sizeof(info)))
		return;
	struct sock_packet *packet = reader->packet;
	packet->version = info.pdi_version;
	packet->reserve = info.pdi_reserve;
	packet->copy_threshold = info.pdi_copy_thresh;
	packet->timestamp = info.pdi_tstamp;
	packet->flags = info.pdi_flags;
	packet->known |= SOCK_PACKET_KNOWS_INFO;
	if (info.pdi_index == 0)
		return;
	reader->sock->ifindex = info.pdi_index;
	reader->sock->known |= SOCK_KNOWS_INTERFACE;
}

/* "multicast/2/33:33:00:00:00:01". */
static char *put_membership(char *to, const struct packet_diag_mclist *one) {
	static const char *const types[] = { "multicast", "promiscuous", "allmulti", "unicast" };
	const size_t length =
	    one->pdmc_alen < sizeof(one->pdmc_addr) ? one->pdmc_alen : sizeof(one->pdmc_addr);
	if (one->pdmc_type < sizeof(types) / sizeof(types[0]))
		to = stpcpy(to, types[one->pdmc_type]);
	else
		to = digits_put(to, one->pdmc_type);
	*to++ = '/';
	to = digits_put(to, one->pdmc_index);
	for (size_t i = 0; i < length; i++) {
		*to++ = i == 0 ? '/' : ':';
		to = digits_put_hex(to, &one->pdmc_addr[i], 1);
	}
	return to;
}

static void read_memberships(struct payload payload, struct reader *reader) {
	enum { ROOM = 2 * DIGITS_ROOM + sizeof("promiscuous//,") + 3 * 32 };
	const size_t count = payload.length / sizeof(struct packet_diag_mclist);
	if (count == 0)
		return;
	char *text = arena_alloc(reader->arena, count * ROOM + 1);
	char *to = text;
	for (size_t i = 0; i < count; i++) {
		struct packet_diag_mclist one;
		memcpy(&one, (const char *)payload.bytes + i * sizeof(one), sizeof(one));
		if (i > 0)
			*to++ = ',';
		to = put_membership(to, &one);
	}
	*to = '\0';
	reader->packet->memberships = text;
}

static void read_ring(struct payload payload, struct sock_packet *packet,
                      struct sock_packet_ring *ring, enum sock_packet_known bit) {
	struct packet_diag_ring wire;
	if (!payload_read(payload, &wire, sizeof(wire)))
		return;
	*ring = (struct sock_packet_ring){
		.block_size = wire.pdr_block_size,
		.block_count = wire.pdr_block_nr,
		.frame_size = wire.pdr_frame_size,
		.frame_count = wire.pdr_frame_nr,
		.retire_timeout = wire.pdr_retire_tmo,
		.private_size = wire.pdr_sizeof_priv,
		.features = wire.pdr_features,
	};
	packet->known |= bit;
}

static void read_fanout(struct payload payload, struct sock_packet *packet) {
	uint32_t fanout = 0;
	if (!payload_read(payload, &fanout, sizeof(fanout)))
		return;
	packet->fanout_id = (uint16_t)fanout;
	packet->fanout_type = (uint16_t)(fanout >> 16);
	packet->known |= SOCK_PACKET_KNOWS_FANOUT;
}

/* "4:40 0 0 12,21 0 1 2048,...", in the form of tcpdump -ddd. Without CAP_NET_ADMIN it is empty. */
static void read_filter(struct payload payload, struct reader *reader) {
	enum { ROOM = 4 * (DIGITS_ROOM + 1) };
	const size_t count = payload.length / sizeof(struct sock_filter);
	if (count == 0)
		return;
	char *text = arena_alloc(reader->arena, (count + 1) * ROOM);
	char *to = digits_put(text, count);
	for (size_t i = 0; i < count; i++) {
		struct sock_filter code;
		memcpy(&code, (const char *)payload.bytes + i * sizeof(code), sizeof(code));
		*to++ = i == 0 ? ':' : ',';
		to = digits_put(to, code.code);
		*to++ = ' ';
		to = digits_put(to, code.jt);
		*to++ = ' ';
		to = digits_put(to, code.jf);
		*to++ = ' ';
		to = digits_put(to, code.k);
	}
	*to = '\0';
	reader->packet->filter = text;
}

static void read_attribute(unsigned type, struct payload payload, void *context) {
	struct reader *reader = context;
	struct sock_packet *packet = reader->packet;
	switch (type) {
	case PACKET_DIAG_INFO:
		read_info(payload, reader);
		break;
	case PACKET_DIAG_MCLIST:
		read_memberships(payload, reader);
		break;
	case PACKET_DIAG_RX_RING:
		read_ring(payload, packet, &packet->rx_ring, SOCK_PACKET_KNOWS_RX_RING);
		break;
	case PACKET_DIAG_TX_RING:
		read_ring(payload, packet, &packet->tx_ring, SOCK_PACKET_KNOWS_TX_RING);
		break;
	case PACKET_DIAG_FANOUT:
		read_fanout(payload, packet);
		break;
	case PACKET_DIAG_UID:
		reader->has_uid = payload_read(payload, &reader->uid, sizeof(reader->uid));
		break;
	case PACKET_DIAG_MEMINFO:
		diag_read_memory(payload, reader->arena, reader->sock);
		break;
	case PACKET_DIAG_FILTER:
		read_filter(payload, reader);
		break;
	default:
		break;
	}
}

static int parse(const struct nlmsghdr *message, struct arena *arena, struct sock *sock) {
	struct packet_diag_msg fixed;
	struct reader reader = { .arena = arena, .sock = sock };
	const int result = diag_read_fixed(message, AF_PACKET, &fixed, sizeof(fixed));
	if (result < 0)
		return result;
	if (!diag_set_type(sock, SOCK_FAMILY_PACKET, fixed.pdiag_type))
		return -EBADMSG;
	sock->source = SOCK_SOURCE_DIAG;
	sock->state = SOCK_STATE_CLOSE;
	diag_set_cookie(sock, fixed.pdiag_cookie);
	reader.packet = arena_alloc(arena, sizeof(*reader.packet));
	*reader.packet = (struct sock_packet){ .ethertype = fixed.pdiag_num };
	sock->packet = reader.packet;
	if (!attribute_walk_message(message, sizeof(fixed), read_attribute, &reader))
		return -EBADMSG;
	diag_set_holder(sock, fixed.pdiag_ino, reader.has_uid, reader.uid);
	diag_set_queues_from_memory(sock);
	return 0;
}

const struct diag_class packet_diag = {
	.show = show,
	.put = put,
	.parse = parse,
	.large_need = SOCK_NEED_BPF_FILTER,
	.large_name = "bpf_filter",
	.large_show = PACKET_SHOW_FILTER,
	.large_states = 1u << SOCK_STATE_CLOSE,
	.large_offset = offsetof(struct sock_packet, filter),
};
