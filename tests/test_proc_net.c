/* Lines of /proc/net as kernels write them (seq_printf in net/ipv4 and net/ipv6), torn and forged
 * ones. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc_net.h"
#include "util.h"

/* Parses a copy of exactly that many bytes, so that a sanitizer sees a read behind it. */
static int parse_copy(const char *line, size_t length, enum sock_protocol protocol,
                      enum sock_family family, struct sock *sock) {
	char *copy = xmalloc(length);
	memcpy(copy, line, length);
	*sock = (struct sock){ 0 };
	const int result = proc_net_parse(copy, length, protocol, family, sock);
	free(copy);
	return result;
}

static int parse(const char *line, enum sock_protocol protocol, enum sock_family family,
                 struct sock *sock) {
	return parse_copy(line, strlen(line), protocol, family, sock);
}

/* What a line is made of, so that a test says only what matters to it. */
struct line {
	const char *ends, *state, *queues, *timer, *retrans, *uid, *inode, *tail;
};

static const struct line usual = {
	.ends = "0100007F:0016 0200007F:C001",
	.state = "01",
	.queues = "00000000:00000000",
	.timer = "00:00000000",
	.retrans = "00000000",
	.uid = "1000",
	.inode = "4711",
	.tail = "1 0000000000000000 20 4 30 10 -1",
};

static int parse_line(struct line line, enum sock_protocol protocol, enum sock_family family,
                      struct sock *sock) {
	char text[512];
	snprintf(text, sizeof(text), "   0: %s %s %s %s %s %5s        0 %s %s", line.ends,
	         line.state, line.queues, line.timer, line.retrans, line.uid, line.inode,
	         line.tail);
	return parse(text, protocol, family, sock);
}

Test(proc_net, each_protocol_and_family_has_its_file) {
	static const struct {
		enum sock_protocol protocol;
		const char *files[SOCK_FAMILY_COUNT];
	} rows[] = {
		{ SOCK_PROTOCOL_TCP, { "tcp", "tcp6" } },
		{ SOCK_PROTOCOL_UDP, { "udp", "udp6" } },
		{ SOCK_PROTOCOL_UDPLITE, { "udplite", "udplite6" } },
		{ SOCK_PROTOCOL_RAW, { "raw", "raw6" } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		cr_expect_str_eq(proc_net_file(rows[i].protocol, SOCK_FAMILY_INET),
		                 rows[i].files[0]);
		cr_expect_str_eq(proc_net_file(rows[i].protocol, SOCK_FAMILY_INET6),
		                 rows[i].files[1]);
	}
	cr_expect_null(proc_net_file(SOCK_PROTOCOL_MPTCP, SOCK_FAMILY_INET));
	cr_expect_null(proc_net_file(SOCK_PROTOCOL_MPTCP, SOCK_FAMILY_INET6));
}

Test(proc_net, addresses_are_words_and_ports_are_numbers) {
	static const struct {
		const char *ends;
		enum sock_family family;
		uint8_t local[16], peer[16];
		uint16_t local_port, peer_port;
	} rows[] = {
		{ "0100007F:0016 0200007F:C001",
		  SOCK_FAMILY_INET,
		  { 127, 0, 0, 1 },
		  { 127, 0, 0, 2 },
		  22,
		  49153 },
		{ "00000000:FFFF FFFFFFFF:0000",
		  SOCK_FAMILY_INET,
		  { 0 },
		  { 255, 255, 255, 255 },
		  65535,
		  0 },
		{ "B80D0120000000000000000001000000:1F90 0000000000000000FFFF00000100007F:0035",
		  SOCK_FAMILY_INET6,
		  { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
		  { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1 },
		  8080,
		  53 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock sock;
		struct line line = usual;
		line.ends = rows[i].ends;
		cr_assert_eq(parse_line(line, SOCK_PROTOCOL_TCP, rows[i].family, &sock), 0, "%s",
		             rows[i].ends);
		cr_expect_eq(memcmp(sock.local.address, rows[i].local, 16), 0, "%s", rows[i].ends);
		cr_expect_eq(memcmp(sock.peer.address, rows[i].peer, 16), 0, "%s", rows[i].ends);
		cr_expect_eq(sock.local.port, rows[i].local_port, "%s", rows[i].ends);
		cr_expect_eq(sock.peer.port, rows[i].peer_port, "%s", rows[i].ends);
		cr_expect_eq(sock.family, rows[i].family);
		cr_expect_eq(sock.source, SOCK_SOURCE_PROC);
	}
}

Test(proc_net, a_connection_tells_queues_inode_and_uid_and_nothing_that_is_not_there) {
	struct sock sock;
	struct line line = usual;
	line.queues = "FFFFFFFF:0000000A";
	cr_assert_eq(parse_line(line, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), 0);
	cr_expect_eq(sock.known, SOCK_KNOWS_INODE | SOCK_KNOWS_UID | SOCK_KNOWS_RECVQ |
	                             SOCK_KNOWS_SENDQ | SOCK_KNOWS_PORTS);
	cr_expect_eq(sock.protocol, SOCK_PROTOCOL_TCP);
	cr_expect_eq(sock.state, SOCK_STATE_ESTABLISHED);
	cr_expect_eq(sock.sendq, UINT32_MAX);
	cr_expect_eq(sock.recvq, 10);
	cr_expect_eq(sock.inode, 4711);
	cr_expect_eq(sock.uid, 1000);
}

Test(proc_net, a_listener_does_not_tell_its_backlog) {
	struct sock sock;
	struct line line = usual;
	line.state = "0A";
	line.queues = "00000000:00000003";
	cr_assert_eq(parse_line(line, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), 0);
	cr_expect_eq(sock.state, SOCK_STATE_LISTEN);
	cr_expect_eq(sock.recvq, 3, "the accept queue");
	cr_expect_eq(sock.known & (SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ), SOCK_KNOWS_RECVQ);
}

Test(proc_net, a_uid_without_an_inode_may_mean_nothing) {
	static const struct {
		const char *state, *timer, *uid, *inode;
		bool knows_inode, knows_uid;
	} rows[] = {
		{ "06", "03:00001751", "0", "0", false, false },
		{ "06", "03:00001751", "5", "0", false, false },
		{ "05", "03:00001752", "5", "0", false,
		  false }, /* FIN-WAIT-2, kept as a minisock */
		{ "03", "01:00000045", "104", "0", false, false },
		{ "04", "04:00000010", "0", "0", false, false }, /* an orphan of an old kernel */
		{ "04", "04:00000010", "7", "0", false, true },
		{ "01", "00:00000000", "0", "1", true, true },
		{ "01", "00:00000000", "4294967295", "4294967295", true, true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock sock;
		struct line line = usual;
		line.state = rows[i].state;
		line.timer = rows[i].timer;
		line.uid = rows[i].uid;
		line.inode = rows[i].inode;
		cr_assert_eq(parse_line(line, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), 0);
		cr_expect_eq((sock.known & SOCK_KNOWS_INODE) != 0, rows[i].knows_inode, "row %zu",
		             i);
		cr_expect_eq((sock.known & SOCK_KNOWS_UID) != 0, rows[i].knows_uid, "row %zu", i);
		cr_expect(!rows[i].knows_uid || sock.uid == strtoul(rows[i].uid, NULL, 10));
	}
}

/* Times in /proc are in 1/100 s. */
Test(proc_net, timers_become_milliseconds) {
	static const struct {
		const char *timer, *retrans;
		bool known;
		uint8_t number, count;
		uint32_t ms;
	} rows[] = {
		{ "00:00000000", "00000000", false, 0, 0, 0 },
		{ "00:00000005", "00000003", false, 0, 0, 0 },
		{ "01:00000014", "00000003", true, 1, 3, 200 },
		{ "02:000AFC4D", "00000000", true, 2, 0, 7199490 },
		{ "03:00001770", "00000000", true, 3, 0, 60000 },
		{ "04:00000001", "000000FF", true, 4, 255, 10 },
		{ "04:00000001", "00000100", true, 4, 255, 10 },
		{ "05:00000004", "00000000", true, 5, 0, 40 },
		{ "06:00000004", "00000000", false, 0, 0, 0 },
		{ "FF:00000004", "00000000", false, 0, 0, 0 },
		{ "01:FFFFFFFF", "00000000", true, 1, 0, UINT32_MAX },
		{ "01:19999999", "00000000", true, 1, 0, 4294967290 },
		{ "01:FFFFFFFFFFFFFFFF", "00000000", true, 1, 0, UINT32_MAX },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock sock;
		struct line line = usual;
		line.timer = rows[i].timer;
		line.retrans = rows[i].retrans;
		cr_assert_eq(parse_line(line, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), 0, "%s",
		             rows[i].timer);
		cr_expect_eq((sock.known & SOCK_KNOWS_TIMER) != 0, rows[i].known, "%s",
		             rows[i].timer);
		cr_expect_eq(sock.timer, rows[i].number, "%s", rows[i].timer);
		cr_expect_eq(sock.timer_retrans, rows[i].count, "%s", rows[i].timer);
		cr_expect_eq(sock.timer_ms, rows[i].ms, "%s: %u", rows[i].timer, sock.timer_ms);
	}
}

Test(proc_net, datagrams_tell_drops_and_streams_do_not) {
	static const struct {
		enum sock_protocol protocol;
		const char *tail;
		bool known;
		uint32_t drops;
	} rows[] = {
		{ SOCK_PROTOCOL_UDP, "2 0000000000000000 17     ", true, 17 },
		{ SOCK_PROTOCOL_UDP, "2 0000000000000000 4294967295", true, UINT32_MAX },
		{ SOCK_PROTOCOL_UDP, "2 0000000000000000", false, 0 }, /* 2.6.26 and older */
		{ SOCK_PROTOCOL_UDPLITE, "2 0000000000000000 3", true, 3 },
		{ SOCK_PROTOCOL_RAW, "2 0000000000000000 4", true, 4 },
		{ SOCK_PROTOCOL_TCP, "2 0000000000000000 100 0 0 10 0", false, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock sock;
		struct line line = usual;
		line.state = "07";
		line.tail = rows[i].tail;
		cr_assert_eq(parse_line(line, rows[i].protocol, SOCK_FAMILY_INET, &sock), 0);
		cr_expect_eq((sock.known & SOCK_KNOWS_DROPS) != 0, rows[i].known, "row %zu", i);
		cr_expect_eq(sock.drops, rows[i].drops, "row %zu", i);
	}
}

Test(proc_net, the_port_of_a_raw_socket_is_its_protocol) {
	struct sock sock;
	cr_assert_eq(parse("  89: 0100007F:0059 00000000:0000 07 00000000:00000000 00:00000000 "
	                   "00000000   501        0 11795351 2 00000000954641ab 0",
	                   SOCK_PROTOCOL_RAW, SOCK_FAMILY_INET, &sock),
	             0);
	cr_expect_eq(sock.local.port, 89);
	cr_expect_eq(sock.state, SOCK_STATE_CLOSE);
	cr_expect_eq(sock.uid, 501);
}

Test(proc_net, a_line_that_the_kernel_did_not_write_is_refused) {
	static const struct line rows[] = {
		{ .ends = "0100007F:0016" },
		{ .ends = "0100007F:0016 0:0" },
		{ .ends = "0100007F0016 0200007F:C001" },
		{ .ends = "0100007F: 0200007F:C001" },
		{ .ends = "0100007F:00160 0200007F:C001" },
		{ .ends = "0100007G:0016 0200007F:C001" },
		{ .ends = "-100007F:0016 0200007F:C001" },
		{ .ends = "0100007F00000000:0016 0200007F:C001" },
		{ .ends = "0100007F:0016 0200007F:+001" },
		{ .ends = "0100007F:0016\t0200007F:C001" },
		{ .state = "00" },
		{ .state = "0D" },
		{ .state = "FF" },
		{ .state = "" },
		{ .state = "001" },
		{ .state = "-1" },
		{ .state = "0x" },
		{ .queues = "00000000" },
		{ .queues = "000000000:00000000" },
		{ .queues = "00000000:" },
		{ .queues = ":00000000" },
		{ .queues = "0:0:0" },
		{ .timer = "00" },
		{ .timer = "000:00000000" },
		{ .timer = "00:x" },
		{ .timer = "00:00000000000000000" },
		{ .retrans = "000000000" },
		{ .retrans = "x" },
		{ .uid = "-1" },
		{ .uid = "4294967296" },
		{ .uid = "0x5" },
		{ .uid = "1e3" },
		{ .inode = "-1" },
		{ .inode = "4294967296" },
		{ .inode = "18446744073709551617" },
		{ .inode = "4711x" },
		{ .inode = "\x1b[2J" },
		{ .inode = "4711\n" },
	};
	struct sock sock;
	cr_assert_eq(parse_line(usual, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), 0,
	             "the rest of each line is good");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct line line = usual;
		const char *const *bad = (const char *const *)&rows[i];
		for (size_t j = 0; j < sizeof(line) / sizeof(*bad); j++) {
			if (bad[j])
				((const char **)&line)[j] = bad[j];
		}
		cr_expect_eq(parse_line(line, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), -EBADMSG,
		             "row %zu", i);
	}
	cr_expect_eq(parse_line(usual, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET6, &sock), -EBADMSG,
	             "a line of the other family");
	cr_expect_eq(parse("", SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), -EBADMSG);
	cr_expect_eq(parse("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
	                   "retrnsmt   uid  timeout inode",
	                   SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock),
	             -EBADMSG);
}

/* A number at the very end may be a part of a number. The kernel goes on behind the inode. */
Test(proc_net, a_torn_line_is_refused) {
	static const char line[] = "   3: 0100007F:0016 0200007F:C001 01 00000000:00000005 "
				   "02:000AFC4D 00000000  1000        0 11795335 "
				   "1 00000000a94d9c18 20 4 0 10 -1";
	const size_t inode_end = (size_t)(strstr(line, "11795335 ") - line) + 8;
	struct sock sock;
	for (size_t length = 0; length <= inode_end; length++)
		cr_expect_eq(parse_copy(line, length, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock),
		             -EBADMSG, "'%.*s'", (int)length, line);
	cr_expect_eq(parse(line, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &sock), 0);
}

static bool count_bytes(void *context, const char *line, size_t length) {
	size_t *bytes = context;
	(void)line;
	*bytes += length;
	return *bytes < 10;
}

Test(proc_net, the_heading_of_a_file_is_no_socket) {
	static const struct {
		const char *text;
		int result;
		size_t bytes;
	} rows[] = {
		{ "", 0, 0 },
		{ "heading\n", 0, 0 },
		{ "heading\na\nbcd\n", 0, 4 },
		{ "heading\n0123456789\n01\n", 0, 10 }, /* the receiver had enough */
		{ "heading\na\nbcd", -EBADMSG, 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		FILE *file = tmpfile();
		size_t bytes = 0;
		cr_assert_not_null(file);
		fputs(rows[i].text, file);
		rewind(file);
		cr_expect_eq(proc_net_read(fileno(file), count_bytes, &bytes), rows[i].result,
		             "row %zu", i);
		cr_expect_eq(bytes, rows[i].bytes, "row %zu", i);
		fclose(file);
	}
}
