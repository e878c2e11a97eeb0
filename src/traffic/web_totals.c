/* The library neither counts bytes nor tells how a connection ended, and it ends its own side
 * before it says that there is an end. What the kernel still knows is enough. */

#include "web_totals.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "tcp_info.h"

enum { DRAIN_ROUNDS = 64 }; /* at the most, of a peer that goes on */

/* Behind the last byte the kernel tells of one more that can be read if the peer's end of stream
 * has come (TCP_INQ, Linux 4.18), and of none after a reset. */
static bool has_end_of_stream(int fd, void *buffer, size_t size) {
	const int on = 1;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec whole = { buffer, size };
	struct msghdr message = { .msg_iov = &whole, .msg_iovlen = 1 };
	int left = 0;
	ssize_t got = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_INQ, &on, sizeof(on));
	for (int i = 0; i < DRAIN_ROUNDS && got > 0; i++) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		got = recvmsg(fd, &message, MSG_DONTWAIT);
	}
	const struct cmsghdr *first = got == 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (first && first->cmsg_type == TCP_CM_INQ)
		memcpy(&left, CMSG_DATA(first), sizeof(left));
	return left == 1;
}

struct web_totals web_totals_of(int fd, void *buffer, size_t size) {
	struct tcp_counters counters = { 0 };
	socklen_t length = sizeof(counters);
	const bool ended = has_end_of_stream(fd, buffer, size);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &counters, &length) != 0)
		return (struct web_totals){ 0 };
	return (struct web_totals){
		.in = counters.bytes_received - (ended && counters.bytes_received > 0),
		.out = counters.bytes_sent - counters.bytes_retrans + counters.notsent_bytes,
		.error = !ended && counters.state == TCP_CLOSE ? ECONNRESET : 0,
	};
}
