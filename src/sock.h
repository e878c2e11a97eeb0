#pragma once
/* A socket as the rest of the program knows it: host byte order, and unknown is never zero. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct mptcp_counters;
struct tcp_counters;

enum sock_protocol {
	SOCK_PROTOCOL_TCP,
	SOCK_PROTOCOL_UDP,
	SOCK_PROTOCOL_UDPLITE,
	SOCK_PROTOCOL_RAW,
	SOCK_PROTOCOL_MPTCP,
	SOCK_PROTOCOL_COUNT,
};

enum sock_family {
	SOCK_FAMILY_INET,
	SOCK_FAMILY_INET6,
	SOCK_FAMILY_COUNT,
};

/* The kernel's numbers (include/net/tcp_states.h); other protocols use CLOSE and ESTABLISHED. */
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
	SOCK_OWNERSHIP_HIDDEN,  /* a process may hold it, but we were not allowed to look */
	SOCK_OWNERSHIP_EXACT,   /* one process */
	SOCK_OWNERSHIP_SEVERAL, /* more than one process */
	SOCK_OWNERSHIP_COUNT,
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
	uint8_t address[16]; /* network order; IPv4 uses the first four bytes, the rest is zero */
	uint16_t port;       /* raw sockets: the local port is the IP protocol number */
	const char *host;    /* resolved name or NULL */
	const char *service; /* resolved name or NULL */
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
	size_t name_length;
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
};

/* One descriptor of one process. Sorted by pid, then descriptor. */
struct owner {
	const struct process *process;
	uint32_t fd;
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
	uint8_t timer, timer_retrans, shutdown, v6only, tos, tclass, ownership;
	struct sock_endpoint local, peer;
	uint16_t tcp_length, mptcp_length; /* how much of the structures the kernel sent */
	uint32_t owner_count;
	const struct tcp_counters *tcp;
	const struct mptcp_counters *mptcp;
	const struct sock_memory *memory;
	const struct sock_congestion *congestion;
	const struct sock_ulp *ulp;
	const char *algorithm; /* congestion control; any bytes */
	size_t algorithm_length;
	const char *interface_name; /* any bytes */
	const char *user;           /* any bytes */
	const char *cgroup;         /* any bytes */
	const char *bpf_storage;    /* "MAP=VALUE,...": the map's id, its value in hex */
	const struct owner *owners;
};

const char *sock_protocol_name(enum sock_protocol protocol);
const char *sock_family_name(enum sock_family family);
const char *sock_state_name(enum sock_state state); /* as ss spells it */
const char *sock_timer_name(enum sock_timer timer);
const char *sock_ownership_name(enum sock_ownership ownership);
const char *sock_source_name(enum sock_source source);

bool sock_address_is_zero(const struct sock_endpoint *endpoint);

/* A TCP or MPTCP listener, or a datagram or raw socket that is open to any peer. */
bool sock_is_listening(const struct sock *sock);

/* A socket that the kernel keeps without a user: TIME-WAIT, an orphan's FIN-WAIT-2, or a
 * connection request. The uid the kernel reports for these is always 0 and means nothing. */
bool sock_is_minisock(const struct sock *sock);

/* The uid, or nothing where the kernel's 0 does not mean root (sock_is_minisock(), or no inode:
 * kernels before 6.18 report 0 for orphans). Sets `inode` and `uid` and what is known of them. */
void sock_set_holder(struct sock *sock, uint32_t inode, uint32_t uid);
