/* XDP sockets (5.1): AF_XDP, bound to a queue of a device. They have no state; they are told as not
 * connected, as ss does. */

#include <errno.h>
#include <linux/xdp_diag.h>
#include <sys/socket.h>

#include "diag.h"

static uint32_t show(uint32_t needs) {
	uint32_t bits = XDP_SHOW_INFO | XDP_SHOW_MEMINFO;
	if (needs & SOCK_NEED_EXTRAS)
		bits |= XDP_SHOW_RING_CFG | XDP_SHOW_UMEM | XDP_SHOW_STATS;
	return bits;
}

static size_t put(const struct diag_request *request, void *body) {
	struct xdp_diag_req *wire = body;
	*wire = (struct xdp_diag_req){
		.sdiag_family = AF_XDP,
		.xdiag_show = request->show,
		.xdiag_cookie = { UINT32_MAX, UINT32_MAX },
	};
	return sizeof(*wire);
}

struct reader {
	struct arena *arena;
	struct sock *sock;
	struct sock_xdp *xdp;
	bool has_uid;
	uint32_t uid;
};

static void read_known(struct payload payload, void *number, size_t size, struct sock_xdp *xdp,
                       enum sock_xdp_known bit) {
	if (payload_read(payload, number, size))
		xdp->known |= bit;
}

static void read_info(struct payload payload, struct reader *reader) {
	struct xdp_diag_info info;
	if (!payload_read(payload, &info, sizeof(info)))
		return;
	reader->xdp->queue = info.queue_id;
	reader->xdp->known |= SOCK_XDP_KNOWS_QUEUE;
	if (info.ifindex == 0)
		return;
	reader->sock->ifindex = info.ifindex;
	reader->sock->known |= SOCK_KNOWS_INTERFACE;
}

_Static_assert(sizeof(struct sock_xdp_umem) == sizeof(struct xdp_diag_umem), "the same members");
_Static_assert(sizeof(struct sock_xdp_stats) == sizeof(struct xdp_diag_stats), "the same members");

static void read_attribute(unsigned type, struct payload payload, void *context) {
	struct reader *reader = context;
	struct sock_xdp *xdp = reader->xdp;
	const size_t ring = sizeof(uint32_t); /* struct xdp_diag_ring */
	switch (type) {
	case XDP_DIAG_INFO:
		read_info(payload, reader);
		break;
	case XDP_DIAG_UID:
		reader->has_uid = payload_read(payload, &reader->uid, sizeof(reader->uid));
		break;
	case XDP_DIAG_RX_RING:
		read_known(payload, &xdp->rx_ring, ring, xdp, SOCK_XDP_KNOWS_RX_RING);
		break;
	case XDP_DIAG_TX_RING:
		read_known(payload, &xdp->tx_ring, ring, xdp, SOCK_XDP_KNOWS_TX_RING);
		break;
	case XDP_DIAG_UMEM:
		read_known(payload, &xdp->umem, sizeof(xdp->umem), xdp, SOCK_XDP_KNOWS_UMEM);
		break;
	case XDP_DIAG_UMEM_FILL_RING:
		read_known(payload, &xdp->fill_ring, ring, xdp, SOCK_XDP_KNOWS_FILL_RING);
		break;
	case XDP_DIAG_UMEM_COMPLETION_RING:
		read_known(payload, &xdp->completion_ring, ring, xdp,
		           SOCK_XDP_KNOWS_COMPLETION_RING);
		break;
	case XDP_DIAG_MEMINFO:
		diag_read_memory(payload, reader->arena, reader->sock);
		break;
	case XDP_DIAG_STATS:
		read_known(payload, &xdp->stats, sizeof(xdp->stats), xdp, SOCK_XDP_KNOWS_STATS);
		break;
	default:
		break;
	}
}

static int parse(const struct nlmsghdr *message, struct arena *arena, struct sock *sock) {
	struct xdp_diag_msg fixed;
	struct reader reader = { .arena = arena, .sock = sock };
	const int result = diag_read_fixed(message, AF_XDP, &fixed, sizeof(fixed));
	if (result < 0)
		return result;
	if (!diag_set_type(sock, SOCK_FAMILY_XDP, fixed.xdiag_type))
		return -EBADMSG;
	sock->source = SOCK_SOURCE_DIAG;
	sock->state = SOCK_STATE_CLOSE;
	diag_set_cookie(sock, fixed.xdiag_cookie);
	reader.xdp = arena_alloc(arena, sizeof(*reader.xdp));
	*reader.xdp = (struct sock_xdp){ 0 };
	sock->xdp = reader.xdp;
	if (!attribute_walk_message(message, sizeof(fixed), read_attribute, &reader))
		return -EBADMSG;
	diag_set_holder(sock, fixed.xdiag_ino, reader.has_uid, reader.uid);
	diag_set_queues_from_memory(sock);
	return 0;
}

const struct diag_class xdp_diag = { .show = show, .put = put, .parse = parse };
