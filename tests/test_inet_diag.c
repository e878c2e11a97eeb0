/* Answers put together by hand: the good, the odd and the hostile, laid out as linux/inet_diag.h
 * has it. What kernels really answered is in test_vectors.c, requests are in test_plan.c. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "inet_diag.h"
#include "tcp_info.h"
#include "util.h"

enum { REPLY_SIZE = 4096, BODY = 72 };

/* An answer that grows by attributes. */
struct reply {
	alignas(8) unsigned char bytes[REPLY_SIZE];
	size_t length;
};

static struct reply new_reply(struct inet_diag_msg body) {
	struct reply reply = { .length = NLMSG_HDRLEN + BODY };
	memcpy(reply.bytes + NLMSG_HDRLEN, &body, sizeof(body));
	return reply;
}

static void put_attribute(struct reply *reply, uint16_t type, const void *bytes, size_t length) {
	const struct nlattr header = { (uint16_t)(sizeof(header) + length), type };
	cr_assert_leq(reply->length + sizeof(header) + length + 4, REPLY_SIZE);
	memcpy(reply->bytes + reply->length, &header, sizeof(header));
	memcpy(reply->bytes + reply->length + sizeof(header), bytes, length);
	reply->length += (sizeof(header) + length + 3) / 4 * 4;
}

/* Parses a copy of exactly `length` bytes, so that a sanitizer sees a read behind them. */
static int parse_bytes(const void *bytes, size_t length, enum sock_protocol protocol,
                       struct arena *arena, struct sock *sock) {
	struct nlmsghdr *message = xmalloc(length);
	memcpy(message, bytes, length);
	message->nlmsg_len = (uint32_t)length;
	*sock = (struct sock){ 0 };
	const int result = inet_parse(message, protocol, arena, sock);
	free(message);
	return result;
}

static int parse(const struct reply *reply, enum sock_protocol protocol, struct arena *arena,
                 struct sock *sock) {
	struct reply copy = *reply;
	const struct nlmsghdr header = { (uint32_t)reply->length, 20, NLM_F_MULTI, 1, 0 };
	memcpy(copy.bytes, &header, sizeof(header));
	return parse_bytes(copy.bytes, copy.length, protocol, arena, sock);
}

/* An established connection over IPv4 that a process holds. */
static struct inet_diag_msg plain(void) {
	return (
	    struct inet_diag_msg){ .idiag_family = AF_INET, .idiag_state = 1, .idiag_inode = 9 };
}

Test(inet_diag, states_beyond_our_list_are_refused) {
	for (unsigned state = 0; state <= 255; state++) {
		struct arena arena = { 0 };
		struct sock sock;
		struct inet_diag_msg body = plain();
		body.idiag_state = (uint8_t)state;
		const struct reply reply = new_reply(body);
		/* 12 is a connection request, 13 bound but inactive: states inside the kernel. */
		const unsigned seen = state == 12 ? 3 : state == 13 ? 7 : state;
		const bool good = seen >= 1 && seen <= 11;
		cr_expect_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), good ? 0 : -EBADMSG,
		             "state %u", state);
		cr_expect(!good || sock.state == seen, "state %u is %u", state, sock.state);
		arena_finish(&arena);
	}
}

Test(inet_diag, other_families_and_other_messages_are_refused) {
	for (unsigned family = 0; family <= 255; family++) {
		struct arena arena = { 0 };
		struct sock sock;
		struct inet_diag_msg body = plain();
		body.idiag_family = (uint8_t)family;
		const struct reply reply = new_reply(body);
		cr_expect_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock),
		             family == 2 || family == 10 ? 0 : -EBADMSG, "family %u", family);
		arena_finish(&arena);
	}
	static const uint16_t types[] = { 0, 17, 19, 21, UINT16_MAX };
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		struct reply reply = new_reply(plain());
		struct arena arena = { 0 };
		struct sock sock;
		const struct nlmsghdr header = { 0, types[i], 0, 0, 0 };
		memcpy(reply.bytes, &header, sizeof(header));
		cr_expect_eq(parse_bytes(reply.bytes, reply.length, 0, &arena, &sock), -EBADMSG);
	}
}

Test(inet_diag, old_garbage_behind_an_ipv4_address_is_not_part_of_it) {
	struct inet_diag_msg body = plain();
	struct arena arena = { 0 };
	struct sock sock;
	memset(&body.id, 0xa5, sizeof(body.id));
	body.id.idiag_sport = htons(8080);
	struct reply reply = new_reply(body);
	cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	static const uint8_t expected[16] = { 0xa5, 0xa5, 0xa5, 0xa5 };
	cr_expect_eq(memcmp(sock.local.address, expected, 16), 0);
	cr_expect_eq(memcmp(sock.peer.address, expected, 16), 0);
	cr_expect_eq(sock.local.port, 8080);
	cr_expect_eq(sock.peer.port, 0xa5a5);
	cr_expect_eq(sock.ifindex, 0xa5a5a5a5);
	body.idiag_family = AF_INET6;
	reply = new_reply(body);
	cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect_eq(sock.peer.address[15], 0xa5);
	arena_finish(&arena);
}

/* Whether the uid means anything: sockdiag reports 0 for sockets that nobody holds. */
Test(inet_diag, a_uid_of_zero_is_root_only_where_somebody_holds_the_socket) {
	static const struct {
		const char *what;
		uint8_t state, timer;
		uint32_t inode, uid;
		bool knows_inode, knows_uid;
	} rows[] = {
		{ "held by root", 1, 0, 5, 0, true, true },
		{ "held by a user", 1, 0, 5, 1000, true, true },
		{ "an orphan of an old kernel", 4, 1, 0, 0, false, false },
		{ "an orphan of a user", 4, 1, 0, 1000, false, true },
		{ "TIME-WAIT", 6, 3, 0, 0, false, false },
		{ "TIME-WAIT with a uid", 6, 3, 0, 1000, false, false },
		{ "FIN-WAIT-2 without a socket", 5, 3, 0, 1000, false, false },
		{ "FIN-WAIT-2 of an orphan", 5, 2, 0, 1000, false, true },
		{ "FIN-WAIT-2, held", 5, 0, 5, 0, true, true },
		{ "a connection request", 3, 1, 0, 0, false, false },
		{ "a connection request inside the kernel", 12, 1, 0, 1000, false, false },
		{ "an accepted fast open child", 3, 1, 5, 0, true, true },
		{ "the largest", 1, 0, UINT32_MAX, UINT32_MAX, true, true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		const struct reply reply = new_reply((struct inet_diag_msg){
		    .idiag_family = AF_INET6,
		    .idiag_state = rows[i].state,
		    .idiag_timer = rows[i].timer,
		    .idiag_inode = rows[i].inode,
		    .idiag_uid = rows[i].uid,
		});
		cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
		cr_expect_eq((sock.known & SOCK_KNOWS_INODE) != 0, rows[i].knows_inode, "%s",
		             rows[i].what);
		cr_expect_eq((sock.known & SOCK_KNOWS_UID) != 0, rows[i].knows_uid, "%s",
		             rows[i].what);
		cr_expect(!rows[i].knows_uid || sock.uid == rows[i].uid, "%s", rows[i].what);
		cr_expect(!rows[i].knows_inode || sock.inode == rows[i].inode, "%s", rows[i].what);
		arena_finish(&arena);
	}
}

Test(inet_diag, no_cookie_is_unknown_and_its_halves_are_in_order) {
	static const struct {
		uint32_t low, high;
		bool known;
	} rows[] = { { 0, 0, false },
		     { UINT32_MAX, UINT32_MAX, false },
		     { 1, 2, true },
		     { UINT32_MAX, 0, true },
		     { 0, UINT32_MAX, true } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		struct inet_diag_msg body = plain();
		body.id.idiag_cookie[0] = rows[i].low;
		body.id.idiag_cookie[1] = rows[i].high;
		const struct reply reply = new_reply(body);
		cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
		cr_expect_eq((sock.known & SOCK_KNOWS_COOKIE) != 0, rows[i].known, "row %zu", i);
		cr_expect_eq(sock.cookie, (uint64_t)rows[i].high << 32 | rows[i].low);
	}
}

Test(inet_diag, a_timer_of_no_known_number_is_unknown) {
	for (unsigned timer = 0; timer <= 255; timer++) {
		struct arena arena = { 0 };
		struct sock sock;
		struct inet_diag_msg body = plain();
		body.idiag_timer = (uint8_t)timer;
		body.idiag_retrans = 255;
		body.idiag_expires = UINT32_MAX;
		const struct reply reply = new_reply(body);
		cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
		const bool known = timer >= 1 && timer <= 5;
		cr_expect_eq((sock.known & SOCK_KNOWS_TIMER) != 0, known, "timer %u", timer);
		cr_expect_eq(sock.timer, known ? timer : 0, "timer %u", timer);
		cr_expect_eq(sock.timer_ms, known ? UINT32_MAX : 0, "timer %u", timer);
		cr_expect_eq(sock.timer_retrans, known ? 255 : 0, "timer %u", timer);
	}
}

/* Parses a plain answer with one attribute. */
static int parse_one(uint16_t type, const void *bytes, size_t length, enum sock_protocol protocol,
                     struct arena *arena, struct sock *sock) {
	struct reply reply = new_reply(plain());
	put_attribute(&reply, type, bytes, length);
	return parse(&reply, protocol, arena, sock);
}

/* Bytes 1, 2, 3... */
static void count_up(unsigned char *bytes, size_t length) {
	for (size_t i = 0; i < length; i++)
		bytes[i] = (unsigned char)(i + 1);
}

Test(inet_diag, a_number_is_read_if_all_its_bytes_came) {
	static const struct {
		uint16_t type;
		size_t size, offset;
		uint32_t known;
	} rows[] = {
		{ INET_DIAG_TOS, 1, offsetof(struct sock, tos), SOCK_KNOWS_TOS },
		{ INET_DIAG_TCLASS, 1, offsetof(struct sock, tclass), SOCK_KNOWS_TCLASS },
		{ INET_DIAG_SHUTDOWN, 1, offsetof(struct sock, shutdown), SOCK_KNOWS_SHUTDOWN },
		{ INET_DIAG_SKV6ONLY, 1, offsetof(struct sock, v6only), SOCK_KNOWS_V6ONLY },
		{ INET_DIAG_MARK, 4, offsetof(struct sock, mark), SOCK_KNOWS_MARK },
		{ INET_DIAG_CLASS_ID, 4, offsetof(struct sock, class_id), SOCK_KNOWS_CLASS_ID },
		{ INET_DIAG_CGROUP_ID, 8, offsetof(struct sock, cgroup_id), SOCK_KNOWS_CGROUP_ID },
		{ INET_DIAG_SOCKOPT, 2, offsetof(struct sock, options), SOCK_KNOWS_OPTIONS },
	};
	unsigned char bytes[8];
	count_up(bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (size_t length = 0; length <= rows[i].size; length++) {
			struct arena arena = { 0 };
			struct sock sock;
			/* The flag of a nest is no part of the type. */
			cr_assert_eq(parse_one(rows[i].type | NLA_F_NESTED, bytes, length,
			                       SOCK_PROTOCOL_UDP, &arena, &sock),
			             0);
			const bool known = length == rows[i].size;
			cr_expect_eq((sock.known & rows[i].known) != 0, known, "%u of %zu bytes",
			             rows[i].type, length);
			cr_expect(!known || memcmp((const char *)&sock + rows[i].offset, bytes,
			                           length) == 0,
			          "attribute %u", rows[i].type);
		}
	}
}

Test(inet_diag, counters_may_be_shorter_or_longer_than_ours) {
	static const size_t lengths[] = { 0, 1, 15, 104, 232, 279, 280, 281, 400 };
	static const uint8_t zeros[280];
	unsigned char bytes[400];
	count_up(bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		const size_t known = lengths[i] < 280 ? lengths[i] : 280;
		cr_assert_eq(
		    parse_one(INET_DIAG_INFO, bytes, lengths[i], SOCK_PROTOCOL_TCP, &arena, &sock),
		    0);
		cr_expect_eq(sock.tcp_length, known);
		cr_expect_eq(memcmp(sock.tcp, bytes, known), 0, "%zu bytes", lengths[i]);
		cr_expect_eq(memcmp((const char *)sock.tcp + known, zeros, 280 - known), 0);
		cr_expect_null(sock.mptcp);
		cr_assert_eq(
		    parse_one(INET_DIAG_INFO, bytes, lengths[i], SOCK_PROTOCOL_UDP, &arena, &sock),
		    0);
		cr_expect(!sock.tcp && !sock.mptcp, "UDP has no counters that we know");
		arena_finish(&arena);
	}
}

/* The token lets anyone join the connection. It is at offset 12 of mptcp_info. */
Test(inet_diag, the_token_of_mptcp_is_never_visible) {
	static const uint8_t zeros[4];
	unsigned char bytes[120];
	count_up(bytes, sizeof(bytes));
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(
		    parse_one(INET_DIAG_INFO, bytes, length, SOCK_PROTOCOL_MPTCP, &arena, &sock),
		    0);
		const size_t known = length < 96 ? length : 96;
		const unsigned char *info = (const unsigned char *)sock.mptcp;
		cr_expect_eq(sock.mptcp_length, known);
		cr_expect_eq(memcmp(info, bytes, known < 12 ? known : 12), 0);
		cr_expect_eq(memcmp(info + 12, zeros, 4), 0, "%zu bytes", length);
		cr_expect(known <= 16 || memcmp(info + 16, bytes + 16, known - 16) == 0);
		cr_expect_null(sock.tcp);
		arena_finish(&arena);
	}
}

Test(inet_diag, memory_grew_by_and_by) {
	unsigned char bytes[44];
	count_up(bytes, sizeof(bytes));
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(
		    parse_one(INET_DIAG_SKMEMINFO, bytes, length, SOCK_PROTOCOL_UDP, &arena, &sock),
		    0);
		cr_assert_eq(sock.memory->length, length < 36 ? length : 36);
		cr_expect_eq(memcmp(sock.memory, bytes, sock.memory->length), 0);
		cr_expect_eq((sock.known & SOCK_KNOWS_DROPS) != 0, length >= 36, "%zu", length);
		cr_expect(length < 36 || memcmp(&sock.drops, bytes + 32, 4) == 0);
		arena_finish(&arena);
	}
}

Test(inet_diag, old_memory_counts_only_where_the_new_is_missing) {
	static const uint32_t old[] = { 11, 12, 13, 14 };
	static const uint32_t new[] = { 21, 22, 23, 24, 25, 26, 27, 28, 29 };
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse_one(INET_DIAG_MEMINFO, old, 16, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect_eq(sock.memory->rmem_alloc, 11);
	cr_expect_eq(sock.memory->length, 4, "the other three mean something else");
	cr_assert_eq(parse_one(INET_DIAG_MEMINFO, old, 15, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect_null(sock.memory);
	for (int order = 0; order < 2; order++) {
		struct reply reply = new_reply(plain());
		for (int i = 0; i < 2; i++) {
			if (i == order)
				put_attribute(&reply, INET_DIAG_MEMINFO, old, sizeof(old));
			else
				put_attribute(&reply, INET_DIAG_SKMEMINFO, new, sizeof(new));
		}
		cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
		cr_expect_eq(sock.memory->rmem_alloc, 21, "order %d", order);
		cr_expect_eq(sock.memory->length, 36, "order %d", order);
	}
	arena_finish(&arena);
}

Test(inet_diag, a_name_ends_at_its_nul_or_with_its_attribute) {
	static const struct {
		const char *bytes;
		size_t length, named;
	} rows[] = { { "cubic", 6, 5 },
		     { "cubic", 5, 5 },
		     { "", 0, 0 },
		     { "\0x", 3, 0 },
		     { "\x1b[2J\xff", 5, 5 } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse_one(INET_DIAG_CONG, rows[i].bytes, rows[i].length,
		                       SOCK_PROTOCOL_TCP, &arena, &sock),
		             0);
		cr_expect_eq(sock.algorithm_length, rows[i].named, "row %zu", i);
		cr_expect_eq(memcmp(sock.algorithm, rows[i].bytes, rows[i].named), 0);
		arena_finish(&arena);
	}
}

Test(inet_diag, an_algorithm_tells_of_itself_in_its_own_structure) {
	static const uint32_t vegas[] = { 1, 2, 3, 4 };
	static const uint32_t dctcp[] = { 2u << 16 | 1, 3, 4,
		                          5 }; /* two numbers of 16 bits first */
	static const uint32_t bbr[] = { 1, 2, 3, 4, 5 };
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse_one(INET_DIAG_VEGASINFO, vegas, 16, 0, &arena, &sock), 0);
	cr_assert_eq(sock.congestion->kind, CONGESTION_VEGAS);
	cr_expect(sock.congestion->vegas.enabled == 1 && sock.congestion->vegas.rttcnt == 2 &&
	          sock.congestion->vegas.rtt_us == 3 && sock.congestion->vegas.minrtt_us == 4);
	cr_assert_eq(parse_one(INET_DIAG_DCTCPINFO, dctcp, 16, 0, &arena, &sock), 0);
	cr_assert_eq(sock.congestion->kind, CONGESTION_DCTCP);
	cr_expect(sock.congestion->dctcp.enabled == 1 && sock.congestion->dctcp.ce_state == 2 &&
	          sock.congestion->dctcp.alpha == 3 && sock.congestion->dctcp.ab_ecn == 4 &&
	          sock.congestion->dctcp.ab_tot == 5);
	cr_assert_eq(parse_one(INET_DIAG_BBRINFO, bbr, 20, 0, &arena, &sock), 0);
	cr_assert_eq(sock.congestion->kind, CONGESTION_BBR);
	cr_expect(sock.congestion->bbr.bandwidth == 0x200000001 &&
	          sock.congestion->bbr.min_rtt_us == 3 && sock.congestion->bbr.pacing_gain == 4 &&
	          sock.congestion->bbr.cwnd_gain == 5);
	static const struct {
		uint16_t type;
		size_t length;
	} cut[] = { { INET_DIAG_VEGASINFO, 15 },
		    { INET_DIAG_DCTCPINFO, 15 },
		    { INET_DIAG_BBRINFO, 19 } };
	for (size_t i = 0; i < ARRAY_LENGTH(cut); i++) {
		cr_assert_eq(parse_one(cut[i].type, bbr, cut[i].length, 0, &arena, &sock), 0);
		cr_expect_null(sock.congestion, "attribute %u", cut[i].type);
	}
	arena_finish(&arena);
}

Test(inet_diag, md5_keys_are_counted_and_not_read) {
	static const struct {
		size_t length, keys;
	} rows[] = { { 0, 0 }, { 99, 0 }, { 100, 1 }, { 300, 3 }, { 301, 3 } };
	unsigned char bytes[301];
	memset(bytes, 'K', sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse_one(INET_DIAG_MD5SIG, bytes, rows[i].length, SOCK_PROTOCOL_TCP,
		                       &arena, &sock),
		             0);
		cr_expect(sock.known & SOCK_KNOWS_MD5_KEYS);
		cr_expect_eq(sock.md5_keys, rows[i].keys);
		cr_expect_null(memmem(&sock, sizeof(sock), "KKKK", 4));
		cr_expect_null(arena.first, "nothing was copied");
		arena_finish(&arena);
	}
}

/* An upper layer protocol by its name and one nest: attributes of 4 + 8 bytes, counting up. */
static struct reply ulp_reply(uint16_t nest, const uint16_t types[], size_t count) {
	struct reply inner = { 0 }, outer = { 0 }, reply = new_reply(plain());
	for (size_t i = 0; i < count; i++) {
		unsigned char bytes[8];
		memset(bytes, 0xa0 + types[i], sizeof(bytes));
		put_attribute(&inner, types[i], bytes, sizeof(bytes));
	}
	put_attribute(&outer, 1, "name", 5);
	put_attribute(&outer, nest | NLA_F_NESTED, inner.bytes, inner.length);
	put_attribute(&reply, INET_DIAG_ULP_INFO | NLA_F_NESTED, outer.bytes, outer.length);
	return reply;
}

Test(inet_diag, a_subflow_tells_all_but_its_tokens) {
	static const uint16_t types[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1000 };
	const struct reply reply = ulp_reply(3, types, ARRAY_LENGTH(types));
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect_str_eq(sock.ulp->name, "name");
	cr_expect_eq(sock.ulp->known, 0xff0, "everything of a subflow, nothing of TLS");
	cr_expect_eq(sock.ulp->write_seq, 0xa3a3a3a3);
	cr_expect_eq(sock.ulp->map_seq, 0xa4a4a4a4a4a4a4a4);
	cr_expect_eq(sock.ulp->map_subflow_seq, 0xa5a5a5a5);
	cr_expect_eq(sock.ulp->ssn_offset, 0xa6a6a6a6);
	cr_expect_eq(sock.ulp->map_length, 0xa7a7);
	cr_expect_eq(sock.ulp->flags, 0xa8a8a8a8);
	cr_expect_eq(sock.ulp->remote_id, 0xa9);
	cr_expect_eq(sock.ulp->local_id, 0xaa);
	cr_expect_null(memmem(sock.ulp, sizeof(*sock.ulp), "\xa1\xa1\xa1\xa1", 4));
	cr_expect_null(memmem(sock.ulp, sizeof(*sock.ulp), "\xa2\xa2\xa2\xa2", 4));
	arena_finish(&arena);
}

Test(inet_diag, kernel_tls_tells_version_cipher_and_directions) {
	static const uint16_t types[] = { 1, 2, 3, 4, 5, 6, 7 };
	const struct reply reply = ulp_reply(2, types, ARRAY_LENGTH(types));
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect_eq(sock.ulp->known, 0xf, "everything of TLS, nothing of a subflow");
	cr_expect(sock.ulp->tls_version == 0xa1a1 && sock.ulp->tls_cipher == 0xa2a2 &&
	          sock.ulp->tls_tx == 0xa3a3 && sock.ulp->tls_rx == 0xa4a4);
	cr_expect(sock.ulp->tls_zero_copy_tx && sock.ulp->tls_rx_no_pad);
	arena_finish(&arena);
}

/* The values of maps; 0xff ends the ids. */
static struct reply storage_reply(const uint32_t ids[], const uint8_t value[], size_t length) {
	struct reply nest = { 0 }, reply = new_reply(plain());
	for (size_t i = 0; ids[i] != 0xff; i++) {
		struct reply map = { 0 };
		put_attribute(&map, SK_DIAG_BPF_STORAGE_MAP_ID, &ids[i], sizeof(ids[i]));
		put_attribute(&map, SK_DIAG_BPF_STORAGE_MAP_VALUE, value, length);
		put_attribute(&nest, SK_DIAG_BPF_STORAGE | NLA_F_NESTED, map.bytes, map.length);
	}
	put_attribute(&reply, INET_DIAG_SK_BPF_STORAGES | NLA_F_NESTED, nest.bytes, nest.length);
	return reply;
}

Test(inet_diag, values_of_bpf_maps_become_hex_behind_the_ids) {
	static const uint8_t value[] = { 0x00, 0x9f, 0xff };
	static const struct {
		uint32_t ids[4];
		size_t length;
		const char *text;
	} rows[] = {
		{ { 0xff }, 3, NULL },
		{ { 7, 0xff }, 3, "7=009fff" },
		{ { 7, UINT32_MAX, 0, 0xff }, 2, "7=009f,4294967295=009f,0=009f" },
		{ { 12, 0xff }, 0, "12=" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct reply reply = storage_reply(rows[i].ids, value, rows[i].length);
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
		if (rows[i].text)
			cr_expect_str_eq(sock.bpf_storage, rows[i].text);
		else
			cr_expect_null(sock.bpf_storage);
		arena_finish(&arena);
	}
}

/* As many maps as fit, each of as few bytes and as many characters as can be. */
Test(inet_diag, the_text_of_many_small_maps_has_room) {
	enum { MAPS = 240, LENGTH = sizeof("4294967295=,") - 1 };
	uint32_t ids[MAPS + 1];
	struct arena arena = { 0 };
	struct sock sock;
	memset(ids, 0xff, sizeof(ids));
	ids[MAPS] = 0xff;
	const struct reply reply = storage_reply(ids, (const uint8_t *)"", 0);
	cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect_eq(strlen(sock.bpf_storage), MAPS * LENGTH - 1);
	arena_finish(&arena);
}

Test(inet_diag, a_map_without_id_or_value_is_left_out) {
	static const uint32_t id = 5;
	struct reply nest = { 0 }, only_id = { 0 }, only_value = { 0 }, reply = new_reply(plain());
	struct arena arena = { 0 };
	struct sock sock;
	put_attribute(&only_id, SK_DIAG_BPF_STORAGE_MAP_ID, &id, sizeof(id));
	put_attribute(&only_value, SK_DIAG_BPF_STORAGE_MAP_VALUE, "abcd", 4);
	put_attribute(&nest, SK_DIAG_BPF_STORAGE, "", 0);
	put_attribute(&nest, SK_DIAG_BPF_STORAGE, only_id.bytes, only_id.length);
	put_attribute(&nest, SK_DIAG_BPF_STORAGE, only_value.bytes, only_value.length);
	put_attribute(&reply, INET_DIAG_SK_BPF_STORAGES, nest.bytes, nest.length);
	cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect_null(sock.bpf_storage);
	arena_finish(&arena);
}

/* The length has 16 bits, and maps can keep more: it wraps around (kernel 6.18). */
Test(inet_diag, maps_whose_length_lies_cost_their_column_and_not_the_socket) {
	static const uint32_t ids[] = { 7, 8, 0xff };
	static const uint8_t value[] = { 1, 2, 3, 4 };
	struct reply good = storage_reply(ids, value, sizeof(value));
	const uint32_t mark = 9;
	put_attribute(&good, INET_DIAG_MARK, &mark, sizeof(mark));
	const size_t at = NLMSG_HDRLEN + BODY;
	const uint16_t truth = 4 + 2 * (4 + 8 + 8);
	for (uint16_t length = 5; length < truth; length++) {
		struct reply reply = good;
		struct arena arena = { 0 };
		struct sock sock;
		memcpy(reply.bytes + at, &length, sizeof(length));
		if (length == 4 + 20) /* one whole map */
			continue;
		cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0, "%u", length);
		cr_expect_eq(sock.inode, 9);
		cr_expect_null(sock.bpf_storage, "%u", length);
		cr_expect_not(sock.known & SOCK_KNOWS_MARK, "%u: nothing behind it", length);
		arena_finish(&arena);
	}
}

/* The length is that of the attribute at `offset` in an answer with a nest in a nest. */
Test(inet_diag, a_length_that_lies_makes_the_answer_worthless) {
	enum {
		ULP = NLMSG_HDRLEN + BODY,
		NAME = ULP + 4,
		NEST = NAME + 12,
		FIRST = NEST + 4,
		SECOND = FIRST + 12,
		END = SECOND + 12
	};
	static const uint16_t types[] = { 3, 4 };
	static const struct {
		size_t offset, length; /* the truth */
	} places[] = {
		{ ULP, END - ULP }, { NAME, 9 }, { NEST, END - NEST }, { FIRST, 12 }, { SECOND, 12 }
	};
	const struct reply good = ulp_reply(3, types, ARRAY_LENGTH(types));
	cr_assert_eq(good.length, END);
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		for (uint32_t length = 0; length <= UINT16_MAX; length++) {
			/* Within its surroundings an attribute may end where it likes, and what
			 * follows may then by chance be one. */
			if (length >= 4 && length <= END - places[i].offset)
				continue;
			struct reply reply = good;
			struct arena arena = { 0 };
			struct sock sock;
			memcpy(reply.bytes + places[i].offset, &(uint16_t){ (uint16_t)length }, 2);
			cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), -EBADMSG,
			             "place %zu, length %u", i, length);
			arena_finish(&arena);
		}
	}
}

/* Counters of all ones are large, not negative, and nothing is cut. */
Test(inet_diag, an_answer_of_all_ones_is_taken_at_its_word) {
	struct inet_diag_msg body;
	unsigned char ones[280];
	struct arena arena = { 0 };
	struct sock sock;
	memset(&body, 0xff, sizeof(body));
	memset(ones, 0xff, sizeof(ones));
	struct reply reply = new_reply(body);
	cr_expect_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), -EBADMSG);
	body.idiag_family = AF_INET6;
	body.idiag_state = 1;
	reply = new_reply(body);
	put_attribute(&reply, INET_DIAG_INFO, ones, sizeof(ones));
	put_attribute(&reply, INET_DIAG_SKMEMINFO, ones, 36);
	put_attribute(&reply, 0x3fff, ones, 8); /* of a kernel to come */
	cr_assert_eq(parse(&reply, SOCK_PROTOCOL_TCP, &arena, &sock), 0);
	cr_expect(sock.recvq == UINT32_MAX && sock.sendq == UINT32_MAX && sock.drops == UINT32_MAX);
	cr_expect(sock.inode == UINT32_MAX && sock.uid == UINT32_MAX);
	cr_expect(sock.local.port == 65535 && sock.peer.port == 65535);
	cr_expect_eq(sock.tcp->bytes_acked, UINT64_MAX);
	cr_expect_eq(sock.known & (SOCK_KNOWS_COOKIE | SOCK_KNOWS_TIMER), 0);
	memset(reply.bytes, 0xff, reply.length);
	cr_expect_eq(parse_bytes(reply.bytes, reply.length, 0, &arena, &sock), -EBADMSG);
	arena_finish(&arena);
}

static void cut_everywhere(const struct nlmsghdr *message, enum sock_protocol protocol) {
	for (size_t length = NLMSG_HDRLEN; length <= message->nlmsg_len; length++) {
		struct arena arena = { 0 };
		struct sock sock;
		const int result = parse_bytes(message, length, protocol, &arena, &sock);
		cr_assert(result == 0 || result == -EBADMSG, "%zu bytes: %d", length, result);
		cr_assert(result != 0 || length >= NLMSG_HDRLEN + BODY, "%zu bytes", length);
		cr_assert(result == 0 || length < message->nlmsg_len);
		arena_finish(&arena);
	}
}

Test(inet_diag, a_recorded_answer_can_be_cut_anywhere) {
	static const struct {
		const char *name;
		enum sock_protocol protocol;
	} rows[] = { { "tcp-plain", SOCK_PROTOCOL_TCP }, { "tcp-all", SOCK_PROTOCOL_TCP },
		     { "subflow", SOCK_PROTOCOL_TCP },   { "udp4", SOCK_PROTOCOL_UDP },
		     { "udp6", SOCK_PROTOCOL_UDP },      { "mptcp", SOCK_PROTOCOL_MPTCP } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char path[512];
		alignas(8) unsigned char bytes[16384];
		snprintf(path, sizeof(path), "%s/%s.nlmsg", TEST_DATA, rows[i].name);
		FILE *file = fopen(path, "rb");
		cr_assert_not_null(file, "%s", path);
		const size_t length = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		size_t count = 0;
		for (size_t at = 0; at < length; count++) {
			const struct nlmsghdr *message = (const void *)(bytes + at);
			if (message->nlmsg_type != NLMSG_DONE)
				cut_everywhere(message, rows[i].protocol);
			at += (message->nlmsg_len + 3u) / 4 * 4;
		}
		cr_expect_gt(count, 1, "%s", rows[i].name);
	}
}

static struct inet_diag_req_v2 destroy_body(const struct sock *sock, uint16_t peer_port,
                                            struct nlmsghdr *header) {
	alignas(8) unsigned char bytes[INET_DESTROY_SIZE];
	struct inet_diag_req_v2 body;
	const struct nlmsghdr *message = inet_destroy_request(sock, peer_port, 77, bytes);
	cr_assert_leq(message->nlmsg_len, INET_DESTROY_SIZE);
	*header = *message;
	memcpy(&body, bytes + NLMSG_HDRLEN, sizeof(body));
	return body;
}

Test(inet_diag, a_socket_is_ended_by_its_ends_its_device_and_its_cookie) {
	const struct sock sock = {
		.known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_INTERFACE,
		.protocol = SOCK_PROTOCOL_TCP,
		.family = SOCK_FAMILY_INET6,
		.cookie = 0x1122334455667788,
		.ifindex = 3,
		.local = { .address = { [0] = 0xfe, [1] = 0x80, [15] = 1 }, .port = 443 },
		.peer = { .address = { [0] = 0xfe, [1] = 0x80, [15] = 2 }, .port = 50000 },
	};
	struct nlmsghdr header;
	const struct inet_diag_req_v2 body = destroy_body(&sock, 50001, &header);
	cr_expect_eq(header.nlmsg_type, 21);
	cr_expect_eq(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	cr_expect_eq(header.nlmsg_seq, 77);
	cr_expect_eq(body.sdiag_family, AF_INET6);
	cr_expect_eq(body.sdiag_protocol, IPPROTO_TCP);
	cr_expect_eq(ntohs(body.id.idiag_sport), 443);
	cr_expect_eq(ntohs(body.id.idiag_dport), 50001);
	cr_expect_eq(memcmp(body.id.idiag_src, sock.local.address, 16), 0);
	cr_expect_eq(memcmp(body.id.idiag_dst, sock.peer.address, 16), 0);
	cr_expect_eq(body.id.idiag_if, 3);
	cr_expect_eq(body.id.idiag_cookie[0], 0x55667788);
	cr_expect_eq(body.id.idiag_cookie[1], 0x11223344);
}

Test(inet_diag, what_has_no_device_is_ended_on_none_and_raw_sockets_by_their_protocol) {
	struct sock sock = { .protocol = SOCK_PROTOCOL_RAW, .cookie = 5, .ifindex = 9 };
	struct nlmsghdr header;
	sock.local.port = 89;
	const struct inet_diag_req_v2 body = destroy_body(&sock, 0, &header);
	cr_expect_eq(body.sdiag_protocol, IPPROTO_RAW);
	cr_expect_eq(body.pad, 89);
	cr_expect_eq(body.id.idiag_if, 0);
}

/* 262 & 0xff would be TCP. */
Test(inet_diag, an_mptcp_socket_is_not_ended_as_tcp) {
	const struct sock sock = { .protocol = SOCK_PROTOCOL_MPTCP, .cookie = 5 };
	struct nlmsghdr header;
	const struct inet_diag_req_v2 body = destroy_body(&sock, 0, &header);
	cr_expect_neq(body.sdiag_protocol, IPPROTO_TCP);
	cr_expect_gt(header.nlmsg_len, NLMSG_HDRLEN + sizeof(body));
}
