/* Preloaded: something goes wrong with receive number SHIM_RECEIVE_N from a netlink socket, or with
 * SHIM_RECEIVE_REST=1 with all from it on. SHIM_RECEIVE_FAULT says what:
 *
 *     error E      NLMSG_ERROR with errno E in place of the datagram
 *     done E       NLMSG_DONE with errno E in place of it
 *     overrun      NLMSG_OVERRUN in place of it
 *     interrupted  NLM_F_DUMP_INTR in every message of it
 *     fail E       the call fails with errno E, and the datagram stays
 *     truncated    MSG_TRUNC, and half of the datagram
 *     short        the last message is cut in two, without a word
 *     lost         the datagram is gone, and the call fails with ENOBUFS
 *
 * Every fault is noted in the file SHIM_RECEIVE_NOTE, so that the caller knows when N was more than
 * there are. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned long calls;

static bool is_netlink(int fd) {
	int domain = 0;
	socklen_t length = sizeof(domain);
	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_NETLINK;
}

static bool is_turn(void) {
	const char *number = getenv("SHIM_RECEIVE_N");
	const char *rest = getenv("SHIM_RECEIVE_REST");
	const unsigned long turn = number ? strtoul(number, NULL, 10) : 0;
	calls++;
	return turn > 0 && (calls == turn || (rest && rest[0] == '1' && calls > turn));
}

static void take_note(void) {
	const char *note = getenv("SHIM_RECEIVE_NOTE");
	const int fd = note ? open(note, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (fd < 0)
		return;
	const ssize_t ignored = write(fd, "x", 1);
	(void)ignored;
	close(fd);
}

static ssize_t call(int fd, struct msghdr *message, int flags) {
	ssize_t (*next)(int, struct msghdr *, int);
	*(void **)&next = dlsym(RTLD_NEXT, "recvmsg");
	return next(fd, message, flags);
}

/* In place of what was received, in answer to it. */
static ssize_t replace(struct msghdr *message, int type, int error) {
	struct nlmsghdr *first = message->msg_iov->iov_base;
	const int number = -error;
	first->nlmsg_type = (unsigned short)type;
	first->nlmsg_flags = NLM_F_MULTI;
	first->nlmsg_len = NLMSG_LENGTH(sizeof(number));
	memcpy(NLMSG_DATA(first), &number, sizeof(number));
	return (ssize_t)first->nlmsg_len;
}

static ssize_t interrupt(struct msghdr *message, ssize_t length) {
	char *at = message->msg_iov->iov_base;
	for (ssize_t left = length; left >= (ssize_t)NLMSG_HDRLEN;) {
		struct nlmsghdr *one = (void *)at;
		one->nlmsg_flags |= NLM_F_DUMP_INTR;
		at += NLMSG_ALIGN(one->nlmsg_len);
		left -= NLMSG_ALIGN(one->nlmsg_len);
	}
	return length;
}

static ssize_t spoil(const char *fault, int fd, struct msghdr *message, int flags) {
	char kind[32] = "";
	int error = 0;
	sscanf(fault, "%31s %d", kind, &error);
	if (strcmp(kind, "fail") == 0) {
		errno = error;
		return -1;
	}
	const ssize_t length = call(fd, message, flags);
	if (length <= 0)
		return length;
	if (strcmp(kind, "error") == 0)
		return replace(message, NLMSG_ERROR, error);
	if (strcmp(kind, "done") == 0)
		return replace(message, NLMSG_DONE, error);
	if (strcmp(kind, "overrun") == 0)
		return replace(message, NLMSG_OVERRUN, 0);
	if (strcmp(kind, "interrupted") == 0)
		return interrupt(message, length);
	if (strcmp(kind, "short") == 0)
		return length - 4;
	if (strcmp(kind, "lost") == 0) {
		errno = ENOBUFS;
		return -1;
	}
	message->msg_flags |= MSG_TRUNC;
	return length / 2;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
	const char *fault = getenv("SHIM_RECEIVE_FAULT");
	if (!fault || !is_netlink(fd) || !is_turn())
		return call(fd, message, flags);
	take_note();
	return spoil(fault, fd, message, flags);
}
