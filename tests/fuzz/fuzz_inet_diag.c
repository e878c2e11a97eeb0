/* Datagrams of any content: the walk, and the decoding of every message it hands over. The first
 * byte chooses the protocol; a recording of tests/data is a datagram without it, so both the whole
 * input and the input behind its first byte are walked. */

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "inet_diag.h"
#include "netlink.h"
#include "tcp_info.h"
#include "util.h"

struct receiver {
	const unsigned char *bytes; /* the datagram */
	size_t length;
	enum sock_protocol protocol;
	struct arena *arena;
	uint64_t sum;
};

/* Reads what a sanitizer should then know to be initialised and ours. */
static void touch(struct receiver *receiver, const void *bytes, size_t length) {
	for (size_t i = 0; i < length; i++)
		receiver->sum += ((const unsigned char *)bytes)[i];
}

static void check_parts(struct receiver *receiver, const struct sock *sock) {
	assert(!sock->tcp || sock->protocol == SOCK_PROTOCOL_TCP);
	assert(!sock->mptcp || sock->protocol == SOCK_PROTOCOL_MPTCP);
	assert(sock->tcp_length <= sizeof(struct tcp_counters));
	assert(sock->mptcp_length <= sizeof(struct mptcp_counters));
	if (sock->tcp)
		touch(receiver, sock->tcp, sizeof(*sock->tcp));
	if (sock->mptcp) {
		assert(sock->mptcp->token == 0);
		touch(receiver, sock->mptcp, sizeof(*sock->mptcp));
	}
	if (sock->memory) {
		assert(sock->memory->length <= offsetof(struct sock_memory, length));
		touch(receiver, sock->memory, sizeof(*sock->memory));
	}
	if (sock->algorithm) {
		assert(strlen(sock->algorithm) == sock->algorithm_length);
		touch(receiver, sock->algorithm, sock->algorithm_length);
	}
	if (sock->ulp && sock->ulp->name)
		assert(strlen(sock->ulp->name) == sock->ulp->name_length);
	if (sock->congestion) {
		assert(sock->congestion->kind > CONGESTION_NONE);
		assert(sock->congestion->kind <= CONGESTION_BBR);
	}
}

static void check(struct receiver *receiver, const struct sock *sock) {
	assert(sock->state > 0 && sock->state < SOCK_STATE_COUNT);
	assert(sock->family < SOCK_FAMILY_COUNT);
	assert(sock->protocol == receiver->protocol);
	assert(sock->source == SOCK_SOURCE_DIAG);
	assert(sock->timer < SOCK_TIMER_COUNT);
	assert(!(sock->known & SOCK_KNOWS_COOKIE) ||
	       (sock->cookie != 0 && sock->cookie != UINT64_MAX));
	assert(!(sock->known & SOCK_KNOWS_INODE) == (sock->inode == 0));
	assert(!(sock->known & SOCK_KNOWS_INODE) || sock->known & SOCK_KNOWS_UID);
	assert(!(sock->known & SOCK_KNOWS_INTERFACE) == (sock->ifindex == 0));
	for (size_t i = 4; i < 16 && sock->family == SOCK_FAMILY_INET; i++)
		assert(sock->local.address[i] == 0 && sock->peer.address[i] == 0);
	check_parts(receiver, sock);
}

static bool receive(void *context, const struct nlmsghdr *message) {
	struct receiver *receiver = context;
	struct sock sock = { 0 };
	const size_t offset = (size_t)((const unsigned char *)message - receiver->bytes);
	assert(offset % NLMSG_ALIGNTO == 0 && offset < receiver->length);
	assert(message->nlmsg_len >= sizeof(*message));
	assert(message->nlmsg_len <= receiver->length - offset);
	const int result = inet_parse(message, receiver->protocol, receiver->arena, &sock);
	assert(result == 0 || result == -EBADMSG);
	if (result == 0)
		check(receiver, &sock);
	return true;
}

static void walk(const uint8_t *bytes, size_t length, enum sock_protocol protocol) {
	struct nlmsghdr first = { 0 };
	/* Aligned as a receive buffer is, and of exactly that size. */
	unsigned char *copy = xmalloc(length);
	memcpy(copy, bytes, length);
	memcpy(&first, copy, length < sizeof(first) ? length : sizeof(first));
	static struct arena arena; /* a new one for each input would be most of the work */
	struct receiver receiver = {
		.bytes = copy,
		.length = length,
		.protocol = protocol,
		.arena = &arena,
	};
	arena_reset(&arena);
	struct netlink_walk state = {
		.sequence = first.nlmsg_seq,
		.port_id = first.nlmsg_pid,
		.deliver = receive,
		.context = &receiver,
	};
	const int verdict = netlink_walk_datagram(&state, copy, length);
	assert(verdict == NETLINK_MORE || verdict == NETLINK_DONE ||
	       (verdict < 0 && verdict >= -4095));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size == 0)
		return 0;
	walk(data, size, SOCK_PROTOCOL_TCP);
	walk(data + 1, size - 1, (enum sock_protocol)(data[0] % SOCK_PROTOCOL_COUNT));
	return 0;
}
