/* SOCK_DESTROY names a socket by its ends, and only then compares the cookie: so the one meant is
 * hit, or none. Of several sockets that wait on one port the kernel picks by who sends something;
 * the right one is found by asking in the name of one peer after another. */

#include "destroy.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>

#include "inet_diag.h"
#include "netlink.h"
#include "run.h"

/* One of a hundred sockets on a port is not among so many picks once in 30,000 times; a pick takes
 * a few microseconds. */
enum { PEERS_MAX = 1024 };

/* There is no answer but the acknowledgement. */
static bool ignore(void *context, const struct nlmsghdr *message) {
	(void)context;
	(void)message;
	return true;
}

static int ask(struct probe *probe, const struct sock *sock, uint32_t peer_port) {
	_Alignas(struct nlmsghdr) unsigned char buffer[INET_DESTROY_SIZE];
	const struct netlink_transport transport = netlink_socket_transport(probe->netlink);
	const struct nlmsghdr *request =
	    inet_destroy_request(sock, (uint16_t)peer_port, ++probe->sequence, buffer);
	return netlink_get(&transport, request, ignore, NULL);
}

/* No peer is looked at where there is one already. */
static bool has_any_peer(const struct sock *sock) {
	const uint32_t states = 1u << SOCK_STATE_LISTEN | 1u << SOCK_STATE_CLOSE;
	return sock->protocol != SOCK_PROTOCOL_RAW && (states >> sock->state & 1) &&
	       sock_address_is_zero(&sock->peer) && sock->peer.port == 0;
}

int destroy_socket(struct probe *probe, const struct sock *sock) {
	if (!sock_has_cookie(sock) || !(SOCK_PROTOCOLS_IP >> sock->protocol & 1))
		return -ENOTUNIQ;
	struct run run = { .probe = probe };
	int error =
	    probe->netlink ? 0 : run_open_netlink(&run, NETLINK_RECEIVE_SIZE, &probe->netlink);
	if (error == 0)
		error = ask(probe, sock, sock->peer.port);
	for (uint32_t port = 1; error == -ENOENT && has_any_peer(sock) && port <= PEERS_MAX; port++)
		error = ask(probe, sock, port);
	return error;
}
