#include "lab_tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "address.h"
#include "holder.h"
#include "lab_made.h"
#include "util.h"

enum {
	WAIT_SECONDS = 5, /* for what loopback does at once, unless a firewall is in the way */
	SMALL_RECEIVE = 4096,
	SMALL_SEND = 16384,
	FILL_PAUSE_MS = 20,
	FILL_ROUNDS_MAX = 100,
	KNOCKS_MAX = 127, /* the kernel's MAX_TCP_SYNCNT */
};

static struct address loopback(uint16_t port) {
	struct address address = { 0 };
	address_parse("127.0.0.1", port, &address);
	return address;
}

bool lab_set(struct lab_made *made, int fd, int level, int option, int value) {
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0 ||
	       lab_fail(made, "setsockopt");
}

static bool fail_to_bind(struct lab_made *made, const struct address *address, int type) {
	const int error = errno;
	const struct address_text text = address_text(address);
	const char *kind = type == SOCK_DGRAM ? "udp" : "tcp";
	free(made->reason);
	made->outcome = LAB_FAILED;
	made->reason = error == EADDRINUSE ? holder_explain(kind, address, type) : NULL;
	if (!made->reason)
		made->reason = xasprintf("%s %s: %s", kind, text.text, strerror(error));
	return false;
}

bool lab_bind(struct lab_made *made, int fd, int type) {
	const struct address address = loopback(made->server);
	if (bind(fd, &address.any, address.length) != 0)
		return fail_to_bind(made, &address, type);
	const struct address bound = address_of(fd);
	made->server = address_port(&bound);
	return true;
}

static bool open_tcp(struct lab_made *made, int protocol, enum lab_buffers buffers, int *fd) {
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	if (!lab_keep(made, *fd))
		return false;
	return buffers == LAB_BUFFERS_USUAL ||
	       (lab_set(made, *fd, SOL_SOCKET, SO_RCVBUF, SMALL_RECEIVE) &&
	        lab_set(made, *fd, SOL_SOCKET, SO_SNDBUF, SMALL_SEND));
}

/* So that connect() and accept() end even if packets get lost. */
static bool set_patience(struct lab_made *made, int fd) {
	const struct timeval patience = { .tv_sec = WAIT_SECONDS };
	return (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0) ||
	       lab_fail(made, "setsockopt");
}

bool lab_listen(struct lab_made *made, int backlog, int protocol, enum lab_buffers buffers,
                int *fd) {
	if (!open_tcp(made, protocol, buffers, fd) || !set_patience(made, *fd) ||
	    !lab_set(made, *fd, SOL_SOCKET, SO_REUSEADDR, 1) || !lab_bind(made, *fd, SOCK_STREAM))
		return false;
	const struct address address = loopback(made->server);
	return listen(*fd, backlog) == 0 || fail_to_bind(made, &address, SOCK_STREAM);
}

/* EINPROGRESS: our patience has ended. */
static bool fail_to_connect(struct lab_made *made) {
	const bool silent = errno == EINPROGRESS;
	lab_fail(made, "connect");
	if (silent) {
		free(made->reason);
		made->reason =
		    xasprintf("%s", _("127.0.0.1 does not answer; is the loopback device up?"));
	}
	return false;
}

bool lab_connect(struct lab_made *made, int protocol, enum lab_buffers buffers, int *fd) {
	const struct address address = loopback(made->server);
	if (!open_tcp(made, protocol, buffers, fd) || !set_patience(made, *fd))
		return false;
	if (connect(*fd, &address.any, address.length) != 0)
		return fail_to_connect(made);
	const struct address own = address_of(*fd);
	made->client = address_port(&own);
	return true;
}

bool lab_accept(struct lab_made *made, int listener, int *fd) {
	*fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return *fd < 0 ? lab_fail(made, "accept") : lab_keep(made, *fd);
}

bool lab_pair(struct lab_made *made, int protocol, enum lab_buffers buffers,
              struct lab_pair *pair) {
	return lab_listen(made, 5, protocol, buffers, &pair->listener) &&
	       lab_connect(made, protocol, buffers, &pair->client) &&
	       lab_accept(made, pair->listener, &pair->accepted) &&
	       (buffers == LAB_BUFFERS_USUAL ||
	        lab_set(made, pair->accepted, SOL_SOCKET, SO_SNDBUF, SMALL_SEND));
}

bool lab_knock(struct lab_made *made) {
	const struct address address = loopback(made->server);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!lab_keep(made, fd) || !lab_set(made, fd, IPPROTO_TCP, TCP_SYNCNT, KNOCKS_MAX))
		return false;
	return connect(fd, &address.any, address.length) == 0 || errno == EINPROGRESS ||
	       lab_fail(made, "connect");
}

/* What was sent before may still be on its way into the peer's buffer, so one refusal is not
 * enough. */
bool lab_fill(struct lab_made *made, int fd) {
	static const char bytes[4096];
	unsigned refused = 0;
	for (int round = 0; refused < 3; round++) {
		bool sent = false;
		while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
			sent = true;
		if (errno != EAGAIN)
			return lab_fail(made, "send");
		if (round == FILL_ROUNDS_MAX) {
			errno = ETIMEDOUT;
			return lab_fail(made, "send");
		}
		refused = sent ? 0 : refused + 1;
		poll(NULL, 0, FILL_PAUSE_MS);
	}
	return true;
}

bool lab_shut(struct lab_made *made, int fd) {
	return shutdown(fd, SHUT_WR) == 0 || lab_fail(made, "shutdown");
}
