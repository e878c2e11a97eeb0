/* Requests and replies of inet_diag. Every length is checked before a byte is read, numbers are
 * copied out with memcpy, and what a kernel did not send stays unknown. */

#include "inet_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "arena.h"
#include "attribute.h"
#include "diag.h"
#include "digits.h"
#include "sctp.h"
#include "tcp_info.h"
#include "util.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* MPTCP does not fit sdiag_protocol; a kernel that does not know INET_DIAG_REQ_PROTOCOL must find
 * no handler there, and 262 & 0xff would be TCP. */
enum { PROTOCOL_UNUSED = 254 };

/* A request without bytecode, and the header of that attribute. */
enum { REQUEST_SIZE = 256 };

static const int kernel_protocols[] = {
	[SOCK_PROTOCOL_TCP] = IPPROTO_TCP,         [SOCK_PROTOCOL_UDP] = IPPROTO_UDP,
	[SOCK_PROTOCOL_UDPLITE] = IPPROTO_UDPLITE, [SOCK_PROTOCOL_RAW] = IPPROTO_RAW,
	[SOCK_PROTOCOL_MPTCP] = IPPROTO_MPTCP,     [SOCK_PROTOCOL_SCTP] = IPPROTO_SCTP,
};
_Static_assert(ARRAY_LENGTH(kernel_protocols) == SOCK_PROTOCOL_IP_COUNT, "a number for each");

static uint8_t kernel_family(enum sock_family family) {
	return family == SOCK_FAMILY_INET ? AF_INET : AF_INET6;
}

static struct inet_diag_sockid socket_id(const struct inet_request *request) {
	return (struct inet_diag_sockid){
		.idiag_sport = htons(request->sport),
		.idiag_dport = htons(request->dport),
		.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
	};
}

static void put_legacy(struct nlmsghdr *message, const struct inet_request *request) {
	struct inet_diag_req *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));
	message->nlmsg_type = TCPDIAG_GETSOCK;
	body->idiag_family = AF_INET;
	body->idiag_ext = request->extensions;
	body->id = socket_id(request);
	body->idiag_states = request->kernel_states;
}

/* The number of a protocol may need more room than the body has for it. */
static void put_kind(struct nlmsghdr *message, struct inet_diag_req_v2 *body,
                     enum sock_family family, enum sock_protocol protocol) {
	const int number = kernel_protocols[protocol];
	body->sdiag_family = kernel_family(family);
	body->sdiag_protocol = number > UINT8_MAX ? PROTOCOL_UNUSED : (uint8_t)number;
	if (number > UINT8_MAX)
		mnl_attr_put_u32(message, INET_DIAG_REQ_PROTOCOL, (uint32_t)number);
}

static void put_by_family(struct nlmsghdr *message, const struct inet_request *request) {
	struct inet_diag_req_v2 *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));
	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	put_kind(message, body, request->family, request->protocol);
	body->idiag_ext = request->extensions;
	body->idiag_states = request->kernel_states;
	body->id = socket_id(request);
}

size_t inet_request_size(const struct inet_request *request) {
	return REQUEST_SIZE + request->bytecode_length;
}

struct nlmsghdr *inet_request(const struct inet_request *request, uint32_t sequence, void *buffer) {
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = sequence;
	switch (request->dialect) {
	case INET_DIALECT_LEGACY:
		put_legacy(message, request);
		break;
	case INET_DIALECT_FAMILY:
		put_by_family(message, request);
		break;
	}
	if (request->bytecode_length > 0)
		mnl_attr_put(message, INET_DIAG_REQ_BYTECODE, request->bytecode_length,
		             request->bytecode);
	if (request->bpf_storage) /* a list of maps; an empty one means all */
		mnl_attr_put(message, INET_DIAG_REQ_SK_BPF_STORAGES, 0, NULL);
	return message;
}

/* As in a dump, with the cookie, without which the kernel would take whatever it finds. */
static struct inet_diag_sockid exact_id(const struct sock *sock, uint16_t peer_port) {
	struct inet_diag_sockid id = {
		.idiag_sport = htons((uint16_t)sock->local.port),
		.idiag_dport = htons(peer_port),
		.idiag_if = sock->known & SOCK_KNOWS_INTERFACE ? sock->ifindex : 0,
		.idiag_cookie = { (uint32_t)sock->cookie, (uint32_t)(sock->cookie >> 32) },
	};
	memcpy(id.idiag_src, sock->local.address, sizeof(id.idiag_src));
	memcpy(id.idiag_dst, sock->peer.address, sizeof(id.idiag_dst));
	return id;
}

/* The number of a raw socket's protocol has a place of its own (sdiag_raw_protocol). */
struct nlmsghdr *inet_destroy_request(const struct sock *sock, uint16_t peer_port,
                                      uint32_t sequence, void *buffer) {
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));
	message->nlmsg_type = SOCK_DESTROY;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = sequence;
	put_kind(message, body, (enum sock_family)sock->family, (enum sock_protocol)sock->protocol);
	if (sock->protocol == SOCK_PROTOCOL_RAW)
		body->pad = (uint8_t)sock->local.port;
	body->idiag_states = UINT32_MAX;
	body->id = exact_id(sock, peer_port);
	return message;
}

static void read_known(struct payload payload, void *number, size_t size, struct sock *sock,
                       enum sock_known bit) {
	if (payload_read(payload, number, size))
		sock->known |= bit;
}

/* A copy of what fits of a structure that only ever grows, zero behind it. */
static void *copy_grown(struct arena *arena, struct payload payload, size_t size,
                        uint16_t *length) {
	void *copy = arena_alloc(arena, size);
	*length = (uint16_t)payload_read_grown(payload, copy, size);
	return copy;
}

static void read_info(struct payload payload, struct arena *arena, struct sock *sock) {
	if (sock->protocol == SOCK_PROTOCOL_MPTCP) {
		struct mptcp_counters *mptcp =
		    copy_grown(arena, payload, sizeof(*mptcp), &sock->mptcp_length);
		mptcp->token = 0;
		sock->mptcp = mptcp;
	} else if (sock->protocol == SOCK_PROTOCOL_TCP) {
		sock->tcp = copy_grown(arena, payload, sizeof(*sock->tcp), &sock->tcp_length);
	}
}

static struct sock_congestion *new_congestion(struct arena *arena, enum congestion_kind kind) {
	struct sock_congestion *congestion = arena_alloc(arena, sizeof(*congestion));
	*congestion = (struct sock_congestion){ .kind = kind };
	return congestion;
}

static void read_vegas(struct payload payload, struct arena *arena, struct sock *sock) {
	struct tcpvegas_info info;
	if (!payload_read(payload, &info, sizeof(info)))
		return;
	struct sock_congestion *congestion = new_congestion(arena, CONGESTION_VEGAS);
	congestion->vegas.enabled = info.tcpv_enabled;
	congestion->vegas.rttcnt = info.tcpv_rttcnt;
	congestion->vegas.rtt_us = info.tcpv_rtt;
	congestion->vegas.minrtt_us = info.tcpv_minrtt;
	sock->congestion = congestion;
}

static void read_dctcp(struct payload payload, struct arena *arena, struct sock *sock) {
	struct tcp_dctcp_info info;
	if (!payload_read(payload, &info, sizeof(info)))
		return;
	struct sock_congestion *congestion = new_congestion(arena, CONGESTION_DCTCP);
	congestion->dctcp.enabled = info.dctcp_enabled;
	congestion->dctcp.ce_state = info.dctcp_ce_state;
	congestion->dctcp.alpha = info.dctcp_alpha;
	congestion->dctcp.ab_ecn = info.dctcp_ab_ecn;
	congestion->dctcp.ab_tot = info.dctcp_ab_tot;
	sock->congestion = congestion;
}

static void read_bbr(struct payload payload, struct arena *arena, struct sock *sock) {
	struct tcp_bbr_info info;
	if (!payload_read(payload, &info, sizeof(info)))
		return;
	struct sock_congestion *congestion = new_congestion(arena, CONGESTION_BBR);
	congestion->bbr.bandwidth = (uint64_t)info.bbr_bw_hi << 32 | info.bbr_bw_lo;
	congestion->bbr.min_rtt_us = info.bbr_min_rtt;
	congestion->bbr.pacing_gain = info.bbr_pacing_gain;
	congestion->bbr.cwnd_gain = info.bbr_cwnd_gain;
	sock->congestion = congestion;
}

static void read_tls(unsigned type, struct payload payload, void *context) {
	enum { TLS_VERSION = 1, TLS_CIPHER, TLS_TXCONF, TLS_RXCONF, TLS_ZC_RO_TX, TLS_RX_NO_PAD };
	struct sock_ulp *ulp = context;
	switch (type) {
	case TLS_VERSION:
		if (payload_read(payload, &ulp->tls_version, sizeof(ulp->tls_version)))
			ulp->known |= SOCK_ULP_KNOWS_TLS_VERSION;
		break;
	case TLS_CIPHER:
		if (payload_read(payload, &ulp->tls_cipher, sizeof(ulp->tls_cipher)))
			ulp->known |= SOCK_ULP_KNOWS_TLS_CIPHER;
		break;
	case TLS_TXCONF:
		if (payload_read(payload, &ulp->tls_tx, sizeof(ulp->tls_tx)))
			ulp->known |= SOCK_ULP_KNOWS_TLS_TX;
		break;
	case TLS_RXCONF:
		if (payload_read(payload, &ulp->tls_rx, sizeof(ulp->tls_rx)))
			ulp->known |= SOCK_ULP_KNOWS_TLS_RX;
		break;
	case TLS_ZC_RO_TX:
		ulp->tls_zero_copy_tx = true;
		break;
	case TLS_RX_NO_PAD:
		ulp->tls_rx_no_pad = true;
		break;
	default:
		break;
	}
}

/* Where a member of an MPTCP subflow goes. Tokens (1 and 2) have no row, so they stay out. */
static const struct {
	uint8_t size;
	uint16_t offset;
	uint32_t known;
} subflow_members[] = {
	[3] = { 4, offsetof(struct sock_ulp, write_seq), SOCK_ULP_KNOWS_WRITE_SEQ },
	[4] = { 8, offsetof(struct sock_ulp, map_seq), SOCK_ULP_KNOWS_MAP_SEQ },
	[5] = { 4, offsetof(struct sock_ulp, map_subflow_seq), SOCK_ULP_KNOWS_MAP_SUBFLOW_SEQ },
	[6] = { 4, offsetof(struct sock_ulp, ssn_offset), SOCK_ULP_KNOWS_SSN_OFFSET },
	[7] = { 2, offsetof(struct sock_ulp, map_length), SOCK_ULP_KNOWS_MAP_LENGTH },
	[8] = { 4, offsetof(struct sock_ulp, flags), SOCK_ULP_KNOWS_FLAGS },
	[9] = { 1, offsetof(struct sock_ulp, remote_id), SOCK_ULP_KNOWS_REMOTE_ID },
	[10] = { 1, offsetof(struct sock_ulp, local_id), SOCK_ULP_KNOWS_LOCAL_ID },
};

static void read_subflow(unsigned type, struct payload payload, void *context) {
	struct sock_ulp *ulp = context;
	if (type >= ARRAY_LENGTH(subflow_members) || subflow_members[type].size == 0)
		return;
	unsigned char *member = (unsigned char *)ulp + subflow_members[type].offset;
	if (payload_read(payload, member, subflow_members[type].size))
		ulp->known |= subflow_members[type].known;
}

struct reader {
	struct arena *arena;
	struct sock *sock;
	struct sock_ulp *ulp;
	bool valid;
	bool cut; /* what follows cannot be told apart */
};

static void read_ulp_member(unsigned type, struct payload payload, void *context) {
	enum { ULP_NAME = 1, ULP_TLS, ULP_MPTCP };
	struct reader *reader = context;
	struct sock_ulp *ulp = reader->ulp;
	if (type == ULP_NAME)
		ulp->name = payload_read_name(payload, reader->arena, &ulp->name_length);
	else if (type == ULP_TLS)
		reader->valid &= attribute_walk(payload.bytes, payload.length, read_tls, ulp);
	else if (type == ULP_MPTCP)
		reader->valid &= attribute_walk(payload.bytes, payload.length, read_subflow, ulp);
}

static void read_ulp(struct payload payload, struct reader *reader) {
	reader->ulp = arena_alloc(reader->arena, sizeof(*reader->ulp));
	*reader->ulp = (struct sock_ulp){ 0 };
	reader->valid &= attribute_walk(payload.bytes, payload.length, read_ulp_member, reader);
	reader->sock->ulp = reader->ulp;
}

/* What one map keeps for a socket. */
struct map_value {
	bool has_id;
	uint32_t id;
	struct payload bytes; /* NULL: none came */
};

static void read_map_member(unsigned type, struct payload payload, void *context) {
	struct map_value *value = context;
	if (type == SK_DIAG_BPF_STORAGE_MAP_ID)
		value->has_id = payload_read(payload, &value->id, sizeof(value->id));
	else if (type == SK_DIAG_BPF_STORAGE_MAP_VALUE)
		value->bytes = payload;
}

static char *put_map_value(char *to, const struct map_value *value) {
	to = stpcpy(digits_put(to, value->id), "=");
	return digits_put_hex(to, value->bytes.bytes, value->bytes.length);
}

struct storage_reader {
	char *start, *end; /* the text so far */
	bool valid;
};

static void read_map(unsigned type, struct payload payload, void *context) {
	struct storage_reader *storage = context;
	struct map_value value = { 0 };
	if (type != SK_DIAG_BPF_STORAGE)
		return;
	storage->valid &= attribute_walk(payload.bytes, payload.length, read_map_member, &value);
	if (!value.has_id || !value.bytes.bytes)
		return;
	if (storage->end > storage->start)
		*storage->end++ = ',';
	storage->end = put_map_value(storage->end, &value);
}

/* Maps of more than 64 KiB together do not fit into the length of their attribute, which then lies:
 * nothing is known of them, nor of what would follow; the kernel puts this attribute last. A map
 * that is shown takes at least three headers and an id of the payload, and up to ROOM characters
 * beside its value, of which each byte becomes two. */
static void read_bpf_storage(struct payload payload, struct reader *reader) {
	enum { ROOM = DIGITS_ROOM + sizeof(",="), LEAST = 3 * sizeof(struct nlattr) + 4 };
	char *text =
	    arena_alloc(reader->arena, (payload.length / LEAST + 1) * ROOM + payload.length * 2);
	struct storage_reader storage = { .start = text, .end = text, .valid = true };
	const bool whole = attribute_walk(payload.bytes, payload.length, read_map, &storage);
	*storage.end = '\0';
	if (!whole || !storage.valid)
		reader->cut = true;
	else if (storage.end > text)
		reader->sock->bpf_storage = text;
}

static void read_md5(struct payload payload, struct sock *sock) {
	const size_t record = 100; /* struct tcp_diag_md5sig; it holds the key, so it is not read */
	sock->md5_keys = (uint16_t)(payload.length / record);
	sock->known |= SOCK_KNOWS_MD5_KEYS;
}

static void read_old_memory(struct payload payload, struct arena *arena, struct sock *sock) {
	struct inet_diag_meminfo info;
	if (sock->memory || !payload_read(payload, &info, sizeof(info)))
		return;
	struct sock_memory *memory = arena_alloc(arena, sizeof(*memory));
	/* Kernels before 3.3 have no SKMEMINFO, whose first member alone means the same here. */
	*memory = (struct sock_memory){ .rmem_alloc = info.idiag_rmem,
		                        .length = sizeof(memory->rmem_alloc) };
	sock->memory = memory;
}

static void read_attribute(unsigned type, struct payload payload, void *context) {
	struct reader *reader = context;
	struct sock *sock = reader->sock;
	if (reader->cut)
		return;
	if (sock->protocol == SOCK_PROTOCOL_SCTP &&
	    sctp_read_attribute(type, payload, reader->arena, sock))
		return;
	switch (type) {
	case INET_DIAG_MEMINFO:
		read_old_memory(payload, reader->arena, sock);
		break;
	case INET_DIAG_INFO:
		read_info(payload, reader->arena, sock);
		break;
	case INET_DIAG_VEGASINFO:
		read_vegas(payload, reader->arena, sock);
		break;
	case INET_DIAG_CONG:
		sock->algorithm =
		    payload_read_name(payload, reader->arena, &sock->algorithm_length);
		break;
	case INET_DIAG_TOS:
		read_known(payload, &sock->tos, sizeof(sock->tos), sock, SOCK_KNOWS_TOS);
		break;
	case INET_DIAG_TCLASS:
		read_known(payload, &sock->tclass, sizeof(sock->tclass), sock, SOCK_KNOWS_TCLASS);
		break;
	case INET_DIAG_SKMEMINFO:
		diag_read_memory(payload, reader->arena, sock);
		break;
	case INET_DIAG_SHUTDOWN:
		read_known(payload, &sock->shutdown, sizeof(sock->shutdown), sock,
		           SOCK_KNOWS_SHUTDOWN);
		break;
	case INET_DIAG_DCTCPINFO:
		read_dctcp(payload, reader->arena, sock);
		break;
	case INET_DIAG_PROTOCOL: /* raw sockets: what the local port says too */
		if (sock->protocol == SOCK_PROTOCOL_RAW && payload.length == 1)
			sock->local.port = *(const uint8_t *)payload.bytes;
		break;
	case INET_DIAG_SKV6ONLY:
		read_known(payload, &sock->v6only, sizeof(sock->v6only), sock, SOCK_KNOWS_V6ONLY);
		break;
	case INET_DIAG_MARK:
		read_known(payload, &sock->mark, sizeof(sock->mark), sock, SOCK_KNOWS_MARK);
		break;
	case INET_DIAG_BBRINFO:
		read_bbr(payload, reader->arena, sock);
		break;
	case INET_DIAG_CLASS_ID:
		read_known(payload, &sock->class_id, sizeof(sock->class_id), sock,
		           SOCK_KNOWS_CLASS_ID);
		break;
	case INET_DIAG_MD5SIG:
		read_md5(payload, sock);
		break;
	case INET_DIAG_ULP_INFO:
		read_ulp(payload, reader);
		break;
	case INET_DIAG_CGROUP_ID:
		read_known(payload, &sock->cgroup_id, sizeof(sock->cgroup_id), sock,
		           SOCK_KNOWS_CGROUP_ID);
		break;
	case INET_DIAG_SOCKOPT:
		read_known(payload, &sock->options, sizeof(sock->options), sock,
		           SOCK_KNOWS_OPTIONS);
		break;
	case INET_DIAG_SK_BPF_STORAGES:
		read_bpf_storage(payload, reader);
		break;
	default: /* an attribute of a newer kernel */
		break;
	}
}

/* Old kernels leave garbage behind an IPv4 address, so only its four bytes count. */
static struct sock_endpoint read_end(const __be32 address[4], __be16 port, uint8_t family) {
	struct sock_endpoint end = { .port = ntohs(port) };
	if (family == AF_INET)
		memcpy(end.address, address, 4);
	else
		memcpy(end.address, address, 16);
	return end;
}

/* Turns the kernel's number into ours. SCTP has numbers of its own, see sctp_set_state(). */
static bool find_state(uint8_t *state) {
	/* Request socks are 12 inside the kernel; a row in that state would be one of them. */
	const uint8_t new_syn_recv = 12;
	if (*state == new_syn_recv)
		*state = SOCK_STATE_SYN_RECV;
	else if (*state == INET_STATE_BOUND_INACTIVE)
		*state = SOCK_STATE_CLOSE;
	return *state > 0 && *state <= SOCK_STATE_CLOSING;
}

static bool read_fixed(const struct inet_diag_msg *body, enum sock_protocol protocol,
                       struct sock *sock) {
	if (body->idiag_family != AF_INET && body->idiag_family != AF_INET6)
		return false;
	uint8_t state = body->idiag_state;
	if (protocol != SOCK_PROTOCOL_SCTP && !find_state(&state))
		return false;
	sock->protocol = (uint8_t)protocol;
	sock->family = body->idiag_family == AF_INET ? SOCK_FAMILY_INET : SOCK_FAMILY_INET6;
	sock->state = state;
	sock->source = SOCK_SOURCE_DIAG;
	sock->local = read_end(body->id.idiag_src, body->id.idiag_sport, body->idiag_family);
	sock->peer = read_end(body->id.idiag_dst, body->id.idiag_dport, body->idiag_family);
	return true;
}

/* SCTP's retransmission timer has a number of its own. Old kernels name it even while it does not
 * run, and do not set when it expires where they name none. */
static void read_timer(const struct inet_diag_msg *body, struct sock *sock) {
	uint8_t timer = body->idiag_timer;
	if (sock->protocol == SOCK_PROTOCOL_SCTP && timer != SOCK_TIMER_NONE)
		timer = body->idiag_expires != 0 ? SOCK_TIMER_ON : SOCK_TIMER_NONE;
	if (timer == SOCK_TIMER_NONE || timer >= SOCK_TIMER_COUNT)
		return;
	sock->timer = timer;
	sock->timer_ms = body->idiag_expires;
	sock->timer_retrans = body->idiag_retrans;
	sock->known |= SOCK_KNOWS_TIMER;
}

static void read_numbers(const struct inet_diag_msg *body, struct sock *sock) {
	sock->recvq = body->idiag_rqueue;
	sock->sendq = body->idiag_wqueue;
	sock->known |= SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_PORTS;
	diag_set_cookie(sock, body->id.idiag_cookie);
	sock->ifindex = body->id.idiag_if;
	if (sock->ifindex != 0)
		sock->known |= SOCK_KNOWS_INTERFACE;
	read_timer(body, sock);
	sock_set_holder(sock, body->idiag_inode, body->idiag_uid);
}

int inet_parse_fixed(const struct nlmsghdr *message, enum sock_protocol protocol,
                     struct sock *sock) {
	struct inet_diag_msg body;
	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY && message->nlmsg_type != TCPDIAG_GETSOCK)
		return -EBADMSG;
	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(body)))
		return -EBADMSG;
	memcpy(&body, NLMSG_DATA(message), sizeof(body));
	if (!read_fixed(&body, protocol, sock))
		return -EBADMSG;
	read_numbers(&body, sock);
	return 0;
}

int inet_parse_attributes(const struct nlmsghdr *message, struct arena *arena, struct sock *sock) {
	struct reader reader = { .arena = arena, .sock = sock, .valid = true };
	const bool whole =
	    attribute_walk_message(message, sizeof(struct inet_diag_msg), read_attribute, &reader);
	if (sock->protocol == SOCK_PROTOCOL_SCTP)
		reader.valid &= sctp_set_state(sock);
	return (whole || reader.cut) && reader.valid ? 0 : -EBADMSG;
}

int inet_parse(const struct nlmsghdr *message, enum sock_protocol protocol, struct arena *arena,
               struct sock *sock) {
	const int result = inet_parse_fixed(message, protocol, sock);
	return result == 0 ? inet_parse_attributes(message, arena, sock) : result;
}

/* What attribute_walk() hands out lies in the message that is being redacted. */
static void clear(struct payload payload, size_t offset, size_t size) {
	if (offset >= payload.length)
		return;
	const size_t left = payload.length - offset;
	memset((unsigned char *)(uintptr_t)payload.bytes + offset, 0, size < left ? size : left);
}

static void redact_subflow(unsigned type, struct payload payload, void *context) {
	enum { TOKEN_REMOTE = 1, TOKEN_LOCAL };
	(void)context;
	if (type == TOKEN_REMOTE || type == TOKEN_LOCAL)
		clear(payload, 0, payload.length);
}

/* Where a length lies, nobody can say what is secret. */
static void redact_ulp(unsigned type, struct payload payload, void *context) {
	enum { ULP_MPTCP = 3 };
	(void)context;
	if (type == ULP_MPTCP &&
	    !attribute_walk(payload.bytes, payload.length, redact_subflow, NULL))
		clear(payload, 0, payload.length);
}

struct redaction {
	enum sock_protocol protocol;
	const unsigned char *end; /* of the latest attribute */
};

static void redact_attribute(unsigned type, struct payload payload, void *context) {
	struct redaction *redaction = context;
	redaction->end = (const unsigned char *)payload.bytes + payload.length;
	const bool lies = type == INET_DIAG_ULP_INFO &&
	                  !attribute_walk(payload.bytes, payload.length, redact_ulp, NULL);
	if (type == INET_DIAG_MD5SIG || lies)
		clear(payload, 0, payload.length);
	else if (type == INET_DIAG_INFO && redaction->protocol == SOCK_PROTOCOL_MPTCP)
		clear(payload, offsetof(struct mptcp_counters, token),
		      sizeof(((struct mptcp_counters *)0)->token));
}

void inet_redact(struct nlmsghdr *message, enum sock_protocol protocol) {
	const size_t fixed = sizeof(struct inet_diag_msg);
	const unsigned char *start = (const unsigned char *)message;
	struct redaction redaction = { protocol, start + NLMSG_SPACE(fixed) };
	if (attribute_walk_message(message, fixed, redact_attribute, &redaction))
		return;
	const size_t known = (size_t)(redaction.end - start);
	clear((struct payload){ redaction.end, message->nlmsg_len - known }, 0, SIZE_MAX);
}
