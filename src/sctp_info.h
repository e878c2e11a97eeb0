#pragma once
/* What INET_DIAG_INFO carries for SCTP (struct sctp_info of linux/sctp.h, 4.7), and what stands
 * beside it. Times are milliseconds. A kernel that sends less leaves the rest unknown. */

#include <stdint.h>

struct sctp_counters {
	uint32_t tag, state, rwnd;
	uint16_t unacked_data, pending_data, in_streams, out_streams;
	uint32_t fragmentation_point, in_queue, out_queue, overall_error;
	uint32_t max_burst, max_segment, peer_rwnd, peer_tag;
	uint8_t peer_capable, peer_sack;
	uint16_t reserved1;
	uint64_t in_sacks, out_sacks, out_packets, in_packets, retransmitted_chunks;
	uint64_t out_of_sequence, in_duplicates, gap_count;
	uint64_t out_unordered, in_unordered, out_ordered, in_ordered, out_control, in_control;
	unsigned char primary_address[128]; /* struct sockaddr_storage */
	int32_t primary_state;
	uint32_t primary_cwnd, primary_srtt, primary_rto, primary_heartbeat;
	uint32_t primary_max_retrans, primary_sack_delay, primary_sack_frequency;
	uint32_t primary_ssthresh, primary_partial_acked, primary_flight_size;
	uint16_t primary_error, reserved2;
	uint32_t autoclose, adaptation, partial_delivery_point;
	uint8_t nodelay, disable_fragments, v4mapped, fragment_interleave;
	uint32_t type, reserved3;
};
_Static_assert(sizeof(struct sctp_counters) == 368, "as the kernel lays it out");

struct sock_sctp {
	uint32_t known;  /* nothing but what the pointers and `length` say */
	uint32_t length; /* how much of `counters` the kernel sent */
	struct sctp_counters counters;
	const char *locals; /* "ADDRESS,...": all local addresses, or NULL */
	const char *peers;  /* all addresses of the other end, or NULL */
};
