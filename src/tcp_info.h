#pragma once
/* What INET_DIAG_INFO carries for TCP and MPTCP, as Linux 6.18 lays it out. The installed kernel
 * headers are older than the running kernel, so the layout is declared here. The kernel only ever
 * appends: a member is present if the length that the kernel sent reaches its end. Each comment
 * names the kernel that a member came with and its unit where the name does not. */

#include <stddef.h>
#include <stdint.h>

struct tcp_counters {
	uint8_t state;
	uint8_t ca_state;
	uint8_t retransmits;
	uint8_t probes;
	uint8_t backoff;
	uint8_t options;
	uint8_t window_scales; /* low four bits: sent, high four bits: received */
	uint8_t flags;         /* enum tcp_counters_flag */
	uint32_t rto;          /* us */
	uint32_t ato;          /* us */
	uint32_t snd_mss;
	uint32_t rcv_mss;
	uint32_t unacked; /* segments; of a listener: the accept queue */
	uint32_t sacked;  /* segments; of a listener: the backlog */
	uint32_t lost;
	uint32_t retrans;
	uint32_t fackets;
	uint32_t last_data_sent; /* ms ago */
	uint32_t last_ack_sent;  /* never set */
	uint32_t last_data_recv; /* ms ago */
	uint32_t last_ack_recv;  /* ms ago */
	uint32_t pmtu;
	uint32_t rcv_ssthresh;
	uint32_t rtt;          /* us */
	uint32_t rttvar;       /* us */
	uint32_t snd_ssthresh; /* segments; 0x7fffffff and more: infinite */
	uint32_t snd_cwnd;     /* segments */
	uint32_t advmss;
	uint32_t reordering;
	uint32_t rcv_rtt; /* us */
	uint32_t rcv_space;
	uint32_t total_retrans;
	uint64_t pacing_rate;          /* 3.15, B/s, ~0: none */
	uint64_t max_pacing_rate;      /* 3.15, B/s, ~0: none */
	uint64_t bytes_acked;          /* 4.1, counts the SYN (active side) and the FIN */
	uint64_t bytes_received;       /* 4.1, counts the FIN */
	uint32_t segs_out;             /* 4.2 */
	uint32_t segs_in;              /* 4.2 */
	uint32_t notsent_bytes;        /* 4.6 */
	uint32_t min_rtt;              /* 4.6, us, ~0: none */
	uint32_t data_segs_in;         /* 4.6 */
	uint32_t data_segs_out;        /* 4.6 */
	uint64_t delivery_rate;        /* 4.9, B/s */
	uint64_t busy_time;            /* 4.10, us */
	uint64_t rwnd_limited;         /* 4.10, us */
	uint64_t sndbuf_limited;       /* 4.10, us */
	uint32_t delivered;            /* 4.18 */
	uint32_t delivered_ce;         /* 4.18 */
	uint64_t bytes_sent;           /* 4.19, payload with retransmissions */
	uint64_t bytes_retrans;        /* 4.19 */
	uint32_t dsack_dups;           /* 4.19 */
	uint32_t reord_seen;           /* 4.19 */
	uint32_t rcv_ooopack;          /* 5.4 */
	uint32_t snd_wnd;              /* 5.4 */
	uint32_t rcv_wnd;              /* 6.2 */
	uint32_t rehash;               /* 6.2 */
	uint16_t total_rto;            /* 6.7 */
	uint16_t total_rto_recoveries; /* 6.7 */
	uint32_t total_rto_time;       /* 6.7, ms */
	uint32_t received_ce;          /* 6.18, and all that follow */
	uint32_t delivered_e1_bytes;
	uint32_t delivered_e0_bytes;
	uint32_t delivered_ce_bytes;
	uint32_t received_e1_bytes;
	uint32_t received_e0_bytes;
	uint32_t received_ce_bytes;
	uint8_t undecoded[4]; /* laid out anew after 6.18 at the same length: do not read */
};

enum tcp_counters_flag {
	TCP_FLAG_DELIVERY_APP_LIMITED_SHIFT = 0, /* 4.9, one bit */
	TCP_FLAG_FASTOPEN_FAIL_SHIFT = 1,        /* 5.5, two bits */
};

/* Bits of `options`. */
enum tcp_counters_option {
	TCP_OPTION_TIMESTAMPS = 1u << 0,
	TCP_OPTION_SACK = 1u << 1,
	TCP_OPTION_WSCALE = 1u << 2,
	TCP_OPTION_ECN = 1u << 3,
	TCP_OPTION_ECN_SEEN = 1u << 4,
	TCP_OPTION_SYN_DATA = 1u << 5,
	TCP_OPTION_USEC_TS = 1u << 6, /* 6.7 */
};

_Static_assert(sizeof(struct tcp_counters) == 280, "tcp_info of Linux 6.18");
_Static_assert(offsetof(struct tcp_counters, pacing_rate) == 104, "tcp_info layout");
_Static_assert(offsetof(struct tcp_counters, bytes_sent) == 200, "tcp_info layout");
_Static_assert(offsetof(struct tcp_counters, total_rto_time) == 244, "tcp_info layout");
_Static_assert(offsetof(struct tcp_counters, undecoded) == 276, "tcp_info layout");

struct mptcp_counters {
	uint8_t subflows;
	uint8_t add_addr_signal;
	uint8_t add_addr_accepted;
	uint8_t subflows_max;
	uint8_t add_addr_signal_max;
	uint8_t add_addr_accepted_max;
	uint8_t padding[2];
	uint32_t flags;
	uint32_t token; /* a secret: zeroed when it is copied into the model */
	uint64_t write_seq;
	uint64_t snd_una;
	uint64_t rcv_nxt;
	uint8_t local_addr_used;
	uint8_t local_addr_max;
	uint8_t csum_enabled;
	uint8_t padding2;
	uint32_t retransmits; /* 6.6, and the four that follow */
	uint64_t bytes_retrans;
	uint64_t bytes_sent;
	uint64_t bytes_received;
	uint64_t bytes_acked;
	uint8_t subflows_total;   /* 6.8 */
	uint8_t endp_laminar_max; /* 6.18 */
	uint8_t padding3[2];
	uint32_t last_data_sent; /* 6.10, ms ago, and the two that follow */
	uint32_t last_data_recv;
	uint32_t last_ack_recv;
};

_Static_assert(sizeof(struct mptcp_counters) == 96, "mptcp_info of Linux 6.18");
_Static_assert(offsetof(struct mptcp_counters, write_seq) == 16, "mptcp_info layout");
_Static_assert(offsetof(struct mptcp_counters, bytes_retrans) == 48, "mptcp_info layout");
_Static_assert(offsetof(struct mptcp_counters, last_data_sent) == 84, "mptcp_info layout");
