/* The names of what a socket can be, and the few questions whose answer needs several members. */

#include "sock.h"

#include <string.h>

#include "util.h"

static const char *const protocol_names[] = {
	[SOCK_PROTOCOL_TCP] = "tcp",         [SOCK_PROTOCOL_UDP] = "udp",
	[SOCK_PROTOCOL_UDPLITE] = "udplite", [SOCK_PROTOCOL_RAW] = "raw",
	[SOCK_PROTOCOL_MPTCP] = "mptcp",
};
_Static_assert(ARRAY_LENGTH(protocol_names) == SOCK_PROTOCOL_COUNT, "a name for each");

static const char *const family_names[] = {
	[SOCK_FAMILY_INET] = "inet",
	[SOCK_FAMILY_INET6] = "inet6",
};
_Static_assert(ARRAY_LENGTH(family_names) == SOCK_FAMILY_COUNT, "a name for each");

static const char *const state_names[] = {
	[SOCK_STATE_ESTABLISHED] = "ESTAB",    [SOCK_STATE_SYN_SENT] = "SYN-SENT",
	[SOCK_STATE_SYN_RECV] = "SYN-RECV",    [SOCK_STATE_FIN_WAIT1] = "FIN-WAIT-1",
	[SOCK_STATE_FIN_WAIT2] = "FIN-WAIT-2", [SOCK_STATE_TIME_WAIT] = "TIME-WAIT",
	[SOCK_STATE_CLOSE] = "UNCONN",         [SOCK_STATE_CLOSE_WAIT] = "CLOSE-WAIT",
	[SOCK_STATE_LAST_ACK] = "LAST-ACK",    [SOCK_STATE_LISTEN] = "LISTEN",
	[SOCK_STATE_CLOSING] = "CLOSING",
};
_Static_assert(ARRAY_LENGTH(state_names) == SOCK_STATE_COUNT, "a name for each");

static const char *const timer_names[] = {
	[SOCK_TIMER_NONE] = "none",           [SOCK_TIMER_ON] = "on",
	[SOCK_TIMER_KEEPALIVE] = "keepalive", [SOCK_TIMER_TIMEWAIT] = "timewait",
	[SOCK_TIMER_PERSIST] = "persist",     [SOCK_TIMER_DELAYED_ACK] = "delack",
};
_Static_assert(ARRAY_LENGTH(timer_names) == SOCK_TIMER_COUNT, "a name for each");

static const char *const ownership_names[] = {
	[SOCK_OWNERSHIP_UNKNOWN] = "unknown", [SOCK_OWNERSHIP_NONE] = "none",
	[SOCK_OWNERSHIP_HIDDEN] = "hidden",   [SOCK_OWNERSHIP_EXACT] = "exact",
	[SOCK_OWNERSHIP_SEVERAL] = "several",
};
_Static_assert(ARRAY_LENGTH(ownership_names) == SOCK_OWNERSHIP_COUNT, "a name for each");

static const char *const source_names[] = {
	[SOCK_SOURCE_DIAG] = "diag",
	[SOCK_SOURCE_PROC] = "proc",
};
_Static_assert(ARRAY_LENGTH(source_names) == SOCK_SOURCE_COUNT, "a name for each");

static const char *name_of(const char *const *names, size_t count, size_t index) {
	return index < count && names[index] ? names[index] : "?";
}

const char *sock_protocol_name(enum sock_protocol protocol) {
	return name_of(protocol_names, ARRAY_LENGTH(protocol_names), protocol);
}

const char *sock_family_name(enum sock_family family) {
	return name_of(family_names, ARRAY_LENGTH(family_names), family);
}

const char *sock_state_name(enum sock_state state) {
	return name_of(state_names, ARRAY_LENGTH(state_names), state);
}

const char *sock_timer_name(enum sock_timer timer) {
	return name_of(timer_names, ARRAY_LENGTH(timer_names), timer);
}

const char *sock_ownership_name(enum sock_ownership ownership) {
	return name_of(ownership_names, ARRAY_LENGTH(ownership_names), ownership);
}

const char *sock_source_name(enum sock_source source) {
	return name_of(source_names, ARRAY_LENGTH(source_names), source);
}

bool sock_address_is_zero(const struct sock_endpoint *endpoint) {
	static const uint8_t zero[sizeof(endpoint->address)];
	return memcmp(endpoint->address, zero, sizeof(zero)) == 0;
}

bool sock_is_listening(const struct sock *sock) {
	switch ((enum sock_protocol)sock->protocol) {
	case SOCK_PROTOCOL_TCP:
	case SOCK_PROTOCOL_MPTCP:
		return sock->state == SOCK_STATE_LISTEN;
	case SOCK_PROTOCOL_UDP:
	case SOCK_PROTOCOL_UDPLITE:
	case SOCK_PROTOCOL_RAW:
		return sock->state == SOCK_STATE_CLOSE;
	case SOCK_PROTOCOL_COUNT:
		break;
	}
	return false;
}

bool sock_is_minisock(const struct sock *sock) {
	if (sock->protocol != SOCK_PROTOCOL_TCP || (sock->known & SOCK_KNOWS_INODE))
		return false;
	return sock->state == SOCK_STATE_TIME_WAIT || sock->state == SOCK_STATE_SYN_RECV ||
	       (sock->state == SOCK_STATE_FIN_WAIT2 && sock->timer == SOCK_TIMER_TIMEWAIT);
}

void sock_set_holder(struct sock *sock, uint32_t inode, uint32_t uid) {
	sock->inode = inode;
	sock->uid = uid;
	if (inode != 0)
		sock->known |= SOCK_KNOWS_INODE | SOCK_KNOWS_UID;
	else if (uid != 0 && !sock_is_minisock(sock))
		sock->known |= SOCK_KNOWS_UID;
}
