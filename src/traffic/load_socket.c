#include "load_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

enum {
	/* What one address is used for. The kernel has 28232 ports by default, and tries those of
	 * every second number first: as soon as they are taken it searches long. */
	PORTS_MAX = 12000,
	HOSTS = 200,
	TRIES_MAX = 3, /* somebody else may use many, too */
};

static bool is_tcp(const struct load_plan *plan, const struct address *target) {
	return plan->type == SOCK_STREAM && target->any.sa_family != AF_UNIX;
}

/* Only who has a name gets answers; the kernel gives one. */
static int take_name(int fd) {
	const sa_family_t family = AF_UNIX;
	return bind(fd, (const struct sockaddr *)&family, sizeof(family));
}

void load_socket_tune(int fd, const struct load_plan *plan, const struct address *target) {
	const int on = 1;
	if (is_tcp(plan, target))
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int load_socket_open(const struct load_plan *plan, const struct address *target) {
	const int family = target->any.sa_family;
	const int fd = socket(family, plan->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	load_socket_tune(fd, plan, target);
	if (family == AF_UNIX && plan->type == SOCK_DGRAM && take_name(fd) != 0) {
		const int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

static bool is_loopback(const struct address *target) {
	return target->any.sa_family == AF_INET &&
	       ntohl(target->in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* The port is chosen by connect() then, so that it need only differ among connections to one peer.
 * Where there is no such address the kernel chooses that too. */
static void come_from(int fd, unsigned host) {
	const int on = 1;
	const struct sockaddr_in source = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host),
	};
	if (host == 0)
		return;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	(void)bind(fd, (const struct sockaddr *)&source, sizeof(source));
}

/* 0 or -errno. */
static int connect_from(int fd, const struct address *target, unsigned host) {
	come_from(fd, host);
	int result;
	do
		result = connect(fd, &target->any, target->length);
	while (result != 0 && errno == EINTR);
	return result == 0 ? 0 : -errno;
}

int load_socket_connect(int fd, const struct address *target, struct load_sources *sources) {
	if (!is_loopback(target))
		return connect_from(fd, target, 0);
	if (++sources->used % PORTS_MAX == 0)
		sources->host = (sources->host + 1) % HOSTS;
	int result = connect_from(fd, target, sources->host);
	for (int i = 0; result == -EADDRNOTAVAIL && i < TRIES_MAX; i++) {
		sources->host = (sources->host + 1) % HOSTS;
		result = connect_from(fd, target, sources->host);
	}
	return result;
}

void load_socket_close(const struct load_plan *plan, int fd) {
	const struct linger at_once = { .l_onoff = 1 };
	if (plan->reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}
