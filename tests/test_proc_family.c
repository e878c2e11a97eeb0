/* Lines of /proc/net/unix, packet and netlink as a kernel wrote them (6.18), of /proc/net/sctp as
 * sctp_eps_seq_show() and sctp_assocs_seq_show() of net/sctp/proc.c print them, torn and forged
 * ones. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "proc_family.h"
#include "sctp_info.h"
#include "util.h"
#include "words.h"

enum { ENDPOINTS, ASSOCIATIONS }; /* the files of SCTP */

/* Parses a copy of exactly that many bytes, so that a sanitizer sees a read behind it. */
static int parse_copy(const char *line, size_t length, enum sock_probe probe, size_t index,
                      struct arena *arena, struct sock *sock) {
	char *copy = xmalloc(length);
	memcpy(copy, line, length);
	*sock = (struct sock){ 0 };
	const int result = proc_family_parse(copy, length, probe, index, arena, sock);
	free(copy);
	return result;
}

static int parse(const char *line, enum sock_probe probe, size_t index, struct arena *arena,
                 struct sock *sock) {
	return parse_copy(line, strlen(line), probe, index, arena, sock);
}

#define UNIX_LISTENER "00000000ad5df4ca: 00000002 00000000 00010000 0001 01 9798222"
#define SCTP_ASSOCIATION                                                                           \
	"000000007a3c1d52 00000000b1b2c3d4 0   1   3  0       2      512     1024    1000 31338 "  \
	"5000  40000  "
#define SCTP_NUMBERS                                                                               \
	"\t   30000    10    10   10    0    0        0        1        0   212992   212992"

Test(proc_family, each_probe_has_its_files) {
	static const struct {
		enum sock_probe probe;
		const char *files[PROC_FAMILY_FILES_MAX];
	} rows[] = { { SOCK_PROBE_TCP, { NULL } },
		     { SOCK_PROBE_MPTCP, { NULL } },
		     { SOCK_PROBE_SCTP, { "sctp/eps", "sctp/assocs" } },
		     { SOCK_PROBE_UNIX, { "unix" } },
		     { SOCK_PROBE_PACKET, { "packet" } },
		     { SOCK_PROBE_NETLINK, { "netlink" } },
		     { SOCK_PROBE_VSOCK, { NULL } },
		     { SOCK_PROBE_XDP, { NULL } } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (size_t j = 0; j < PROC_FAMILY_FILES_MAX; j++) {
			const char *file = proc_family_file(rows[i].probe, j);
			if (rows[i].files[j])
				cr_expect_str_eq(file, rows[i].files[j]);
			else
				cr_expect_null(file);
		}
		cr_expect_null(proc_family_file(rows[i].probe, PROC_FAMILY_FILES_MAX));
	}
}

Test(proc_family, a_unix_socket_tells_type_state_inode_and_name) {
	static const struct {
		const char *line;
		enum sock_protocol protocol;
		enum sock_state state;
		uint32_t inode;
		const char *name;
		uint32_t length;
		bool is_abstract;
	} rows[] = {
		{ UNIX_LISTENER " h1 a.sock", SOCK_PROTOCOL_UNIX_STREAM, SOCK_STATE_LISTEN, 9798222,
		  "h1 a.sock", 9, false },
		{ "00000000bfa5b8d6: 00000003 00000000 00000000 0001 03 9798223",
		  SOCK_PROTOCOL_UNIX_STREAM, SOCK_STATE_ESTABLISHED, 9798223, NULL, 0, false },
		/* not accepted yet, so it has no inode */
		{ "0000000010f73373: 00000003 00000000 00000000 0001 02     0 h1 a.sock",
		  SOCK_PROTOCOL_UNIX_STREAM, SOCK_STATE_ESTABLISHED, 0, "h1 a.sock", 9, false },
		{ "00000000cc6c02e9: 00000002 00000000 00010000 0005 01 9798224 @ab@c@",
		  SOCK_PROTOCOL_UNIX_SEQPACKET, SOCK_STATE_LISTEN, 9798224, "@ab\0c\0", 6, true },
		{ "0000000005ab1224: 00000002 00000000 00000000 0002 01 9798227 @",
		  SOCK_PROTOCOL_UNIX_DGRAM, SOCK_STATE_CLOSE, 9798227, "@", 1, true },
		/* the first line of a name with a line break in it */
		{ "0000000072587980: 00000002 00000000 00000000 0002 01 9798226 h1",
		  SOCK_PROTOCOL_UNIX_DGRAM, SOCK_STATE_CLOSE, 9798226, "h1", 2, false },
		{ UNIX_LISTENER "  leading and trailing ", SOCK_PROTOCOL_UNIX_STREAM,
		  SOCK_STATE_LISTEN, 9798222, " leading and trailing ", 22, false },
		{ UNIX_LISTENER " /a@b", SOCK_PROTOCOL_UNIX_STREAM, SOCK_STATE_LISTEN, 9798222,
		  "/a@b", 4, false },
		{ UNIX_LISTENER " \x1b[2J\xff\t", SOCK_PROTOCOL_UNIX_STREAM, SOCK_STATE_LISTEN,
		  9798222, "\x1b[2J\xff\t", 6, false },
		/* 2.6 with pointers of 8 digits */
		{ "d2a3c000: 00000002 00000000 00010000 0001 01  3341 /dev/log",
		  SOCK_PROTOCOL_UNIX_STREAM, SOCK_STATE_LISTEN, 3341, "/dev/log", 8, false },
		{ "0000000000000000: 00000002 00000000 00000000 0002 01 4294967295",
		  SOCK_PROTOCOL_UNIX_DGRAM, SOCK_STATE_CLOSE, UINT32_MAX, NULL, 0, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse(rows[i].line, SOCK_PROBE_UNIX, 0, &arena, &sock), 0, "%s",
		             rows[i].line);
		const struct sock_unix_name *name = &sock.un->name;
		cr_expect(sock.protocol == rows[i].protocol && sock.state == rows[i].state, "%s",
		          rows[i].line);
		cr_expect(sock.family == SOCK_FAMILY_UNIX && sock.source == SOCK_SOURCE_PROC);
		cr_expect_eq(sock.known, rows[i].inode ? SOCK_KNOWS_INODE : 0,
		             "neither cookie, uid nor queues are told");
		cr_expect_eq(sock.inode, rows[i].inode);
		cr_expect_eq(sock.un->known, 0);
		cr_expect_eq(name->length, rows[i].length, "%s", rows[i].line);
		cr_expect_eq(name->is_abstract, rows[i].is_abstract, "%s", rows[i].line);
		cr_expect_eq(name->bytes != NULL, rows[i].name != NULL, "%s", rows[i].line);
		cr_expect(!name->bytes || memcmp(name->bytes, rows[i].name, name->length) == 0,
		          "%s", rows[i].line);
		arena_finish(&arena);
	}
}

/* enum socket_state of linux/net.h. What is disconnecting is connected no more. */
Test(proc_family, states_of_unix_sockets_are_those_of_socket_and_not_of_tcp) {
	static const int states[256] = {
		[1] = SOCK_STATE_CLOSE,
		[2] = SOCK_STATE_ESTABLISHED,
		[3] = SOCK_STATE_ESTABLISHED,
		[4] = SOCK_STATE_CLOSE,
	};
	for (unsigned state = 0; state <= 255; state++) {
		char line[128];
		struct arena arena = { 0 };
		struct sock sock;
		snprintf(line, sizeof(line), "0: 00000002 00000000 00000000 0001 %02X 5", state);
		cr_expect_eq(parse(line, SOCK_PROBE_UNIX, 0, &arena, &sock),
		             states[state] ? 0 : -EBADMSG, "%s", line);
		cr_expect(!states[state] || sock.state == states[state], "%s", line);
		arena_finish(&arena);
	}
}

Test(proc_family, a_packet_socket_tells_type_protocol_device_and_holder) {
	static const struct {
		const char *line;
		enum sock_protocol protocol;
		uint16_t ethertype;
		uint32_t ifindex, recvq, uid, inode;
	} rows[] = {
		{ "000000001150958a 3      3    0003   0     1 0      0      9798230",
		  SOCK_PROTOCOL_PACKET_RAW, 3, 0, 0, 0, 9798230 },
		{ "00000000749567c8 3      2    0800   0     1 0      0      9798231",
		  SOCK_PROTOCOL_PACKET_DGRAM, 0x800, 0, 0, 0, 9798231 },
		{ "00000000736de838 3      10   0003   0     1 0      0      9798232",
		  SOCK_PROTOCOL_PACKET_RAW, 3, 0, 0, 0, 9798232 },
		{ "0000000006c9e183 2      3    88cc   1     0 0      0      9798233",
		  SOCK_PROTOCOL_PACKET_RAW, 0x88cc, 1, 0, 0, 9798233 },
		{ "0000000006c9e183 2      3    ffff   2147483647 0 4294967295 4294967294 "
		  "4294967295",
		  SOCK_PROTOCOL_PACKET_RAW, 0xffff, 2147483647, UINT32_MAX, UINT32_MAX - 1,
		  UINT32_MAX },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse(rows[i].line, SOCK_PROBE_PACKET, 0, &arena, &sock), 0, "%s",
		             rows[i].line);
		cr_expect(sock.protocol == rows[i].protocol && sock.family == SOCK_FAMILY_PACKET &&
		              sock.state == SOCK_STATE_CLOSE,
		          "%s", rows[i].line);
		cr_expect_eq(sock.source, SOCK_SOURCE_PROC);
		cr_expect_eq(sock.known, SOCK_KNOWS_INODE | SOCK_KNOWS_UID | SOCK_KNOWS_RECVQ |
		                             (rows[i].ifindex ? SOCK_KNOWS_INTERFACE : 0));
		cr_expect(sock.ifindex == rows[i].ifindex && sock.recvq == rows[i].recvq &&
		              sock.uid == rows[i].uid && sock.inode == rows[i].inode,
		          "%s", rows[i].line);
		cr_expect_eq(sock.packet->ethertype, rows[i].ethertype);
		cr_expect_eq(sock.packet->known, 0);
		arena_finish(&arena);
	}
}

Test(proc_family, a_netlink_socket_tells_port_queues_drops_and_inode) {
	static const struct {
		const char *line;
		uint8_t protocol;
		uint32_t port, recvq, sendq, drops, inode;
	} rows[] = {
		{ "0000000020eaecb3 0   0          00000000 0        0        0     2        0   "
		  "     9798198 ",
		  0, 0, 0, 0, 0, 9798198 },
		{ "00000000c8e79133 0   478        00000011 0        0        0     2        0   "
		  "     9798234 ",
		  0, 478, 0, 0, 0, 9798234 },
		{ "000000006b3e1acd 15  4294963088 00000001 832      64       1     2        17  "
		  "     4294967295",
		  15, 4294963088, 832, 64, 17, UINT32_MAX },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse(rows[i].line, SOCK_PROBE_NETLINK, 0, &arena, &sock), 0, "%s",
		             rows[i].line);
		cr_expect(sock.protocol == SOCK_PROTOCOL_NETLINK &&
		          sock.family == SOCK_FAMILY_NETLINK && sock.state == SOCK_STATE_CLOSE &&
		          sock.source == SOCK_SOURCE_PROC);
		cr_expect_eq(sock.known, SOCK_KNOWS_INODE | SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ |
		                             SOCK_KNOWS_SENDQ | SOCK_KNOWS_DROPS);
		cr_expect(sock.local.port == rows[i].port && sock.peer.port == 0);
		cr_expect(sock.recvq == rows[i].recvq && sock.sendq == rows[i].sendq &&
		              sock.drops == rows[i].drops && sock.inode == rows[i].inode,
		          "%s", rows[i].line);
		cr_expect_eq(sock.netlink->protocol, rows[i].protocol);
		cr_expect_eq(sock.netlink->known, 0);
		arena_finish(&arena);
	}
}

static void expect_end(const struct sock_endpoint *end, const struct sock *sock, const char *text,
                       uint32_t port, const char *line) {
	char address[INET6_ADDRSTRLEN];
	const int family = sock->family == SOCK_FAMILY_INET ? AF_INET : AF_INET6;
	cr_assert_not_null(inet_ntop(family, end->address, address, sizeof(address)));
	cr_expect_str_eq(address, text, "%s is not %s: %s", address, text, line);
	cr_expect_eq(end->port, port, "%s", line);
	for (size_t i = 4; i < 16 && sock->family == SOCK_FAMILY_INET; i++)
		cr_expect_eq(end->address[i], 0, "%s", line);
}

Test(proc_family, an_sctp_endpoint_tells_state_port_holder_and_an_address) {
	static const struct {
		const char *line;
		enum sock_family family;
		enum sock_state state;
		const char *address;
		uint32_t port, uid, inode;
	} rows[] = {
		{ "00000000c6f1a6e5 00000000b1b2c3d4 0   10  28   5000   1000 31337 0.0.0.0 ",
		  SOCK_FAMILY_INET, SOCK_STATE_LISTEN, "0.0.0.0", 5000, 1000, 31337 },
		{ "00000000c6f1a6e5 00000000b1b2c3d4 2   10  28   65535     0 31337 192.0.2.1 "
		  "198.51.100.1 ",
		  SOCK_FAMILY_INET, SOCK_STATE_LISTEN, "192.0.2.1", 65535, 0, 31337 },
		{ "00000000c6f1a6e5 00000000b1b2c3d4 0   7   28   5000   1000 31337 "
		  "2001:0db8:0000:0000:0000:0000:0000:0001 192.0.2.1 ",
		  SOCK_FAMILY_INET6, SOCK_STATE_CLOSE, "2001:db8::1", 5000, 1000, 31337 },
		/* 2.6 */
		{ "f5f4a480 f5f4a000 0   10  28   5000   1000 31337 127.0.0.1", SOCK_FAMILY_INET,
		  SOCK_STATE_LISTEN, "127.0.0.1", 5000, 1000, 31337 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *line = rows[i].line;
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse(line, SOCK_PROBE_SCTP, ENDPOINTS, &arena, &sock), 0, "%s", line);
		cr_expect(sock.protocol == SOCK_PROTOCOL_SCTP && sock.family == rows[i].family &&
		              sock.state == rows[i].state && sock.source == SOCK_SOURCE_PROC,
		          "%s", line);
		cr_expect_eq(sock.known, SOCK_KNOWS_INODE | SOCK_KNOWS_UID | SOCK_KNOWS_PORTS);
		cr_expect(sock.uid == rows[i].uid && sock.inode == rows[i].inode, "%s", line);
		expect_end(&sock.local, &sock, rows[i].address, rows[i].port, line);
		cr_expect(sock_address_is_zero(&sock.peer) && sock.peer.port == 0);
		arena_finish(&arena);
	}
}

Test(proc_family, an_sctp_association_is_between_the_primary_addresses) {
	static const struct {
		const char *line;
		enum sock_family family;
		const char *local, *peer;
	} rows[] = {
		{ SCTP_ASSOCIATION "*127.0.0.1 <-> *127.0.0.2 " SCTP_NUMBERS, SOCK_FAMILY_INET,
		  "127.0.0.1", "127.0.0.2" },
		{ SCTP_ASSOCIATION "127.0.0.1 <-> 127.0.0.2 ", SOCK_FAMILY_INET, "127.0.0.1",
		  "127.0.0.2" },
		{ SCTP_ASSOCIATION "192.0.2.1 *198.51.100.1 <-> 192.0.2.2 *198.51.100.2 "
		                   "203.0.113.2 " SCTP_NUMBERS,
		  SOCK_FAMILY_INET, "198.51.100.1", "198.51.100.2" },
		{ SCTP_ASSOCIATION
		  "*2001:0db8:0000:0000:0000:0000:0000:0001 192.0.2.1 <-> 192.0.2.2 "
		  "*2001:0db8:0000:0000:0000:0000:0000:0002 " SCTP_NUMBERS,
		  SOCK_FAMILY_INET6, "2001:db8::1", "2001:db8::2" },
		{ SCTP_ASSOCIATION
		  "2001:0db8:0000:0000:0000:0000:0000:0001 *192.0.2.1 <-> *192.0.2.2 "
		  "2001:0db8:0000:0000:0000:0000:0000:0002 " SCTP_NUMBERS,
		  SOCK_FAMILY_INET, "192.0.2.1", "192.0.2.2" },
		/* neither is marked: both ends are of one family all the same */
		{ SCTP_ASSOCIATION "2001:0db8:0000:0000:0000:0000:0000:0001 192.0.2.1 <-> "
		                   "192.0.2.2 " SCTP_NUMBERS,
		  SOCK_FAMILY_INET, "192.0.2.1", "192.0.2.2" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *line = rows[i].line;
		struct arena arena = { 0 };
		struct sock sock;
		cr_assert_eq(parse(line, SOCK_PROBE_SCTP, ASSOCIATIONS, &arena, &sock), 0, "%s",
		             line);
		cr_expect(sock.protocol == SOCK_PROTOCOL_SCTP && sock.family == rows[i].family &&
		              sock.state == SOCK_STATE_ESTABLISHED &&
		              sock.source == SOCK_SOURCE_PROC,
		          "%s", line);
		cr_expect_eq(sock.known, SOCK_KNOWS_INODE | SOCK_KNOWS_UID | SOCK_KNOWS_PORTS |
		                             SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ);
		cr_expect(sock.sendq == 512 && sock.recvq == 1024 && sock.uid == 1000 &&
		              sock.inode == 31338,
		          "%s", line);
		expect_end(&sock.local, &sock, rows[i].local, 5000, line);
		expect_end(&sock.peer, &sock, rows[i].peer, 40000, line);
		cr_expect(!sock.sctp->locals && sock.sctp->length == 0);
		arena_finish(&arena);
	}
}

/* One that is bound to the wildcard has all addresses of the machine. */
Test(proc_family, an_sctp_association_may_have_hundreds_of_addresses) {
	char line[16384] = SCTP_ASSOCIATION;
	size_t length = strlen(line);
	struct arena arena = { 0 };
	struct sock sock;
	for (int i = 0; i < 500; i++)
		length += (size_t)snprintf(line + length, sizeof(line) - length, "10.0.%d.%d ",
		                           i / 256, i % 256);
	snprintf(line + length, sizeof(line) - length, "*10.0.2.1 <-> *10.0.2.2 " SCTP_NUMBERS);
	cr_assert_eq(parse(line, SOCK_PROBE_SCTP, ASSOCIATIONS, &arena, &sock), 0);
	expect_end(&sock.local, &sock, "10.0.2.1", 5000, line);
	expect_end(&sock.peer, &sock, "10.0.2.2", 40000, line);
	arena_finish(&arena);
}

Test(proc_family, an_sctp_association_is_in_a_state_of_sctp) {
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
	for (unsigned state = 0; state <= 300; state++) {
		const bool good = state < ARRAY_LENGTH(states);
		char line[256];
		struct arena arena = { 0 };
		struct sock sock;
		snprintf(line, sizeof(line),
		         "a b 0 1 %u 0 2 0 0 0 1 5000 40000  1.1.1.1 <-> 2.2.2.2 ", state);
		cr_expect_eq(parse(line, SOCK_PROBE_SCTP, ASSOCIATIONS, &arena, &sock),
		             good ? 0 : -EBADMSG, "%s", line);
		cr_expect(!good || sock.state == states[state], "%s", line);
		arena_finish(&arena);
	}
}

Test(proc_family, a_line_that_the_kernel_did_not_write_is_refused) {
	static const struct {
		enum sock_probe probe;
		size_t index;
		const char *line;
	} rows[] = {
		{ SOCK_PROBE_UNIX, 0, "" },
		{ SOCK_PROBE_UNIX, 0, " " },
		{ SOCK_PROBE_UNIX, 0, "x" }, /* the second line of a name with a line break */
		{ SOCK_PROBE_UNIX, 0, "Num       RefCount Protocol Flags    Type St Inode Path" },
		{ SOCK_PROBE_UNIX, 0, "0 00000002 00000000 00000000 0001 01 5" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0001 01" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0001 01 " },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0001 01 x" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0001 01 -5" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0001 01 4294967296" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0001 01 5\t/a" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0003 01 5" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 10001 01 5" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 00000000 0001 001 5" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 000000000 0001 01 5" },
		{ SOCK_PROBE_UNIX, 0, "0: 00000002 00000000 0000000g 0001 01 5" },
		{ SOCK_PROBE_PACKET, 0, "" },
		{ SOCK_PROBE_PACKET, 0,
		  "sk               RefCnt Type Proto  Iface R Rmem   User   Inode" },
		{ SOCK_PROBE_PACKET, 0, "0 3 3 0003 0 1 0 0" },
		{ SOCK_PROBE_PACKET, 0, "0 3 x 0003 0 1 0 0 5" },
		{ SOCK_PROBE_PACKET, 0, "0 3 4 0003 0 1 0 0 5" },
		{ SOCK_PROBE_PACKET, 0, "0 3 3 10003 0 1 0 0 5" },
		{ SOCK_PROBE_PACKET, 0, "0 3 3 0003 -1 1 0 0 5" },
		{ SOCK_PROBE_PACKET, 0, "0 3 3 0003 0 1 0 4294967296 5" },
		{ SOCK_PROBE_PACKET, 0, "0 3 3 0003 0 1 0 0 5x" },
		{ SOCK_PROBE_NETLINK, 0, "" },
		{ SOCK_PROBE_NETLINK, 0,
		  "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    "
		  "Drops    Inode" },
		{ SOCK_PROBE_NETLINK, 0, "0 0 0 00000000 0 0 0 2 0" },
		{ SOCK_PROBE_NETLINK, 0, "0 256 0 00000000 0 0 0 2 0 5" },
		{ SOCK_PROBE_NETLINK, 0, "0 0 -4 00000000 0 0 0 2 0 5" },
		{ SOCK_PROBE_NETLINK, 0, "0 0 0 00000000 0 0 0 2 x 5" },
		{ SOCK_PROBE_NETLINK, 0, "0 0 0 00000000 0 0 0 2 0 5.0" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "" },
		{ SOCK_PROBE_SCTP, ENDPOINTS,
		  " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 10 28 5000 0 5 " },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 0 28 5000 0 5 0.0.0.0" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 12 28 5000 0 5 0.0.0.0" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 266 28 5000 0 5 0.0.0.0" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 10 28 65536 0 5 0.0.0.0" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 10 28 5000 0 -5 0.0.0.0" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 10 28 5000 0 5 *" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 10 28 5000 0 5 localhost" },
		{ SOCK_PROBE_SCTP, ENDPOINTS, "a b 0 10 28 5000 0 5 1.2.3" },
		{ SOCK_PROBE_SCTP, ENDPOINTS,
		  "a b 0 10 28 5000 0 5 0000:0000:0000:0000:0000:0000:0000:0000:0000:0000" },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, "" },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS,
		  " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT "
		  "RPORT LADDRS <-> RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC wmema wmemq sndbuf "
		  "rcvbuf" },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "127.0.0.1 " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "127.0.0.1 <-> " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "127.0.0.1 <-> " SCTP_NUMBERS },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "<-> 127.0.0.1 " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "127.0.0.1 127.0.0.2 " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "127.0.0.1 <-> x " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "x <-> 127.0.0.1 " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS, SCTP_ASSOCIATION "::1 <-> 127.0.0.1 " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS,
		  "a b 0 1 3 0 2 0 0 0 5 65536 1  1.1.1.1 <-> 2.2.2.2" },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS,
		  "a b 0 1 3 0 2 0 0 0 5 1 65536  1.1.1.1 <-> 2.2.2.2" },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS,
		  "a b 0 1 3 0 2 -1 0 0 5 1 1  1.1.1.1 <-> 2.2.2.2" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena = { 0 };
		struct sock sock;
		cr_expect_eq(parse(rows[i].line, rows[i].probe, rows[i].index, &arena, &sock),
		             -EBADMSG, "row %zu: '%s'", i, rows[i].line);
		arena_finish(&arena);
	}
}

/* The last number of a line may be a part of one, which nobody can tell; lines_read() does not hand
 * over a line without its end. What stands in front of it cannot be missing. */
Test(proc_family, a_line_can_be_torn_anywhere) {
	static const struct {
		enum sock_probe probe;
		size_t index;
		const char *line;
		const char *last; /* refused if torn in front of this */
	} rows[] = {
		{ SOCK_PROBE_UNIX, 0, UNIX_LISTENER " /run/a b", "9798222" },
		{ SOCK_PROBE_UNIX, 0, UNIX_LISTENER " @a@b", "9798222" },
		{ SOCK_PROBE_PACKET, 0,
		  "0000000006c9e183 2      3    88cc   1     0 0      0      9798233", "9798233" },
		{ SOCK_PROBE_NETLINK, 0,
		  "00000000c8e79133 0   478        00000011 0        0        0     2        0   "
		  "     9798234 ",
		  "9798234" },
		{ SOCK_PROBE_SCTP, ENDPOINTS,
		  "00000000c6f1a6e5 00000000b1b2c3d4 0   10  28   5000   1000 31337 192.0.2.1 ",
		  ".1 " },
		{ SOCK_PROBE_SCTP, ASSOCIATIONS,
		  SCTP_ASSOCIATION "*192.0.2.1 <-> *192.0.2.9 " SCTP_NUMBERS, ".9 " },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *line = rows[i].line;
		const size_t least = (size_t)(strstr(line, rows[i].last) - line);
		struct arena arena = { 0 };
		struct sock sock;
		for (size_t length = 0; length <= strlen(line); length++) {
			const int result =
			    parse_copy(line, length, rows[i].probe, rows[i].index, &arena, &sock);
			cr_expect(result == 0 || result == -EBADMSG);
			cr_expect(result < 0 || length > least, "'%.*s'", (int)length, line);
			cr_expect(result == 0 || length < strlen(line), "%s", line);
		}
		arena_finish(&arena);
	}
}

Test(proc_family, a_protocol_is_registered_by_its_whole_name) {
	static const struct {
		const char *line;
		bool vsock, xdp;
	} rows[] = {
		{ "AF_VSOCK  1248      0      -1   NI       0   yes  vsock", true, false },
		{ "XDP       1024      2      -1   NI       0   no   kernel", false, true },
		{ "XDP", false, true },
		{ "  AF_VSOCK", true, false },
		{ "XDPX      1024      2", false, false },
		{ "XD", false, false },
		{ "TCP       2432      7       1   no     320   yes  XDP", false, false },
		{ "protocol  size sockets  memory press maxhdr  slab module", false, false },
		{ "", false, false },
		{ "   ", false, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const size_t length = strlen(rows[i].line);
		char *copy = xmalloc(length);
		memcpy(copy, rows[i].line, length);
		for (enum sock_probe probe = 0; probe < SOCK_PROBE_COUNT; probe++) {
			const bool expected = (probe == SOCK_PROBE_VSOCK && rows[i].vsock) ||
			                      (probe == SOCK_PROBE_XDP && rows[i].xdp);
			cr_expect_eq(proc_family_is_registered(copy, length, probe), expected,
			             "'%s', %s", rows[i].line, sock_probe_name(probe));
		}
		free(copy);
	}
}

Test(words, a_line_is_split_at_blanks_and_nothing_else) {
	static const struct {
		const char *line;
		size_t count;
		const char *words[3];
	} rows[] = {
		{ "", 0, { NULL } },
		{ "   ", 0, { NULL } },
		{ "a", 1, { "a" } },
		{ "  ab  c ", 2, { "ab", "c" } },
		{ "a b c d", 3, { "a", "b", "c" } },
		{ "a\tb\nc", 1, { "a\tb\nc" } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct word words[3];
		cr_assert_eq(words_split(rows[i].line, strlen(rows[i].line), words, 3),
		             rows[i].count, "'%s'", rows[i].line);
		for (size_t j = 0; j < rows[i].count; j++) {
			cr_expect_eq(words[j].length, strlen(rows[i].words[j]));
			cr_expect_eq(memcmp(words[j].bytes, rows[i].words[j], words[j].length), 0);
		}
		cr_expect_eq(words_split(rows[i].line, strlen(rows[i].line), words, 0), 0);
	}
}

Test(words, hexadecimal_numbers_are_read_strictly) {
	static const struct {
		const char *text;
		size_t digits_max;
		bool good;
		uint64_t number;
	} rows[] = {
		{ "0", 8, true, 0 },         { "00010000", 8, true, 0x10000 },
		{ "aF09", 4, true, 0xaf09 }, { "ffffffffffffffff", 16, true, UINT64_MAX },
		{ "00000", 4, false, 77 },   { "", 4, false, 77 },
		{ "g", 4, false, 77 },       { "0x1", 4, false, 77 },
		{ "-1", 4, false, 77 },      { "1 ", 4, false, 77 },
		{ "/:", 4, false, 77 },      { "@`", 4, false, 77 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct word word = { rows[i].text, strlen(rows[i].text) };
		uint64_t number = 77;
		cr_expect_eq(word_parse_hex(word, rows[i].digits_max, &number), rows[i].good,
		             "'%s'", rows[i].text);
		cr_expect_eq(number, rows[i].number, "'%s'", rows[i].text);
	}
}

Test(words, decimal_numbers_are_read_strictly) {
	static const struct {
		const char *text;
		bool good;
		uint32_t number;
	} rows[] = {
		{ "0", true, 0 },
		{ "007", true, 7 },
		{ "4294967295", true, UINT32_MAX },
		{ "4294967296", false, 77 },
		{ "18446744073709551617", false, 77 },
		{ "", false, 77 },
		{ "-1", false, 77 },
		{ "+1", false, 77 },
		{ "1x", false, 77 },
		{ "1.0", false, 77 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct word word = { rows[i].text, strlen(rows[i].text) };
		uint32_t number = 77;
		cr_expect_eq(word_parse_u32(word, &number), rows[i].good, "'%s'", rows[i].text);
		cr_expect_eq(number, rows[i].number, "'%s'", rows[i].text);
	}
}
