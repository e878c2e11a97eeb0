/* UDP, UNIX, MPTCP, and sockets that processes share. */

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "address.h"
#include "lab_made.h"
#include "lab_recipes.h"
#include "lab_tcp.h"
#include "util.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum {
	DATAGRAMS = 20,
	DATAGRAM_SIZE = 500,
	UDP_BUFFER = 2048, /* room for three or so of them */
	SHARERS = 2,       /* besides us */
};

static bool open_receiver(struct lab_made *made, int *fd) {
	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return lab_keep(made, *fd) && lab_bind(made, *fd, SOCK_DGRAM);
}

bool lab_make_udp_unconnected(struct lab_made *made) {
	int fd;
	return open_receiver(made, &fd);
}

static bool open_sender(struct lab_made *made, int receiver, int *fd) {
	const struct address to = address_of(receiver);
	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!lab_keep(made, *fd))
		return false;
	if (connect(*fd, &to.any, to.length) != 0)
		return lab_fail(made, "connect");
	const struct address own = address_of(*fd);
	made->client = address_port(&own);
	return true;
}

bool lab_make_udp_connected(struct lab_made *made) {
	int receiver, sender;
	return open_receiver(made, &receiver) && open_sender(made, receiver, &sender);
}

bool lab_make_udp_drops(struct lab_made *made) {
	static const char datagram[DATAGRAM_SIZE];
	int receiver, sender;
	if (!open_receiver(made, &receiver) ||
	    !lab_set(made, receiver, SOL_SOCKET, SO_RCVBUF, UDP_BUFFER) ||
	    !open_sender(made, receiver, &sender))
		return false;
	for (int i = 0; i < DATAGRAMS; i++) {
		if (send(sender, datagram, sizeof(datagram), 0) < 0)
			return lab_fail(made, "send");
	}
	return true;
}

static bool note_inode(struct lab_made *made, int fd, uint32_t *inode) {
	struct stat status;
	if (fstat(fd, &status) != 0)
		return lab_fail(made, "fstat");
	*inode = (uint32_t)status.st_ino;
	return true;
}

bool lab_make_unix_stuck(struct lab_made *made) {
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return lab_fail(made, "socketpair");
	const bool kept = lab_keep(made, ends[0]) && lab_keep(made, ends[1]);
	return kept && note_inode(made, ends[0], &made->inode) &&
	       note_inode(made, ends[1], &made->peer) && lab_fill(made, ends[0]);
}

bool lab_make_shared(struct lab_made *made) {
	int listener;
	if (!lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &listener))
		return false;
	for (int i = 0; i < SHARERS; i++) {
		if (!lab_share(made, listener))
			return false;
	}
	return true;
}

/* ENOPROTOOPT: net.mptcp.enabled is 0. */
static bool has_mptcp(struct lab_made *made) {
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (fd >= 0)
		return lab_keep(made, fd);
	if (errno == ENOPROTOOPT)
		return lab_lack(made,
		                xasprintf("%s", _("MPTCP is switched off (net.mptcp.enabled)")));
	if (errno == EPROTONOSUPPORT || errno == EINVAL)
		return lab_lack(made, xasprintf("%s", _("this kernel has no MPTCP")));
	return lab_fail(made, "socket");
}

bool lab_make_mptcp(struct lab_made *made) {
	struct lab_pair pair;
	return has_mptcp(made) && lab_pair(made, IPPROTO_MPTCP, LAB_BUFFERS_USUAL, &pair);
}
