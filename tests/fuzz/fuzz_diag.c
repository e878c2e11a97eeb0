/* Messages of any content for the handlers beside inet_diag, and lines of any content for the files
 * of /proc/net that stand in for them. The first byte chooses which. */

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "diag.h"
#include "proc_family.h"
#include "util.h"

/* Reads what a sanitizer should then know to be initialised and ours. */
static uint64_t sum(const void *bytes, size_t length) {
	uint64_t total = 0;
	for (size_t i = 0; i < length; i++)
		total += ((const unsigned char *)bytes)[i];
	return total;
}

static uint64_t check_unix(const struct sock_unix *un) {
	uint64_t total = sum(un, sizeof(*un));
	assert(!un->name.bytes == (un->name.length == 0));
	assert(!un->name.is_abstract || un->name.bytes[0] == '@');
	if (un->name.bytes)
		total += sum(un->name.bytes, un->name.length);
	return total + (un->pending ? strlen(un->pending) : 0);
}

static uint64_t check_texts(const struct sock *sock) {
	switch ((enum sock_family)sock->family) {
	case SOCK_FAMILY_UNIX:
		return check_unix(sock->un);
	case SOCK_FAMILY_PACKET:
		return (sock->packet->memberships ? strlen(sock->packet->memberships) : 0) +
		       (sock->packet->filter ? strlen(sock->packet->filter) : 0);
	case SOCK_FAMILY_NETLINK:
		return sock->netlink->groups ? strlen(sock->netlink->groups) : 0;
	case SOCK_FAMILY_XDP:
		return sum(sock->xdp, sizeof(*sock->xdp));
	case SOCK_FAMILY_INET:
	case SOCK_FAMILY_INET6:
	case SOCK_FAMILY_VSOCK:
	case SOCK_FAMILY_COUNT:
		break;
	}
	return 0;
}

static void check(const struct sock *sock, enum sock_probe probe) {
	uint64_t total = check_texts(sock);
	assert(sock->state > 0 && sock->state < SOCK_STATE_COUNT);
	assert(sock->family < SOCK_FAMILY_COUNT);
	assert(sock_probe_of((enum sock_protocol)sock->protocol) == probe);
	assert(!(sock->known & SOCK_KNOWS_INODE) == (sock->inode == 0));
	assert(!(sock->known & SOCK_KNOWS_INTERFACE) == (sock->ifindex == 0));
	if (sock->memory)
		total += sum(sock->memory, sizeof(*sock->memory));
	assert(total < UINT32_MAX); /* so that nothing of it is optimised away */
}

/* Of exactly that size, so that a sanitizer sees what reads beyond it. */
static void parse_message(const uint8_t *bytes, size_t length, enum sock_probe probe) {
	struct arena arena = { 0 };
	struct sock sock = { 0 };
	struct nlmsghdr *message = xcalloc(1, NLMSG_HDRLEN + length);
	message->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + length);
	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	memcpy(NLMSG_DATA(message), bytes, length);
	const int result = diag_class_of(probe)->parse(message, &arena, &sock);
	assert(result == 0 || result == -EBADMSG);
	if (result == 0)
		check(&sock, probe);
	arena_finish(&arena);
	free(message);
}

static void parse_line(const uint8_t *bytes, size_t length, enum sock_probe probe, size_t index) {
	struct arena arena = { 0 };
	struct sock sock = { 0 };
	char *line = xmalloc(length);
	memcpy(line, bytes, length);
	const int result = proc_family_parse(line, length, probe, index, &arena, &sock);
	assert(result == 0 || result == -EBADMSG);
	if (result == 0)
		check(&sock, probe);
	arena_finish(&arena);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size == 0)
		return 0;
	const enum sock_probe probe = (enum sock_probe)(data[0] % SOCK_PROBE_COUNT);
	if (diag_class_of(probe))
		parse_message(data + 1, size - 1, probe);
	for (size_t i = 0; i < PROC_FAMILY_FILES_MAX && proc_family_file(probe, i); i++)
		parse_line(data + 1, size - 1, probe, i);
	return 0;
}
