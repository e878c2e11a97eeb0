#pragma once
/* One netlink dump: send a request, hand over every message of the answer, say how it ended. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct nlmsghdr;

/* The kernel fills at most SKB_WITH_OVERHEAD(32 KiB) a time, and records are lost if a later
 * receive is smaller than an earlier one: every receive uses this size. Only a single record that
 * does not fit comes in a larger one; the values of BPF maps can be such. */
enum { NETLINK_RECEIVE_SIZE = 32 * 1024, NETLINK_RECEIVE_SIZE_OF_RECORDS = 4 * 1024 * 1024 };

/* What carries the messages: the kernel, or a test. */
struct netlink_transport {
	/* Bytes sent or -errno. */
	ssize_t (*send)(void *context, const void *message, size_t length);
	/* Bytes received from the kernel, 0 for a datagram to skip (not from the kernel), or
	 * -errno: -ETIMEDOUT after NETLINK_TIMEOUT_MS of silence, -EMSGSIZE for a cut datagram. */
	ssize_t (*receive)(void *context, void *buffer, size_t size);
	void *context;
	uint32_t port_id;    /* which messages are ours */
	size_t receive_size; /* of every receive */
};

/* Without an answer for this long a dump is given up. */
enum { NETLINK_TIMEOUT_MS = 5000 };

enum netlink_verdict {
	NETLINK_MORE,
	NETLINK_DONE,
	NETLINK_STOP, /* the caller of the dump wants no more */
};

/* False ends the dump early, which is no error. `message` lies in the receive buffer, its length
 * checked against it: nlmsg_len is between NLMSG_HDRLEN and what is left. */
typedef bool (*netlink_message_fn)(void *context, const struct nlmsghdr *message);

/* Messages one after another, each aligned to four bytes. */
struct netlink_messages {
	const unsigned char *bytes;
	size_t left;
};

/* The next one, whose length is between NLMSG_HDRLEN and what was left. NULL at the end, and `left`
 * is 0 then; it is not if what follows is no whole message. */
const struct nlmsghdr *netlink_next(struct netlink_messages *messages);

struct netlink_walk {
	uint32_t sequence;
	uint32_t port_id;
	netlink_message_fn deliver;
	void *context;
	bool interrupted; /* set: NLM_F_DUMP_INTR was seen */
	size_t delivered; /* messages handed over so far */
};

/* Walks one datagram. Returns enum netlink_verdict, or -errno: what NLMSG_ERROR or NLMSG_DONE
 * carry, -EBADMSG for a length that lies, -EOVERFLOW for NLMSG_OVERRUN. Pure but for deliver(). */
int netlink_walk_datagram(struct netlink_walk *walk, const void *bytes, size_t length);

/* Sends `request` (its nlmsg_seq is used) and receives to the end. 0 or -errno; -EINTR if the
 * kernel says that the dump was interrupted; -ENOBUFS if messages were lost. */
int netlink_dump(const struct netlink_transport *transport, const struct nlmsghdr *request,
                 netlink_message_fn deliver, void *context);

/* The same for a request that has one answer and no end. */
int netlink_get(const struct netlink_transport *transport, const struct nlmsghdr *request,
                netlink_message_fn deliver, void *context);

/* A NETLINK_SOCK_DIAG socket of the network namespace that the calling thread is in. It stays with
 * that namespace, and keeps it alive, until it is closed. The kernel fills the first datagram of
 * its next dump with `first_size` bytes at most, and every later one with NETLINK_RECEIVE_SIZE.
 * NULL with `error` set to the errno. */
struct netlink_socket;
struct netlink_socket *netlink_open(size_t first_size, int *error);
void netlink_close(struct netlink_socket *socket);
struct netlink_transport netlink_socket_transport(struct netlink_socket *socket);
