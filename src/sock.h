#pragma once
/* A socket as the rest of the program knows it: host byte order, and unknown is never zero. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct mptcp_counters;
struct sock_life;
struct sock_sctp;
struct tcp_counters;

/* Where a family has socket types, each of them counts as a protocol, as in ss's first column. */
enum sock_protocol {
	SOCK_PROTOCOL_TCP,
	SOCK_PROTOCOL_UDP,
	SOCK_PROTOCOL_UDPLITE,
	SOCK_PROTOCOL_RAW,
	SOCK_PROTOCOL_MPTCP,
	SOCK_PROTOCOL_SCTP,
	SOCK_PROTOCOL_UNIX_STREAM,
	SOCK_PROTOCOL_UNIX_DGRAM,
	SOCK_PROTOCOL_UNIX_SEQPACKET,
	SOCK_PROTOCOL_PACKET_RAW,
	SOCK_PROTOCOL_PACKET_DGRAM,
	SOCK_PROTOCOL_NETLINK,
	SOCK_PROTOCOL_VSOCK_STREAM,
	SOCK_PROTOCOL_VSOCK_DGRAM,
	SOCK_PROTOCOL_VSOCK_SEQPACKET,
	SOCK_PROTOCOL_XDP,
	SOCK_PROTOCOL_COUNT,
};

/* Protocols as a bit set, 1u << enum sock_protocol. Those over IP come first. */
enum {
	SOCK_PROTOCOL_IP_COUNT = SOCK_PROTOCOL_SCTP + 1,
	SOCK_PROTOCOLS_ALL = (1u << SOCK_PROTOCOL_COUNT) - 1,
	SOCK_PROTOCOLS_IP = (1u << SOCK_PROTOCOL_IP_COUNT) - 1,
	SOCK_PROTOCOLS_UNIX = 1u << SOCK_PROTOCOL_UNIX_STREAM | 1u << SOCK_PROTOCOL_UNIX_DGRAM |
	                      1u << SOCK_PROTOCOL_UNIX_SEQPACKET,
	SOCK_PROTOCOLS_PACKET = 1u << SOCK_PROTOCOL_PACKET_RAW | 1u << SOCK_PROTOCOL_PACKET_DGRAM,
	SOCK_PROTOCOLS_VSOCK = 1u << SOCK_PROTOCOL_VSOCK_STREAM | 1u << SOCK_PROTOCOL_VSOCK_DGRAM |
	                       1u << SOCK_PROTOCOL_VSOCK_SEQPACKET,
};

enum sock_family {
	SOCK_FAMILY_INET,
	SOCK_FAMILY_INET6,
	SOCK_FAMILY_UNIX,
	SOCK_FAMILY_PACKET,
	SOCK_FAMILY_NETLINK,
	SOCK_FAMILY_VSOCK,
	SOCK_FAMILY_XDP,
	SOCK_FAMILY_COUNT,
};

/* Families as a bit set, 1u << enum sock_family. */
enum {
	SOCK_FAMILIES_ALL = (1u << SOCK_FAMILY_COUNT) - 1,
	SOCK_FAMILIES_IP = 1u << SOCK_FAMILY_INET | 1u << SOCK_FAMILY_INET6,
};

/* Who answers for a protocol: all types of a family come from one place. */
enum sock_probe {
	SOCK_PROBE_TCP,
	SOCK_PROBE_UDP,
	SOCK_PROBE_UDPLITE,
	SOCK_PROBE_RAW,
	SOCK_PROBE_MPTCP,
	SOCK_PROBE_SCTP,
	SOCK_PROBE_UNIX,
	SOCK_PROBE_PACKET,
	SOCK_PROBE_NETLINK,
	SOCK_PROBE_VSOCK,
	SOCK_PROBE_XDP,
	SOCK_PROBE_COUNT,
};

/* The kernel's numbers (include/net/tcp_states.h); other protocols use CLOSE and ESTABLISHED. Those
 * of an SCTP association that TCP does not have (RFC 9260 section 4) stand behind them. */
enum sock_state {
	SOCK_STATE_ESTABLISHED = 1,
	SOCK_STATE_SYN_SENT,
	SOCK_STATE_SYN_RECV,
	SOCK_STATE_FIN_WAIT1,
	SOCK_STATE_FIN_WAIT2,
	SOCK_STATE_TIME_WAIT,
	SOCK_STATE_CLOSE,
	SOCK_STATE_CLOSE_WAIT,
	SOCK_STATE_LAST_ACK,
	SOCK_STATE_LISTEN,
	SOCK_STATE_CLOSING,
	SOCK_STATE_COOKIE_WAIT,
	SOCK_STATE_COOKIE_ECHOED,
	SOCK_STATE_SHUTDOWN_PENDING,
	SOCK_STATE_SHUTDOWN_SENT,
	SOCK_STATE_SHUTDOWN_RECEIVED,
	SOCK_STATE_SHUTDOWN_ACK_SENT,
	SOCK_STATE_COUNT,
};

/* Every state as a bit set, 1u << enum sock_state. */
enum { SOCK_STATES_ALL = (1u << SOCK_STATE_COUNT) - 2 };

enum sock_timer {
	SOCK_TIMER_NONE,
	SOCK_TIMER_ON, /* retransmission, loss probe, or SYN */
	SOCK_TIMER_KEEPALIVE,
	SOCK_TIMER_TIMEWAIT,
	SOCK_TIMER_PERSIST, /* zero-window probe */
	SOCK_TIMER_DELAYED_ACK,
	SOCK_TIMER_COUNT,
};

/* How the owners of a socket were found out. */
enum sock_ownership {
	SOCK_OWNERSHIP_UNKNOWN, /* nobody looked */
	SOCK_OWNERSHIP_NONE, /* no process holds it: the kernel's, orphaned, or not yet accepted */
	SOCK_OWNERSHIP_HIDDEN,     /* a process may hold it, but we were not allowed to look */
	SOCK_OWNERSHIP_EXACT,      /* one process */
	SOCK_OWNERSHIP_SEVERAL,    /* more than one process */
	SOCK_OWNERSHIP_REMEMBERED, /* those that held it before its close, as was seen then */
	SOCK_OWNERSHIP_COUNT,
};

/* What became of a socket between two looks. */
enum sock_change {
	SOCK_CHANGE_UNKNOWN, /* nobody compared */
	SOCK_CHANGE_NONE,
	SOCK_CHANGE_NEW,
	SOCK_CHANGE_GONE,
	SOCK_CHANGE_CHANGED, /* its state, addresses or owners */
	SOCK_CHANGE_COUNT,
};

enum sock_source {
	SOCK_SOURCE_DIAG, /* netlink sock_diag */
	SOCK_SOURCE_PROC, /* /proc/net */
	SOCK_SOURCE_COUNT,
};

/* Which of the plain members of struct sock hold something. Pointers speak for themselves. */
enum sock_known {
	SOCK_KNOWS_COOKIE = 1u << 0,
	SOCK_KNOWS_INODE = 1u << 1,
	SOCK_KNOWS_UID = 1u << 2,
	SOCK_KNOWS_RECVQ = 1u << 3,
	SOCK_KNOWS_SENDQ = 1u << 4,
	SOCK_KNOWS_TIMER = 1u << 5,
	SOCK_KNOWS_MARK = 1u << 6,
	SOCK_KNOWS_CGROUP_ID = 1u << 7,
	SOCK_KNOWS_CLASS_ID = 1u << 8,
	SOCK_KNOWS_TOS = 1u << 9,
	SOCK_KNOWS_TCLASS = 1u << 10,
	SOCK_KNOWS_SHUTDOWN = 1u << 11,
	SOCK_KNOWS_V6ONLY = 1u << 12,
	SOCK_KNOWS_OPTIONS = 1u << 13,
	SOCK_KNOWS_DROPS = 1u << 14,
	SOCK_KNOWS_NETNS = 1u << 15,
	SOCK_KNOWS_MD5_KEYS = 1u << 16,
	SOCK_KNOWS_INTERFACE = 1u << 17, /* it is bound to one: `ifindex` */
	SOCK_KNOWS_PORTS = 1u << 18,     /* `port` of both ends, which may be 0 */
};

/* What a caller wants to see beyond addresses, state, queues, uid, inode and cookie. */
enum sock_need {
	SOCK_NEED_INFO = 1u << 0,       /* tcp_info, upper layer protocol, MD5 */
	SOCK_NEED_CONGESTION = 1u << 1, /* the algorithm and its counters */
	SOCK_NEED_MEMORY = 1u << 2,
	SOCK_NEED_TOS = 1u << 3, /* tos, traffic class and class id */
	SOCK_NEED_OWNERS = 1u << 4,
	SOCK_NEED_USER = 1u << 5,
	SOCK_NEED_INTERFACE = 1u << 6,    /* the name of the bound device */
	SOCK_NEED_NAMES = 1u << 7,        /* host and service names */
	SOCK_NEED_CGROUP = 1u << 8,       /* the path of the cgroup */
	SOCK_NEED_EXTRAS = 1u << 9,       /* shutdown, mark, cgroup id and socket options */
	SOCK_NEED_BPF_STORAGE = 1u << 10, /* what BPF maps keep for the socket */
	SOCK_NEED_PEER = 1u << 11, /* the name of the socket at the other end of a UNIX one */
	SOCK_NEED_PEER_OWNERS = 1u << 12, /* the processes that hold that other end */
	SOCK_NEED_PENDING = 1u << 13,     /* who waits to be accepted by a UNIX listener */
	SOCK_NEED_BPF_FILTER = 1u << 14,  /* the classic BPF program of a packet socket */
	SOCK_NEED_UID = 1u << 15,         /* UNIX: it costs the kernel something to tell it */
	SOCK_NEED_SERVICE = 1u << 16,     /* the name of the service that it is about */
	SOCK_NEED_PARENTS = 1u << 17,     /* the names of the parents of its owners */
	/* Those that are told in attributes behind the fixed part of a reply. */
	SOCK_NEEDS_IN_ATTRIBUTES = SOCK_NEED_INFO | SOCK_NEED_CONGESTION | SOCK_NEED_MEMORY |
	                           SOCK_NEED_TOS | SOCK_NEED_CGROUP | SOCK_NEED_EXTRAS |
	                           SOCK_NEED_BPF_STORAGE,
};

/* The two bytes of INET_DIAG_SOCKOPT (struct inet_diag_sockopt), low byte first. */
enum sock_option {
	SOCK_OPTION_RECVERR = 1u << 0,
	SOCK_OPTION_IS_ICSK = 1u << 1,
	SOCK_OPTION_FREEBIND = 1u << 2,
	SOCK_OPTION_HDRINCL = 1u << 3,
	SOCK_OPTION_MC_LOOP = 1u << 4,
	SOCK_OPTION_TRANSPARENT = 1u << 5,
	SOCK_OPTION_MC_ALL = 1u << 6,
	SOCK_OPTION_NODEFRAG = 1u << 7,
	SOCK_OPTION_BIND_ADDRESS_NO_PORT = 1u << 8,
	SOCK_OPTION_RECVERR_RFC4884 = 1u << 9,
	SOCK_OPTION_DEFER_CONNECT = 1u << 10,
};

enum { SOCK_SHUTDOWN_RECV = 1, SOCK_SHUTDOWN_SEND = 2 };

struct sock_endpoint {
	uint8_t address[16]; /* network order; IPv4 uses the first four bytes, the rest is zero; of
	                      * VSOCK the first four are the context id */
	uint32_t port;       /* raw sockets: the local port is the IP protocol number; netlink: the
	                      * port id */
};

/* Resolved names; any of them may be NULL. */
struct sock_end_names {
	const char *host, *service;
};
struct sock_names {
	struct sock_end_names local, peer;
	const char *service; /* of the port that is not the client's, whether or not names were
	                      * asked for; no recording has it */
};

/* INET_DIAG_SKMEMINFO, in the kernel's order; bytes, but for `drops` (a count). */
struct sock_memory {
	uint32_t rmem_alloc;
	uint32_t rcvbuf;
	uint32_t wmem_alloc;
	uint32_t sndbuf;
	uint32_t fwd_alloc;
	uint32_t wmem_queued;
	uint32_t optmem;
	uint32_t backlog; /* 3.6 */
	uint32_t drops;   /* 4.7 */
	uint32_t length;  /* how many bytes of the members above are known */
};

enum congestion_kind { CONGESTION_NONE, CONGESTION_VEGAS, CONGESTION_DCTCP, CONGESTION_BBR };

/* What a congestion control algorithm tells of itself. */
struct sock_congestion {
	enum congestion_kind kind;
	union {
		struct {
			uint32_t enabled, rttcnt, rtt_us, minrtt_us;
		} vegas; /* also nv and illinois */
		struct {
			uint32_t enabled, ce_state, alpha, ab_ecn, ab_tot;
		} dctcp;
		struct {
			uint64_t bandwidth; /* B/s */
			uint32_t min_rtt_us;
			uint32_t pacing_gain, cwnd_gain; /* in 1/256 */
		} bbr;
	};
};

enum sock_ulp_known {
	SOCK_ULP_KNOWS_TLS_VERSION = 1u << 0,
	SOCK_ULP_KNOWS_TLS_CIPHER = 1u << 1,
	SOCK_ULP_KNOWS_TLS_TX = 1u << 2,
	SOCK_ULP_KNOWS_TLS_RX = 1u << 3,
	SOCK_ULP_KNOWS_WRITE_SEQ = 1u << 4,
	SOCK_ULP_KNOWS_MAP_SEQ = 1u << 5,
	SOCK_ULP_KNOWS_MAP_SUBFLOW_SEQ = 1u << 6,
	SOCK_ULP_KNOWS_SSN_OFFSET = 1u << 7,
	SOCK_ULP_KNOWS_MAP_LENGTH = 1u << 8,
	SOCK_ULP_KNOWS_FLAGS = 1u << 9,
	SOCK_ULP_KNOWS_REMOTE_ID = 1u << 10,
	SOCK_ULP_KNOWS_LOCAL_ID = 1u << 11,
};

/* The upper layer protocol on a TCP socket: kernel TLS or an MPTCP subflow. Tokens are left out. */
struct sock_ulp {
	const char *name; /* may be NULL */
	uint32_t name_length;
	uint32_t known; /* enum sock_ulp_known */
	uint16_t tls_version, tls_cipher, tls_tx, tls_rx;
	bool tls_zero_copy_tx, tls_rx_no_pad;
	uint64_t map_seq;
	uint32_t write_seq, map_subflow_seq, ssn_offset, flags;
	uint16_t map_length;
	uint8_t remote_id, local_id;
};

struct process {
	uint32_t pid;
	uint64_t start_time; /* clock ticks after boot: with the pid, the identity of a process */
	const char *comm;    /* any bytes; the name of the main thread */
	size_t comm_length;
	const char *exe; /* any bytes; the executable's base name, or NULL if not readable */
	size_t exe_length;
	/* Of the process that it was a child of when it was read: the executable's name, or its
	 * own; NULL if that is not known. */
	const char *parent;
	size_t parent_length;
	uint32_t parent_pid; /* 0: none, or not known */
};

/* One descriptor of one process. Sorted by pid, then descriptor. */
struct owner {
	const struct process *process;
	uint32_t fd;
};

/* What only sockets of one family have. `known` comes first in each. */

enum sock_unix_known {
	SOCK_UNIX_KNOWS_FILE = 1u << 0,
	SOCK_UNIX_KNOWS_PEER = 1u << 1,
};

/* A path as it was bound, without the NUL behind it; or an abstract name, with '@' for the NUL in
 * front. It may hold more of them, and any other byte. */
struct sock_unix_name {
	const char *bytes; /* NULL: there is none */
	uint32_t length;
	bool is_abstract;
};

struct sock_unix {
	uint32_t known;      /* enum sock_unix_known */
	uint32_t file_inode; /* of the path, its low 32 bits */
	uint32_t file_major, file_minor;
	uint32_t peer_inode;
	uint32_t peer_owner_count;
	struct sock_unix_name name;
	struct sock_unix_name peer_name; /* of the socket at the other end */
	const struct owner *peer_owners;
	const char *pending; /* "INODE,...": clients that wait to be accepted */
};

enum sock_packet_known {
	SOCK_PACKET_KNOWS_INFO = 1u << 0, /* `version` to `flags` */
	SOCK_PACKET_KNOWS_RX_RING = 1u << 1,
	SOCK_PACKET_KNOWS_TX_RING = 1u << 2,
	SOCK_PACKET_KNOWS_FANOUT = 1u << 3,
};

/* Sizes are bytes, `retire_timeout` is milliseconds. */
struct sock_packet_ring {
	uint32_t block_size, block_count, frame_size, frame_count;
	uint32_t retire_timeout, private_size, features;
};

struct sock_packet {
	uint32_t known;     /* enum sock_packet_known */
	uint16_t ethertype; /* ETH_P_ALL is 3 */
	uint16_t fanout_id, fanout_type;
	uint32_t version, reserve, copy_threshold, timestamp, flags;
	struct sock_packet_ring rx_ring, tx_ring;
	const char *memberships; /* "TYPE/IFINDEX/ADDRESS,..." */
	const char *filter;      /* "COUNT:CODE JT JF K,..." */
};

enum sock_netlink_known { SOCK_NETLINK_KNOWS_FLAGS = 1u << 0 };

struct sock_netlink {
	uint32_t known;     /* enum sock_netlink_known */
	uint8_t protocol;   /* NETLINK_ROUTE is 0 */
	uint8_t type;       /* SOCK_RAW or SOCK_DGRAM, which netlink treats alike */
	uint32_t group;     /* that it sends to */
	uint32_t flags;     /* NDIAG_FLAG_* */
	const char *groups; /* "NUMBER,...": multicast groups that it has joined */
};

enum sock_xdp_known {
	SOCK_XDP_KNOWS_QUEUE = 1u << 0,
	SOCK_XDP_KNOWS_RX_RING = 1u << 1,
	SOCK_XDP_KNOWS_TX_RING = 1u << 2,
	SOCK_XDP_KNOWS_UMEM = 1u << 3,
	SOCK_XDP_KNOWS_FILL_RING = 1u << 4,
	SOCK_XDP_KNOWS_COMPLETION_RING = 1u << 5,
	SOCK_XDP_KNOWS_STATS = 1u << 6, /* 5.9 */
};

/* XDP_DIAG_UMEM in the kernel's order; `size`, `chunk_size` and `headroom` are bytes. */
struct sock_xdp_umem {
	uint64_t size;
	uint32_t id, page_count, chunk_size, headroom;
	uint32_t ifindex, queue, flags, references;
};

/* XDP_DIAG_STATS in the kernel's order. */
struct sock_xdp_stats {
	uint64_t rx_dropped, rx_invalid, rx_full, fill_ring_empty, tx_invalid, tx_ring_empty;
};

/* Rings are counted in descriptors. */
struct sock_xdp {
	uint32_t known; /* enum sock_xdp_known */
	uint32_t queue;
	uint32_t rx_ring, tx_ring, fill_ring, completion_ring;
	struct sock_xdp_umem umem;
	struct sock_xdp_stats stats;
};

/* Everything that a pointer reaches belongs to the snapshot. */
struct sock {
	uint32_t known; /* enum sock_known */
	uint8_t protocol, family, state, source;
	uint64_t cookie;
	uint64_t cgroup_id;
	uint32_t inode, uid, recvq, sendq;
	uint32_t ifindex, timer_ms, mark, class_id;
	uint32_t drops;
	uint32_t netns; /* the inode of the namespace */
	uint16_t options, md5_keys;
	uint8_t timer, timer_retrans, shutdown, v6only, tos, tclass, ownership, change;
	struct sock_endpoint local, peer;
	uint16_t tcp_length, mptcp_length; /* how much of the structures the kernel sent */
	uint32_t owner_count;
	uint32_t algorithm_length;
	const struct tcp_counters *tcp;
	const struct mptcp_counters *mptcp;
	union {                       /* by protocol; NULL: nothing more is known */
		const uint32_t *more; /* the `known` of whichever it is */
		struct sock_unix *un;
		const struct sock_packet *packet;
		const struct sock_netlink *netlink;
		const struct sock_xdp *xdp;
		struct sock_sctp *sctp;
	};
	const struct sock_memory *memory;
	const struct sock_congestion *congestion;
	const struct sock_ulp *ulp;
	const char *algorithm;      /* congestion control; any bytes */
	const char *interface_name; /* any bytes */
	const char *user;           /* any bytes */
	const char *cgroup;         /* any bytes */
	const char *bpf_storage;    /* "MAP=VALUE,...": the map's id, its value in hex */
	const struct owner *owners;
	const struct sock_names *names; /* NULL: none */
	const char *host;               /* the machine, if there are several; else NULL. The
	                                 * same text, in the same place, for all its sockets */
	const struct sock_life *life;   /* what several looks tell of it (life.h), or NULL */
};

const char *sock_protocol_name(enum sock_protocol protocol); /* as ss's first column spells it */
const char *sock_probe_name(enum sock_probe probe);
enum sock_probe sock_probe_of(enum sock_protocol protocol);

/* A set of protocols by name in any case: one of them ("tcp", "u_str" or "unix_stream"), or a
 * family
 * ("unix"). 0 if there is none. */
uint32_t sock_protocols_named(const char *name, size_t length);

/* Every name that sock_protocols_named() knows, by `index`; NULL behind the last one. */
const char *sock_protocols_name(size_t index);

const char *sock_family_name(enum sock_family family);
const char *sock_state_name(enum sock_state state); /* as ss spells it */
const char *sock_timer_name(enum sock_timer timer);
const char *sock_ownership_name(enum sock_ownership ownership);
const char *sock_source_name(enum sock_source source);
const char *sock_change_name(enum sock_change change);    /* "+", "-", "*", "=" or "?" */
const char *sock_netlink_protocol_name(uint8_t protocol); /* as ss spells it; NULL: no name */

/* Never NULL. */
const struct sock_names *sock_names(const struct sock *sock);

/* The four bytes of an IPv4 address, or of IPv6 that stands for one (RFC 4291 section 2.5.5.2);
 * else NULL. And that IPv6 address of an IPv4 one. */
const uint8_t *sock_inet_bytes(enum sock_family family, const uint8_t address[16]);
void sock_map_inet(const uint8_t inet[4], uint8_t address[16]);

bool sock_address_is_zero(const struct sock_endpoint *endpoint);

/* With all that it reaches, in the arena. */
struct process sock_copy_process(struct arena *arena, const struct process *from);

/* A listener, or a socket without connections that is open to any peer: datagram, raw, packet,
 * netlink, XDP; a UNIX datagram socket only if it has a name to be found by. */
bool sock_is_listening(const struct sock *sock);

/* A socket that the kernel keeps without a user: TIME-WAIT, an orphan's FIN-WAIT-2, or a
 * connection request. The uid the kernel reports for these is always 0 and means nothing. */
bool sock_is_minisock(const struct sock *sock);

/* True if its cookie names it and no other: the kernel gives no socket 0, and takes all ones for
 * any.
 */
bool sock_has_cookie(const struct sock *sock);

/* The inode of the other end of a UNIX socket; 0: it has none, or none that is known. */
uint32_t sock_peer_inode(const struct sock *sock);

/* The peer's FIN has arrived, and everything before it. */
bool sock_has_peers_fin(const struct sock *sock);

/* What waits in the receive queue to be read, without the FIN, which counts there as a byte until
 * it is read too. 0: nothing, or it is not known. */
uint32_t sock_unread(const struct sock *sock);

/* Packets that a socket dropped because it could not take them: `drops`, or the last member of the
 * memory. 0: none, or it is not known. */
uint64_t sock_drops(const struct sock *sock);
bool sock_knows_drops(const struct sock *sock);

/* A listener whose queue of connections to accept has no room for another. The kernel refuses once
 * there are more than the backlog, not when that is reached. */
bool sock_is_accept_queue_full(const struct sock *sock);

/* A netlink socket of the kernel itself: those of processes have a port id as soon as they can be
 * seen. */
bool sock_is_kernels(const struct sock *sock);

/* The uid, or nothing where the kernel's 0 does not mean root (sock_is_minisock(), or no inode:
 * kernels before 6.18 report 0 for orphans). Sets `inode` and `uid` and what is known of them. */
void sock_set_holder(struct sock *sock, uint32_t inode, uint32_t uid);
