/* Answers of the handlers beside inet_diag, put together by hand: what kernels may send and the
 * live tests cannot make them send, and what lies. */

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
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
#include "util.h"

enum { REPLY_SIZE = 4096 };

/* An answer that grows by attributes. */
struct reply {
	alignas(8) unsigned char bytes[REPLY_SIZE];
	size_t length;
};

static struct reply new_reply(const void *body, size_t size) {
	struct reply reply = { .length = NLMSG_HDRLEN + size };
	memcpy(reply.bytes + NLMSG_HDRLEN, body, size);
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
static int parse_start(const struct diag_class *class, const struct reply *reply, size_t length,
                       struct arena *arena, struct sock *sock) {
	struct nlmsghdr *message = xmalloc(length);
	memcpy(message, reply->bytes, length);
	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_len = (uint32_t)length;
	*sock = (struct sock){ 0 };
	const int result = class->parse(message, arena, sock);
	free(message);
	return result;
}

static int parse(const struct diag_class *class, const struct reply *reply, struct arena *arena,
                 struct sock *sock) {
	return parse_start(class, reply, reply->length, arena, sock);
}

static struct reply unix_reply(uint8_t type, uint8_t state, uint32_t inode) {
	const struct unix_diag_msg body = { .udiag_family = AF_UNIX,
		                            .udiag_type = type,
		                            .udiag_state = state,
		                            .udiag_ino = inode,
		                            .udiag_cookie = { 7, 1 } };
	return new_reply(&body, sizeof(body));
}

Test(diag, states_and_types_of_unix_sockets_beyond_our_lists_are_refused) {
	struct arena arena = { 0 };
	struct sock sock;
	for (unsigned number = 0; number <= UINT8_MAX; number++) {
		const struct reply state = unix_reply(SOCK_STREAM, (uint8_t)number, 9);
		const struct reply type = unix_reply((uint8_t)number, 1, 9);
		const bool known_state = number > 0 && number <= SOCK_STATE_CLOSING;
		const bool known_type =
		    number == SOCK_STREAM || number == SOCK_DGRAM || number == SOCK_SEQPACKET;
		cr_expect_eq(parse(&unix_diag, &state, &arena, &sock), known_state ? 0 : -EBADMSG);
		cr_expect_eq(parse(&unix_diag, &type, &arena, &sock), known_type ? 0 : -EBADMSG);
	}
	arena_finish(&arena);
}

Test(diag, inodes_above_two_billion_stay_positive) {
	const uint32_t large = 4000000000;
	struct arena arena = { 0 };
	struct sock sock;
	struct reply reply = unix_reply(SOCK_STREAM, SOCK_STATE_LISTEN, large);
	put_attribute(&reply, UNIX_DIAG_PEER, &large, sizeof(large));
	put_attribute(&reply, UNIX_DIAG_ICONS, &large, sizeof(large));
	cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
	cr_expect_eq(sock.inode, large);
	cr_expect_eq(sock.un->peer_inode, large);
	cr_expect_str_eq(sock.un->pending, "4000000000");
	cr_expect_eq(sock.cookie, (uint64_t)1 << 32 | 7);
	arena_finish(&arena);
}

Test(diag, a_unix_name_is_as_long_as_its_attribute_says) {
	static const struct {
		const char *bytes;
		size_t length;
		const char *name; /* of as many bytes */
		size_t name_length;
		bool is_abstract;
	} rows[] = {
		{ "/a\0", 3, "/a", 2, false },         { "/a", 2, "/a", 2, false },
		{ "\0a\0b\0", 5, "@a\0b\0", 5, true }, { "\0", 1, "@", 1, true },
		{ "/a\0behind", 9, "/a", 2, false },   { "@a\0", 3, "@a", 2, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		struct reply reply = unix_reply(SOCK_DGRAM, SOCK_STATE_CLOSE, 9);
		put_attribute(&reply, UNIX_DIAG_NAME, rows[i].bytes, rows[i].length);
		cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
		cr_assert_eq(sock.un->name.length, rows[i].name_length, "row %zu", i);
		cr_expect_arr_eq(sock.un->name.bytes, rows[i].name, rows[i].name_length);
		cr_expect_eq(sock.un->name.is_abstract, rows[i].is_abstract, "row %zu", i);
		arena_finish(&arena);
	}
}

Test(diag, device_numbers_are_split_as_the_kernel_does) {
	const struct unix_diag_vfs file = { .udiag_vfs_ino = 5,
		                            .udiag_vfs_dev = 254u << 20 | 77777 };
	struct arena arena = { 0 };
	struct sock sock;
	struct reply reply = unix_reply(SOCK_STREAM, SOCK_STATE_LISTEN, 9);
	put_attribute(&reply, UNIX_DIAG_VFS, &file, sizeof(file));
	cr_assert_eq(parse(&unix_diag, &reply, &arena, &sock), 0);
	cr_expect_eq(sock.un->file_major, 254);
	cr_expect_eq(sock.un->file_minor, 77777);
	arena_finish(&arena);
}

Test(diag, a_vsock_socket_has_context_ids_and_ports_of_32_bits) {
	const struct vsock_diag_msg body = { .vdiag_family = AF_VSOCK,
		                             .vdiag_type = SOCK_STREAM,
		                             .vdiag_state = SOCK_STATE_ESTABLISHED,
		                             .vdiag_src_cid = 2,
		                             .vdiag_src_port = 4000000000,
		                             .vdiag_dst_cid = 0x01020304,
		                             .vdiag_dst_port = 1,
		                             .vdiag_ino = 9,
		                             .vdiag_cookie = { 5, 0 } };
	const struct reply reply = new_reply(&body, sizeof(body));
	struct arena arena = { 0 };
	struct sock sock;
	cr_assert_eq(parse(&vsock_diag, &reply, &arena, &sock), 0);
	cr_expect_eq(sock.protocol, SOCK_PROTOCOL_VSOCK_STREAM);
	cr_expect_eq(sock.local.port, 4000000000);
	cr_expect_eq(sock.peer.port, 1);
	cr_expect_arr_eq(sock.peer.address, ((uint8_t[]){ 1, 2, 3, 4 }), 4);
	cr_expect_eq(sock.inode, 9);
	cr_expect_eq(sock.cookie, 5);
	arena_finish(&arena);
}

Test(diag, an_xdp_socket_tells_its_queue_its_device_and_its_user) {
	const struct xdp_diag_msg body = { .xdiag_family = AF_XDP,
		                           .xdiag_type = SOCK_RAW,
		                           .xdiag_ino = 9,
		                           .xdiag_cookie = { 5, 0 } };
	const struct xdp_diag_info info = { .ifindex = 3, .queue_id = 0 };
	const uint32_t uid = 1000;
	struct reply reply = new_reply(&body, sizeof(body));
	struct arena arena = { 0 };
	struct sock sock;
	put_attribute(&reply, XDP_DIAG_INFO, &info, sizeof(info));
	put_attribute(&reply, XDP_DIAG_UID, &uid, sizeof(uid));
	cr_assert_eq(parse(&xdp_diag, &reply, &arena, &sock), 0);
	cr_expect(sock.known & SOCK_KNOWS_INTERFACE);
	cr_expect_eq(sock.ifindex, 3);
	cr_expect(sock.xdp->known & SOCK_XDP_KNOWS_QUEUE, "queue 0 is one");
	cr_expect_eq(sock.uid, uid);
	arena_finish(&arena);
}

Test(diag, bit_n_of_the_groups_is_group_n_plus_one) {
	const struct netlink_diag_msg body = { .ndiag_family = AF_NETLINK, .ndiag_ino = 9 };
	const uint64_t words[] = { 1u | (uint64_t)1 << 63, 2 };
	struct reply reply = new_reply(&body, sizeof(body));
	struct arena arena = { 0 };
	struct sock sock;
	put_attribute(&reply, NETLINK_DIAG_GROUPS, words, sizeof(words));
	cr_assert_eq(parse(&netlink_diag, &reply, &arena, &sock), 0);
	cr_expect_str_eq(sock.netlink->groups, "1,64,66");
	arena_finish(&arena);
}

/* What is cut off anywhere is refused or is the same socket with less of it; another family's
 * answer is refused. */
Test(diag, no_answer_is_read_beyond_its_end_or_for_another_family) {
	const struct packet_diag_msg packet = { .pdiag_family = AF_PACKET, .pdiag_type = SOCK_RAW };
	const struct diag_class *const classes[] = { &unix_diag, &packet_diag, &netlink_diag,
		                                     &vsock_diag, &xdp_diag };
	struct reply replies[] = { unix_reply(SOCK_STREAM, 1, 9),
		                   new_reply(&packet, sizeof(packet)) };
	const unsigned char bytes[61] = { 1, 2, 3 };
	for (size_t i = 0; i < ARRAY_LENGTH(replies); i++) {
		for (uint16_t type = 0; type < 12; type++)
			put_attribute(&replies[i], type, bytes, sizeof(bytes));
		for (size_t length = NLMSG_HDRLEN; length <= replies[i].length; length++) {
			for (size_t class = 0; class < ARRAY_LENGTH(classes); class ++) {
				struct arena arena = { 0 };
				struct sock sock;
				const int result =
				    parse_start(classes[class], &replies[i], length, &arena, &sock);
				cr_expect(result == -EBADMSG || (result == 0 && class == i));
				arena_finish(&arena);
			}
		}
		struct arena arena = { 0 };
		struct sock sock;
		cr_expect_eq(parse(classes[i], &replies[i], &arena, &sock), 0);
		arena_finish(&arena);
	}
}
