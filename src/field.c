/* The rows, and the few functions that read a socket for them. A getter never fails: what is not
 * known is a value too. */

#include "field.h"

#include <string.h>
#include <strings.h>

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
	set_end(value, VALUE_ADDRESS, sock, VALUE_LOCAL);
}

static void get_dst(const struct field_access *access, const struct sock *sock,
                    struct value *value) {
	(void)access;
	set_end(value, VALUE_ADDRESS, sock, VALUE_PEER);
}

static void get_string(const struct field_access *access, const struct sock *sock,
                       struct value *value) {
	const char *text;
	memcpy(&text, (const unsigned char *)sock + access->number.offset, sizeof(text));
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

static void get_owners(const struct sock *sock, struct value *value, enum value_owner_part part) {
	if (sock->owner_count > 0)
		*value =
		    (struct value){ .kind = VALUE_OWNERS, .part = (uint8_t)part, .sock = sock };
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

static void get_ownership(const struct field_access *access, const struct sock *sock,
                          struct value *value) {
	(void)access;
	if (sock->ownership != SOCK_OWNERSHIP_UNKNOWN)
		set_symbol(value, sock_ownership_name((enum sock_ownership)sock->ownership));
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
#define NAMES .group = FIELD_GROUP_NAMES, .needs = SOCK_NEED_NAMES
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
	{ TEXT("proto", "PROTO", N_("protocol: tcp, udp, udplite, raw or mptcp")), BOTH,
	  .access.get = get_proto, AT(struct sock, protocol) },
	{ TEXT("family", "FAMILY", N_("address family: inet or inet6")), DATA,
	  .access.get = get_family, AT(struct sock, family) },
	{ TEXT("state", "STATE", N_("state, as ss spells it; UNCONN is not connected")), BOTH,
	  .access.get = get_state, AT(struct sock, state) },
	{ NUMBER("recvq", "RECV-Q", NONE,
	         N_("TCP: bytes not yet read; UDP: memory used; LISTEN: connections to accept")),
	  BOTH, MEMBER(SOCK_KNOWS_RECVQ, recvq) },
	{ NUMBER("sendq", "SEND-Q", NONE,
	         N_("TCP: bytes not yet acknowledged; UDP: memory used; LISTEN: backlog")),
	  BOTH, MEMBER(SOCK_KNOWS_SENDQ, sendq) },
	{ TEXT("local", "LOCAL", N_("local address, bound device and port")),
	  .defaults = FIELD_IN_TEXT, .needs = SOCK_NEED_INTERFACE, .access.get = get_local },
	{ TEXT("peer", "PEER", N_("address and port of the other end")), .defaults = FIELD_IN_TEXT,
	  .access.get = get_peer },
	{ TEXT("src", "SRC", N_("local address")), DATA, .access.get = get_src },
	{ NUMBER("sport", "SPORT", NONE, N_("local port; for raw sockets the IP protocol")), DATA,
	  MEMBER(0, local.port) },
	{ TEXT("dst", "DST", N_("address of the other end")), DATA, .access.get = get_dst },
	{ NUMBER("dport", "DPORT", NONE, N_("port of the other end")), DATA, MEMBER(0, peer.port) },
	{ TEXT("src_name", "SRC-NAME", N_("host name of the local address")), NAMES,
	  .access.get = get_string, AT(struct sock, local.host) },
	{ TEXT("sport_name", "SPORT-NAME", N_("service name of the local port")), NAMES,
	  .access.get = get_string, AT(struct sock, local.service) },
	{ TEXT("dst_name", "DST-NAME", N_("host name of the other end")), NAMES,
	  .access.get = get_string, AT(struct sock, peer.host) },
	{ TEXT("dport_name", "DPORT-NAME", N_("service name of the other end's port")), NAMES,
	  .access.get = get_string, AT(struct sock, peer.service) },
	{ TEXT("iface", "IFACE", N_("device that the socket is bound to")), DATA,
	  .needs = SOCK_NEED_INTERFACE, .access.get = get_string, AT(struct sock, interface_name) },
	{ NUMBER("ifindex", "IFINDEX", NONE, N_("index of the device that the socket is bound to")),
	  DATA, MEMBER(SOCK_KNOWS_INTERFACE, ifindex) },
	{ TEXT("owners", "PID/PROCESS", N_("every process that holds the socket")), BOTH,
	  .needs = SOCK_NEED_OWNERS, .access.get = get_all_owners },
	{ TEXT("owner", "OWNER", N_("how sure the owners are: exact, several, hidden or none")),
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

	{ NUMBER("uid", "UID", NONE, N_("user id of the socket")), DATA, EXTENDED,
	  MEMBER(SOCK_KNOWS_UID, uid) },
	{ TEXT("user", "USER", N_("user name of the socket")), DATA, EXTENDED,
	  .needs = SOCK_NEED_USER, .access.get = get_string, AT(struct sock, user) },
	{ NUMBER("inode", "INODE", NONE, N_("inode number, as in /proc/PID/fd")), DATA, EXTENDED,
	  MEMBER(SOCK_KNOWS_INODE, inode) },
	{ NUMBER("cookie", "COOKIE", NONE, N_("the kernel's unique number for the socket, in hex")),
	  DATA, EXTENDED, MEMBER(SOCK_KNOWS_COOKIE, cookie), HEX },
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

const char *field_suggest(const char *name, size_t length) {
	const char *names[ARRAY_LENGTH(fields)];
	for (size_t i = 0; i < field_count; i++)
		names[i] = fields[i].column.name;
	return util_closest(name, length, names, field_count);
}
