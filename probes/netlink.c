/* The netlink transport. libmnl opens and sends; the frame check and the handling of control
 * messages are ours, because libmnl 1.0.4 reads past a message of 2^31 bytes or more and ignores
 * the error inside NLMSG_DONE. */

#include "netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util.h"

struct netlink_socket {
	struct mnl_socket *mnl;
};

/* The errno at the start of NLMSG_ERROR and NLMSG_DONE; the kernel sends it negative. */
static int carried_error(const struct nlmsghdr *message, int if_missing) {
	int32_t error;
	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(error))
		return if_missing;
	memcpy(&error, NLMSG_DATA(message), sizeof(error));
	return error > 0 || error < -4095 ? -EBADMSG : error;
}

static int walk_message(struct netlink_walk *walk, const struct nlmsghdr *message) {
	if (message->nlmsg_seq != walk->sequence || message->nlmsg_pid != walk->port_id)
		return NETLINK_MORE; /* left over from an earlier request */
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		walk->interrupted = true;
	int error = 0;
	switch (message->nlmsg_type) {
	case NLMSG_NOOP:
		return NETLINK_MORE;
	case NLMSG_OVERRUN:
		return -EOVERFLOW;
	case NLMSG_ERROR:
		error = carried_error(message, -EBADMSG);
		return error ? error : NETLINK_DONE;
	case NLMSG_DONE:
		error = carried_error(message, 0);
		return error ? error : NETLINK_DONE;
	default:
		walk->delivered++;
		return walk->deliver(walk->context, message) ? NETLINK_MORE : NETLINK_STOP;
	}
}

const struct nlmsghdr *netlink_next(struct netlink_messages *messages) {
	const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)messages->bytes;
	if (messages->left < NLMSG_HDRLEN || message->nlmsg_len < NLMSG_HDRLEN ||
	    message->nlmsg_len > messages->left)
		return NULL;
	const size_t padded = NLMSG_ALIGN((size_t)message->nlmsg_len);
	const size_t step = padded < messages->left ? padded : messages->left;
	messages->bytes += step;
	messages->left -= step;
	return message;
}

int netlink_walk_datagram(struct netlink_walk *walk, const void *bytes, size_t length) {
	struct netlink_messages messages = { bytes, length };
	const struct nlmsghdr *message;
	while ((message = netlink_next(&messages)) != NULL) {
		const int verdict = walk_message(walk, message);
		if (verdict != NETLINK_MORE)
			return verdict;
	}
	return messages.left == 0 ? NETLINK_MORE : -EBADMSG;
}

/* How far an answer goes. */
enum extent { ONE_ANSWER, TO_THE_END };

/* Lost messages do not end a dump, so the rest is still taken; but the loss is told. */
static int receive_all(const struct netlink_transport *transport, struct netlink_walk *walk,
                       enum extent extent, void *buffer) {
	int lost = 0;
	for (;;) {
		const ssize_t length =
		    transport->receive(transport->context, buffer, transport->receive_size);
		if (length == -EINTR)
			continue;
		if (length == -ENOBUFS && !lost) {
			lost = -ENOBUFS;
			continue;
		}
		if (length == -ETIMEDOUT && lost)
			return lost; /* the end was among what is lost */
		if (length < 0)
			return (int)length;
		const int verdict = netlink_walk_datagram(walk, buffer, (size_t)length);
		if (verdict < 0)
			return verdict;
		if (verdict == NETLINK_STOP || (extent == ONE_ANSWER && walk->delivered > 0))
			return 0;
		if (verdict == NETLINK_DONE)
			return lost ? lost : walk->interrupted ? -EINTR : 0;
	}
}

static int ask(const struct netlink_transport *transport, const struct nlmsghdr *request,
               enum extent extent, netlink_message_fn deliver, void *context) {
	ssize_t sent;
	do
		sent = transport->send(transport->context, request, request->nlmsg_len);
	while (sent == -EINTR);
	if (sent < 0)
		return (int)sent;
	struct netlink_walk walk = {
		.sequence = request->nlmsg_seq,
		.port_id = transport->port_id,
		.deliver = deliver,
		.context = context,
	};
	void *buffer = xmalloc(transport->receive_size);
	const int result = receive_all(transport, &walk, extent, buffer);
	free(buffer);
	return result;
}

int netlink_dump(const struct netlink_transport *transport, const struct nlmsghdr *request,
                 netlink_message_fn deliver, void *context) {
	return ask(transport, request, TO_THE_END, deliver, context);
}

int netlink_get(const struct netlink_transport *transport, const struct nlmsghdr *request,
                netlink_message_fn deliver, void *context) {
	return ask(transport, request, ONE_ANSWER, deliver, context);
}

void netlink_close(struct netlink_socket *socket) {
	if (socket && socket->mnl)
		mnl_socket_close(socket->mnl);
	free(socket);
}

static ssize_t socket_send(void *context, const void *message, size_t length) {
	const struct netlink_socket *socket = context;
	const ssize_t sent = mnl_socket_sendto(socket->mnl, message, length);
	return sent < 0 ? -errno : sent;
}

/* A poll() before each receive would cost a system call more for nothing: the kernel fills the
 * queue while it handles the request, so it is tried first without waiting. */
static ssize_t receive_in_time(int fd, struct msghdr *message) {
	ssize_t length = recvmsg(fd, message, MSG_DONTWAIT);
	if (length >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		return length < 0 ? -errno : length;
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	const int ready = poll(&waiting, 1, NETLINK_TIMEOUT_MS);
	if (ready == 0)
		return -ETIMEDOUT;
	if (ready > 0)
		length = recvmsg(fd, message, MSG_DONTWAIT);
	return length < 0 ? -errno : length;
}

static ssize_t socket_receive(void *context, void *buffer, size_t size) {
	const struct netlink_socket *socket = context;
	struct sockaddr_nl sender = { 0 };
	struct iovec vector = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_name = &sender,
		.msg_namelen = sizeof(sender),
		.msg_iov = &vector,
		.msg_iovlen = 1,
	};
	const ssize_t length = receive_in_time(mnl_socket_get_fd(socket->mnl), &message);
	if (length < 0)
		return length;
	if (message.msg_namelen != sizeof(sender) || sender.nl_pid != 0)
		return 0;
	return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : length;
}

struct netlink_transport netlink_socket_transport(struct netlink_socket *socket) {
	return (struct netlink_transport){
		.send = socket_send,
		.receive = socket_receive,
		.context = socket,
		.port_id = mnl_socket_get_portid(socket->mnl),
		.receive_size = NETLINK_RECEIVE_SIZE,
	};
}

/* What the kernel allocates for a datagram follows the largest receive so far that succeeded. So
 * one is made succeed: a message that asks for nothing but an acknowledgement. */
static void prime(struct netlink_socket *socket, size_t size) {
	struct nlmsghdr nothing = {
		.nlmsg_len = sizeof(nothing),
		.nlmsg_type = NLMSG_NOOP,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	void *answer = xmalloc(size);
	if (socket_send(socket, &nothing, sizeof(nothing)) >= 0)
		socket_receive(socket, answer, size);
	free(answer);
}

struct netlink_socket *netlink_open(size_t first_size, int *error) {
	struct netlink_socket *opened = xcalloc(1, sizeof(*opened));
	opened->mnl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (opened->mnl && mnl_socket_bind(opened->mnl, 0, MNL_SOCKET_AUTOPID) == 0) {
		prime(opened, first_size);
		return opened;
	}
	*error = errno;
	netlink_close(opened);
	return NULL;
}
