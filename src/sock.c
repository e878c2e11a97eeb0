/* The names of what a socket can be, and the few questions whose answer needs several members. */

#include "sock.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "util.h"

static const struct {
	const char *name;
	enum sock_probe probe;
} protocols[] = {
	[SOCK_PROTOCOL_TCP] = { "tcp", SOCK_PROBE_TCP },
	[SOCK_PROTOCOL_UDP] = { "udp", SOCK_PROBE_UDP },
	[SOCK_PROTOCOL_UDPLITE] = { "udplite", SOCK_PROBE_UDPLITE },
	[SOCK_PROTOCOL_RAW] = { "raw", SOCK_PROBE_RAW },
	[SOCK_PROTOCOL_MPTCP] = { "mptcp", SOCK_PROBE_MPTCP },
	[SOCK_PROTOCOL_SCTP] = { "sctp", SOCK_PROBE_SCTP },
	[SOCK_PROTOCOL_UNIX_STREAM] = { "u_str", SOCK_PROBE_UNIX },
	[SOCK_PROTOCOL_UNIX_DGRAM] = { "u_dgr", SOCK_PROBE_UNIX },
	[SOCK_PROTOCOL_UNIX_SEQPACKET] = { "u_seq", SOCK_PROBE_UNIX },
	[SOCK_PROTOCOL_PACKET_RAW] = { "p_raw", SOCK_PROBE_PACKET },
	[SOCK_PROTOCOL_PACKET_DGRAM] = { "p_dgr", SOCK_PROBE_PACKET },
	[SOCK_PROTOCOL_NETLINK] = { "nl", SOCK_PROBE_NETLINK },
	[SOCK_PROTOCOL_VSOCK_STREAM] = { "v_str", SOCK_PROBE_VSOCK },
	[SOCK_PROTOCOL_VSOCK_DGRAM] = { "v_dgr", SOCK_PROBE_VSOCK },
	[SOCK_PROTOCOL_VSOCK_SEQPACKET] = { "v_seq", SOCK_PROBE_VSOCK },
	[SOCK_PROTOCOL_XDP] = { "xdp", SOCK_PROBE_XDP },
};
_Static_assert(ARRAY_LENGTH(protocols) == SOCK_PROTOCOL_COUNT, "a row for each");

static const char *const probe_names[] = {
	[SOCK_PROBE_TCP] = "tcp",         [SOCK_PROBE_UDP] = "udp",
	[SOCK_PROBE_UDPLITE] = "udplite", [SOCK_PROBE_RAW] = "raw",
	[SOCK_PROBE_MPTCP] = "mptcp",     [SOCK_PROBE_SCTP] = "sctp",
	[SOCK_PROBE_UNIX] = "unix",       [SOCK_PROBE_PACKET] = "packet",
	[SOCK_PROBE_NETLINK] = "netlink", [SOCK_PROBE_VSOCK] = "vsock",
	[SOCK_PROBE_XDP] = "xdp",
};
_Static_assert(ARRAY_LENGTH(probe_names) == SOCK_PROBE_COUNT, "a name for each");

/* Further names, most of them those of ss's -A. */
static const struct {
	const char *name;
	uint32_t protocols;
} protocol_sets[] = {
	{ "unix", SOCK_PROTOCOLS_UNIX },
	{ "unix_stream", 1u << SOCK_PROTOCOL_UNIX_STREAM },
	{ "unix_dgram", 1u << SOCK_PROTOCOL_UNIX_DGRAM },
	{ "unix_seqpacket", 1u << SOCK_PROTOCOL_UNIX_SEQPACKET },
	{ "packet", SOCK_PROTOCOLS_PACKET },
	{ "packet_raw", 1u << SOCK_PROTOCOL_PACKET_RAW },
	{ "packet_dgram", 1u << SOCK_PROTOCOL_PACKET_DGRAM },
	{ "netlink", 1u << SOCK_PROTOCOL_NETLINK },
	{ "vsock", SOCK_PROTOCOLS_VSOCK },
	{ "vsock_stream", 1u << SOCK_PROTOCOL_VSOCK_STREAM },
	{ "vsock_dgram", 1u << SOCK_PROTOCOL_VSOCK_DGRAM },
	{ "vsock_seqpacket", 1u << SOCK_PROTOCOL_VSOCK_SEQPACKET },
};

static const char *const family_names[] = {
	[SOCK_FAMILY_INET] = "inet",       [SOCK_FAMILY_INET6] = "inet6",
	[SOCK_FAMILY_UNIX] = "unix",       [SOCK_FAMILY_PACKET] = "packet",
	[SOCK_FAMILY_NETLINK] = "netlink", [SOCK_FAMILY_VSOCK] = "vsock",
	[SOCK_FAMILY_XDP] = "xdp",
};
_Static_assert(ARRAY_LENGTH(family_names) == SOCK_FAMILY_COUNT, "a name for each");

static const char *const state_names[] = {
	[SOCK_STATE_ESTABLISHED] = "ESTAB",
	[SOCK_STATE_SYN_SENT] = "SYN-SENT",
	[SOCK_STATE_SYN_RECV] = "SYN-RECV",
	[SOCK_STATE_FIN_WAIT1] = "FIN-WAIT-1",
	[SOCK_STATE_FIN_WAIT2] = "FIN-WAIT-2",
	[SOCK_STATE_TIME_WAIT] = "TIME-WAIT",
	[SOCK_STATE_CLOSE] = "UNCONN",
	[SOCK_STATE_CLOSE_WAIT] = "CLOSE-WAIT",
	[SOCK_STATE_LAST_ACK] = "LAST-ACK",
	[SOCK_STATE_LISTEN] = "LISTEN",
	[SOCK_STATE_CLOSING] = "CLOSING",
	[SOCK_STATE_COOKIE_WAIT] = "COOKIE-WAIT",
	[SOCK_STATE_COOKIE_ECHOED] = "COOKIE-ECHOED",
	[SOCK_STATE_SHUTDOWN_PENDING] = "SHUTDOWN-PENDING",
	[SOCK_STATE_SHUTDOWN_SENT] = "SHUTDOWN-SENT",
	[SOCK_STATE_SHUTDOWN_RECEIVED] = "SHUTDOWN-RECEIVED",
	[SOCK_STATE_SHUTDOWN_ACK_SENT] = "SHUTDOWN-ACK-SENT",
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
	[SOCK_OWNERSHIP_SEVERAL] = "several", [SOCK_OWNERSHIP_REMEMBERED] = "remembered",
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
	return protocol < SOCK_PROTOCOL_COUNT ? protocols[protocol].name : "?";
}

const char *sock_probe_name(enum sock_probe probe) {
	return name_of(probe_names, ARRAY_LENGTH(probe_names), probe);
}

enum sock_probe sock_probe_of(enum sock_protocol protocol) {
	return protocols[protocol].probe;
}

static bool is_name(const char *name, const char *text, size_t length) {
	return strlen(name) == length && strncasecmp(name, text, length) == 0;
}

uint32_t sock_protocols_named(const char *text, size_t length) {
	for (size_t i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if (is_name(protocols[i].name, text, length))
			return 1u << i;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(protocol_sets); i++) {
		if (is_name(protocol_sets[i].name, text, length))
			return protocol_sets[i].protocols;
	}
	return 0;
}

const char *sock_protocols_name(size_t index) {
	if (index < SOCK_PROTOCOL_COUNT)
		return protocols[index].name;
	index -= SOCK_PROTOCOL_COUNT;
	return index < ARRAY_LENGTH(protocol_sets) ? protocol_sets[index].name : NULL;
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

const char *sock_netlink_protocol_name(uint8_t protocol) {
	static const char *const names[] = { "rtnl",    "unused", "usersock",   "fw",
		                             "tcpdiag", "nflog",  "xfrm",       "selinux",
		                             "iscsi",   "audit",  "fiblookup",  "connector",
		                             "nft",     "ip6fw",  "dec-rt",     "uevent",
		                             "genl",    NULL,     "scsi-trans", "ecryptfs",
		                             "rdma",    "crypto", "smc" };
	return protocol < ARRAY_LENGTH(names) ? names[protocol] : NULL;
}

const char *sock_change_name(enum sock_change change) {
	static const char *const names[] = {
		[SOCK_CHANGE_UNKNOWN] = "?", [SOCK_CHANGE_NONE] = "=",    [SOCK_CHANGE_NEW] = "+",
		[SOCK_CHANGE_GONE] = "-",    [SOCK_CHANGE_CHANGED] = "*",
	};
	_Static_assert(ARRAY_LENGTH(names) == SOCK_CHANGE_COUNT, "a name for each");
	return name_of(names, ARRAY_LENGTH(names), change);
}

const char *sock_source_name(enum sock_source source) {
	return name_of(source_names, ARRAY_LENGTH(source_names), source);
}

const struct sock_names *sock_names(const struct sock *sock) {
	static const struct sock_names none;
	return sock->names ? sock->names : &none;
}

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

const uint8_t *sock_inet_bytes(enum sock_family family, const uint8_t address[16]) {
	if (family == SOCK_FAMILY_INET)
		return address;
	return memcmp(address, mapped, sizeof(mapped)) == 0 ? address + sizeof(mapped) : NULL;
}

void sock_map_inet(const uint8_t inet[4], uint8_t address[16]) {
	memcpy(address, mapped, sizeof(mapped));
	memcpy(address + sizeof(mapped), inet, 4);
}

static const char *copy_text(struct arena *arena, const char *from, size_t length) {
	return from ? arena_copy(arena, from, length) : NULL;
}

struct process sock_copy_process(struct arena *arena, const struct process *from) {
	struct process copy = *from;
	copy.comm = copy_text(arena, from->comm, from->comm_length);
	copy.exe = copy_text(arena, from->exe, from->exe_length);
	copy.parent = copy_text(arena, from->parent, from->parent_length);
	return copy;
}

bool sock_address_is_zero(const struct sock_endpoint *endpoint) {
	static const uint8_t zero[sizeof(endpoint->address)];
	return memcmp(endpoint->address, zero, sizeof(zero)) == 0;
}

bool sock_is_listening(const struct sock *sock) {
	switch ((enum sock_protocol)sock->protocol) {
	case SOCK_PROTOCOL_TCP:
	case SOCK_PROTOCOL_MPTCP:
	case SOCK_PROTOCOL_SCTP:
	case SOCK_PROTOCOL_UNIX_STREAM:
	case SOCK_PROTOCOL_UNIX_SEQPACKET:
	case SOCK_PROTOCOL_VSOCK_STREAM:
	case SOCK_PROTOCOL_VSOCK_SEQPACKET:
		return sock->state == SOCK_STATE_LISTEN;
	case SOCK_PROTOCOL_UNIX_DGRAM:
		return sock->state == SOCK_STATE_CLOSE && (!sock->un || sock->un->name.bytes);
	case SOCK_PROTOCOL_UDP:
	case SOCK_PROTOCOL_UDPLITE:
	case SOCK_PROTOCOL_RAW:
	case SOCK_PROTOCOL_PACKET_RAW:
	case SOCK_PROTOCOL_PACKET_DGRAM:
	case SOCK_PROTOCOL_NETLINK:
	case SOCK_PROTOCOL_VSOCK_DGRAM:
	case SOCK_PROTOCOL_XDP:
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

bool sock_has_cookie(const struct sock *sock) {
	return (sock->known & SOCK_KNOWS_COOKIE) && sock->cookie != 0 && sock->cookie != UINT64_MAX;
}

uint32_t sock_peer_inode(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX && sock->un ? sock->un->peer_inode : 0;
}

bool sock_has_peers_fin(const struct sock *sock) {
	return sock->state == SOCK_STATE_CLOSE_WAIT || sock->state == SOCK_STATE_LAST_ACK ||
	       sock->state == SOCK_STATE_CLOSING || sock->state == SOCK_STATE_TIME_WAIT;
}

uint32_t sock_unread(const struct sock *sock) {
	if (!(sock->known & SOCK_KNOWS_RECVQ) || sock->state == SOCK_STATE_LISTEN)
		return 0;
	const bool counts_fin = sock->protocol == SOCK_PROTOCOL_TCP && sock_has_peers_fin(sock);
	return sock->recvq - (counts_fin && sock->recvq > 0);
}

static bool has_drops_in_memory(const struct sock *sock) {
	const size_t end = offsetof(struct sock_memory, drops) + sizeof(sock->memory->drops);
	return sock->memory && sock->memory->length >= end;
}

bool sock_knows_drops(const struct sock *sock) {
	return has_drops_in_memory(sock) || (sock->known & SOCK_KNOWS_DROPS);
}

uint64_t sock_drops(const struct sock *sock) {
	if (has_drops_in_memory(sock))
		return sock->memory->drops;
	return sock->known & SOCK_KNOWS_DROPS ? sock->drops : 0;
}

bool sock_is_accept_queue_full(const struct sock *sock) {
	const uint32_t both = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
	return sock->state == SOCK_STATE_LISTEN && (sock->known & both) == both &&
	       sock->recvq > sock->sendq;
}

bool sock_is_kernels(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_NETLINK && sock->local.port == 0;
}

void sock_set_holder(struct sock *sock, uint32_t inode, uint32_t uid) {
	sock->inode = inode;
	sock->uid = uid;
	if (inode != 0)
		sock->known |= SOCK_KNOWS_INODE | SOCK_KNOWS_UID;
	else if (uid != 0 && !sock_is_minisock(sock))
		sock->known |= SOCK_KNOWS_UID;
}
