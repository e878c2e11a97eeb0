#include "datagram.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "loop.h"
#include "report.h"
#include "util.h"

enum { ROUND_MAX = 64 }; /* datagrams in a row, so that others have their turn */

struct datagram {
	struct loop_watch watch; /* first, so that a watch is one */
	struct loop *loop;
	struct report *report;
	const struct service *service;
	char *buffer;
	void (*answered)(void *context);
	void *context;
};

/* Room for what tells which of our addresses a datagram was sent to (ip(7), ipv6(7)). */
union control {
	struct cmsghdr header;
	char v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* An answer comes from the address that was asked, by whatever way the kernel chooses: else a
 * connected client would not take it. */
static void keep_address(struct msghdr *message) {
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	if (!control || control->cmsg_level != IPPROTO_IP || control->cmsg_type != IP_PKTINFO)
		return;
	struct in_pktinfo info;
	memcpy(&info, CMSG_DATA(control), sizeof(info));
	info.ipi_ifindex = 0;
	memcpy(CMSG_DATA(control), &info, sizeof(info));
}

static void report_problem(const struct datagram *datagram, const struct address *peer,
                           const char *what, int error) {
	report_event(datagram->report, &(struct event){
					   .kind = EVENT_FAILED,
					   .service = service_name(datagram->service->kind),
					   .address = peer,
					   .text = what,
					   .error = error,
				       });
}

/* What would not come back whole is no echo. */
static void report_cut(const struct datagram *datagram, const struct address *peer, size_t length) {
	char *what = xasprintf(_("a datagram of %zu bytes is too long to take, from"), length);
	report_problem(datagram, peer, what, EMSGSIZE);
	free(what);
}

/* A sender without a name can have no answer. */
static void answer(const struct datagram *datagram, struct msghdr *message,
                   const struct address *peer) {
	const struct service *service = datagram->service;
	struct iovec *part = message->msg_iov;
	if (service->answer == SERVICE_DISCARD || message->msg_namelen <= sizeof(sa_family_t))
		return;
	if (service->answer == SERVICE_REPLY)
		*part = (struct iovec){ (char *)service->reply, strlen(service->reply) };
	keep_address(message);
	const ssize_t sent = sendmsg(datagram->watch.fd, message, MSG_NOSIGNAL);
	if (sent < 0)
		report_problem(datagram, peer, _("cannot answer"), errno);
	else
		report_count(datagram->report, 0, (uint64_t)sent);
}

/* False if there is no more for now. */
static bool take_one(const struct datagram *datagram) {
	struct address peer = { .length = sizeof(peer.storage) };
	union control control;
	struct iovec part = { datagram->buffer, DATAGRAM_MAX };
	struct msghdr message = {
		.msg_name = &peer.storage,
		.msg_namelen = peer.length,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	if (datagram->service->kind == SERVICE_UDP) { /* elsewhere it could bring descriptors */
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	const ssize_t length = recvmsg(datagram->watch.fd, &message, MSG_TRUNC);
	if (length < 0) /* also what an earlier answer met on its way (ICMP) */
		return errno != EAGAIN;
	peer.length = message.msg_namelen;
	if (peer.length == 0) { /* of a stream the kernel tells at least the family (unix(7)) */
		peer.any.sa_family = AF_UNIX;
		peer.length = sizeof(sa_family_t);
	}
	if (message.msg_flags & MSG_TRUNC) {
		report_cut(datagram, &peer, (size_t)length);
		return true;
	}
	part.iov_len = (size_t)length;
	report_event(datagram->report, &(struct event){
					   .kind = EVENT_RECEIVED,
					   .service = service_name(datagram->service->kind),
					   .address = &peer,
					   .bytes = datagram->buffer,
					   .length = (size_t)length,
				       });
	report_count(datagram->report, (uint64_t)length, 0);
	answer(datagram, &message, &peer);
	datagram->answered(datagram->context);
	return !datagram->service->once;
}

static void ready(struct loop_watch *watch, uint32_t events) {
	const struct datagram *datagram = (struct datagram *)watch;
	(void)events;
	for (int i = 0; i < ROUND_MAX && take_one(datagram); i++)
		;
}

struct datagram *datagram_open(struct loop *loop, struct report *report,
                               const struct service *service, int fd, char *buffer,
                               void (*answered)(void *context), void *context) {
	struct datagram *datagram = xmalloc(sizeof(*datagram));
	const int on = 1;
	*datagram = (struct datagram){
		.watch = { fd, ready },
		.loop = loop,
		.report = report,
		.service = service,
		.answered = answered,
		.context = context,
	};
	datagram->buffer = buffer;
	if (service->kind == SERVICE_UDP) { /* one of them fits the socket */
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	}
	const int result = loop_add(loop, &datagram->watch, EPOLLIN);
	if (result == 0)
		return datagram;
	free(datagram);
	errno = -result;
	return NULL;
}

void datagram_close(struct datagram *datagram) {
	if (!datagram)
		return;
	loop_remove(datagram->loop, &datagram->watch);
	free(datagram);
}
