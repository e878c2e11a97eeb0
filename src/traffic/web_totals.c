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

enum { DRAIN_MAX = 1 << 20 };

/* tcp(7): MSG_TRUNC throws away. Behind the last byte the kernel tells of one more that can be read
 * if the peer's end of stream has come (TCP_INQ, Linux 4.18), and of none after a reset. */
static bool has_end_of_stream(int fd) {
	const int on = 1;
	char unused[1];
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec all = { unused, DRAIN_MAX };
	struct msghdr message = { .msg_iov = &all, .msg_iovlen = 1 };
	int left = 0;
	ssize_t got;
	setsockopt(fd, IPPROTO_TCP, TCP_INQ, &on, sizeof(on));
	for (int i = 0; i < 2; i++) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		got = recvmsg(fd, &message, MSG_TRUNC | MSG_DONTWAIT);
	}
	const struct cmsghdr *first = CMSG_FIRSTHDR(&message);
	if (got == 0 && first && first->cmsg_type == TCP_CM_INQ)
		memcpy(&left, CMSG_DATA(first), sizeof(left));
	return left == 1;
}

struct web_totals web_totals_of(int fd) {
	enum { CLOSED = 7 };
	struct tcp_counters counters = { 0 };
	socklen_t size = sizeof(counters);
	const bool ended = has_end_of_stream(fd);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &counters, &size) != 0)
		return (struct web_totals){ 0 };
	return (struct web_totals){
		.in = counters.bytes_received - (ended && counters.bytes_received > 0),
		.out = counters.bytes_sent - counters.bytes_retrans + counters.notsent_bytes,
		.error = !ended && counters.state == CLOSED ? ECONNRESET : 0,
	};
}
