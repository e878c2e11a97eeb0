/* VSOCK (4.15): between virtual machines and their host. There are no attributes. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>

#include "diag.h"

static uint32_t show(uint32_t needs) {
	(void)needs;
	return 0; /* reserved; anything else is refused */
}

static size_t put(const struct diag_request *request, void *body) {
	struct vsock_diag_req *wire = body;
	*wire = (struct vsock_diag_req){
		.sdiag_family = AF_VSOCK,
		.vdiag_states = request->states,
	};
	return sizeof(*wire);
}

/* The context id takes the place of an address. */
static struct sock_endpoint end_of(uint32_t cid, uint32_t port) {
	struct sock_endpoint end = { .port = port };
	cid = htonl(cid);
	memcpy(end.address, &cid, sizeof(cid));
	return end;
}

static int parse(const struct nlmsghdr *message, struct arena *arena, struct sock *sock) {
	struct vsock_diag_msg fixed;
	(void)arena;
	const int result = diag_read_fixed(message, AF_VSOCK, &fixed, sizeof(fixed));
	if (result < 0)
		return result;
	if (!diag_set_type(sock, SOCK_FAMILY_VSOCK, fixed.vdiag_type) || fixed.vdiag_state == 0 ||
	    fixed.vdiag_state > SOCK_STATE_CLOSING)
		return -EBADMSG;
	sock->source = SOCK_SOURCE_DIAG;
	sock->state = fixed.vdiag_state;
	sock->shutdown = fixed.vdiag_shutdown;
	sock->local = end_of(fixed.vdiag_src_cid, fixed.vdiag_src_port);
	sock->peer = end_of(fixed.vdiag_dst_cid, fixed.vdiag_dst_port);
	sock->known |= SOCK_KNOWS_PORTS | SOCK_KNOWS_SHUTDOWN;
	diag_set_cookie(sock, fixed.vdiag_cookie);
	diag_set_holder(sock, fixed.vdiag_ino, false, 0);
	return 0;
}

const struct diag_class vsock_diag = { .show = show, .put = put, .parse = parse };
