/* Answers of the handlers beside TCP and UDP, put together by hand as linux/unix_diag.h,
 * packet_diag.h, netlink_diag.h, vm_sockets_diag.h and xdp_diag.h lay them out: UNIX, packet,
 * netlink, VSOCK, XDP, and SCTP, which is inet_diag with a few things of its own. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sctp.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>
#include <linux/xdp_diag.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "diag.h"
#include "inet_diag.h"
#include "sctp_info.h"
#include "util.h"

enum { REPLY_SIZE = 8192, MEMORY_SIZE = 36, UNIX_UID = 7 };

/* An answer that grows by attributes. */
struct reply {
	alignas(8) unsigned char bytes[REPLY_SIZE];
	size_t length;
};

static struct reply new_reply(const void *body, size_t size) {
	struct reply reply = { .length = NLMSG_HDRLEN + size };
	const struct nlmsghdr header = { 0, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, 1, 0 };
	memcpy(reply.bytes, &header, sizeof(header));
	memcpy(reply.bytes + NLMSG_HDRLEN, body, size);
	return reply;
}

static void put_attribute(struct reply *reply, uint16_t type, const void *bytes, size_t length) {
	const struct nlattr header = { (uint16_t)(sizeof(header) + length), type };
	cr_assert_leq(reply->length + sizeof(header) + length + 4, REPLY_SIZE);
	memcpy(reply->bytes + reply->length, &header, sizeof(header));
	if (length > 0)
		memcpy(reply->bytes + reply->length + sizeof(header), bytes, length);
	reply->length += (sizeof(header) + length + 3) / 4 * 4;
}

/* Parses a copy of exactly `length` bytes, so that a sanitizer sees a read behind them. No class
 * means SCTP. */
static int parse_bytes(const struct diag_class *class, const void *bytes, size_t length,
                       struct arena *arena, struct sock *sock) {
	struct nlmsghdr *message = xmalloc(length);
	memcpy(message, bytes, length);
	message->nlmsg_len = (uint32_t)length;
	*sock = (struct sock){ 0 };
	const int result = class ? class->parse(message, arena, sock)
	                         : inet_parse(message, SOCK_PROTOCOL_SCTP, arena, sock);
	free(message);
	return result;
}

static int parse(const struct diag_class *class, const struct reply *reply, struct arena *arena,
                 struct sock *sock) {
	return parse_bytes(class, reply->bytes, reply->length, arena, sock);
}

/* Bytes that all differ from their neighbours. */
static void count_up(void *bytes, size_t length) {
	for (size_t i = 0; i < length; i++)
		((unsigned char *)bytes)[i] = (unsigned char)(i + 1);
}

static void put_memory(struct reply *reply, uint16_t type) {
	static const uint32_t memory[] = { 11, 12, 13, 14, 15, 16, 17, 18, 19 };
	_Static_assert(sizeof(memory) == MEMORY_SIZE, "SK_MEMINFO_VARS of 4.7");
	put_attribute(reply, type, memory, sizeof(memory));
}

static void expect_memory(const struct sock *sock) {
	cr_assert_not_null(sock->memory);
	cr_expect_eq(sock->memory->length, MEMORY_SIZE);
	cr_expect(sock->memory->rmem_alloc == 11 && sock->memory->rcvbuf == 12 &&
	          sock->memory->wmem_alloc == 13 && sock->memory->sndbuf == 14 &&
	          sock->memory->fwd_alloc == 15 && sock->memory->wmem_queued == 16 &&
	          sock->memory->optmem == 17 && sock->memory->backlog == 18);
	cr_expect_eq(sock->drops, 19);
	cr_expect(sock->known & SOCK_KNOWS_DROPS);
}

static struct unix_diag_msg unix_body(void) {
	return (struct unix_diag_msg){ .udiag_family = AF_UNIX,
		                       .udiag_type = SOCK_STREAM,
		                       .udiag_state = SOCK_STATE_ESTABLISHED,
		                       .udiag_ino = 9,
		                       .udiag_cookie = { 1, 2 } };
}

static struct packet_diag_msg packet_body(void) {
	return (struct packet_diag_msg){ .pdiag_family = AF_PACKET,
		                         .pdiag_type = SOCK_RAW,
		                         .pdiag_num = 0x88cc,
		                         .pdiag_ino = 9,
		                         .pdiag_cookie = { 1, 2 } };
}

static struct netlink_diag_msg netlink_body(void) {
	return (struct netlink_diag_msg){ .ndiag_family = AF_NETLINK,
		                          .ndiag_type = SOCK_DGRAM,
		                          .ndiag_protocol = 16,
		                          .ndiag_state = 7, /* as sock_init_data() leaves it */
		                          .ndiag_portid = 4242,
		                          .ndiag_ino = 9,
		                          .ndiag_cookie = { 1, 2 } };
}

static struct vsock_diag_msg vsock_body(void) {
	return (struct vsock_diag_msg){ .vdiag_family = AF_VSOCK,
		                        .vdiag_type = SOCK_STREAM,
		                        .vdiag_state = SOCK_STATE_ESTABLISHED,
		                        .vdiag_shutdown = SOCK_SHUTDOWN_SEND,
		                        .vdiag_src_cid = 3,
		                        .vdiag_src_port = 1024,
		                        .vdiag_dst_cid = 2,
		                        .vdiag_dst_port = UINT32_MAX - 1,
		                        .vdiag_ino = 9,
		                        .vdiag_cookie = { 1, 2 } };
}

static struct xdp_diag_msg xdp_body(void) {
	return (struct xdp_diag_msg){ .xdiag_family = AF_XDP,
		                      .xdiag_type = SOCK_RAW,
		                      .xdiag_ino = 9,
		                      .xdiag_cookie = { 1, 2 } };
}

static struct inet_diag_msg sctp_body(void) {
	return (struct inet_diag_msg){ .idiag_family = AF_INET,
		                       .idiag_state = SOCK_STATE_LISTEN,
		                       .idiag_inode = 9,
		                       .id.idiag_cookie = { 1, 2 } };
}

static struct reply unix_reply(void) {
	const struct unix_diag_msg body = unix_body();
	return new_reply(&body, sizeof(body));
}

static struct reply packet_reply(void) {
	const struct packet_diag_msg body = packet_body();
	return new_reply(&body, sizeof(body));
}

static struct reply netlink_reply(void) {
	const struct netlink_diag_msg body = netlink_body();
	return new_reply(&body, sizeof(body));
}

static struct reply xdp_reply(void) {
	const struct xdp_diag_msg body = xdp_body();
	return new_reply(&body, sizeof(body));
}

/* Answers with every attribute that the kernel knows. */

static struct reply whole_unix(void) {
	static const uint32_t pending[] = { 4711, 0, UINT32_MAX };
	const struct unix_diag_vfs file = { 77, 0x0fe00000 };
	const struct unix_diag_rqlen queues = { 5, 4096 };
	const uint32_t peer = 3000000000;
	const uint8_t shutdown = SOCK_SHUTDOWN_RECV;
	const uint32_t uid = 1000;
	struct reply reply = unix_reply();
	put_attribute(&reply, UNIX_DIAG_NAME, "/run/x", 7);
	put_attribute(&reply, UNIX_DIAG_VFS, &file, sizeof(file));
	put_attribute(&reply, UNIX_DIAG_PEER, &peer, sizeof(peer));
	put_attribute(&reply, UNIX_DIAG_ICONS, pending, sizeof(pending));
	put_attribute(&reply, UNIX_DIAG_RQLEN, &queues, sizeof(queues));
	put_memory(&reply, UNIX_DIAG_MEMINFO);
	put_attribute(&reply, UNIX_DIAG_SHUTDOWN, &shutdown, sizeof(shutdown));
	put_attribute(&reply, UNIX_UID, &uid, sizeof(uid));
	return reply;
}

static struct reply whole_packet(void) {
	const struct packet_diag_info info = { 2, 3, 4, 5, 6, PDI_AUXDATA };
	const struct packet_diag_mclist memberships[] = {
		{ 2, 1, 0, 6, { 0x33, 0x33, 0, 0, 0, 1 } },
		{ 3, 1, 1, 0, { 0 } },
	};
	const struct packet_diag_ring rx = { 1, 2, 3, 4, 5, 6, 7 };
	const struct packet_diag_ring tx = { 11, 12, 13, 14, 15, 16, 17 };
	const struct sock_filter filter[] = { { 40, 0, 0, 12 },
		                              { 21, 0, 1, 2048 },
		                              { 6, 0, 0, 9 } };
	const uint32_t fanout = 5u << 16 | 1234;
	const uint32_t uid = 0;
	struct reply reply = packet_reply();
	put_attribute(&reply, PACKET_DIAG_INFO, &info, sizeof(info));
	put_attribute(&reply, PACKET_DIAG_MCLIST, memberships, sizeof(memberships));
	put_attribute(&reply, PACKET_DIAG_RX_RING, &rx, sizeof(rx));
	put_attribute(&reply, PACKET_DIAG_TX_RING, &tx, sizeof(tx));
	put_attribute(&reply, PACKET_DIAG_FANOUT, &fanout, sizeof(fanout));
	put_attribute(&reply, PACKET_DIAG_UID, &uid, sizeof(uid));
	put_memory(&reply, PACKET_DIAG_MEMINFO);
	put_attribute(&reply, PACKET_DIAG_FILTER, filter, sizeof(filter));
	return reply;
}

static struct reply whole_netlink(void) {
	enum { WORD_BITS = 8 * sizeof(unsigned long) };
	const unsigned long groups[] = { 1ul | 1ul << (WORD_BITS - 1), 0, 2 };
	const uint32_t flags = NDIAG_FLAG_PKTINFO | NDIAG_FLAG_CAP_ACK;
	struct reply reply = netlink_reply();
	put_memory(&reply, NETLINK_DIAG_MEMINFO);
	put_attribute(&reply, NETLINK_DIAG_GROUPS, groups, sizeof(groups));
	put_attribute(&reply, NETLINK_DIAG_FLAGS, &flags, sizeof(flags));
	return reply;
}

static struct reply whole_vsock(void) {
	const struct vsock_diag_msg body = vsock_body();
	return new_reply(&body, sizeof(body));
}

static struct reply whole_xdp(void) {
	static const uint32_t rings[] = { 2048, 1024, 4096, 8192 };
	const struct xdp_diag_info info = { 2, 5 };
	const struct xdp_diag_umem umem = { (uint64_t)1 << 33, 1, 2, 3, 4, 5, 6, 7, 8 };
	const struct xdp_diag_stats stats = { UINT64_MAX, 2, 3, 4, 5, 6 };
	const uint32_t uid = 1000;
	struct reply reply = xdp_reply();
	put_attribute(&reply, XDP_DIAG_INFO, &info, sizeof(info));
	put_attribute(&reply, XDP_DIAG_UID, &uid, sizeof(uid));
	put_attribute(&reply, XDP_DIAG_RX_RING, &rings[0], sizeof(rings[0]));
	put_attribute(&reply, XDP_DIAG_TX_RING, &rings[1], sizeof(rings[1]));
	put_attribute(&reply, XDP_DIAG_UMEM, &umem, sizeof(umem));
	put_attribute(&reply, XDP_DIAG_UMEM_FILL_RING, &rings[2], sizeof(rings[2]));
	put_attribute(&reply, XDP_DIAG_UMEM_COMPLETION_RING, &rings[3], sizeof(rings[3]));
	put_memory(&reply, XDP_DIAG_MEMINFO);
	put_attribute(&reply, XDP_DIAG_STATS, &stats, sizeof(stats));
	return reply;
}

static struct sockaddr_storage address_of(int family, const char *text) {
	struct sockaddr_storage address = { .ss_family = (sa_family_t)family };
	void *bytes = family == AF_INET ? (void *)&((struct sockaddr_in *)&address)->sin_addr
	                                : (void *)&((struct sockaddr_in6 *)&address)->sin6_addr;
	cr_assert_eq(inet_pton(family, text, bytes), 1, "%s", text);
	return address;
}

static struct reply whole_sctp(uint8_t state) {
	struct inet_diag_msg body = sctp_body();
	unsigned char info[sizeof(struct sctp_counters)];
	const struct sockaddr_storage locals[] = {
		address_of(AF_INET, "192.0.2.1"),
		address_of(AF_INET6, "2001:db8::1"),
		{ .ss_family = 99 },
	};
	const struct sockaddr_storage peer = address_of(AF_INET, "192.0.2.2");
	body.idiag_state = state;
	struct reply reply = new_reply(&body, sizeof(body));
	count_up(info, sizeof(info));
	put_memory(&reply, INET_DIAG_SKMEMINFO);
	put_attribute(&reply, INET_DIAG_PAD, NULL, 0);
	put_attribute(&reply, INET_DIAG_INFO, info, sizeof(info));
	put_attribute(&reply, INET_DIAG_LOCALS, locals, sizeof(locals));
	put_attribute(&reply, INET_DIAG_CONG, "reno", 5);
	put_attribute(&reply, INET_DIAG_PEERS, &peer, sizeof(peer));
	return reply;
}

struct whole {
	const char *what;
	const struct diag_class *class; /* NULL: SCTP */
	size_t fixed;                   /* bytes of the message in front of its attributes */
	struct reply reply;
};

enum { WHOLE_COUNT = 6 };

static void make_wholes(struct whole wholes[WHOLE_COUNT]) {
	wholes[0] = (struct whole){ "unix", &unix_diag, 16, whole_unix() };
	wholes[1] = (struct whole){ "packet", &packet_diag, 16, whole_packet() };
	wholes[2] = (struct whole){ "netlink", &netlink_diag, 28, whole_netlink() };
	wholes[3] = (struct whole){ "vsock", &vsock_diag, 32, whole_vsock() };
	wholes[4] = (struct whole){ "xdp", &xdp_diag, 16, whole_xdp() };
	wholes[5] = (struct whole){ "sctp", NULL, 72, whole_sctp(3) };
}

Test(diag, a_request_is_what_the_kernel_wants_to_the_byte) {
	static const struct {
		const struct diag_class *class;
		size_t size;
		uint8_t family, protocol;
		uint32_t words[5]; /* behind the first four bytes */
	} rows[] = {
		{ &unix_diag, 24, AF_UNIX, 0, { 0xabc, 0, 0x57, UINT32_MAX, UINT32_MAX } },
		{ &packet_diag, 20, AF_PACKET, 0, { 0, 0x57, UINT32_MAX, UINT32_MAX } },
		{ &netlink_diag, 20, AF_NETLINK, 255, { 0, 0x57, UINT32_MAX, UINT32_MAX } },
		{ &vsock_diag, 24, AF_VSOCK, 0, { 0xabc, 0, 0, 0, 0 } },
		{ &xdp_diag, 20, AF_XDP, 0, { 0, 0x57, UINT32_MAX, UINT32_MAX } },
	};
	const struct diag_request request = { .states = 0xabc, .show = 0x57 };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		alignas(8) unsigned char buffer[DIAG_REQUEST_SIZE], expected[24] = { 0 };
		memset(buffer, 0xa5, sizeof(buffer));
		expected[0] = rows[i].family;
		expected[1] = rows[i].protocol;
		memcpy(expected + 4, rows[i].words, sizeof(rows[i].words));
		const struct nlmsghdr *message =
		    diag_request(rows[i].class, &request, 0xfedcba98, buffer);
		cr_expect_eq((const void *)message, (const void *)buffer);
		cr_expect_eq(message->nlmsg_len, 16 + rows[i].size, "row %zu", i);
		cr_expect_eq(message->nlmsg_type, 20);
		cr_expect_eq(message->nlmsg_flags, 0x301);
		cr_expect_eq(message->nlmsg_seq, 0xfedcba98);
		cr_expect_eq(message->nlmsg_pid, 0);
		cr_expect_eq(memcmp(buffer + 16, expected, rows[i].size), 0, "row %zu", i);
	}
}

Test(diag, a_request_asks_for_no_more_than_is_needed) {
	static const struct {
		const struct diag_class *class;
		uint32_t needs, show;
	} rows[] = {
		{ &unix_diag, 0, 0x11 },
		{ &unix_diag, SOCK_NEED_PEER, 0x15 },
		{ &unix_diag, SOCK_NEED_UID, 0x51 },
		{ &unix_diag, SOCK_NEED_MEMORY, 0x31 },
		{ &unix_diag, SOCK_NEED_EXTRAS, 0x13 },
		{ &unix_diag, SOCK_NEED_PENDING, 0x11 }, /* in a dump of its own */
		{ &unix_diag, UINT32_MAX, 0x77 },
		{ &packet_diag, 0, 0x11 },
		{ &packet_diag, SOCK_NEED_EXTRAS, 0x1f },
		{ &packet_diag, SOCK_NEED_BPF_FILTER, 0x11 }, /* likewise */
		{ &packet_diag, UINT32_MAX, 0x1f },
		{ &netlink_diag, 0, 0x1 },
		{ &netlink_diag, SOCK_NEED_EXTRAS, 0xb },
		{ &netlink_diag, UINT32_MAX, 0xb },
		{ &vsock_diag, 0, 0 },
		{ &vsock_diag, UINT32_MAX, 0 },
		{ &xdp_diag, 0, 0x9 },
		{ &xdp_diag, SOCK_NEED_EXTRAS, 0x1f },
		{ &xdp_diag, UINT32_MAX, 0x1f },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		cr_expect_eq(rows[i].class->show(rows[i].needs), rows[i].show, "row %zu", i);
	cr_expect_eq(unix_diag.large_show, UDIAG_SHOW_ICONS);
	cr_expect_eq(unix_diag.large_states, 1u << 10);
	cr_expect_eq(packet_diag.large_show, PACKET_SHOW_FILTER);
	cr_expect_eq(packet_diag.large_states, 1u << 7);
}

Test(diag, each_family_has_its_class_and_ip_has_none) {
	cr_expect_eq(diag_class_of(SOCK_PROBE_UNIX), &unix_diag);
	cr_expect_eq(diag_class_of(SOCK_PROBE_PACKET), &packet_diag);
	cr_expect_eq(diag_class_of(SOCK_PROBE_NETLINK), &netlink_diag);
	cr_expect_eq(diag_class_of(SOCK_PROBE_VSOCK), &vsock_diag);
	cr_expect_eq(diag_class_of(SOCK_PROBE_XDP), &xdp_diag);
	for (enum sock_probe probe = SOCK_PROBE_TCP; probe <= SOCK_PROBE_SCTP; probe++)
		cr_expect_null(diag_class_of(probe));
}

Test(diag, a_unix_socket_decodes_to_the_right_members) {
	const struct reply reply = whole_unix();
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
	cr_expect(sock.protocol == SOCK_PROTOCOL_UNIX_STREAM && sock.family == SOCK_FAMILY_UNIX &&
	          sock.state == SOCK_STATE_ESTABLISHED && sock.source == SOCK_SOURCE_DIAG);
	cr_expect_eq(sock.known, SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_UID |
	                             SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_SHUTDOWN |
	                             SOCK_KNOWS_DROPS);
	cr_expect_eq(sock.cookie, 0x200000001);
	cr_expect(sock.inode == 9 && sock.uid == 1000);
	cr_expect(sock.recvq == 5 && sock.sendq == 4096, "not those of the memory");
	cr_expect_eq(sock.shutdown, SOCK_SHUTDOWN_RECV);
	expect_memory(&sock);
	cr_expect_eq(sock.un->known, SOCK_UNIX_KNOWS_FILE | SOCK_UNIX_KNOWS_PEER);
	cr_expect_str_eq(sock.un->name.bytes, "/run/x");
	cr_expect_eq(sock.un->name.length, 6);
	cr_expect_not(sock.un->name.is_abstract);
	cr_expect(sock.un->file_inode == 77 && sock.un->file_major == 254 &&
	          sock.un->file_minor == 0);
	cr_expect_eq(sock.un->peer_inode, 3000000000);
	cr_expect_null(sock.un->peer_name.bytes);
	cr_expect_str_eq(sock.un->pending, "4711,0,4294967295");
	arena_finish(&arena);
}

Test(diag, a_unix_socket_without_attributes_tells_little) {
	const struct reply reply = unix_reply();
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
	cr_expect_eq(sock.known, SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE);
	cr_expect_eq(sock.un->known, 0);
	cr_expect(!sock.un->name.bytes && !sock.un->pending && !sock.memory);
	arena_finish(&arena);
}

Test(diag, unix_names_are_the_bytes_that_were_bound) {
	char longest[109];
	memset(longest, 'x', sizeof(longest));
	longest[108] = '\0';
	const struct {
		const char *bytes;
		size_t length;
		const char *name;
		size_t named;
		bool is_abstract;
	} rows[] = {
		{ "/run/a b", 9, "/run/a b", 8, false },
		{ "/run/a b", 8, "/run/a b", 8, false },
		{ "/a\0junk", 8, "/a", 2, false },
		{ "relative", 9, "relative", 8, false },
		{ "@real", 6, "@real", 5, false },
		{ "\0ab", 3, "@ab", 3, true },
		{ "\0a\0b\0\0", 6, "@a\0b\0\0", 6, true },
		{ "\0", 1, "@", 1, true },
		{ "\0\0\0", 3, "@\0\0", 3, true },
		{ "\0@a", 3, "@@a", 3, true },
		{ "\0"
		  "0001a",
		  6, "@0001a", 6, true },
		{ "a\n\x1b\xff", 5, "a\n\x1b\xff", 4, false },
		{ "", 0, NULL, 0, false },
		{ longest, 109, longest, 108, false },
		{ longest, 108, longest, 108, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct reply reply = unix_reply();
		struct arena arena = { 0 };
		struct sock sock;
		put_attribute(&reply, UNIX_DIAG_NAME, rows[i].bytes, rows[i].length);
		cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0, "row %zu", i);
		const struct sock_unix_name *name = &sock.un->name;
		cr_expect_eq(name->bytes != NULL, rows[i].name != NULL, "row %zu", i);
		cr_expect_eq(name->length, rows[i].named, "row %zu: %u", i, name->length);
		cr_expect_eq(name->is_abstract, rows[i].is_abstract, "row %zu", i);
		cr_expect(!name->bytes || memcmp(name->bytes, rows[i].name, rows[i].named) == 0,
		          "row %zu", i);
		arena_finish(&arena);
	}
}

Test(diag, an_abstract_name_may_be_109_bytes_of_anything) {
	unsigned char bytes[109] = { 0 };
	struct reply reply = unix_reply();
	struct arena arena = { 0 };
	struct sock sock;
	count_up(bytes + 1, sizeof(bytes) - 1);
	put_attribute(&reply, UNIX_DIAG_NAME, bytes, sizeof(bytes));
	cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
	cr_expect_eq(sock.un->name.length, 109);
	cr_expect_eq(sock.un->name.bytes[0], '@');
	cr_expect_eq(memcmp(sock.un->name.bytes + 1, bytes + 1, 108), 0);
	arena_finish(&arena);
}

/* The kernel keeps 12 bits of major above 20 of minor; it is not what stat(2) gives. */
Test(diag, a_device_is_in_the_kernels_form) {
	static const struct {
		uint32_t device, major, minor;
	} rows[] = {
		{ 0, 0, 0 },          { 0x0fe00000, 254, 0 },         { 0x00000017, 0, 23 },
		{ 0x00800001, 8, 1 }, { 0x103abcde, 0x103, 0xabcde }, { UINT32_MAX, 4095, 1048575 }
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct unix_diag_vfs file = { UINT32_MAX, rows[i].device };
		struct reply reply = unix_reply();
		struct arena arena = { 0 };
		struct sock sock;
		put_attribute(&reply, UNIX_DIAG_VFS, &file, sizeof(file));
		cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
		cr_expect_eq(sock.un->file_inode, UINT32_MAX);
		cr_expect_eq(sock.un->file_major, rows[i].major, "%#x", rows[i].device);
		cr_expect_eq(sock.un->file_minor, rows[i].minor, "%#x", rows[i].device);
		arena_finish(&arena);
	}
}

/* Its peer has no inode while it is not accepted, and is none once it closed. */
Test(diag, a_peer_of_inode_0_is_unknown) {
	static const uint32_t peers[] = { 0, 1, 0x80000000, UINT32_MAX };
	for (size_t i = 0; i < ARRAY_LENGTH(peers); i++) {
		struct reply reply = unix_reply();
		struct arena arena = { 0 };
		struct sock sock;
		put_attribute(&reply, UNIX_DIAG_PEER, &peers[i], sizeof(peers[i]));
		cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
		cr_expect_eq(sock.un->known, peers[i] ? SOCK_UNIX_KNOWS_PEER : 0, "row %zu", i);
		cr_expect_eq(sock.un->peer_inode, peers[i]);
		arena_finish(&arena);
	}
}

Test(diag, clients_that_wait_are_listed_as_they_came) {
	enum { COUNT = 1500 };
	uint32_t inodes[COUNT];
	struct arena arena = { 0 };
	struct sock sock;
	memset(inodes, 0xff, sizeof(inodes));
	for (size_t count = 0; count <= COUNT; count += count < 3 ? 1 : 499) {
		struct reply reply = unix_reply();
		put_attribute(&reply, UNIX_DIAG_ICONS, inodes, count * 4);
		cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
		cr_expect_eq(strlen(sock.un->pending), count ? count * 11 - 1 : 0, "%zu", count);
	}
	struct reply reply = unix_reply();
	put_attribute(&reply, UNIX_DIAG_ICONS, inodes, 7);
	cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
	cr_expect_str_eq(sock.un->pending, "4294967295", "half a number is none");
	arena_finish(&arena);
}

/* What an attribute sets, and how short it may be to still tell it. */
Test(diag, an_attribute_that_is_too_short_tells_nothing) {
	static const struct {
		uint16_t type;
		size_t size;
		uint32_t known; /* enum sock_known */
	} rows[] = { { UNIX_DIAG_RQLEN, 8, SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ },
		     { UNIX_DIAG_SHUTDOWN, 1, SOCK_KNOWS_SHUTDOWN },
		     { UNIX_UID, 4, SOCK_KNOWS_UID },
		     { UNIX_DIAG_MEMINFO, 36, SOCK_KNOWS_DROPS } };
	unsigned char bytes[40];
	struct arena arena = { 0 };
	struct sock sock;
	count_up(bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (size_t length = 0; length <= rows[i].size + 4; length++) {
			struct reply reply = unix_reply();
			put_attribute(&reply, rows[i].type | NLA_F_NESTED, bytes, length);
			cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
			cr_expect_eq(sock.known & rows[i].known,
			             length >= rows[i].size ? rows[i].known : 0,
			             "attribute %u of %zu bytes", rows[i].type, length);
		}
	}
	arena_finish(&arena);
}

Test(diag, states_beyond_the_list_are_refused) {
	for (unsigned state = 0; state <= 255; state++) {
		const int expected = state >= 1 && state <= 11 ? 0 : -EBADMSG;
		struct arena arena = { 0 };
		struct sock sock;
		struct unix_diag_msg un = unix_body();
		un.udiag_state = (uint8_t)state;
		struct reply reply = new_reply(&un, sizeof(un));
		cr_expect_eq(parse(&unix_diag, &reply, &arena, &sock), expected, "state %u", state);
		cr_expect(expected < 0 || sock.state == state);
		struct vsock_diag_msg vsock = vsock_body();
		vsock.vdiag_state = (uint8_t)state;
		reply = new_reply(&vsock, sizeof(vsock));
		cr_expect_eq(parse(&vsock_diag, &reply, &arena, &sock), expected, "state %u",
		             state);
		cr_expect(expected < 0 || sock.state == state);
		arena_finish(&arena);
	}
}

/* The type is the second byte of each message. */
Test(diag, types_are_protocols_and_others_are_refused) {
	static const struct {
		const struct diag_class *class;
		int protocols[11]; /* by type: 1 + enum sock_protocol; 0: there is no such socket */
	} rows[] = {
		{ &unix_diag,
		  { [SOCK_STREAM] = 1 + SOCK_PROTOCOL_UNIX_STREAM,
		    [SOCK_DGRAM] = 1 + SOCK_PROTOCOL_UNIX_DGRAM,
		    [SOCK_SEQPACKET] = 1 + SOCK_PROTOCOL_UNIX_SEQPACKET } },
		{ &packet_diag,
		  { [SOCK_RAW] = 1 + SOCK_PROTOCOL_PACKET_RAW,
		    [SOCK_DGRAM] = 1 + SOCK_PROTOCOL_PACKET_DGRAM,
		    [SOCK_PACKET] = 1 + SOCK_PROTOCOL_PACKET_RAW } },
		{ &netlink_diag,
		  { [SOCK_RAW] = 1 + SOCK_PROTOCOL_NETLINK,
		    [SOCK_DGRAM] = 1 + SOCK_PROTOCOL_NETLINK } },
		{ &vsock_diag,
		  { [SOCK_STREAM] = 1 + SOCK_PROTOCOL_VSOCK_STREAM,
		    [SOCK_DGRAM] = 1 + SOCK_PROTOCOL_VSOCK_DGRAM,
		    [SOCK_SEQPACKET] = 1 + SOCK_PROTOCOL_VSOCK_SEQPACKET } },
		{ &xdp_diag, { [SOCK_RAW] = 1 + SOCK_PROTOCOL_XDP } },
	};
	struct whole wholes[WHOLE_COUNT];
	make_wholes(wholes);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		cr_assert_eq(rows[i].class, wholes[i].class);
		for (unsigned type = 0; type <= 255; type++) {
			struct arena arena = { 0 };
			struct sock sock;
			const int protocol = type <= SOCK_PACKET ? rows[i].protocols[type] : 0;
			wholes[i].reply.bytes[NLMSG_HDRLEN + 1] = (unsigned char)type;
			cr_expect_eq(parse(rows[i].class, &wholes[i].reply, &arena, &sock),
			             protocol ? 0 : -EBADMSG, "%s: type %u", wholes[i].what, type);
			cr_expect(!protocol || sock.protocol == protocol - 1, "%s: type %u",
			          wholes[i].what, type);
			arena_finish(&arena);
		}
	}
}

Test(diag, other_families_and_other_messages_are_refused) {
	static const uint16_t types[] = { 0, 2, 3, 18, 19, 21, UINT16_MAX };
	struct whole wholes[WHOLE_COUNT];
	make_wholes(wholes);
	for (size_t i = 0; i < WHOLE_COUNT && wholes[i].class; i++) {
		struct reply *reply = &wholes[i].reply;
		const uint8_t family = reply->bytes[NLMSG_HDRLEN];
		struct arena arena = { 0 };
		struct sock sock;
		for (unsigned other = 0; other <= 255; other++) {
			reply->bytes[NLMSG_HDRLEN] = (uint8_t)other;
			cr_expect_eq(parse(wholes[i].class, reply, &arena, &sock),
			             other == family ? 0 : -EBADMSG, "%s: family %u",
			             wholes[i].what, other);
		}
		reply->bytes[NLMSG_HDRLEN] = family;
		for (size_t j = 0; j < ARRAY_LENGTH(types); j++) {
			memcpy(reply->bytes + 4, &types[j], sizeof(types[j]));
			cr_expect_eq(parse(wholes[i].class, reply, &arena, &sock), -EBADMSG,
			             "%s: message %u", wholes[i].what, types[j]);
		}
		arena_finish(&arena);
	}
}

Test(diag, a_packet_socket_decodes_to_the_right_members) {
	const struct reply reply = whole_packet();
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&packet_diag, &reply, &arena, &sock), 0);
	cr_expect(sock.protocol == SOCK_PROTOCOL_PACKET_RAW && sock.family == SOCK_FAMILY_PACKET &&
	          sock.state == SOCK_STATE_CLOSE && sock.source == SOCK_SOURCE_DIAG);
	cr_expect_eq(sock.known, SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_UID |
	                             SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_DROPS |
	                             SOCK_KNOWS_INTERFACE);
	cr_expect(sock.inode == 9 && sock.uid == 0 && sock.ifindex == 2);
	cr_expect(sock.recvq == 11 && sock.sendq == 13, "what is allocated");
	expect_memory(&sock);
	const struct sock_packet *packet = sock.packet;
	cr_expect_eq(packet->known, SOCK_PACKET_KNOWS_INFO | SOCK_PACKET_KNOWS_RX_RING |
	                                SOCK_PACKET_KNOWS_TX_RING | SOCK_PACKET_KNOWS_FANOUT);
	cr_expect_eq(packet->ethertype, 0x88cc);
	cr_expect(packet->version == 3 && packet->reserve == 4 && packet->copy_threshold == 5 &&
	          packet->timestamp == 6 && packet->flags == PDI_AUXDATA);
	const struct sock_packet_ring *rx = &packet->rx_ring, *tx = &packet->tx_ring;
	cr_expect(rx->block_size == 1 && rx->block_count == 2 && rx->frame_size == 3 &&
	          rx->frame_count == 4 && rx->retire_timeout == 5 && rx->private_size == 6 &&
	          rx->features == 7);
	cr_expect(tx->block_size == 11 && tx->block_count == 12 && tx->frame_size == 13 &&
	          tx->frame_count == 14 && tx->retire_timeout == 15 && tx->private_size == 16 &&
	          tx->features == 17);
	cr_expect(packet->fanout_id == 1234 && packet->fanout_type == 5);
	cr_expect_str_eq(packet->memberships, "multicast/2/33:33:00:00:00:01,promiscuous/3");
	cr_expect_str_eq(packet->filter, "3:40 0 0 12,21 0 1 2048,6 0 0 9");
	arena_finish(&arena);
}

Test(diag, a_packet_socket_bound_to_no_device_has_no_interface) {
	const struct packet_diag_info info = { 0 };
	struct reply reply = packet_reply();
	struct arena arena = { 0 };
	struct sock sock;
	put_attribute(&reply, PACKET_DIAG_INFO, &info, sizeof(info));
	put_attribute(&reply, PACKET_DIAG_FILTER, NULL, 0); /* of somebody else */
	put_attribute(&reply, PACKET_DIAG_MCLIST, NULL, 0);
	cr_assert_eq(parse(&packet_diag, &reply, &arena, &sock), 0);
	cr_expect_eq(sock.known, SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE);
	cr_expect_eq(sock.packet->known, SOCK_PACKET_KNOWS_INFO);
	cr_expect(!sock.packet->filter && !sock.packet->memberships);
	arena_finish(&arena);
}

Test(diag, memberships_of_any_type_and_length_have_room) {
	enum { COUNT = 50 };
	struct packet_diag_mclist memberships[COUNT];
	struct reply reply = packet_reply();
	struct arena arena = { 0 };
	struct sock sock;
	memset(memberships, 0xff, sizeof(memberships));
	memberships[0].pdmc_type = 2;
	memberships[0].pdmc_alen = 0;
	memberships[1].pdmc_type = 3;
	memberships[1].pdmc_alen = 1;
	put_attribute(&reply, PACKET_DIAG_MCLIST, memberships, sizeof(memberships));
	cr_assert_eq(parse(&packet_diag, &reply, &arena, &sock), 0);
	const char *text = sock.packet->memberships;
	static const char start[] =
	    "allmulti/4294967295,unicast/4294967295/ff,65535/4294967295/ff:";
	cr_expect_eq(strncmp(text, start, strlen(start)), 0, "%s", text);
	cr_expect_eq(strlen(text), 41 + (COUNT - 2) * (1 + 16 + 32 * 3));
	arena_finish(&arena);
}

Test(diag, the_text_of_a_long_filter_has_room) {
	enum { COUNT = 1000, LONGEST = sizeof("65535 255 255 4294967295,") - 1 };
	static struct sock_filter filter[COUNT];
	struct reply reply = packet_reply();
	struct arena arena = { 0 };
	struct sock sock;
	memset(filter, 0xff, sizeof(filter));
	put_attribute(&reply, PACKET_DIAG_FILTER, filter, sizeof(filter));
	cr_assert_eq(parse(&packet_diag, &reply, &arena, &sock), 0);
	cr_expect_eq(strlen(sock.packet->filter), sizeof("1000:") - 1 + COUNT * LONGEST - 1);
	arena_finish(&arena);
}

Test(diag, a_netlink_socket_decodes_to_the_right_members) {
	const struct reply reply = whole_netlink();
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&netlink_diag, &reply, &arena, &sock), 0);
	cr_expect(sock.protocol == SOCK_PROTOCOL_NETLINK && sock.family == SOCK_FAMILY_NETLINK &&
	          sock.state == SOCK_STATE_CLOSE && sock.source == SOCK_SOURCE_DIAG);
	cr_expect_eq(sock.known, SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_RECVQ |
	                             SOCK_KNOWS_SENDQ | SOCK_KNOWS_DROPS | SOCK_KNOWS_PORTS);
	cr_expect(sock.recvq == 11 && sock.sendq == 13);
	expect_memory(&sock);
	cr_expect(sock.local.port == 4242 && sock.peer.port == 0);
	cr_expect_eq(sock.netlink->known, SOCK_NETLINK_KNOWS_FLAGS);
	cr_expect(sock.netlink->protocol == 16 && sock.netlink->type == SOCK_DGRAM &&
	          sock.netlink->group == 0);
	cr_expect_eq(sock.netlink->flags, NDIAG_FLAG_PKTINFO | NDIAG_FLAG_CAP_ACK);
	cr_expect_str_eq(sock.netlink->groups, sizeof(long) == 8 ? "1,64,130" : "1,32,66");
	arena_finish(&arena);
}

Test(diag, only_a_connected_netlink_socket_is_established) {
	for (unsigned state = 0; state <= 255; state++) {
		struct netlink_diag_msg body = netlink_body();
		struct arena arena = { 0 };
		struct sock sock;
		body.ndiag_state = (uint8_t)state;
		body.ndiag_dst_portid = UINT32_MAX;
		body.ndiag_dst_group = 31;
		const struct reply reply = new_reply(&body, sizeof(body));
		cr_assert_eq(parse(&netlink_diag, &reply, &arena, &sock), 0);
		cr_expect_eq(sock.state, state == 1 ? SOCK_STATE_ESTABLISHED : SOCK_STATE_CLOSE);
		cr_expect_eq(sock.peer.port, UINT32_MAX);
		cr_expect_eq(sock.netlink->group, 31);
		arena_finish(&arena);
	}
}

Test(diag, groups_are_read_from_whole_words) {
	enum { WORD = sizeof(unsigned long), WORDS = 100 };
	unsigned char words[WORDS * WORD];
	struct arena arena = { 0 };
	struct sock sock;
	memset(words, 0xff, sizeof(words));
	for (size_t length = 0; length <= 2 * WORD; length++) {
		struct reply reply = netlink_reply();
		put_attribute(&reply, NETLINK_DIAG_GROUPS, words, length);
		cr_assert_eq(parse(&netlink_diag, &reply, &arena, &sock), 0);
		const char *groups = sock.netlink->groups;
		cr_expect_eq(groups != NULL, length >= WORD, "%zu bytes", length);
		if (!groups)
			continue;
		size_t count = 1;
		for (const char *comma = groups; (comma = strchr(comma, ',')) != NULL; comma++)
			count++;
		cr_expect_eq(count, length / WORD * WORD * 8, "%zu bytes", length);
	}
	struct reply reply = netlink_reply();
	put_attribute(&reply, NETLINK_DIAG_GROUPS, words, sizeof(words));
	cr_assert_eq(parse(&netlink_diag, &reply, &arena, &sock), 0);
	const char *last = strrchr(sock.netlink->groups, ',');
	cr_expect_eq(strtoul(last + 1, NULL, 10), sizeof(words) * 8);
	memset(words, 0, sizeof(words));
	reply = netlink_reply();
	put_attribute(&reply, NETLINK_DIAG_GROUPS, words, sizeof(words));
	cr_assert_eq(parse(&netlink_diag, &reply, &arena, &sock), 0);
	cr_expect_null(sock.netlink->groups);
	arena_finish(&arena);
}

Test(diag, a_vsock_socket_decodes_to_the_right_members) {
	const struct reply reply = whole_vsock();
	struct arena arena = { 0 };
	struct sock sock;
	static const uint8_t local[16] = { 0, 0, 0, 3 }, peer[16] = { 0, 0, 0, 2 };
	cr_assert_eq(parse(&vsock_diag, &reply, &arena, &sock), 0);
	cr_expect(sock.protocol == SOCK_PROTOCOL_VSOCK_STREAM && sock.family == SOCK_FAMILY_VSOCK &&
	          sock.source == SOCK_SOURCE_DIAG);
	cr_expect_eq(sock.known,
	             SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_PORTS | SOCK_KNOWS_SHUTDOWN);
	cr_expect_eq(memcmp(sock.local.address, local, 16), 0);
	cr_expect_eq(memcmp(sock.peer.address, peer, 16), 0);
	cr_expect(sock.local.port == 1024 && sock.peer.port == UINT32_MAX - 1);
	cr_expect_eq(sock.shutdown, SOCK_SHUTDOWN_SEND);
	cr_expect_null(arena.first, "nothing was needed");
	arena_finish(&arena);
}

Test(diag, an_xdp_socket_decodes_to_the_right_members) {
	const struct reply reply = whole_xdp();
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&xdp_diag, &reply, &arena, &sock), 0);
	cr_expect(sock.protocol == SOCK_PROTOCOL_XDP && sock.family == SOCK_FAMILY_XDP &&
	          sock.state == SOCK_STATE_CLOSE && sock.source == SOCK_SOURCE_DIAG);
	cr_expect_eq(sock.known, SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_UID |
	                             SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_DROPS |
	                             SOCK_KNOWS_INTERFACE);
	cr_expect(sock.uid == 1000 && sock.ifindex == 2 && sock.recvq == 11 && sock.sendq == 13);
	expect_memory(&sock);
	const struct sock_xdp *xdp = sock.xdp;
	cr_expect_eq(xdp->known, 0x7f, "everything");
	cr_expect(xdp->queue == 5 && xdp->rx_ring == 2048 && xdp->tx_ring == 1024 &&
	          xdp->fill_ring == 4096 && xdp->completion_ring == 8192);
	const struct sock_xdp_umem *umem = &xdp->umem;
	cr_expect(umem->size == (uint64_t)1 << 33 && umem->id == 1 && umem->page_count == 2 &&
	          umem->chunk_size == 3 && umem->headroom == 4 && umem->ifindex == 5 &&
	          umem->queue == 6 && umem->flags == 7 && umem->references == 8);
	const struct sock_xdp_stats *stats = &xdp->stats;
	cr_expect(stats->rx_dropped == UINT64_MAX && stats->rx_invalid == 2 &&
	          stats->rx_full == 3 && stats->fill_ring_empty == 4 && stats->tx_invalid == 5 &&
	          stats->tx_ring_empty == 6);
	arena_finish(&arena);
}

Test(diag, queues_are_unknown_where_the_memory_is) {
	static const struct {
		uint16_t length;
		bool known;
	} rows[] = { { 0, false }, { 8, false }, { 11, false }, { 12, true }, { 36, true } };
	unsigned char bytes[MEMORY_SIZE];
	count_up(bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct reply replies[] = { packet_reply(), netlink_reply(), xdp_reply() };
		static const struct {
			const struct diag_class *class;
			uint16_t type;
		} classes[] = { { &packet_diag, PACKET_DIAG_MEMINFO },
			        { &netlink_diag, NETLINK_DIAG_MEMINFO },
			        { &xdp_diag, XDP_DIAG_MEMINFO } };
		for (size_t j = 0; j < ARRAY_LENGTH(classes); j++) {
			const uint32_t both = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
			struct arena arena = { 0 };
			struct sock sock;
			put_attribute(&replies[j], classes[j].type, bytes, rows[i].length);
			cr_assert_eq(parse(classes[j].class, &replies[j], &arena, &sock), 0);
			cr_expect_eq(sock.known & both, rows[i].known ? both : 0, "%u bytes",
			             rows[i].length);
			arena_finish(&arena);
		}
	}
}

/* The inode stands in front of the cookie, which is last but in SCTP's. */
static size_t inode_offset(const struct whole *whole) {
	return NLMSG_HDRLEN + (whole->class ? whole->fixed - 12 : whole->fixed - 4);
}

static size_t cookie_offset(const struct whole *whole) {
	return NLMSG_HDRLEN + (whole->class ? whole->fixed - 8 : 4 + 40);
}

Test(diag, inodes_are_unsigned_and_0_is_none) {
	static const uint32_t inodes[] = { 0, 1, 0x7fffffff, 0x80000000, 4294967294, UINT32_MAX };
	struct whole wholes[WHOLE_COUNT];
	make_wholes(wholes);
	for (size_t i = 0; i < WHOLE_COUNT; i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(inodes); j++) {
			struct arena arena = { 0 };
			struct sock sock;
			memcpy(wholes[i].reply.bytes + inode_offset(&wholes[i]), &inodes[j], 4);
			cr_assert_eq(parse(wholes[i].class, &wholes[i].reply, &arena, &sock), 0);
			cr_expect_eq(sock.inode, inodes[j], "%s", wholes[i].what);
			cr_expect_eq((sock.known & SOCK_KNOWS_INODE) != 0, inodes[j] != 0, "%s",
			             wholes[i].what);
			arena_finish(&arena);
		}
	}
}

Test(diag, no_cookie_is_unknown_and_its_halves_are_in_order) {
	static const struct {
		uint32_t halves[2];
		bool known;
	} rows[] = { { { 0, 0 }, false },
		     { { UINT32_MAX, UINT32_MAX }, false },
		     { { 1, 2 }, true },
		     { { UINT32_MAX, 0 }, true },
		     { { 0, UINT32_MAX }, true } };
	struct whole wholes[WHOLE_COUNT];
	make_wholes(wholes);
	for (size_t i = 0; i < WHOLE_COUNT; i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(rows); j++) {
			struct arena arena = { 0 };
			struct sock sock;
			memcpy(wholes[i].reply.bytes + cookie_offset(&wholes[i]), rows[j].halves,
			       8);
			cr_assert_eq(parse(wholes[i].class, &wholes[i].reply, &arena, &sock), 0);
			cr_expect_eq((sock.known & SOCK_KNOWS_COOKIE) != 0, rows[j].known,
			             "%s, row %zu", wholes[i].what, j);
			cr_expect_eq(sock.cookie,
			             (uint64_t)rows[j].halves[1] << 32 | rows[j].halves[0], "%s",
			             wholes[i].what);
			arena_finish(&arena);
		}
	}
}

/* Numbers of all ones are large, not negative, and nothing is cut. */
Test(diag, an_answer_of_all_ones_is_taken_at_its_word) {
	enum { LENGTH = 120, TYPES = 24 };
	unsigned char ones[LENGTH];
	struct whole wholes[WHOLE_COUNT];
	memset(ones, 0xff, sizeof(ones));
	make_wholes(wholes);
	for (size_t i = 0; i < WHOLE_COUNT; i++) {
		struct reply reply = wholes[i].reply;
		struct arena arena = { 0 };
		struct sock sock;
		memset(reply.bytes, 0xff, reply.length);
		cr_expect_eq(parse(wholes[i].class, &reply, &arena, &sock), -EBADMSG, "%s",
		             wholes[i].what);
		reply = new_reply(ones, wholes[i].fixed);
		/* family, and type and state or what stands there */
		memcpy(reply.bytes + NLMSG_HDRLEN, wholes[i].reply.bytes + NLMSG_HDRLEN, 3);
		if (wholes[i].class != &vsock_diag) {
			for (uint16_t type = 0; type < TYPES; type++)
				put_attribute(&reply, type, ones, sizeof(ones));
			put_attribute(&reply, 0x3fff, ones, 8);
		}
		/* nests of lengths that lie are not taken at their word */
		cr_assert_eq(parse(wholes[i].class, &reply, &arena, &sock),
		             wholes[i].class ? 0 : -EBADMSG, "%s", wholes[i].what);
		if (wholes[i].class) {
			cr_expect_eq(sock.inode, UINT32_MAX, "%s", wholes[i].what);
			cr_expect_eq(sock.known & SOCK_KNOWS_COOKIE, 0, "%s", wholes[i].what);
			cr_expect(!(sock.known & SOCK_KNOWS_RECVQ) || sock.recvq == UINT32_MAX);
			cr_expect(!(sock.known & SOCK_KNOWS_UID) || sock.uid == UINT32_MAX);
		}
		arena_finish(&arena);
	}
}

Test(diag, an_answer_can_be_cut_anywhere) {
	struct whole wholes[WHOLE_COUNT];
	make_wholes(wholes);
	for (size_t i = 0; i < WHOLE_COUNT; i++) {
		const struct whole *whole = &wholes[i];
		struct arena arena = { 0 };
		for (size_t length = NLMSG_HDRLEN; length <= whole->reply.length; length++) {
			struct sock sock;
			const int result =
			    parse_bytes(whole->class, whole->reply.bytes, length, &arena, &sock);
			cr_assert(result == 0 || result == -EBADMSG, "%s, %zu bytes: %d",
			          whole->what, length, result);
			cr_assert(result != 0 || length >= NLMSG_HDRLEN + whole->fixed,
			          "%s, %zu bytes", whole->what, length);
			cr_assert(result == 0 || length < whole->reply.length, "%s", whole->what);
			arena_reset(&arena);
		}
		arena_finish(&arena);
	}
}

Test(diag, a_length_that_lies_makes_the_answer_worthless) {
	struct whole wholes[WHOLE_COUNT];
	make_wholes(wholes);
	for (size_t i = 0; i < WHOLE_COUNT; i++) {
		const struct whole *whole = &wholes[i];
		struct arena arena = { 0 };
		for (size_t at = NLMSG_HDRLEN + whole->fixed; at < whole->reply.length;) {
			const size_t left = whole->reply.length - at;
			struct nlattr attribute;
			memcpy(&attribute, whole->reply.bytes + at, sizeof(attribute));
			for (uint32_t length = 0; length <= left + 9; length++) {
				struct reply reply = whole->reply;
				struct sock sock;
				const uint16_t lie =
				    (uint16_t)(length > left + 8 ? UINT16_MAX : length);
				const bool fits = lie >= sizeof(attribute) && lie <= left;
				memcpy(reply.bytes + at, &lie, sizeof(lie));
				const int result = parse(whole->class, &reply, &arena, &sock);
				/* Within its surroundings an attribute may end where it likes,
				 * and what follows may then by chance be one. */
				cr_assert(result == -EBADMSG || (result == 0 && fits),
				          "%s at %zu, length %u: %d", whole->what, at, lie, result);
				arena_reset(&arena);
			}
			at += (size_t)NLA_ALIGN(attribute.nla_len);
		}
		arena_finish(&arena);
	}
}

Test(diag, bytes_behind_the_last_attribute_are_refused) {
	struct whole wholes[WHOLE_COUNT];
	make_wholes(wholes);
	for (size_t i = 0; i < WHOLE_COUNT; i++) {
		if (wholes[i].class == &vsock_diag)
			continue; /* it has none, and a longer message is that of a newer kernel */
		for (size_t more = 1; more < sizeof(struct nlattr); more++) {
			struct arena arena = { 0 };
			struct sock sock;
			cr_expect_eq(parse_bytes(wholes[i].class, wholes[i].reply.bytes,
			                         wholes[i].reply.length + more, &arena, &sock),
			             -EBADMSG, "%s and %zu bytes", wholes[i].what, more);
			arena_finish(&arena);
		}
	}
}

/* One of SCTP's answers: an endpoint, or an association if it has peers. */
static int parse_sctp(struct inet_diag_msg body, bool has_peers, struct arena *arena,
                      struct sock *sock) {
	const struct sockaddr_storage peer = address_of(AF_INET, "192.0.2.2");
	struct reply reply = new_reply(&body, sizeof(body));
	if (has_peers)
		put_attribute(&reply, INET_DIAG_PEERS, &peer, sizeof(peer));
	return parse(NULL, &reply, arena, sock);
}

Test(diag, an_sctp_association_has_peers_and_states_of_its_own) {
	/* RFC 9260 section 4 */
	static const uint8_t states[] = {
		SOCK_STATE_CLOSE,
		SOCK_STATE_COOKIE_WAIT,
		SOCK_STATE_COOKIE_ECHOED,
		SOCK_STATE_ESTABLISHED,
		SOCK_STATE_SHUTDOWN_PENDING,
		SOCK_STATE_SHUTDOWN_SENT,
		SOCK_STATE_SHUTDOWN_RECEIVED,
		SOCK_STATE_SHUTDOWN_ACK_SENT,
	};
	for (unsigned state = 0; state <= 255; state++) {
		struct inet_diag_msg body = sctp_body();
		const bool good = state < ARRAY_LENGTH(states);
		struct arena arena = { 0 };
		struct sock sock;
		body.idiag_state = (uint8_t)state;
		cr_expect_eq(parse_sctp(body, true, &arena, &sock), good ? 0 : -EBADMSG, "state %u",
		             state);
		cr_expect(!good || sock.state == states[state], "state %u is %u", state,
		          sock.state);
		arena_finish(&arena);
	}
}

Test(diag, an_sctp_endpoint_is_in_a_state_of_tcp) {
	for (unsigned state = 0; state <= 255; state++) {
		struct inet_diag_msg body = sctp_body();
		const bool good = state >= 1 && state <= 11;
		struct arena arena = { 0 };
		struct sock sock;
		body.idiag_state = (uint8_t)state;
		cr_expect_eq(parse_sctp(body, false, &arena, &sock), good ? 0 : -EBADMSG,
		             "state %u", state);
		cr_expect(!good || sock.state == state, "state %u is %u", state, sock.state);
		cr_expect_null(sock.sctp);
		arena_finish(&arena);
	}
}

Test(diag, an_sctp_association_decodes_to_the_right_members) {
	const struct reply reply = whole_sctp(4);
	unsigned char info[sizeof(struct sctp_counters)];
	struct arena arena = { 0 };
	struct sock sock;
	count_up(info, sizeof(info));
	cr_assert_eq(parse(NULL, &reply, &arena, &sock), 0);
	cr_expect(sock.protocol == SOCK_PROTOCOL_SCTP && sock.family == SOCK_FAMILY_INET &&
	          sock.state == SOCK_STATE_SHUTDOWN_PENDING);
	expect_memory(&sock);
	cr_expect_str_eq(sock.algorithm, "reno");
	cr_expect_eq(sock.sctp->length, sizeof(info));
	cr_expect_eq(memcmp(&sock.sctp->counters, info, sizeof(info)), 0);
	cr_expect_str_eq(sock.sctp->locals, "192.0.2.1,2001:db8::1,?");
	cr_expect_str_eq(sock.sctp->peers, "192.0.2.2");
	cr_expect(!sock.tcp && !sock.mptcp);
	arena_finish(&arena);
}

/* Each member stands where the installed header has it. */
Test(diag, sctp_counters_are_laid_out_as_the_kernel_does) {
#define SAME(ours, theirs)                                                                         \
	cr_expect(offsetof(struct sctp_counters, ours) == offsetof(struct sctp_info, theirs) &&    \
	              sizeof(((struct sctp_counters *)0)->ours) ==                                 \
	                  sizeof(((struct sctp_info *)0)->theirs),                                 \
	          #ours)
	SAME(tag, sctpi_tag);
	SAME(rwnd, sctpi_rwnd);
	SAME(unacked_data, sctpi_unackdata);
	SAME(out_streams, sctpi_outstrms);
	SAME(fragmentation_point, sctpi_fragmentation_point);
	SAME(overall_error, sctpi_overall_error);
	SAME(peer_tag, sctpi_peer_tag);
	SAME(peer_sack, sctpi_peer_sack);
	SAME(in_sacks, sctpi_isacks);
	SAME(retransmitted_chunks, sctpi_rtxchunks);
	SAME(gap_count, sctpi_gapcnt);
	SAME(out_unordered, sctpi_ouodchunks);
	SAME(in_control, sctpi_ictrlchunks);
	SAME(primary_address, sctpi_p_address);
	SAME(primary_state, sctpi_p_state);
	SAME(primary_srtt, sctpi_p_srtt);
	SAME(primary_max_retrans, sctpi_p_pathmaxrxt);
	SAME(primary_ssthresh, sctpi_p_ssthresh);
	SAME(primary_flight_size, sctpi_p_flight_size);
	SAME(primary_error, sctpi_p_error);
	SAME(autoclose, sctpi_s_autoclose);
	SAME(partial_delivery_point, sctpi_s_pd_point);
	SAME(fragment_interleave, sctpi_s_frag_interleave);
	SAME(type, sctpi_s_type);
#undef SAME
	cr_expect_eq(sizeof(struct sctp_counters), sizeof(struct sctp_info));
}

Test(diag, sctp_counters_may_be_shorter_or_longer_than_ours) {
	enum { SIZE = sizeof(struct sctp_counters) };
	static const uint8_t zeros[SIZE];
	unsigned char bytes[SIZE + 40];
	const struct inet_diag_msg body = sctp_body();
	struct arena arena = { 0 };
	count_up(bytes, sizeof(bytes));
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		struct reply reply = new_reply(&body, sizeof(body));
		struct sock sock;
		const size_t known = length < SIZE ? length : SIZE;
		put_attribute(&reply, INET_DIAG_INFO, bytes, length);
		cr_assert_eq(parse(NULL, &reply, &arena, &sock), 0);
		const char *counters = (const char *)&sock.sctp->counters;
		cr_expect_eq(sock.sctp->length, known);
		cr_expect_eq(memcmp(counters, bytes, known), 0, "%zu bytes", length);
		cr_expect_eq(memcmp(counters + known, zeros, SIZE - known), 0, "%zu bytes", length);
		cr_expect(!sock.sctp->locals && !sock.sctp->peers);
		cr_expect_eq(sock.state, SOCK_STATE_LISTEN, "counters make no association");
		arena_reset(&arena);
	}
	arena_finish(&arena);
}

Test(diag, sctp_addresses_are_whole_structures_in_order) {
	enum { COUNT = 50 };
	struct sockaddr_storage addresses[COUNT];
	const struct inet_diag_msg body = sctp_body();
	struct arena arena = { 0 };
	const char *longest = "fedc:fedc:fedc:fedc:fedc:fedc:255.255.255.255";
	for (size_t i = 0; i < COUNT; i++)
		addresses[i] = address_of(AF_INET6, longest);
	/* It cannot be written so; this is as long as it gets. */
	const size_t each = strlen("fedc:fedc:fedc:fedc:fedc:fedc:ffff:ffff");
	for (size_t length = 0; length <= 2 * sizeof(addresses[0]) + 1; length++) {
		struct reply reply = new_reply(&body, sizeof(body));
		struct sock sock;
		const size_t count = length / sizeof(addresses[0]);
		put_attribute(&reply, INET_DIAG_LOCALS, addresses, length);
		cr_assert_eq(parse(NULL, &reply, &arena, &sock), 0);
		cr_expect_eq(strlen(sock.sctp->locals), count ? count * (each + 1) - 1 : 0);
		arena_reset(&arena);
	}
	struct reply reply = new_reply(&body, sizeof(body));
	struct sock sock;
	put_attribute(&reply, INET_DIAG_LOCALS, addresses, sizeof(addresses));
	cr_assert_eq(parse(NULL, &reply, &arena, &sock), 0);
	cr_expect_eq(strlen(sock.sctp->locals), COUNT * (each + 1) - 1);
	arena_finish(&arena);
}

/* Old kernels name the timer of an association even while it does not run, and leave what an
 * endpoint's would need as it was in memory. */
Test(diag, the_timer_of_sctp_runs_if_it_is_named_and_expires) {
	static const struct {
		uint8_t timer;
		uint32_t expires;
		bool runs;
	} rows[] = { { 0, 0, false },
		     { 4, 0, false },
		     { 4, 1, true },
		     { 4, UINT32_MAX, true },
		     { 0, 0xa5a5a5a5, false } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct inet_diag_msg body = sctp_body();
		struct arena arena = { 0 };
		struct sock sock;
		body.idiag_state = 3;
		body.idiag_timer = rows[i].timer;
		body.idiag_expires = rows[i].expires;
		body.idiag_retrans = 7;
		cr_assert_eq(parse_sctp(body, true, &arena, &sock), 0);
		cr_expect_eq((sock.known & SOCK_KNOWS_TIMER) != 0, rows[i].runs, "row %zu", i);
		cr_expect_eq(sock.timer, rows[i].runs ? SOCK_TIMER_ON : SOCK_TIMER_NONE);
		cr_expect_eq(sock.timer_ms, rows[i].runs ? rows[i].expires : 0);
		cr_expect_eq(sock.timer_retrans, rows[i].runs ? 7 : 0);
		arena_finish(&arena);
	}
}
