/* SCTP's attributes and states. */

#include "sctp.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "sctp_info.h"
#include "util.h"

/* The part is shared by attributes that come one after another. */
static struct sock_sctp *part_of(struct sock *sock, struct arena *arena) {
	if (!sock->sctp) {
		sock->sctp = arena_alloc(arena, sizeof(*sock->sctp));
		*sock->sctp = (struct sock_sctp){ 0 };
	}
	return sock->sctp;
}

static char *put_address(char *to, const struct sockaddr_storage *address) {
	const struct sockaddr_in *inet = (const void *)address;
	const struct sockaddr_in6 *inet6 = (const void *)address;
	const void *bytes = NULL;
	if (address->ss_family == AF_INET)
		bytes = &inet->sin_addr;
	else if (address->ss_family == AF_INET6)
		bytes = &inet6->sin6_addr;
	if (!bytes || !inet_ntop(address->ss_family, bytes, to, INET6_ADDRSTRLEN))
		return stpcpy(to, "?");
	return to + strlen(to);
}

/* An array of struct sockaddr_storage. */
static const char *read_addresses(struct payload payload, struct arena *arena) {
	const size_t count = payload.length / sizeof(struct sockaddr_storage);
	char *text = arena_alloc(arena, count * (INET6_ADDRSTRLEN + 1) + 1);
	char *to = text;
	for (size_t i = 0; i < count; i++) {
		struct sockaddr_storage address;
		memcpy(&address, (const char *)payload.bytes + i * sizeof(address),
		       sizeof(address));
		if (i > 0)
			*to++ = ',';
		to = put_address(to, &address);
	}
	*to = '\0';
	return text;
}

bool sctp_read_attribute(unsigned type, struct payload payload, struct arena *arena,
                         struct sock *sock) {
	struct sock_sctp *part;
	switch (type) {
	case INET_DIAG_INFO:
		part = part_of(sock, arena);
		part->length =
		    (uint32_t)payload_read_grown(payload, &part->counters, sizeof(part->counters));
		return true;
	case INET_DIAG_LOCALS:
		part_of(sock, arena)->locals = read_addresses(payload, arena);
		return true;
	case INET_DIAG_PEERS:
		part_of(sock, arena)->peers = read_addresses(payload, arena);
		return true;
	default:
		return false;
	}
}

bool sctp_set_state(struct sock *sock) {
	/* enum sctp_state of include/net/sctp/constants.h */
	static const uint8_t states[] = {
		SOCK_STATE_CLOSE,
		SOCK_STATE_COOKIE_WAIT,
		SOCK_STATE_COOKIE_ECHOED,
		SOCK_STATE_ESTABLISHED,
		SOCK_STATE_SHUTDOWN_PENDING,
		SOCK_STATE_SHUTDOWN_SENT,
		SOCK_STATE_SHUTDOWN_RECEIVED,
		SOCK_STATE_SHUTDOWN_ACK_SENT,
	};
	if (!sock->sctp || !sock->sctp->peers)
		return sock->state > 0 && sock->state <= SOCK_STATE_CLOSING;
	if (sock->state >= ARRAY_LENGTH(states))
		return false;
	sock->state = states[sock->state];
	return true;
}
