/* The events come over a netlink socket of their own, as they may overflow it. */

#include "destroyed.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "netns.h"
#include "util.h"

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

enum {
	MARKER_NS = 25000, /* about what it takes to end a socket on one processor */
	MARKERS_MAX = 1024,
	WAIT_MS = 100, /* a worker that takes longer is not waited for */
	EVENT_SIZE = 4096,
};

enum {
	GROUPS = 1u << (SKNLGRP_INET_TCP_DESTROY - 1) | 1u << (SKNLGRP_INET_UDP_DESTROY - 1) |
	         1u << (SKNLGRP_INET6_TCP_DESTROY - 1) | 1u << (SKNLGRP_INET6_UDP_DESTROY - 1),
};

struct destroyed_watch {
	struct mnl_socket *socket;
};

/* Whoever has an address may bind to it again, for other groups. */
static bool bind_to(const struct destroyed_watch *watch, unsigned groups, pid_t address) {
	return mnl_socket_bind(watch->socket, groups, address) == 0;
}

struct destroyed_watch *destroyed_open(void) {
	struct destroyed_watch *watch = xcalloc(1, sizeof(*watch));
	watch->socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (watch->socket && bind_to(watch, GROUPS, MNL_SOCKET_AUTOPID))
		return watch;
	destroyed_close(watch);
	return NULL;
}

bool destroyed_listen(struct destroyed_watch *watch) {
	return bind_to(watch, GROUPS, (pid_t)mnl_socket_get_portid(watch->socket));
}

void destroyed_rest(struct destroyed_watch *watch) {
	if (watch)
		bind_to(watch, 0, (pid_t)mnl_socket_get_portid(watch->socket));
}

void destroyed_close(struct destroyed_watch *watch) {
	if (watch && watch->socket)
		mnl_socket_close(watch->socket);
	free(watch);
}

/* Sockets that we end ourselves. */
struct markers {
	uint64_t cookies[MARKERS_MAX];
	size_t count;
	size_t told; /* how many of them were told of */
};

/* False if it is none of ours. */
static bool take_marker(struct markers *markers, uint64_t cookie) {
	for (size_t i = 0; i < markers->count; i++) {
		if (markers->cookies[i] == cookie) {
			markers->told++;
			return true;
		}
	}
	return false;
}

enum event { EVENT_NONE, EVENT_OURS, EVENT_OTHER };

/* The next event that is there. A lost one (ENOBUFS) is somebody else's. */
static enum event read_event(const struct destroyed_watch *watch, struct markers *markers) {
	_Alignas(struct nlmsghdr) unsigned char buffer[EVENT_SIZE];
	const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
	const ssize_t length =
	    recv(mnl_socket_get_fd(watch->socket), buffer, sizeof(buffer), MSG_DONTWAIT);
	if (length < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? EVENT_NONE : EVENT_OTHER;
	if ((size_t)length < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
		return EVENT_OTHER;
	const struct inet_diag_msg *body = NLMSG_DATA(message);
	const uint64_t cookie = (uint64_t)body->id.idiag_cookie[1] << 32 | body->id.idiag_cookie[0];
	return take_marker(markers, cookie) ? EVENT_OURS : EVENT_OTHER;
}

void destroyed_begin(struct destroyed_watch *watch) {
	struct markers none = { .count = 0 };
	while (read_event(watch, &none) != EVENT_NONE)
		;
}

/* Makes and ends a socket on the processor. */
static bool mark(size_t processor, struct markers *markers) {
	cpu_set_t only;
	socklen_t size = sizeof(uint64_t);
	CPU_ZERO(&only);
	CPU_SET(processor, &only);
	if (sched_setaffinity(0, sizeof(only), &only) != 0)
		return false;
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	const bool marked =
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &markers->cookies[markers->count], &size) == 0;
	markers->count += marked;
	close(fd);
	return marked;
}

/* On every processor that there is. */
static bool mark_all(const cpu_set_t *allowed, struct markers *markers) {
	bool marked = true;
	for (size_t i = 0; i < CPU_SETSIZE && marked; i++) {
		if (CPU_ISSET(i, allowed))
			marked = mark(i, markers);
	}
	return marked;
}

static bool mark_in(const struct netns *netns, const cpu_set_t *allowed, struct markers *markers) {
	if (netns_enter(netns) < 0)
		return false;
	const bool marked = mark_all(allowed, markers);
	netns_leave(netns);
	return marked;
}

/* True if nothing but our own markers is told of until all of them were. */
static bool only_ours(const struct destroyed_watch *watch, struct markers *markers) {
	struct pollfd waiting = { .fd = mnl_socket_get_fd(watch->socket), .events = POLLIN };
	while (markers->told < markers->count) {
		if (poll(&waiting, 1, WAIT_MS) <= 0 || read_event(watch, markers) == EVENT_OTHER)
			return false;
	}
	return read_event(watch, markers) == EVENT_NONE;
}

bool destroyed_none(struct destroyed_watch *watch, const struct netns *netns,
                    uint64_t patience_ns) {
	struct markers markers = { .count = 0 };
	cpu_set_t allowed;
	if (read_event(watch, &markers) != EVENT_NONE ||
	    sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return false;
	const int processors = CPU_COUNT(&allowed);
	if (processors != get_nprocs() || processors > MARKERS_MAX ||
	    (uint64_t)processors * MARKER_NS > patience_ns)
		return false;
	const bool marked = mark_in(netns, &allowed, &markers);
	sched_setaffinity(0, sizeof(allowed), &allowed);
	return marked && only_ours(watch, &markers);
}
