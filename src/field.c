/* The rows, and the few functions that read a socket for them. A getter never fails: what is not
 * known is a value too. */

#include "field.h"

#include <string.h>
#include <strings.h>

#include "health.h"
#include "life.h"
#include "sctp_info.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"

static void set_number(struct value *value, uint64_t number) {
	*value = (struct value){ .kind = VALUE_NUMBER, .number = number };
}

static void set_symbol(struct value *value, const char *text) {
	*value = (struct value){ .kind = VALUE_SYMBOL, .text = text };
}

static void set_text(struct value *value, const char *text, size_t length) {
	*value = (struct value){ .kind = text ? VALUE_TEXT : VALUE_UNKNOWN,
		                 .length = (uint32_t)length,
		                 .text = text };
}

static void set_string(struct value *value, const char *text) {
	set_text(value, text, text ? strlen(text) : 0);
}

static void set_flags(struct value *value, uint32_t bits, const char *const *names) {
	*value = (struct value){ .kind = VALUE_FLAGS, .length = bits, .flag_names = names };
}

static void set_end(struct value *value, enum value_kind kind, const struct sock *sock,
                    enum value_end end) {
	*value = (struct value){ .kind = kind, .part = (uint8_t)end, .sock = sock };
}

static void set_address(struct value *value, const struct sock *sock, enum value_end end) {
	const struct sock_unix_name *name;
	switch ((enum sock_family)sock->family) {
	case SOCK_FAMILY_INET:
	case SOCK_FAMILY_INET6:
	case SOCK_FAMILY_VSOCK:
		set_end(value, VALUE_ADDRESS, sock, end);
		break;
	case SOCK_FAMILY_UNIX:
		name = end == VALUE_LOCAL ? &sock->un->name : &sock->un->peer_name;
		set_text(value, name->bytes, name->length);
		break;
	case SOCK_FAMILY_PACKET:
	case SOCK_FAMILY_NETLINK:
	case SOCK_FAMILY_XDP:
	case SOCK_FAMILY_COUNT:
		break;
	}
}

/* Where one value is not just a number of a known size at a known place. */

static void get_proto(const struct field_access *access, const struct sock *sock,
                      struct value *value) {
	(void)access;
	set_symbol(value, sock_protocol_name((enum sock_protocol)sock->protocol));
}

static void get_family(const struct field_access *access, const struct sock *sock,
                       struct value *value) {
	(void)access;
	set_symbol(value, sock_family_name((enum sock_family)sock->family));
}

static void get_state(const struct field_access *access, const struct sock *sock,
                      struct value *value) {
	(void)access;
	set_symbol(value, sock_state_name((enum sock_state)sock->state));
}

static void get_source(const struct field_access *access, const struct sock *sock,
                       struct value *value) {
	(void)access;
	set_symbol(value, sock_source_name((enum sock_source)sock->source));
}

static void get_local(const struct field_access *access, const struct sock *sock,
                      struct value *value) {
	(void)access;
	set_end(value, VALUE_ENDPOINT, sock, VALUE_LOCAL);
}

static void get_peer(const struct field_access *access, const struct sock *sock,
                     struct value *value) {
	(void)access;
	set_end(value, VALUE_ENDPOINT, sock, VALUE_PEER);
}

static void get_src(const struct field_access *access, const struct sock *sock,
                    struct value *value) {
	(void)access;
	set_address(value, sock, VALUE_LOCAL);
}

static void get_dst(const struct field_access *access, const struct sock *sock,
                    struct value *value) {
	(void)access;
	set_address(value, sock, VALUE_PEER);
}

/* Of listeners and the like, whose peer is anybody, there is none. */
static void get_dst_net(const struct field_access *access, const struct sock *sock,
                        struct value *value) {
	const bool is_ip = SOCK_FAMILIES_IP >> sock->family & 1;
	(void)access;
	if (is_ip && !sock_address_is_zero(&sock->peer))
		set_end(value, VALUE_NETWORK, sock, VALUE_PEER);
}

/* Most of what can be wrong with a connection is told by tcp_info only. */
static void get_health(const struct field_access *access, const struct sock *sock,
                       struct value *value) {
	const enum health health = health_of(sock);
	const bool is_seen =
	    sock->protocol != SOCK_PROTOCOL_TCP || sock->tcp || sock->state == SOCK_STATE_TIME_WAIT;
	(void)access;
	if (health != HEALTH_FINE || is_seen)
		set_symbol(value, health_name(health));
}

static void get_string(const struct field_access *access, const struct sock *sock,
                       struct value *value) {
	const char *text;
	memcpy(&text, (const unsigned char *)sock + access->number.offset, sizeof(text));
	set_string(value, text);
}

/* A string in what only sockets of one family have. */
static void get_more_string(const struct field_access *access, const struct sock *sock,
                            struct value *value) {
	const char *text;
	memcpy(&text, (const unsigned char *)sock->more + access->number.offset, sizeof(text));
	set_string(value, text);
}

static void get_name(const struct field_access *access, const struct sock *sock,
                     struct value *value) {
	const char *text;
	memcpy(&text, (const unsigned char *)sock->names + access->number.offset, sizeof(text));
	set_string(value, text);
}

static void get_algorithm(const struct field_access *access, const struct sock *sock,
                          struct value *value) {
	(void)access;
	set_text(value, sock->algorithm, sock->algorithm_length);
}

static void get_ulp_name(const struct field_access *access, const struct sock *sock,
                         struct value *value) {
	(void)access;
	set_text(value, sock->ulp->name, sock->ulp->name_length);
}

static void set_owners(struct value *value, const struct owner *owners, uint32_t count,
                       enum value_owner_part part) {
	if (count > 0)
		*value = (struct value){ .kind = VALUE_OWNERS,
			                 .part = (uint8_t)part,
			                 .length = count,
			                 .owners = owners };
}

static void get_owners(const struct sock *sock, struct value *value, enum value_owner_part part) {
	set_owners(value, sock->owners, sock->owner_count, part);
}

static void get_all_owners(const struct field_access *access, const struct sock *sock,
                           struct value *value) {
	(void)access;
	get_owners(sock, value, OWNER_ALL);
}

static void get_pid(const struct field_access *access, const struct sock *sock,
                    struct value *value) {
	(void)access;
	get_owners(sock, value, OWNER_PID);
}

static void get_process(const struct field_access *access, const struct sock *sock,
                        struct value *value) {
	(void)access;
	get_owners(sock, value, OWNER_EXE);
}

static void get_comm(const struct field_access *access, const struct sock *sock,
                     struct value *value) {
	(void)access;
	get_owners(sock, value, OWNER_COMM);
}

static void get_fd(const struct field_access *access, const struct sock *sock,
                   struct value *value) {
	(void)access;
	get_owners(sock, value, OWNER_FD);
}

/* A recording may be of before parents were recorded. */
static void get_known_parents(const struct sock *sock, struct value *value,
                              enum value_owner_part part) {
	for (uint32_t i = 0; i < sock->owner_count; i++) {
		if (sock->owners[i].process->parent_pid != 0) {
			get_owners(sock, value, part);
			return;
		}
	}
}

static void get_parent(const struct field_access *access, const struct sock *sock,
                       struct value *value) {
	(void)access;
	get_known_parents(sock, value, OWNER_PARENT);
}

static void get_parent_pid(const struct field_access *access, const struct sock *sock,
                           struct value *value) {
	(void)access;
	get_known_parents(sock, value, OWNER_PARENT_PID);
}

static void get_ownership(const struct field_access *access, const struct sock *sock,
                          struct value *value) {
	(void)access;
	if (sock->ownership != SOCK_OWNERSHIP_UNKNOWN)
		set_symbol(value, sock_ownership_name((enum sock_ownership)sock->ownership));
}

static void get_change(const struct field_access *access, const struct sock *sock,
                       struct value *value) {
	(void)access;
	if (sock->change != SOCK_CHANGE_UNKNOWN)
		set_symbol(value, sock_change_name((enum sock_change)sock->change));
}

static void get_timer(const struct field_access *access, const struct sock *sock,
                      struct value *value) {
	(void)access;
	set_symbol(value, sock_timer_name((enum sock_timer)sock->timer));
}

static void get_shutdown(const struct field_access *access, const struct sock *sock,
                         struct value *value) {
	static const char *const names[] = { "recv", "send", NULL };
	(void)access;
	set_flags(value, sock->shutdown, names);
}

static void get_options(const struct field_access *access, const struct sock *sock,
                        struct value *value) {
	static const char *const names[] = {
		"recverr",         "is_icsk",       "freebind",
		"hdrincl",         "mc_loop",       "transparent",
		"mc_all",          "nodefrag",      "bind_address_no_port",
		"recverr_rfc4884", "defer_connect", NULL
	};
	(void)access;
	set_flags(value, sock->options, names);
}

static void get_unix_kind(const struct field_access *access, const struct sock *sock,
                          struct value *value) {
	const struct sock_unix_name *name = &sock->un->name;
	(void)access;
	if (!name->bytes)
		set_symbol(value, "unnamed");
	else
		set_symbol(value, name->is_abstract ? "abstract" : "pathname");
}

static void get_peer_owners(const struct field_access *access, const struct sock *sock,
                            struct value *value) {
	(void)access;
	set_owners(value, sock->un->peer_owners, sock->un->peer_owner_count, OWNER_ALL);
}

static void get_sctp_locals(const struct field_access *access, const struct sock *sock,
                            struct value *value) {
	(void)access;
	set_string(value, sock->sctp->locals);
}

static void get_sctp_peers(const struct field_access *access, const struct sock *sock,
                           struct value *value) {
	(void)access;
	set_string(value, sock->sctp->peers);
}

static void get_packet_flags(const struct field_access *access, const struct sock *sock,
                             struct value *value) {
	static const char *const names[] = { "running", "auxdata", "origdev",
		                             "vnethdr", "loss",    NULL };
	(void)access;
	set_flags(value, sock->packet->flags, names);
}

static void get_netlink_protocol(const struct field_access *access, const struct sock *sock,
                                 struct value *value) {
	const char *name = sock_netlink_protocol_name(sock->netlink->protocol);
	(void)access;
	if (name)
		set_symbol(value, name);
	else
		set_number(value, sock->netlink->protocol);
}

static void get_netlink_flags(const struct field_access *access, const struct sock *sock,
                              struct value *value) {
	static const char *const names[] = { "cb_running", "pktinfo",         "broadcast_error",
		                             "no_enobufs", "listen_all_nsid", "cap_ack",
		                             "ext_ack",    "strict_chk",      NULL };
	(void)access;
	set_flags(value, sock->netlink->flags, names);
}

static void get_tcp_options(const struct field_access *access, const struct sock *sock,
                            struct value *value) {
	static const char *const names[] = { "ts",      "sack",     "wscale",  "ecn",
		                             "ecnseen", "syn_data", "usec_ts", NULL };
	(void)access;
	set_flags(value, sock->tcp->options, names);
}

static void get_ca_state(const struct field_access *access, const struct sock *sock,
                         struct value *value) {
	static const char *const names[] = { "open", "disorder", "cwr", "recovery", "loss" };
	(void)access;
	if (sock->tcp->ca_state < ARRAY_LENGTH(names))
		set_symbol(value, names[sock->tcp->ca_state]);
	else
		set_number(value, sock->tcp->ca_state);
}

/* What the window and the round trip allow: cwnd * mss / rtt. */
static void get_send_rate(const struct field_access *access, const struct sock *sock,
                          struct value *value) {
	const uint64_t window = (uint64_t)sock->tcp->snd_cwnd * sock->tcp->snd_mss;
	(void)access;
	if (sock->tcp->rtt != 0 && window != 0 && window <= UINT64_MAX / 1000000)
		set_number(value, window * 1000000 / sock->tcp->rtt);
}

#define COLUMN(name_, title_, unit_, right_, help_)                                                \
	.column = { .name = name_,                                                                 \
		    .title = title_,                                                               \
		    .help = help_,                                                                 \
		    .unit = unit_,                                                                 \
		    .align_right = right_ }
#define TEXT(name, title, help) COLUMN(name, title, UNIT_NONE, false, help)
#define NUMBER(name, title, unit, help) COLUMN(name, title, unit, true, help)
#define AT(type, member)                                                                           \
	.access.number.offset = offsetof(type, member),                                            \
	.access.number.size = sizeof(((type *)0)->member),                                         \
	.access.number.end = offsetof(type, member) + sizeof(((type *)0)->member)
#define MEMBER(knows, member) .access.known = knows, AT(struct sock, member)
#define BOTH .defaults = FIELD_IN_TEXT | FIELD_IN_DATA
#define DATA .defaults = FIELD_IN_DATA
#define NAME(member)                                                                               \
	.group = FIELD_GROUP_NAMES, .needs = SOCK_NEED_NAMES, OF(NAMES, sock_names, 0, member),    \
	.access.get = get_name
#define TIMER .group = FIELD_GROUP_TIMER
#define EXTENDED .group = FIELD_GROUP_EXTENDED
#define MEMORY(member)                                                                             \
	.group = FIELD_GROUP_MEMORY, .needs = SOCK_NEED_MEMORY, .access.part = FIELD_PART_MEMORY,  \
	AT(struct sock_memory, member)
#define INFO .group = FIELD_GROUP_INFO, .needs = SOCK_NEED_INFO
#define TCP_ALWAYS(member) INFO, .access.part = FIELD_PART_TCP, AT(struct tcp_counters, member)
#define TCP(member) TCP_ALWAYS(member), .access.known = FIELD_KNOWN_CONNECTED
/* For what is known once tcp_info reaches the end of that member. */
#define TCP_UP_TO(last)                                                                            \
	INFO, .access.part = FIELD_PART_TCP, .access.known = FIELD_KNOWN_CONNECTED,                \
	      .access.number.end =                                                                 \
		  offsetof(struct tcp_counters, last) + sizeof(((struct tcp_counters *)0)->last)
#define BITS(shift_, bits_) .access.number.shift = shift_, .access.number.bits = bits_
#define WSCALE(shift)                                                                              \
	TCP_ALWAYS(window_scales), BITS(shift, 4),                                                 \
	    .access.number.rule = FIELD_RULE_BITS,                                                 \
	    .access.known = FIELD_KNOWN_CONNECTED | FIELD_KNOWN_WSCALE
/* Bits of `flags`, known from the kernel on that brought another member. The failure of fast open
 * came with 5.5, between two members; the later one makes sure that a 0 is one. */
#define TCP_FLAGS(since, shift, bits)                                                              \
	TCP_UP_TO(since), .access.number.offset = offsetof(struct tcp_counters, flags),            \
			  .access.number.size = 1, BITS(shift, bits)
#define MPTCP(member) INFO, .access.part = FIELD_PART_MPTCP, AT(struct mptcp_counters, member)
#define ULP(knows, member)                                                                         \
	INFO, .access.part = FIELD_PART_ULP, .access.known = knows, AT(struct sock_ulp, member)
#define CC(is, member)                                                                             \
	.group = FIELD_GROUP_INFO, .needs = SOCK_NEED_CONGESTION,                                  \
	.access.part = FIELD_PART_CONGESTION, .access.known = is,                                  \
	AT(struct sock_congestion, member)
#define OF(part_, struct_, knows, member)                                                          \
	.access.part = FIELD_PART_##part_, .access.known = knows, AT(struct struct_, member)
#define UNIX(knows, member) EXTENDED, OF(UNIX, sock_unix, knows, member)
#define DETAILS .needs = SOCK_NEED_EXTRAS
#define PACKET(knows, member) EXTENDED, DETAILS, OF(PACKET, sock_packet, knows, member)
#define NETLINK(knows, member) EXTENDED, DETAILS, OF(NETLINK, sock_netlink, knows, member)
#define XDP(knows, member) EXTENDED, DETAILS, OF(XDP, sock_xdp, knows, member)
#define SCTP(member) INFO, OF(SCTP, sock_sctp, 0, counters.member)
#define LIFE(knows, member) .group = FIELD_GROUP_LIFE, OF(LIFE, sock_life, knows, member)
#define RING(name, title, which, known)                                                            \
	{ NUMBER(name "_block_size", title "-BLOCK-SIZE", BYTES,                                   \
		 N_("size of a block of the ring")),                                               \
	  PACKET(known, which.block_size) },                                                       \
	    { NUMBER(name "_blocks", title "-BLOCKS", NONE, N_("blocks of the ring")),             \
	      PACKET(known, which.block_count) },                                                  \
	    { NUMBER(name "_frame_size", title "-FRAME-SIZE", BYTES,                               \
		     N_("size of a frame of the ring")),                                           \
	      PACKET(known, which.frame_size) },                                                   \
	    { NUMBER(name "_frames", title "-FRAMES", NONE, N_("frames of the ring")),             \
	      PACKET(known, which.frame_count) },                                                  \
	    { NUMBER(name "_retire", title "-RETIRE", MS,                                          \
		     N_("when an unfinished block is handed over")),                               \
	      PACKET(known, which.retire_timeout), QUIET },                                        \
	    { NUMBER(name "_private", title "-PRIVATE", BYTES,                                     \
		     N_("private area of a block of the ring")),                                   \
	      PACKET(known, which.private_size), QUIET },                                          \
	{                                                                                          \
		NUMBER(name "_features", title "-FEATURES", NONE,                                  \
		       N_("features of the ring, as bits")),                                       \
		    PACKET(known, which.features), QUIET                                           \
	}
/* For what a getter finds there, whatever it is. */
#define WITHIN(part_) .access.part = FIELD_PART_##part_, .access.number.end = sizeof(uint32_t)
#define QUIET .access.number.rule = FIELD_RULE_QUIET_ZERO
#define HEX .access.number.rule = FIELD_RULE_HEX
#define MEASURED .access.number.rule = FIELD_RULE_ZERO_UNKNOWN
#define US UNIT_MICROSECONDS
#define MS UNIT_MILLISECONDS
#define BYTES UNIT_BYTES
#define SEGMENTS UNIT_SEGMENTS
#define RATE UNIT_BYTES_PER_SECOND
#define NONE UNIT_NONE

const struct field fields[] = {
	{ TEXT("change", "CHANGE", N_("with --diff: + new, - gone, * changed, = as it was")),
	  .group = FIELD_GROUP_ASKED, .access.get = get_change, AT(struct sock, change) },
	{ TEXT("proto", "PROTO", N_("protocol, as ss spells it: tcp, udp, u_str, nl, ...")), BOTH,
	  .access.get = get_proto, AT(struct sock, protocol) },
	{ TEXT("family", "FAMILY",
	       N_("address family: inet, inet6, unix, packet, netlink, vsock or xdp")),
	  DATA, .access.get = get_family, AT(struct sock, family) },
	{ TEXT("state", "STATE", N_("state, as ss spells it; UNCONN is not connected")), BOTH,
	  .access.get = get_state, AT(struct sock, state) },
	{ NUMBER("recvq", "RECV-Q", NONE,
	         N_("TCP: bytes not yet read; UDP: memory used; LISTEN: connections to accept")),
	  BOTH, MEMBER(SOCK_KNOWS_RECVQ, recvq) },
	{ NUMBER("sendq", "SEND-Q", NONE,
	         N_("TCP: bytes not yet acknowledged; UDP: memory used; LISTEN: backlog")),
	  BOTH, MEMBER(SOCK_KNOWS_SENDQ, sendq) },
	{ TEXT("local", "LOCAL", N_("local address, device and port; UNIX: name and inode")),
	  .defaults = FIELD_IN_TEXT, .needs = SOCK_NEED_INTERFACE, .access.get = get_local },
	{ TEXT("peer", "PEER", N_("address and port of the other end; UNIX: name and inode")),
	  .defaults = FIELD_IN_TEXT, .needs = SOCK_NEED_PEER, .access.get = get_peer },
	{ TEXT("src", "SRC", N_("local address; UNIX: name, '@' for a NUL in front")), DATA,
	  .access.get = get_src },
	{ NUMBER("sport", "SPORT", NONE,
	         N_("local port; raw: the IP protocol; netlink: the port id")),
	  DATA, MEMBER(SOCK_KNOWS_PORTS, local.port) },
	{ TEXT("dst", "DST", N_("address of the other end; UNIX: its name")), DATA,
	  .needs = SOCK_NEED_PEER, .access.get = get_dst },
	{ NUMBER("dport", "DPORT", NONE, N_("port of the other end")), DATA,
	  MEMBER(SOCK_KNOWS_PORTS, peer.port) },
	{ TEXT("src_name", "SRC-NAME", N_("host name of the local address")), NAME(local.host) },
	{ TEXT("sport_name", "SPORT-NAME", N_("service name of the local port")),
	  NAME(local.service) },
	{ TEXT("dst_name", "DST-NAME", N_("host name of the other end")), NAME(peer.host) },
	{ TEXT("dport_name", "DPORT-NAME", N_("service name of the other end's port")),
	  NAME(peer.service) },
	{ TEXT("iface", "IFACE", N_("device that the socket is bound to")), DATA,
	  .needs = SOCK_NEED_INTERFACE, .access.get = get_string, AT(struct sock, interface_name) },
	{ NUMBER("ifindex", "IFINDEX", NONE, N_("index of the device that the socket is bound to")),
	  DATA, MEMBER(SOCK_KNOWS_INTERFACE, ifindex) },
	{ TEXT("owners", "PID/PROCESS", N_("every process that holds the socket")), BOTH,
	  .needs = SOCK_NEED_OWNERS, .access.get = get_all_owners },
	{ TEXT("owner", "OWNER",
	       N_("how sure the owners are: exact, several, remembered, hidden, none")),
	  DATA, .needs = SOCK_NEED_OWNERS, .access.get = get_ownership,
	  AT(struct sock, ownership) },
	{ TEXT("pid", "PID", N_("process ids of the owners")), .group = FIELD_GROUP_ASKED,
	  .needs = SOCK_NEED_OWNERS, .access.get = get_pid },
	{ TEXT("process", "PROCESS", N_("executable names of the owners")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_OWNERS, .access.get = get_process },
	{ TEXT("comm", "COMM", N_("names that the owners' main threads gave themselves")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_OWNERS, .access.get = get_comm },
	{ TEXT("fd", "FD", N_("descriptors in the owners, of the socket or its io_uring")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_OWNERS, .access.get = get_fd },

	{ TEXT("service", "SERVICE", N_("name of the well-known one of the two ports")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_SERVICE, OF(NAMES, sock_names, 0, service),
	  .access.get = get_name },
	{ TEXT("parent", "PARENT", N_("process that started the owner, as it was when first read")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_OWNERS | SOCK_NEED_PARENTS,
	  .access.get = get_parent },
	{ TEXT("ppid", "PPID", N_("process id of that parent")), .group = FIELD_GROUP_ASKED,
	  .needs = SOCK_NEED_OWNERS, .access.get = get_parent_pid },
	{ TEXT("dst_net", "PEER-NET", N_("network of the other end: IPv4 /24, IPv6 /64")),
	  .group = FIELD_GROUP_ASKED, .access.get = get_dst_net },
	{ TEXT("health", "HEALTH",
	       N_("worst thing: ok, window-closed, retransmits, drops, close-wait, ...")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_INFO | SOCK_NEED_MEMORY,
	  .access.get = get_health },

	{ NUMBER("rx", "RX/s", RATE, N_("live view: payload received per second")),
	  .needs = SOCK_NEED_INFO, LIFE(SOCK_LIFE_KNOWS_RX, rx) },
	{ NUMBER("tx", "TX/s", RATE, N_("live view: payload sent per second, each byte once")),
	  .needs = SOCK_NEED_INFO, LIFE(SOCK_LIFE_KNOWS_TX, tx) },
	{ NUMBER("rate", "RATE", RATE, N_("live view: payload per second, both directions")),
	  .needs = SOCK_NEED_INFO, LIFE(SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX, rate) },
	{ NUMBER("rx_bytes", "RX-BYTES", BYTES, N_("live view: payload received so far")),
	  .needs = SOCK_NEED_INFO, LIFE(SOCK_LIFE_KNOWS_RX_BYTES, rx_bytes) },
	{ NUMBER("tx_bytes", "TX-BYTES", BYTES,
	         N_("live view: payload sent so far, each byte once")),
	  .needs = SOCK_NEED_INFO, LIFE(SOCK_LIFE_KNOWS_TX_BYTES, tx_bytes) },
	{ NUMBER("retrans_rate", "RETR/s", NONE, N_("live view: segments sent again per second")),
	  .needs = SOCK_NEED_INFO, LIFE(SOCK_LIFE_KNOWS_RETRANS, retrans) },
	{ NUMBER("age", "AGE", MS, N_("live view: time since the socket was first seen")),
	  LIFE(0, age_ms) },

	{ NUMBER("peer_inode", "PEER-INODE", NONE, N_("UNIX: inode of the other end")), DATA,
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_PEER,
	  OF(UNIX, sock_unix, SOCK_UNIX_KNOWS_PEER, peer_inode) },
	{ TEXT("peer_owners", "PEER-OWNERS", N_("UNIX: processes that hold the other end")), DATA,
	  .group = FIELD_GROUP_ASKED,
	  .needs = SOCK_NEED_PEER | SOCK_NEED_OWNERS | SOCK_NEED_PEER_OWNERS,
	  OF(UNIX, sock_unix, 0, peer_owners), .access.get = get_peer_owners },

	{ NUMBER("uid", "UID", NONE, N_("user id of the socket")), DATA, EXTENDED,
	  .needs = SOCK_NEED_UID, MEMBER(SOCK_KNOWS_UID, uid) },
	{ TEXT("user", "USER", N_("user name of the socket")), DATA, EXTENDED,
	  .needs = SOCK_NEED_USER | SOCK_NEED_UID, .access.get = get_string,
	  AT(struct sock, user) },
	{ NUMBER("inode", "INODE", NONE, N_("inode number, as in /proc/PID/fd")), DATA, EXTENDED,
	  MEMBER(SOCK_KNOWS_INODE, inode) },
	{ NUMBER("cookie", "COOKIE", NONE, N_("the kernel's unique number for the socket, in hex")),
	  DATA, EXTENDED, MEMBER(SOCK_KNOWS_COOKIE, cookie), HEX },
	{ TEXT("machine", "HOST", N_("live view: the machine, of several")),
	  .group = FIELD_GROUP_ASKED, .access.get = get_string, AT(struct sock, host) },
	{ NUMBER("netns", "NETNS", NONE, N_("inode number of the network namespace")), DATA,
	  .group = FIELD_GROUP_ASKED, MEMBER(SOCK_KNOWS_NETNS, netns) },
	{ NUMBER("cgroup_id", "CGROUP-ID", NONE, N_("id of the version 2 control group")), DATA,
	  .group = FIELD_GROUP_ASKED, MEMBER(SOCK_KNOWS_CGROUP_ID, cgroup_id),
	  .needs = SOCK_NEED_EXTRAS },
	{ TEXT("cgroup", "CGROUP", N_("path of the version 2 control group")), EXTENDED,
	  .needs = SOCK_NEED_CGROUP, .access.get = get_string, AT(struct sock, cgroup) },
	{ TEXT("v6only", "V6ONLY", N_("an IPv6 socket that takes no IPv4")), EXTENDED,
	  MEMBER(SOCK_KNOWS_V6ONLY, v6only),
	  .access.number.rule = FIELD_RULE_BOOL | FIELD_RULE_QUIET_ZERO,
	  .needs = SOCK_NEED_EXTRAS },
	{ NUMBER("mark", "MARK", NONE, N_("fwmark; needs CAP_NET_ADMIN")), EXTENDED,
	  MEMBER(SOCK_KNOWS_MARK, mark), QUIET, .needs = SOCK_NEED_EXTRAS },
	{ TEXT("shutdown", "SHUTDOWN", N_("which directions have been shut down")), EXTENDED,
	  MEMBER(SOCK_KNOWS_SHUTDOWN, shutdown), .access.get = get_shutdown, QUIET,
	  .needs = SOCK_NEED_EXTRAS },
	{ TEXT("source", "SOURCE", N_("where the row comes from: diag or proc")), DATA,
	  .group = FIELD_GROUP_ASKED, .access.get = get_source, AT(struct sock, source) },
	{ TEXT("sockopt", "SOCKOPT", N_("socket options that are set")), .group = FIELD_GROUP_ASKED,
	  MEMBER(SOCK_KNOWS_OPTIONS, options), .access.get = get_options,
	  .needs = SOCK_NEED_EXTRAS },
	{ TEXT("bpf_storage", "BPF-STORAGE",
	       N_("BPF maps with a value for the socket, id=value in hex; needs CAP_BPF")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_BPF_STORAGE, .access.get = get_string,
	  AT(struct sock, bpf_storage) },
	{ NUMBER("tos", "TOS", NONE, N_("IPv4 type of service")), .group = FIELD_GROUP_ASKED,
	  .needs = SOCK_NEED_TOS, MEMBER(SOCK_KNOWS_TOS, tos) },
	{ NUMBER("tclass", "TCLASS", NONE, N_("IPv6 traffic class")), .group = FIELD_GROUP_ASKED,
	  .needs = SOCK_NEED_TOS, MEMBER(SOCK_KNOWS_TCLASS, tclass) },
	{ NUMBER("class_id", "CLASS-ID", NONE, N_("net_cls class id or socket priority")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_TOS,
	  MEMBER(SOCK_KNOWS_CLASS_ID, class_id) },

	{ TEXT("path_kind", "PATH-KIND", N_("UNIX: pathname, abstract or unnamed")), DATA, EXTENDED,
	  WITHIN(UNIX), .access.get = get_unix_kind },
	{ NUMBER("file_inode", "FILE-INODE", NONE, N_("UNIX: inode of the path, its low 32 bits")),
	  UNIX(SOCK_UNIX_KNOWS_FILE, file_inode), DETAILS },
	{ NUMBER("file_major", "FILE-MAJOR", NONE, N_("UNIX: major number of the path's device")),
	  UNIX(SOCK_UNIX_KNOWS_FILE, file_major), DETAILS },
	{ NUMBER("file_minor", "FILE-MINOR", NONE, N_("UNIX: minor number of the path's device")),
	  UNIX(SOCK_UNIX_KNOWS_FILE, file_minor), DETAILS },
	{ TEXT("pending", "PENDING", N_("UNIX: inodes of clients that wait to be accepted")),
	  UNIX(0, pending), .access.get = get_more_string, .needs = SOCK_NEED_PENDING },

	{ NUMBER("ethertype", "ETHERTYPE", NONE, N_("packet: protocol, in hex; 3 is all")), DATA,
	  EXTENDED, OF(PACKET, sock_packet, 0, ethertype), HEX },
	{ NUMBER("packet_version", "PACKET-VERSION", NONE, N_("packet: version of the rings")),
	  PACKET(SOCK_PACKET_KNOWS_INFO, version), QUIET },
	{ NUMBER("packet_reserve", "PACKET-RESERVE", BYTES, N_("packet: headroom of a frame")),
	  PACKET(SOCK_PACKET_KNOWS_INFO, reserve), QUIET },
	{ NUMBER("packet_copy_threshold", "PACKET-COPY-THRESHOLD", BYTES,
	         N_("packet: longer ones are queued too")),
	  PACKET(SOCK_PACKET_KNOWS_INFO, copy_threshold), QUIET },
	{ NUMBER("packet_timestamp", "PACKET-TIMESTAMP", NONE,
	         N_("packet: kind of time stamps, as bits")),
	  PACKET(SOCK_PACKET_KNOWS_INFO, timestamp), QUIET },
	{ TEXT("packet_flags", "PACKET-FLAGS", N_("packet: options that are set")),
	  PACKET(SOCK_PACKET_KNOWS_INFO, flags), .access.get = get_packet_flags, QUIET },
	{ NUMBER("fanout_id", "FANOUT-ID", NONE, N_("packet: group that shares the packets")),
	  PACKET(SOCK_PACKET_KNOWS_FANOUT, fanout_id) },
	{ NUMBER("fanout_type", "FANOUT-TYPE", NONE, N_("packet: how that group shares")),
	  PACKET(SOCK_PACKET_KNOWS_FANOUT, fanout_type) },
	RING("rx_ring", "RX-RING", rx_ring, SOCK_PACKET_KNOWS_RX_RING),
	RING("tx_ring", "TX-RING", tx_ring, SOCK_PACKET_KNOWS_TX_RING),
	{ TEXT("memberships", "MEMBERSHIPS", N_("packet: memberships, as type/ifindex/address")),
	  PACKET(0, memberships), .access.get = get_more_string },
	{ TEXT("bpf_filter", "BPF-FILTER",
	       N_("packet: attached BPF program, as tcpdump -ddd; needs CAP_NET_ADMIN")),
	  .group = FIELD_GROUP_ASKED, .needs = SOCK_NEED_BPF_FILTER,
	  OF(PACKET, sock_packet, 0, filter), .access.get = get_more_string },

	{ TEXT("netlink_protocol", "NETLINK-PROTOCOL", N_("netlink: rtnl, genl, audit, ...")), DATA,
	  EXTENDED, OF(NETLINK, sock_netlink, 0, protocol), .access.get = get_netlink_protocol },
	{ NUMBER("netlink_type", "NETLINK-TYPE", NONE, N_("netlink: 2 datagram, 3 raw")),
	  .group = FIELD_GROUP_ASKED, OF(NETLINK, sock_netlink, 0, type), MEASURED },
	{ NUMBER("netlink_group", "NETLINK-GROUP", NONE, N_("netlink: group that it sends to")),
	  NETLINK(0, group), QUIET },
	{ TEXT("netlink_groups", "NETLINK-GROUPS", N_("netlink: groups that it has joined")),
	  NETLINK(0, groups), .access.get = get_more_string },
	{ TEXT("netlink_flags", "NETLINK-FLAGS", N_("netlink: options that are set")),
	  NETLINK(SOCK_NETLINK_KNOWS_FLAGS, flags), .access.get = get_netlink_flags, QUIET },

	{ NUMBER("xdp_queue", "XDP-QUEUE", NONE, N_("XDP: queue of the device")), DATA,
	  XDP(SOCK_XDP_KNOWS_QUEUE, queue) },
	{ NUMBER("xdp_rx_ring", "XDP-RX-RING", NONE, N_("XDP: descriptors of the RX ring")),
	  XDP(SOCK_XDP_KNOWS_RX_RING, rx_ring) },
	{ NUMBER("xdp_tx_ring", "XDP-TX-RING", NONE, N_("XDP: descriptors of the TX ring")),
	  XDP(SOCK_XDP_KNOWS_TX_RING, tx_ring) },
	{ NUMBER("xdp_fill_ring", "XDP-FILL-RING", NONE, N_("XDP: descriptors of the fill ring")),
	  XDP(SOCK_XDP_KNOWS_FILL_RING, fill_ring) },
	{ NUMBER("xdp_completion_ring", "XDP-COMPLETION-RING", NONE,
	         N_("XDP: descriptors of the completion ring")),
	  XDP(SOCK_XDP_KNOWS_COMPLETION_RING, completion_ring) },
	{ NUMBER("umem_id", "UMEM-ID", NONE, N_("XDP: id of the memory it works in")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.id) },
	{ NUMBER("umem_size", "UMEM-SIZE", BYTES, N_("XDP: size of that memory")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.size) },
	{ NUMBER("umem_pages", "UMEM-PAGES", NONE, N_("XDP: pages of that memory")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.page_count) },
	{ NUMBER("umem_chunk_size", "UMEM-CHUNK-SIZE", BYTES, N_("XDP: size of a chunk of it")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.chunk_size) },
	{ NUMBER("umem_headroom", "UMEM-HEADROOM", BYTES, N_("XDP: headroom of a chunk")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.headroom), QUIET },
	{ NUMBER("umem_ifindex", "UMEM-IFINDEX", NONE, N_("XDP: device that the memory is on")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.ifindex) },
	{ NUMBER("umem_queue", "UMEM-QUEUE", NONE, N_("XDP: queue that the memory is on")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.queue) },
	{ NUMBER("umem_flags", "UMEM-FLAGS", NONE, N_("XDP: 1 without copies")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.flags), QUIET },
	{ NUMBER("umem_references", "UMEM-REFERENCES", NONE, N_("XDP: users of the memory")),
	  XDP(SOCK_XDP_KNOWS_UMEM, umem.references) },
	{ NUMBER("xdp_rx_dropped", "XDP-RX-DROPPED", NONE, N_("XDP: packets dropped on receipt")),
	  XDP(SOCK_XDP_KNOWS_STATS, stats.rx_dropped), QUIET },
	{ NUMBER("xdp_rx_invalid", "XDP-RX-INVALID", NONE, N_("XDP: invalid fill descriptors")),
	  XDP(SOCK_XDP_KNOWS_STATS, stats.rx_invalid), QUIET },
	{ NUMBER("xdp_rx_full", "XDP-RX-FULL", NONE, N_("XDP: dropped as the RX ring was full")),
	  XDP(SOCK_XDP_KNOWS_STATS, stats.rx_full), QUIET },
	{ NUMBER("xdp_fill_empty", "XDP-FILL-EMPTY", NONE,
	         N_("XDP: times the fill ring was empty")),
	  XDP(SOCK_XDP_KNOWS_STATS, stats.fill_ring_empty), QUIET },
	{ NUMBER("xdp_tx_invalid", "XDP-TX-INVALID", NONE, N_("XDP: invalid TX descriptors")),
	  XDP(SOCK_XDP_KNOWS_STATS, stats.tx_invalid), QUIET },
	{ NUMBER("xdp_tx_empty", "XDP-TX-EMPTY", NONE, N_("XDP: times the TX ring was empty")),
	  XDP(SOCK_XDP_KNOWS_STATS, stats.tx_ring_empty), QUIET },

	{ TEXT("timer", "TIMER", N_("running timer: on, keepalive, timewait, persist or delack")),
	  TIMER, MEMBER(SOCK_KNOWS_TIMER, timer), .access.get = get_timer },
	{ NUMBER("timer_left", "TIMER-LEFT", MS, N_("time until the timer expires")), TIMER,
	  MEMBER(SOCK_KNOWS_TIMER, timer_ms) },
	{ NUMBER("timer_retrans", "TIMER-RETRANS", NONE,
	         N_("retransmissions or probes that this timer has sent")),
	  TIMER, MEMBER(SOCK_KNOWS_TIMER, timer_retrans), QUIET },

	{ NUMBER("rmem_alloc", "RMEM", BYTES, N_("memory of the receive queue")),
	  MEMORY(rmem_alloc) },
	{ NUMBER("rcvbuf", "RCVBUF", BYTES, N_("limit of the receive queue")), MEMORY(rcvbuf) },
	{ NUMBER("wmem_alloc", "WMEM", BYTES, N_("memory handed to the network layer")),
	  MEMORY(wmem_alloc) },
	{ NUMBER("sndbuf", "SNDBUF", BYTES, N_("limit of the send queue")), MEMORY(sndbuf) },
	{ NUMBER("fwd_alloc", "FWD-ALLOC", BYTES, N_("memory reserved but not used")),
	  MEMORY(fwd_alloc) },
	{ NUMBER("wmem_queued", "WMEM-QUEUED", BYTES, N_("memory of the send queue")),
	  MEMORY(wmem_queued) },
	{ NUMBER("optmem", "OPTMEM", BYTES, N_("memory of options and control messages")),
	  MEMORY(optmem) },
	{ NUMBER("backlog_mem", "BACKLOG-MEM", BYTES, N_("memory waiting for the socket lock")),
	  MEMORY(backlog) },
	{ NUMBER("drops", "DROPS", NONE,
	         N_("packets dropped; of a listener: connections, its queue being full")),
	  .group = FIELD_GROUP_MEMORY, .needs = SOCK_NEED_MEMORY, MEMBER(SOCK_KNOWS_DROPS, drops) },

	{ TEXT("cong", "CONG", N_("congestion control algorithm")), .group = FIELD_GROUP_INFO,
	  .needs = SOCK_NEED_CONGESTION, .access.get = get_algorithm },
	{ TEXT("ca_state", "CA-STATE", N_("congestion state: open, disorder, cwr, recovery, loss")),
	  TCP(ca_state), .access.get = get_ca_state, QUIET },
	{ TEXT("tcp_options", "TCP-OPTIONS", N_("TCP options that both ends agreed on")),
	  TCP(options), .access.get = get_tcp_options, QUIET },
	{ NUMBER("send_rate", "SEND-RATE", RATE, N_("what window and round trip allow")),
	  TCP_UP_TO(snd_cwnd), .access.get = get_send_rate },
	{ TEXT("app_limited", "APP-LIMITED", N_("the program did not send enough to measure")),
	  TCP_FLAGS(delivery_rate, TCP_FLAG_DELIVERY_APP_LIMITED_SHIFT, 1),
	  .access.number.rule = FIELD_RULE_BITS | FIELD_RULE_BOOL | FIELD_RULE_QUIET_ZERO },
	{ NUMBER("snd_wscale", "SND-WSCALE", NONE, N_("window scale of the other end")),
	  WSCALE(0) },
	{ NUMBER("rcv_wscale", "RCV-WSCALE", NONE, N_("window scale of this end")), WSCALE(4) },
	{ NUMBER("cwnd", "CWND", SEGMENTS, N_("congestion window, in segments")),
	  TCP_ALWAYS(snd_cwnd) },
	{ NUMBER("reordering", "REORDERING", SEGMENTS, N_("distance of reordering allowed for")),
	  TCP_ALWAYS(reordering) },
	{ NUMBER("rto", "RTO", US, N_("retransmission timeout")), TCP(rto) },
	{ NUMBER("backoff", "BACKOFF", NONE, N_("doublings of the retransmission timeout")),
	  TCP(backoff), QUIET },
	{ NUMBER("rtt", "RTT", US, N_("smoothed round trip time")), TCP(rtt), MEASURED },
	{ NUMBER("rttvar", "RTTVAR", US, N_("mean deviation of the round trip time")),
	  TCP(rttvar) },
	{ NUMBER("min_rtt", "MIN-RTT", US, N_("least round trip time seen")), TCP(min_rtt),
	  .access.number.rule = FIELD_RULE_ONES_UNKNOWN | FIELD_RULE_ZERO_UNKNOWN },
	{ NUMBER("rcv_rtt", "RCV-RTT", US, N_("round trip time as the receiver estimates it")),
	  TCP(rcv_rtt), MEASURED },
	{ NUMBER("ato", "ATO", US, N_("delayed acknowledgement timeout")), TCP(ato), MEASURED },
	{ NUMBER("snd_mss", "SND-MSS", BYTES, N_("largest segment sent")), TCP(snd_mss) },
	{ NUMBER("pmtu", "PMTU", BYTES, N_("path MTU")), TCP(pmtu), MEASURED },
	{ NUMBER("rcv_mss", "RCV-MSS", BYTES, N_("estimate of the largest segment received")),
	  TCP(rcv_mss) },
	{ NUMBER("advmss", "ADVMSS", BYTES, N_("largest segment that this end offered")),
	  TCP(advmss), MEASURED },
	{ NUMBER("ssthresh", "SSTHRESH", SEGMENTS, N_("slow start threshold, in segments")),
	  TCP(snd_ssthresh), .access.number.rule = FIELD_RULE_INFINITE_UNKNOWN },
	{ NUMBER("bytes_sent", "BYTES-SENT", BYTES, N_("payload sent, with retransmissions")),
	  TCP(bytes_sent), QUIET },
	{ NUMBER("bytes_retrans", "BYTES-RETRANS", BYTES, N_("payload sent again")),
	  TCP(bytes_retrans), QUIET },
	{ NUMBER("bytes_acked", "BYTES-ACKED", BYTES,
	         N_("payload acknowledged; the kernel counts SYN and FIN too")),
	  TCP(bytes_acked), QUIET },
	{ NUMBER("bytes_received", "BYTES-RECEIVED", BYTES,
	         N_("payload received; the kernel counts FIN too")),
	  TCP(bytes_received), QUIET },
	{ NUMBER("segs_out", "SEGS-OUT", SEGMENTS, N_("segments sent")), TCP(segs_out), QUIET },
	{ NUMBER("segs_in", "SEGS-IN", SEGMENTS, N_("segments received")), TCP(segs_in), QUIET },
	{ NUMBER("data_segs_out", "DATA-SEGS-OUT", SEGMENTS, N_("segments with payload sent")),
	  TCP(data_segs_out), QUIET },
	{ NUMBER("data_segs_in", "DATA-SEGS-IN", SEGMENTS, N_("segments with payload received")),
	  TCP(data_segs_in), QUIET },
	{ NUMBER("lastsnd", "LASTSND", MS, N_("time since payload was last sent")),
	  TCP(last_data_sent), QUIET },
	{ NUMBER("lastrcv", "LASTRCV", MS, N_("time since payload was last received")),
	  TCP(last_data_recv), QUIET },
	{ NUMBER("lastack", "LASTACK", MS, N_("time since an acknowledgement was received")),
	  TCP(last_ack_recv), QUIET },
	{ NUMBER("pacing_rate", "PACING-RATE", RATE, N_("pace of sending")), TCP(pacing_rate),
	  .access.number.rule = FIELD_RULE_ONES_UNKNOWN },
	{ NUMBER("max_pacing_rate", "MAX-PACING-RATE", RATE, N_("limit of the pace")),
	  TCP(max_pacing_rate), .access.number.rule = FIELD_RULE_ONES_UNKNOWN },
	{ NUMBER("delivery_rate", "DELIVERY-RATE", RATE, N_("latest rate of delivery")),
	  TCP(delivery_rate), QUIET },
	{ NUMBER("delivered", "DELIVERED", SEGMENTS, N_("segments delivered")), TCP(delivered),
	  QUIET },
	{ NUMBER("delivered_ce", "DELIVERED-CE", SEGMENTS,
	         N_("segments delivered with a congestion mark")),
	  TCP(delivered_ce), QUIET },
	{ NUMBER("busy", "BUSY", US, N_("time with data to send")), TCP(busy_time), QUIET },
	{ NUMBER("rwnd_limited", "RWND-LIMITED", US,
	         N_("part of that time spent waiting for the receiver's window")),
	  TCP(rwnd_limited), QUIET },
	{ NUMBER("sndbuf_limited", "SNDBUF-LIMITED", US,
	         N_("part of that time spent waiting for send buffer")),
	  TCP(sndbuf_limited), QUIET },
	{ NUMBER("unacked", "UNACKED", SEGMENTS, N_("segments on the way")), TCP(unacked), QUIET },
	{ NUMBER("retransmits", "RETRANSMITS", NONE, N_("timeouts in a row for one segment")),
	  TCP(retransmits), QUIET },
	{ NUMBER("probes", "PROBES", NONE, N_("unanswered window or keepalive probes")),
	  TCP(probes), QUIET },
	{ NUMBER("retrans", "RETRANS", SEGMENTS, N_("segments sent again and on the way")),
	  TCP(retrans), QUIET },
	{ NUMBER("total_retrans", "TOTAL-RETRANS", SEGMENTS, N_("segments sent again, ever")),
	  TCP(total_retrans), QUIET },
	{ NUMBER("lost", "LOST", SEGMENTS, N_("segments taken for lost")), TCP(lost), QUIET },
	{ NUMBER("sacked", "SACKED", SEGMENTS, N_("segments acknowledged out of order")),
	  TCP(sacked), QUIET },
	{ NUMBER("dsack_dups", "DSACK-DUPS", SEGMENTS, N_("segments the other end got twice")),
	  TCP(dsack_dups), QUIET },
	{ NUMBER("fackets", "FACKETS", SEGMENTS, N_("segments up to the last one sacked")),
	  TCP(fackets), QUIET },
	{ NUMBER("reord_seen", "REORD-SEEN", NONE, N_("times that reordering was seen")),
	  TCP(reord_seen), QUIET },
	{ NUMBER("rcv_space", "RCV-SPACE", BYTES, N_("receive buffer tuning")), TCP(rcv_space),
	  QUIET },
	{ NUMBER("rcv_ssthresh", "RCV-SSTHRESH", BYTES, N_("limit of the window offered")),
	  TCP(rcv_ssthresh), QUIET },
	{ NUMBER("notsent", "NOTSENT", BYTES, N_("payload queued but not sent")),
	  TCP(notsent_bytes), QUIET },
	{ NUMBER("rcv_ooopack", "RCV-OOOPACK", SEGMENTS, N_("segments received out of order")),
	  TCP(rcv_ooopack), QUIET },
	{ NUMBER("snd_wnd", "SND-WND", BYTES, N_("window that the other end offers")),
	  TCP(snd_wnd) },
	{ NUMBER("rcv_wnd", "RCV-WND", BYTES, N_("window that this end offers")), TCP(rcv_wnd),
	  QUIET },
	{ NUMBER("rehash", "REHASH", NONE, N_("changes of the path hash after a timeout")),
	  TCP(rehash), QUIET },
	{ NUMBER("total_rto", "TOTAL-RTO", NONE, N_("retransmission timeouts")), TCP(total_rto),
	  QUIET },
	{ NUMBER("total_rto_recoveries", "TOTAL-RTO-RECOVERIES", NONE,
	         N_("recoveries from retransmission timeouts")),
	  TCP(total_rto_recoveries), QUIET },
	{ NUMBER("total_rto_time", "TOTAL-RTO-TIME", MS, N_("time spent in those recoveries")),
	  TCP(total_rto_time), QUIET },
	{ NUMBER("fastopen_fail", "FASTOPEN-FAIL", NONE, N_("why fast open failed, as a number")),
	  TCP_FLAGS(rcv_wnd, TCP_FLAG_FASTOPEN_FAIL_SHIFT, 2),
	  .access.number.rule = FIELD_RULE_BITS | FIELD_RULE_QUIET_ZERO },
	{ NUMBER("received_ce", "RECEIVED-CE", SEGMENTS, N_("segments received with CE (AccECN)")),
	  TCP(received_ce), QUIET },
	{ NUMBER("delivered_e1_bytes", "DELIVERED-E1-BYTES", BYTES,
	         N_("bytes delivered with ECT(1)")),
	  TCP(delivered_e1_bytes), QUIET },
	{ NUMBER("delivered_e0_bytes", "DELIVERED-E0-BYTES", BYTES,
	         N_("bytes delivered with ECT(0)")),
	  TCP(delivered_e0_bytes), QUIET },
	{ NUMBER("delivered_ce_bytes", "DELIVERED-CE-BYTES", BYTES, N_("bytes delivered with CE")),
	  TCP(delivered_ce_bytes), QUIET },
	{ NUMBER("received_e1_bytes", "RECEIVED-E1-BYTES", BYTES, N_("bytes received with ECT(1)")),
	  TCP(received_e1_bytes), QUIET },
	{ NUMBER("received_e0_bytes", "RECEIVED-E0-BYTES", BYTES, N_("bytes received with ECT(0)")),
	  TCP(received_e0_bytes), QUIET },
	{ NUMBER("received_ce_bytes", "RECEIVED-CE-BYTES", BYTES, N_("bytes received with CE")),
	  TCP(received_ce_bytes), QUIET },
	{ NUMBER("md5_keys", "MD5-KEYS", NONE, N_("number of TCP-MD5 keys, never the keys")), INFO,
	  MEMBER(SOCK_KNOWS_MD5_KEYS, md5_keys) },

	{ NUMBER("vegas_enabled", "VEGAS-ENABLED", NONE, N_("Vegas is measuring")),
	  CC(FIELD_KNOWN_VEGAS, vegas.enabled) },
	{ NUMBER("vegas_rttcnt", "VEGAS-RTTCNT", NONE, N_("round trips that Vegas measured")),
	  CC(FIELD_KNOWN_VEGAS, vegas.rttcnt) },
	{ NUMBER("vegas_rtt", "VEGAS-RTT", US, N_("round trip time as Vegas sees it")),
	  CC(FIELD_KNOWN_VEGAS, vegas.rtt_us) },
	{ NUMBER("vegas_minrtt", "VEGAS-MINRTT", US, N_("least round trip time as Vegas sees it")),
	  CC(FIELD_KNOWN_VEGAS, vegas.minrtt_us), .access.number.rule = FIELD_RULE_ONES_UNKNOWN },
	{ NUMBER("dctcp_enabled", "DCTCP-ENABLED", NONE, N_("DCTCP is in use, not its fallback")),
	  CC(FIELD_KNOWN_DCTCP, dctcp.enabled) },
	{ NUMBER("dctcp_ce_state", "DCTCP-CE-STATE", NONE, N_("DCTCP saw CE last")),
	  CC(FIELD_KNOWN_DCTCP, dctcp.ce_state) },
	{ NUMBER("dctcp_alpha", "DCTCP-ALPHA", NONE,
	         N_("DCTCP's estimate of congestion, in 1/1024")),
	  CC(FIELD_KNOWN_DCTCP, dctcp.alpha) },
	{ NUMBER("dctcp_ab_ecn", "DCTCP-AB-ECN", BYTES, N_("bytes acknowledged with ECN echo")),
	  CC(FIELD_KNOWN_DCTCP, dctcp.ab_ecn) },
	{ NUMBER("dctcp_ab_tot", "DCTCP-AB-TOT", BYTES, N_("bytes acknowledged")),
	  CC(FIELD_KNOWN_DCTCP, dctcp.ab_tot) },
	{ NUMBER("bbr_bw", "BBR-BW", RATE, N_("bandwidth as BBR estimates it")),
	  CC(FIELD_KNOWN_BBR, bbr.bandwidth) },
	{ NUMBER("bbr_min_rtt", "BBR-MIN-RTT", US, N_("least round trip time as BBR sees it")),
	  CC(FIELD_KNOWN_BBR, bbr.min_rtt_us), .access.number.rule = FIELD_RULE_ONES_UNKNOWN },
	{ NUMBER("bbr_pacing_gain", "BBR-PACING-GAIN", NONE, N_("BBR's pacing gain, in 1/256")),
	  CC(FIELD_KNOWN_BBR, bbr.pacing_gain) },
	{ NUMBER("bbr_cwnd_gain", "BBR-CWND-GAIN", NONE, N_("BBR's window gain, in 1/256")),
	  CC(FIELD_KNOWN_BBR, bbr.cwnd_gain) },

	{ TEXT("ulp", "ULP", N_("upper layer protocol on the socket: tls, mptcp, ...")),
	  ULP(0, name), .access.get = get_ulp_name },
	{ NUMBER("tls_version", "TLS-VERSION", NONE, N_("kernel TLS version number")),
	  ULP(SOCK_ULP_KNOWS_TLS_VERSION, tls_version) },
	{ NUMBER("tls_cipher", "TLS-CIPHER", NONE, N_("kernel TLS cipher number")),
	  ULP(SOCK_ULP_KNOWS_TLS_CIPHER, tls_cipher) },
	{ NUMBER("tls_tx", "TLS-TX", NONE, N_("kernel TLS sending: 1 none, 2 software, 3 device")),
	  ULP(SOCK_ULP_KNOWS_TLS_TX, tls_tx) },
	{ NUMBER("tls_rx", "TLS-RX", NONE,
	         N_("kernel TLS receiving: 1 none, 2 software, 3 device")),
	  ULP(SOCK_ULP_KNOWS_TLS_RX, tls_rx) },
	{ NUMBER("tls_zero_copy_tx", "TLS-ZERO-COPY-TX", NONE, N_("1: sendfile without a copy")),
	  ULP(SOCK_ULP_KNOWS_TLS_VERSION, tls_zero_copy_tx), QUIET },
	{ NUMBER("tls_rx_no_pad", "TLS-RX-NO-PAD", NONE, N_("1: no padding is expected")),
	  ULP(SOCK_ULP_KNOWS_TLS_VERSION, tls_rx_no_pad), QUIET },
	{ NUMBER("subflow_write_seq", "SUBFLOW-WRITE-SEQ", NONE,
	         N_("MPTCP subflow: write sequence")),
	  ULP(SOCK_ULP_KNOWS_WRITE_SEQ, write_seq) },
	{ NUMBER("subflow_map_seq", "SUBFLOW-MAP-SEQ", NONE,
	         N_("MPTCP subflow: mapped sequence, in hex")),
	  ULP(SOCK_ULP_KNOWS_MAP_SEQ, map_seq), HEX },
	{ NUMBER("subflow_map_sfseq", "SUBFLOW-MAP-SFSEQ", NONE,
	         N_("MPTCP subflow: mapped subflow sequence")),
	  ULP(SOCK_ULP_KNOWS_MAP_SUBFLOW_SEQ, map_subflow_seq) },
	{ NUMBER("subflow_ssn_offset", "SUBFLOW-SSN-OFFSET", NONE, N_("MPTCP subflow: offset")),
	  ULP(SOCK_ULP_KNOWS_SSN_OFFSET, ssn_offset) },
	{ NUMBER("subflow_map_len", "SUBFLOW-MAP-LEN", BYTES, N_("MPTCP subflow: mapped length")),
	  ULP(SOCK_ULP_KNOWS_MAP_LENGTH, map_length) },
	{ NUMBER("subflow_flags", "SUBFLOW-FLAGS", NONE, N_("MPTCP subflow: flags")),
	  ULP(SOCK_ULP_KNOWS_FLAGS, flags) },
	{ NUMBER("subflow_remote_id", "SUBFLOW-REMOTE-ID", NONE, N_("MPTCP subflow: remote id")),
	  ULP(SOCK_ULP_KNOWS_REMOTE_ID, remote_id) },
	{ NUMBER("subflow_local_id", "SUBFLOW-LOCAL-ID", NONE, N_("MPTCP subflow: local id")),
	  ULP(SOCK_ULP_KNOWS_LOCAL_ID, local_id) },

	{ NUMBER("mptcp_subflows", "MPTCP-SUBFLOWS", NONE, N_("MPTCP: subflows beyond the first")),
	  MPTCP(subflows) },
	{ NUMBER("mptcp_subflows_total", "MPTCP-SUBFLOWS-TOTAL", NONE, N_("MPTCP: all subflows")),
	  MPTCP(subflows_total) },
	{ NUMBER("mptcp_subflows_max", "MPTCP-SUBFLOWS-MAX", NONE, N_("MPTCP: limit of subflows")),
	  MPTCP(subflows_max), QUIET },
	{ NUMBER("mptcp_add_addr_signal", "MPTCP-ADD-ADDR-SIGNAL", NONE,
	         N_("MPTCP: addresses announced")),
	  MPTCP(add_addr_signal), QUIET },
	{ NUMBER("mptcp_add_addr_signal_max", "MPTCP-ADD-ADDR-SIGNAL-MAX", NONE,
	         N_("MPTCP: limit of addresses announced")),
	  MPTCP(add_addr_signal_max), QUIET },
	{ NUMBER("mptcp_add_addr_accepted", "MPTCP-ADD-ADDR-ACCEPTED", NONE,
	         N_("MPTCP: announced addresses accepted")),
	  MPTCP(add_addr_accepted), QUIET },
	{ NUMBER("mptcp_add_addr_accepted_max", "MPTCP-ADD-ADDR-ACCEPTED-MAX", NONE,
	         N_("MPTCP: limit of addresses accepted")),
	  MPTCP(add_addr_accepted_max), QUIET },
	{ NUMBER("mptcp_flags", "MPTCP-FLAGS", NONE,
	         N_("MPTCP: 1 fallback, 2 remote key received")),
	  MPTCP(flags) },
	{ NUMBER("mptcp_write_seq", "MPTCP-WRITE-SEQ", NONE,
	         N_("MPTCP: next sequence to write, in hex")),
	  MPTCP(write_seq), HEX },
	{ NUMBER("mptcp_snd_una", "MPTCP-SND-UNA", NONE,
	         N_("MPTCP: first unacknowledged sequence, in hex")),
	  MPTCP(snd_una), HEX },
	{ NUMBER("mptcp_rcv_nxt", "MPTCP-RCV-NXT", NONE,
	         N_("MPTCP: next sequence expected, in hex")),
	  MPTCP(rcv_nxt), HEX },
	{ NUMBER("mptcp_local_addr_used", "MPTCP-LOCAL-ADDR-USED", NONE,
	         N_("MPTCP: local addresses in use")),
	  MPTCP(local_addr_used), QUIET },
	{ NUMBER("mptcp_local_addr_max", "MPTCP-LOCAL-ADDR-MAX", NONE,
	         N_("MPTCP: limit of local addresses")),
	  MPTCP(local_addr_max), QUIET },
	{ NUMBER("mptcp_csum_enabled", "MPTCP-CSUM-ENABLED", NONE, N_("MPTCP: 1 with checksums")),
	  MPTCP(csum_enabled), QUIET },
	{ NUMBER("mptcp_retransmits", "MPTCP-RETRANSMITS", NONE, N_("MPTCP: retransmissions")),
	  MPTCP(retransmits), QUIET },
	{ NUMBER("mptcp_bytes_retrans", "MPTCP-BYTES-RETRANS", BYTES,
	         N_("MPTCP: bytes sent again")),
	  MPTCP(bytes_retrans), QUIET },
	{ NUMBER("mptcp_bytes_sent", "MPTCP-BYTES-SENT", BYTES, N_("MPTCP: bytes sent")),
	  MPTCP(bytes_sent), QUIET },
	{ NUMBER("mptcp_bytes_received", "MPTCP-BYTES-RECEIVED", BYTES,
	         N_("MPTCP: bytes received")),
	  MPTCP(bytes_received), QUIET },
	{ NUMBER("mptcp_bytes_acked", "MPTCP-BYTES-ACKED", BYTES, N_("MPTCP: bytes acknowledged")),
	  MPTCP(bytes_acked), QUIET },
	{ NUMBER("mptcp_endp_laminar_max", "MPTCP-ENDP-LAMINAR-MAX", NONE,
	         N_("MPTCP: limit of laminar endpoints")),
	  MPTCP(endp_laminar_max), QUIET },
	{ NUMBER("mptcp_last_sent", "MPTCP-LAST-SENT", MS,
	         N_("MPTCP: time since payload was sent")),
	  MPTCP(last_data_sent), QUIET },
	{ NUMBER("mptcp_last_received", "MPTCP-LAST-RECEIVED", MS,
	         N_("MPTCP: time since payload was received")),
	  MPTCP(last_data_recv), QUIET },
	{ NUMBER("mptcp_last_ack", "MPTCP-LAST-ACK", MS,
	         N_("MPTCP: time since an acknowledgement")),
	  MPTCP(last_ack_recv), QUIET },

	{ TEXT("sctp_locals", "SCTP-LOCALS", N_("SCTP: all local addresses")), INFO, WITHIN(SCTP),
	  .access.get = get_sctp_locals },
	{ TEXT("sctp_peers", "SCTP-PEERS", N_("SCTP: all addresses of the other end")), INFO,
	  WITHIN(SCTP), .access.get = get_sctp_peers },
	{ NUMBER("sctp_tag", "SCTP-TAG", NONE, N_("SCTP: verification tag of this end")),
	  SCTP(tag) },
	{ NUMBER("sctp_rwnd", "SCTP-RWND", BYTES, N_("SCTP: window that this end offers")),
	  SCTP(rwnd) },
	{ NUMBER("sctp_unacked_data", "SCTP-UNACKED-DATA", NONE,
	         N_("SCTP: chunks sent and not acknowledged")),
	  SCTP(unacked_data), QUIET },
	{ NUMBER("sctp_pending_data", "SCTP-PENDING-DATA", NONE, N_("SCTP: chunks not sent yet")),
	  SCTP(pending_data), QUIET },
	{ NUMBER("sctp_in_streams", "SCTP-IN-STREAMS", NONE,
	         N_("SCTP: streams from the other end")),
	  SCTP(in_streams) },
	{ NUMBER("sctp_out_streams", "SCTP-OUT-STREAMS", NONE,
	         N_("SCTP: streams to the other end")),
	  SCTP(out_streams) },
	{ NUMBER("sctp_fragmentation_point", "SCTP-FRAGMENTATION-POINT", BYTES,
	         N_("SCTP: longer messages are cut")),
	  SCTP(fragmentation_point) },
	{ NUMBER("sctp_in_queue", "SCTP-IN-QUEUE", NONE, N_("SCTP: messages to be read")),
	  SCTP(in_queue), QUIET },
	{ NUMBER("sctp_out_queue", "SCTP-OUT-QUEUE", NONE, N_("SCTP: chunks to be sent")),
	  SCTP(out_queue), QUIET },
	{ NUMBER("sctp_overall_error", "SCTP-OVERALL-ERROR", NONE,
	         N_("SCTP: retransmissions in a row")),
	  SCTP(overall_error), QUIET },
	{ NUMBER("sctp_max_burst", "SCTP-MAX-BURST", NONE,
	         N_("SCTP: packets sent at once at most")),
	  SCTP(max_burst) },
	{ NUMBER("sctp_max_segment", "SCTP-MAX-SEGMENT", BYTES, N_("SCTP: limit of a chunk")),
	  SCTP(max_segment), QUIET },
	{ NUMBER("sctp_peer_rwnd", "SCTP-PEER-RWND", BYTES,
	         N_("SCTP: window that the other end offers")),
	  SCTP(peer_rwnd) },
	{ NUMBER("sctp_peer_tag", "SCTP-PEER-TAG", NONE,
	         N_("SCTP: verification tag of the other end")),
	  SCTP(peer_tag) },
	{ NUMBER("sctp_peer_capable", "SCTP-PEER-CAPABLE", NONE,
	         N_("SCTP: what the other end can do, as bits")),
	  SCTP(peer_capable), QUIET },
	{ NUMBER("sctp_peer_sack", "SCTP-PEER-SACK", NONE,
	         N_("SCTP: the other end needs a SACK now")),
	  SCTP(peer_sack), QUIET },
	{ NUMBER("sctp_in_sacks", "SCTP-IN-SACKS", NONE, N_("SCTP: SACKs received")),
	  SCTP(in_sacks), QUIET },
	{ NUMBER("sctp_out_sacks", "SCTP-OUT-SACKS", NONE, N_("SCTP: SACKs sent")), SCTP(out_sacks),
	  QUIET },
	{ NUMBER("sctp_out_packets", "SCTP-OUT-PACKETS", NONE, N_("SCTP: packets sent")),
	  SCTP(out_packets), QUIET },
	{ NUMBER("sctp_in_packets", "SCTP-IN-PACKETS", NONE, N_("SCTP: packets received")),
	  SCTP(in_packets), QUIET },
	{ NUMBER("sctp_retransmitted_chunks", "SCTP-RETRANSMITTED-CHUNKS", NONE,
	         N_("SCTP: chunks sent again")),
	  SCTP(retransmitted_chunks), QUIET },
	{ NUMBER("sctp_out_of_sequence", "SCTP-OUT-OF-SEQUENCE", NONE,
	         N_("SCTP: chunks received out of order")),
	  SCTP(out_of_sequence), QUIET },
	{ NUMBER("sctp_in_duplicates", "SCTP-IN-DUPLICATES", NONE,
	         N_("SCTP: chunks received twice")),
	  SCTP(in_duplicates), QUIET },
	{ NUMBER("sctp_gap_count", "SCTP-GAP-COUNT", NONE, N_("SCTP: gap reports received")),
	  SCTP(gap_count), QUIET },
	{ NUMBER("sctp_out_unordered", "SCTP-OUT-UNORDERED", NONE,
	         N_("SCTP: unordered chunks sent")),
	  SCTP(out_unordered), QUIET },
	{ NUMBER("sctp_in_unordered", "SCTP-IN-UNORDERED", NONE,
	         N_("SCTP: unordered chunks received")),
	  SCTP(in_unordered), QUIET },
	{ NUMBER("sctp_out_ordered", "SCTP-OUT-ORDERED", NONE, N_("SCTP: ordered chunks sent")),
	  SCTP(out_ordered), QUIET },
	{ NUMBER("sctp_in_ordered", "SCTP-IN-ORDERED", NONE, N_("SCTP: ordered chunks received")),
	  SCTP(in_ordered), QUIET },
	{ NUMBER("sctp_out_control", "SCTP-OUT-CONTROL", NONE, N_("SCTP: control chunks sent")),
	  SCTP(out_control), QUIET },
	{ NUMBER("sctp_in_control", "SCTP-IN-CONTROL", NONE, N_("SCTP: control chunks received")),
	  SCTP(in_control), QUIET },
	{ NUMBER("sctp_primary_state", "SCTP-PRIMARY-STATE", NONE,
	         N_("SCTP: state of the primary path")),
	  SCTP(primary_state), QUIET },
	{ NUMBER("sctp_primary_cwnd", "SCTP-PRIMARY-CWND", BYTES,
	         N_("SCTP: congestion window of the primary path")),
	  SCTP(primary_cwnd) },
	{ NUMBER("sctp_primary_srtt", "SCTP-PRIMARY-SRTT", MS,
	         N_("SCTP: round trip of the primary path")),
	  SCTP(primary_srtt) },
	{ NUMBER("sctp_primary_rto", "SCTP-PRIMARY-RTO", MS,
	         N_("SCTP: retransmission timeout of the primary path")),
	  SCTP(primary_rto) },
	{ NUMBER("sctp_primary_heartbeat", "SCTP-PRIMARY-HEARTBEAT", MS,
	         N_("SCTP: heartbeat interval of the primary path")),
	  SCTP(primary_heartbeat) },
	{ NUMBER("sctp_primary_max_retrans", "SCTP-PRIMARY-MAX-RETRANS", NONE,
	         N_("SCTP: retransmissions until the primary path fails")),
	  SCTP(primary_max_retrans) },
	{ NUMBER("sctp_primary_sack_delay", "SCTP-PRIMARY-SACK-DELAY", MS,
	         N_("SCTP: delay of SACKs on the primary path")),
	  SCTP(primary_sack_delay) },
	{ NUMBER("sctp_primary_sack_frequency", "SCTP-PRIMARY-SACK-FREQUENCY", NONE,
	         N_("SCTP: packets for a SACK on the primary path")),
	  SCTP(primary_sack_frequency) },
	{ NUMBER("sctp_primary_ssthresh", "SCTP-PRIMARY-SSTHRESH", BYTES,
	         N_("SCTP: slow start threshold of the primary path")),
	  SCTP(primary_ssthresh) },
	{ NUMBER("sctp_primary_partial_acked", "SCTP-PRIMARY-PARTIAL-ACKED", BYTES,
	         N_("SCTP: bytes towards a larger window")),
	  SCTP(primary_partial_acked), QUIET },
	{ NUMBER("sctp_primary_flight_size", "SCTP-PRIMARY-FLIGHT-SIZE", BYTES,
	         N_("SCTP: bytes on the way on the primary path")),
	  SCTP(primary_flight_size), QUIET },
	{ NUMBER("sctp_primary_error", "SCTP-PRIMARY-ERROR", NONE,
	         N_("SCTP: timeouts of the primary path")),
	  SCTP(primary_error), QUIET },
	{ NUMBER("sctp_autoclose", "SCTP-AUTOCLOSE", NONE,
	         N_("SCTP: seconds of silence until it closes")),
	  SCTP(autoclose), QUIET },
	{ NUMBER("sctp_adaptation", "SCTP-ADAPTATION", NONE, N_("SCTP: adaptation indication")),
	  SCTP(adaptation), QUIET },
	{ NUMBER("sctp_partial_delivery_point", "SCTP-PARTIAL-DELIVERY-POINT", BYTES,
	         N_("SCTP: partial delivery begins here")),
	  SCTP(partial_delivery_point), QUIET },
	{ NUMBER("sctp_nodelay", "SCTP-NODELAY", NONE,
	         N_("SCTP: 1: small chunks are not held back")),
	  SCTP(nodelay), QUIET },
	{ NUMBER("sctp_disable_fragments", "SCTP-DISABLE-FRAGMENTS", NONE,
	         N_("SCTP: 1: long messages are refused")),
	  SCTP(disable_fragments), QUIET },
	{ NUMBER("sctp_v4mapped", "SCTP-V4MAPPED", NONE, N_("SCTP: 1: IPv4 addresses are mapped")),
	  SCTP(v4mapped), QUIET },
	{ NUMBER("sctp_fragment_interleave", "SCTP-FRAGMENT-INTERLEAVE", NONE,
	         N_("SCTP: level of interleaving")),
	  SCTP(fragment_interleave), QUIET },
	{ NUMBER("sctp_type", "SCTP-TYPE", NONE, N_("SCTP: 0 UDP style, 1 one connection, 2 both")),
	  SCTP(type), QUIET },
};

#undef COLUMN
#undef TEXT
#undef NUMBER
#undef AT
#undef MEMBER
#undef BOTH
#undef DATA
#undef NAMES
#undef TIMER
#undef EXTENDED
#undef MEMORY
#undef INFO
#undef TCP
#undef TCP_ALWAYS
#undef TCP_UP_TO
#undef BITS
#undef WSCALE
#undef TCP_FLAGS
#undef MPTCP
#undef ULP
#undef CC
#undef OF
#undef UNIX
#undef DETAILS
#undef PACKET
#undef NETLINK
#undef XDP
#undef SCTP
#undef LIFE
#undef RING
#undef WITHIN
#undef QUIET
#undef HEX
#undef MEASURED
#undef US
#undef MS
#undef BYTES
#undef SEGMENTS
#undef RATE
#undef NONE

const size_t field_count = ARRAY_LENGTH(fields);

/* Enum field_known of tcp_info. Window scales count only if both sides agreed to scale. */
static uint32_t tcp_known(const struct sock *sock) {
	if (sock->state == SOCK_STATE_LISTEN)
		return 0;
	if (sock->tcp->options & TCP_OPTION_WSCALE)
		return FIELD_KNOWN_CONNECTED | FIELD_KNOWN_WSCALE;
	return FIELD_KNOWN_CONNECTED;
}

/* The part that only sockets of its family have. */
static void add_more(struct field_source *source, const struct sock *sock) {
	static const struct {
		uint8_t part;
		uint32_t length;
	} parts[SOCK_PROBE_COUNT] = {
		[SOCK_PROBE_SCTP] = { FIELD_PART_SCTP, offsetof(struct sock_sctp, counters) },
		[SOCK_PROBE_UNIX] = { FIELD_PART_UNIX, sizeof(struct sock_unix) },
		[SOCK_PROBE_PACKET] = { FIELD_PART_PACKET, sizeof(struct sock_packet) },
		[SOCK_PROBE_NETLINK] = { FIELD_PART_NETLINK, sizeof(struct sock_netlink) },
		[SOCK_PROBE_XDP] = { FIELD_PART_XDP, sizeof(struct sock_xdp) },
	};
	const enum sock_probe probe = sock_probe_of((enum sock_protocol)sock->protocol);
	struct field_part_source *part = &source->parts[parts[probe].part];
	part->base = (const void *)sock->more;
	part->length = parts[probe].length;
	part->known = *sock->more;
	if (probe == SOCK_PROBE_SCTP)
		part->length += sock->sctp->length;
}

struct field_source field_source(const struct sock *sock) {
	static const uint32_t congestion_known[] = {
		[CONGESTION_NONE] = 0,
		[CONGESTION_VEGAS] = FIELD_KNOWN_VEGAS,
		[CONGESTION_DCTCP] = FIELD_KNOWN_DCTCP,
		[CONGESTION_BBR] = FIELD_KNOWN_BBR,
	};
	struct field_source source = { .sock = sock };
	source.parts[FIELD_PART_SOCK].base = (const void *)sock;
	source.parts[FIELD_PART_SOCK].length = sizeof(*sock);
	source.parts[FIELD_PART_SOCK].known = sock->known;
	if (sock->tcp) {
		source.parts[FIELD_PART_TCP].base = (const void *)sock->tcp;
		source.parts[FIELD_PART_TCP].length = sock->tcp_length;
		source.parts[FIELD_PART_TCP].known = tcp_known(sock);
	}
	if (sock->mptcp) {
		source.parts[FIELD_PART_MPTCP].base = (const void *)sock->mptcp;
		source.parts[FIELD_PART_MPTCP].length = sock->mptcp_length;
	}
	if (sock->memory) {
		source.parts[FIELD_PART_MEMORY].base = (const void *)sock->memory;
		source.parts[FIELD_PART_MEMORY].length = sock->memory->length;
	}
	if (sock->congestion) {
		source.parts[FIELD_PART_CONGESTION].base = (const void *)sock->congestion;
		source.parts[FIELD_PART_CONGESTION].length = sizeof(*sock->congestion);
		source.parts[FIELD_PART_CONGESTION].known =
		    congestion_known[sock->congestion->kind];
	}
	if (sock->more)
		add_more(&source, sock);
	if (sock->life) {
		source.parts[FIELD_PART_LIFE].base = (const void *)sock->life;
		source.parts[FIELD_PART_LIFE].length = sizeof(*sock->life);
		source.parts[FIELD_PART_LIFE].known = sock->life->known;
	}
	if (sock->names) {
		source.parts[FIELD_PART_NAMES].base = (const void *)sock->names;
		source.parts[FIELD_PART_NAMES].length = sizeof(*sock->names);
	}
	if (sock->ulp) {
		source.parts[FIELD_PART_ULP].base = (const void *)sock->ulp;
		source.parts[FIELD_PART_ULP].length = sizeof(*sock->ulp);
		source.parts[FIELD_PART_ULP].known = sock->ulp->known;
	}
	return source;
}

static bool is_plain(const struct field_access *access) {
	return !access->get && field_number_kind(&access->number) == VALUE_NUMBER;
}

static bool belongs_to(const struct field_run *run, const struct field_access *access) {
	return run->part == access->part && run->known == access->known &&
	       run->plain == is_plain(access);
}

/* Sets `next` of each run. */
static void link_runs(struct field_run *runs, size_t count) {
	for (size_t i = count; i-- > 0;) {
		const bool same = i + 1 < count && runs[i + 1].part == runs[i].part;
		runs[i].next = same ? runs[i + 1].next : (uint32_t)i + 1;
	}
}

size_t field_find_runs(const struct field_access *accesses, size_t first, size_t end,
                       struct field_run *runs) {
	size_t count = 0;
	for (size_t i = first; i < end; i++) {
		if (count == 0 || !belongs_to(&runs[count - 1], &accesses[i]))
			runs[count++] = (struct field_run){ .first = (uint32_t)i,
				                            .known = accesses[i].known,
				                            .part = accesses[i].part,
				                            .plain = is_plain(&accesses[i]) };
		runs[count - 1].end = (uint32_t)i + 1;
	}
	link_runs(runs, count);
	return count;
}

static bool same_name(const char *name, const char *text, size_t length) {
	return strlen(name) == length && strncasecmp(name, text, length) == 0;
}

/* By its name, its JSON key, or the heading that people see; in any case. */
static bool is_called(const struct column *column, const char *text, size_t length) {
	const size_t own = strlen(column->name);
	if (same_name(column->name, text, length) || same_name(column->title, text, length))
		return true;
	return length > own && strncasecmp(column->name, text, own) == 0 &&
	       same_name(unit_key_suffix(column->unit), text + own, length - own);
}

const struct field *field_find(const char *name, size_t length) {
	for (size_t i = 0; i < field_count; i++) {
		if (is_called(&fields[i].column, name, length))
			return &fields[i];
	}
	return NULL;
}

const struct field *field_named(const char *name) {
	return field_find(name, strlen(name));
}

const char *field_suggest(const char *name, size_t length) {
	const char *names[ARRAY_LENGTH(fields)];
	for (size_t i = 0; i < field_count; i++)
		names[i] = fields[i].column.name;
	return util_closest(name, length, names, field_count);
}
