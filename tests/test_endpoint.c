/* How the ends of sockets that do not belong to IP read. Whatever a name holds, an end is one word
 * of printable characters. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "sock.h"
#include "util.h"

static void expect_text(struct out *out, const char *expected, const char *what) {
	out_char(out, '\0');
	cr_expect_str_eq(out->bytes, expected, "%s: '%s' is not '%s'", what, out->bytes, expected);
	cr_expect_eq(strlen(out->bytes) + 1, out->used, "%s: no NUL inside", what);
	out_finish(out);
}

static void expect_end(const struct sock *sock, enum value_end end, const char *expected) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	endpoint_format(&out, sock, end);
	expect_text(&out, expected, end == VALUE_LOCAL ? "local" : "peer");
}

static void expect_ends(const struct sock *sock, const char *local, const char *peer) {
	expect_end(sock, VALUE_LOCAL, local);
	expect_end(sock, VALUE_PEER, peer);
}

Test(endpoint, a_unix_end_is_its_name_and_its_inode) {
	static const struct {
		struct sock_unix_name name, peer_name;
		uint32_t inode, peer_inode;
		const char *local, *peer;
	} rows[] = {
		{ { "/run/x", 6, false }, { 0 }, 9, 0, "/run/x:9", "*:*" },
		{ { 0 }, { "/run/x", 6, false }, 9, 4294967295, "*:9", "/run/x:4294967295" },
		{ { "/a:1", 4, false }, { "@a", 2, true }, 1, 2, "/a:1:1", "@a:2" },
		{ { "relative", 8, false }, { 0 }, 1, 0, "relative:1", "*:*" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock_unix un = { .name = rows[i].name,
			                .peer_name = rows[i].peer_name,
			                .peer_inode = rows[i].peer_inode };
		const struct sock sock = { .family = SOCK_FAMILY_UNIX,
			                   .inode = rows[i].inode,
			                   .un = &un };
		expect_ends(&sock, rows[i].local, rows[i].peer);
	}
}

Test(endpoint, a_socket_without_inode_reads_as_a_star) {
	struct sock_unix un = { .name = { "/a", 2, false } };
	const struct sock sock = { .family = SOCK_FAMILY_UNIX, .un = &un };
	expect_ends(&sock, "/a:*", "*:*");
}

Test(endpoint, a_unix_name_is_one_printable_word) {
	static const struct {
		const char *bytes;
		uint32_t length;
		bool is_abstract;
		const char *text;
	} rows[] = {
		{ "/run/a b", 8, false, "/run/a\\x20b" },
		{ " ", 1, false, "\\x20" },
		{ "/a\nb", 4, false, "/a\\x0ab" },
		{ "/a\t\r", 4, false, "/a\\x09\\x0d" },
		{ "\x1b[2J", 4, false, "\\x1b[2J" },
		{ "\x7f", 1, false, "\\x7f" },
		{ "/\xff\xfe", 3, false, "/\\xff\\xfe" },
		{ "/\xc3", 2, false, "/\\xc3" },                   /* cut */
		{ "/\xc0\xaf", 3, false, "/\\xc0\\xaf" },          /* not the shortest form */
		{ "/\xc2\x9b", 3, false, "/\\xc2\\x9b" },          /* C1 */
		{ "/\xc2\xa0", 3, false, "/\\xc2\\xa0" },          /* a blank that is no space */
		{ "/\xe2\x80\xae", 4, false, "/\\xe2\\x80\\xae" }, /* it turns text around */
		{ "/\xc3\xa9", 3, false, "/\xc3\xa9" },
		{ "/a\\b", 4, false, "/a\\x5cb" },
		{ "/a,b\"'", 6, false, "/a,b\"'" },
		{ "@abc", 4, true, "@abc" },
		{ "@abc", 4, false, "\\x40abc" }, /* really one, in front of a relative path */
		{ "@", 1, true, "@" },
		{ "@", 1, false, "\\x40" },
		{ "@@a", 3, true, "@@a" },
		{ "@@a", 3, false, "\\x40@a" },
		{ "a@b", 3, false, "a@b" },
		{ "@a\0b\0\0", 6, true, "@a\\x00b\\x00\\x00" },
		{ "@\0", 2, true, "@\\x00" },
		{ "@ \n", 3, false, "\\x40\\x20\\x0a" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock_unix_name name = { rows[i].bytes, rows[i].length,
			                             rows[i].is_abstract };
		struct sock_unix un = { .name = name, .peer_name = name, .peer_inode = 8 };
		const struct sock sock = { .family = SOCK_FAMILY_UNIX, .inode = 7, .un = &un };
		char local[128], peer[128];
		snprintf(local, sizeof(local), "%s:7", rows[i].text);
		snprintf(peer, sizeof(peer), "%s:8", rows[i].text);
		expect_ends(&sock, local, peer);
	}
}

/* One name per byte: what is shown is never a control character, a blank or half a character. */
Test(endpoint, no_byte_of_a_name_gets_out_as_it_should_not) {
	for (unsigned byte = 0; byte <= 255; byte++) {
		const char bytes[] = { 'a', (char)byte, 'z' };
		struct sock_unix un = { .name = { bytes, sizeof(bytes), false } };
		const struct sock sock = { .family = SOCK_FAMILY_UNIX, .inode = 7, .un = &un };
		struct out out;
		out_init(&out, OUT_MEMORY);
		endpoint_format(&out, &sock, VALUE_LOCAL);
		for (size_t i = 0; i < out.used; i++)
			cr_expect(out.bytes[i] > ' ' && out.bytes[i] < 0x7f, "byte %u", byte);
		out_finish(&out);
	}
}

Test(endpoint, a_packet_end_is_its_protocol_and_its_device) {
	static const struct {
		uint16_t ethertype;
		uint32_t ifindex;
		const char *name, *local;
	} rows[] = {
		{ 0x0003, 0, NULL, "*:*" },
		{ 0x0003, 2, "eth0", "*:eth0" },
		{ 0x0800, 2, NULL, "ip:if2" },
		{ 0x0806, 0, NULL, "arp:*" },
		{ 0x86dd, 0, NULL, "ipv6:*" },
		{ 0x88cc, 4294967295, NULL, "lldp:if4294967295" },
		{ 0x888e, 3, "w lan\n", "eapol:w\\x20lan\\x0a" },
		{ 0x0000, 0, NULL, "0x0:*" },
		{ 0x8863, 0, NULL, "0x8863:*" },
		{ 0xffff, 0, NULL, "0xffff:*" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock_packet packet = { .ethertype = rows[i].ethertype };
		const struct sock sock = { .family = SOCK_FAMILY_PACKET,
			                   .state = SOCK_STATE_CLOSE,
			                   .ifindex = rows[i].ifindex,
			                   .known = rows[i].ifindex ? SOCK_KNOWS_INTERFACE : 0,
			                   .interface_name = rows[i].name,
			                   .packet = &packet };
		expect_ends(&sock, rows[i].local, "*:*");
	}
}

Test(endpoint, a_netlink_end_is_its_protocol_and_its_port) {
	static const struct {
		uint8_t protocol;
		uint32_t port, peer_port;
		enum sock_state state;
		const char *local, *peer;
	} rows[] = {
		{ 0, 0, 0, SOCK_STATE_CLOSE, "rtnl:kernel", "*:*" },
		{ 0, 4242, 0, SOCK_STATE_CLOSE, "rtnl:4242", "*:*" },
		{ 16, 4294967295, 0, SOCK_STATE_ESTABLISHED, "genl:4294967295", "genl:kernel" },
		{ 2, 5, 7, SOCK_STATE_ESTABLISHED, "usersock:5", "usersock:7" },
		{ 2, 5, 7, SOCK_STATE_CLOSE, "usersock:5", "*:*" },
		{ 17, 5, 0, SOCK_STATE_CLOSE, "17:5", "*:*" },
		{ 255, 5, 0, SOCK_STATE_CLOSE, "255:5", "*:*" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock_netlink netlink = { .protocol = rows[i].protocol };
		const struct sock sock = { .family = SOCK_FAMILY_NETLINK,
			                   .state = (uint8_t)rows[i].state,
			                   .local.port = rows[i].port,
			                   .peer.port = rows[i].peer_port,
			                   .netlink = &netlink };
		expect_ends(&sock, rows[i].local, rows[i].peer);
	}
}

Test(endpoint, a_vsock_end_is_its_context_and_its_port) {
	static const struct sock sock = {
		.family = SOCK_FAMILY_VSOCK,
		.state = SOCK_STATE_ESTABLISHED,
		.local = { .address = { 0, 0, 0, 3 }, .port = 1024 },
		.peer = { .address = { 0xff, 0xff, 0xff, 0xfe }, .port = UINT32_MAX - 1 },
	};
	static const struct sock listener = {
		.family = SOCK_FAMILY_VSOCK,
		.state = SOCK_STATE_LISTEN,
		.local = { .address = { 0xff, 0xff, 0xff, 0xff }, .port = 0 },
		.peer = { .address = { 0xff, 0xff, 0xff, 0xff }, .port = UINT32_MAX },
	};
	expect_ends(&sock, "3:1024", "4294967294:4294967294");
	expect_ends(&listener, "*:0", "*:*");
	struct out out;
	out_init(&out, OUT_MEMORY);
	endpoint_format_cid(&out, &sock, VALUE_PEER);
	out_char(&out, ' ');
	endpoint_format_cid(&out, &listener, VALUE_LOCAL);
	expect_text(&out, "4294967294 *", "context ids");
}

Test(endpoint, an_xdp_end_is_its_device_and_its_queue) {
	static const struct {
		uint32_t known, queue, ifindex;
		const char *name, *local;
	} rows[] = {
		{ 0, 0, 0, NULL, "*:q*" },
		{ SOCK_XDP_KNOWS_QUEUE, 0, 0, NULL, "*:q0" },
		{ SOCK_XDP_KNOWS_QUEUE, 63, 2, NULL, "if2:q63" },
		{ SOCK_XDP_KNOWS_QUEUE, 4294967295, 2, "eth0", "eth0:q4294967295" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock_xdp xdp = { .known = rows[i].known, .queue = rows[i].queue };
		const struct sock sock = { .family = SOCK_FAMILY_XDP,
			                   .ifindex = rows[i].ifindex,
			                   .known = rows[i].ifindex ? SOCK_KNOWS_INTERFACE : 0,
			                   .interface_name = rows[i].name,
			                   .xdp = &xdp };
		expect_ends(&sock, rows[i].local, "*:*");
	}
}

Test(endpoint, a_socket_of_which_nothing_is_known_reads_as_stars) {
	static const enum sock_family families[] = { SOCK_FAMILY_UNIX, SOCK_FAMILY_PACKET,
		                                     SOCK_FAMILY_NETLINK, SOCK_FAMILY_XDP };
	for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
		const struct sock sock = { .family = (uint8_t)families[i],
			                   .state = SOCK_STATE_ESTABLISHED };
		expect_ends(&sock, "*:*", "*:*");
	}
}

Test(endpoint, a_device_is_its_name_its_number_or_a_star) {
	static const struct {
		uint32_t known;
		const char *name, *text;
	} rows[] = {
		{ SOCK_KNOWS_INTERFACE, "eth0", "eth0" },
		{ SOCK_KNOWS_INTERFACE, "\xc3\xa9\"x", "\xc3\xa9\"x" },
		{ SOCK_KNOWS_INTERFACE, "a b\x1b", "a\\x20b\\x1b" },
		{ SOCK_KNOWS_INTERFACE, NULL, "if5" },
		{ 0, NULL, "*" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock sock = { .family = SOCK_FAMILY_PACKET,
			                   .known = rows[i].known,
			                   .ifindex = rows[i].known ? 5 : 0,
			                   .interface_name = rows[i].name };
		struct out out;
		out_init(&out, OUT_MEMORY);
		endpoint_format_device(&out, &sock);
		expect_text(&out, rows[i].text, "device");
	}
}
