/* Expressions: how they are understood, which sockets they choose, what is wrong with them, and
 * that what the probes are asked for is never less than what the filter would show. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "life.h"
#include "out.h"
#include "tcp_info.h"
#include "util.h"

#define TCP SOCK_PROTOCOL_TCP
#define UDP SOCK_PROTOCOL_UDP
#define KNOWN                                                                                      \
	.known = SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_UID,          \
	.source = SOCK_SOURCE_DIAG

static const struct process python = {
	.pid = 4242, .comm = "worker", .comm_length = 6, .exe = "python3", .exe_length = 7
};
static const struct process nginx = { .pid = 80, .comm = "nginx", .comm_length = 5 };
static const struct owner owners[] = { { &nginx, 6 }, { &python, 3 } };

static const struct tcp_counters slow = { .rtt = 50001, .snd_cwnd = 10, .total_retrans = 3 };
static const struct tcp_counters quick = { .rtt = 31, .snd_cwnd = 20 };
static struct sock_unix listener = { .name = { "/run/a.sock", 11, false } };
static struct sock_unix abstract = { .name = { "@a\0b", 4, true } };
static struct sock_unix unnamed;

/* One letter each in the results below. */
static struct sock socks[] = {
	/* a */ { KNOWN, .protocol = TCP, .state = SOCK_STATE_LISTEN, .local.port = 22,
	          .owners = owners, .owner_count = 1, .ownership = SOCK_OWNERSHIP_EXACT,
	          .sendq = 128, .user = "root" },
	/* b */
	{ KNOWN, .protocol = TCP, .state = SOCK_STATE_ESTABLISHED, .local.port = 22,
	  .local.address = { 127, 0, 0, 1 }, .peer.port = 50000, .peer.address = { 10, 1, 2, 3 },
	  .tcp = &slow, .tcp_length = sizeof(slow), .owners = owners, .owner_count = 2,
	  .ownership = SOCK_OWNERSHIP_SEVERAL, .recvq = 1500, .uid = 1000, .user = "ana",
	  .cgroup = "/system.slice/ssh.service" },
	/* c */
	{ KNOWN, .protocol = TCP, .state = SOCK_STATE_TIME_WAIT, .local.port = 50000,
	  .local.address = { 10, 1, 2, 3 }, .peer.port = 22, .peer.address = { 127, 0, 0, 1 } },
	/* d */
	{ KNOWN, .protocol = TCP, .family = SOCK_FAMILY_INET6, .state = SOCK_STATE_FIN_WAIT1,
	  .local.port = 65535, .local.address = { [10] = 0xff, 0xff, 10, 1, 2, 4 }, .peer.port = 1,
	  .peer.address = { 0x20, 1, 0xd, 0xb8, [15] = 1 }, .tcp = &quick,
	  .tcp_length = sizeof(quick), .owners = owners + 1, .owner_count = 1,
	  .ownership = SOCK_OWNERSHIP_EXACT, .cgroup = "/system.slice" },
	/* e */
	{ KNOWN, .protocol = UDP, .family = SOCK_FAMILY_INET6, .state = SOCK_STATE_CLOSE,
	  .local.port = 53, .cgroup = "/" },
	/* f */
	{ .known = SOCK_KNOWS_PORTS | SOCK_KNOWS_MARK | SOCK_KNOWS_INTERFACE,
	  .protocol = UDP,
	  .state = SOCK_STATE_ESTABLISHED,
	  .local.port = 1,
	  .peer.port = 65535,
	  .mark = 0x101,
	  .ifindex = 3,
	  .interface_name = "eth0" },
	/* g */
	{ KNOWN, .protocol = SOCK_PROTOCOL_RAW, .state = SOCK_STATE_CLOSE, .local.port = 1 },
	/* h */
	{ .protocol = SOCK_PROTOCOL_UNIX_STREAM,
	  .family = SOCK_FAMILY_UNIX,
	  .state = SOCK_STATE_LISTEN,
	  .un = &listener },
	/* i */
	{ .protocol = SOCK_PROTOCOL_UNIX_DGRAM,
	  .family = SOCK_FAMILY_UNIX,
	  .state = SOCK_STATE_CLOSE,
	  .un = &abstract },
	/* j */
	{ .protocol = SOCK_PROTOCOL_UNIX_STREAM,
	  .family = SOCK_FAMILY_UNIX,
	  .state = SOCK_STATE_ESTABLISHED,
	  .un = &unnamed },
};

struct letters {
	char text[ARRAY_LENGTH(socks) + 1];
};

static struct letters matches(const struct filter *filter) {
	struct letters letters = { "" };
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++) {
		if (filter_matches(filter, &socks[i]))
			letters.text[count++] = (char)('a' + (int)i);
	}
	return letters;
}

static size_t find_ports(void *context, const char *name, size_t length, uint16_t *ports,
                         size_t max) {
	(void)context;
	if (max < 2)
		return 0;
	if (length == 3 && memcmp(name, "ssh", 3) == 0) {
		ports[0] = 22;
		return 1;
	}
	if (length == 9 && memcmp(name, "x-service", 9) == 0) {
		ports[0] = 53;
		ports[1] = 65535;
		return 2;
	}
	return 0;
}

static const char *find_named(void *context, const char *name, size_t length) {
	static const char *const filters[][2] = {
		{ "web", "port 22 or port 53" },
		{ "loop", "tcp and @loop" },
		{ "bad", "tcp (" },
	};
	(void)context;
	for (size_t i = 0; i < ARRAY_LENGTH(filters); i++) {
		if (strlen(filters[i][0]) == length && memcmp(filters[i][0], name, length) == 0)
			return filters[i][1];
	}
	return NULL;
}

static const struct filter_names names = { .ports = find_ports, .named = find_named };

static bool parse(const char *expression, struct filter *filter, struct filter_error *error) {
	*filter = filter_all();
	*error = (struct filter_error){ 0 };
	return filter_parse(expression, &names, filter, error);
}

static void free_error(struct filter_error *error) {
	free(error->message);
	free(error->expression);
}

static char *printed(const struct filter *filter) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_print(filter, &out);
	out_char(&out, '\0');
	return out.bytes;
}

#define ALL "abcdefghij"

static const struct row {
	const char *expression, *printed, *matches;
} rows[] = {
	{ "", "all", ALL },
	{ "all", "all", ALL },
	{ "none", "none", "" },
	/* Words that stand alone. */
	{ "tcp", "tcp", "abcd" },
	{ "UDP", "udp", "ef" },
	{ "raw", "raw", "g" },
	{ "mptcp", "mptcp", "" },
	{ "tcp udp", "(tcp and udp)", "" },
	{ "unix", "unix", "hij" },
	{ "u_str", "u_str", "hj" },
	{ "ipv6", "ipv6", "de" },
	{ "inet", "inet", "abcfg" },
	{ "inet inet6", "(inet and inet6)", "" },
	{ "listen", "listen", "ah" },
	{ "ESTAB", "estab", "bfj" },
	{ "TIME_WAIT", "time_wait", "c" },
	{ "tcp established", "(tcp and established)", "b" },
	{ "connected", "connected", "bcdfj" },
	{ "synchronized tcp", "(synchronized and tcp)", "bcd" },
	{ "bucket", "bucket", "c" },
	{ "big tcp", "(big and tcp)", "abd" },
	{ "listen,estab", "state = listen,estab", "abfhj" },
	{ "tcp,udp ipv4,unix", "(proto = tcp,udp and family = ipv4,unix)", "abcf" },
	{ "bound-inactive", "(tcp and unconn)", "" },
	/* States, and sets of them in front. */
	{ "state listen", "state = listen", "ah" },
	{ "state = listen,estab", "state = listen,estab", "abfhj" },
	{ "state != listen tcp", "(state != listen and tcp)", "bcd" },
	{ "exclude listen tcp", "(state != listen and tcp)", "bcd" },
	{ "state listen state estab", "state = ESTAB,LISTEN", "abfhj" },
	{ "state connected exclude estab",
	  "state = SYN-SENT,SYN-RECV,FIN-WAIT-1,FIN-WAIT-2,"
	  "TIME-WAIT,CLOSE-WAIT,LAST-ACK,CLOSING,COOKIE-WAIT,COOKIE-ECHOED,SHUTDOWN-PENDING,"
	  "SHUTDOWN-SENT,SHUTDOWN-RECEIVED,SHUTDOWN-ACK-SENT",
	  "cd" },
	{ "state estab sport 22 or sport 1", "(state = estab and (sport = 22 or sport = 1))",
	  "bf" },
	{ "state estab and sport 22 or sport 1", "((state = estab and sport = 22) or sport = 1)",
	  "bfg" },
	{ "state estab or tcp", "(state = estab or tcp)", "abcdfj" },
	{ "state listen exclude listen", "none", "" },
	{ "(state estab) sport 22", "(state = estab and sport = 22)", "b" },
	{ "state ~ WAIT", "state ~ WAIT", "cd" },
	/* Ports. */
	{ "22", "port = 22", "abc" },
	{ ":22", "port = :22", "abc" },
	{ "port 22", "port = 22", "abc" },
	{ "port = :ssh", "port = :ssh", "abc" },
	{ "port = ':ssh'", "port = :ssh", "abc" },
	{ "sport = x-service", "sport = x-service", "de" },
	{ "22,53", "port = 22,53", "abce" },
	{ "port 22, 53", "port = 22,53", "abce" },
	{ "50000-65535", "port = 50000-65535", "bcdf" },
	{ "sport 22", "sport = 22", "ab" },
	{ "SPORT ==22", "sport = 22", "ab" },
	{ "sport=:22", "sport = :22", "ab" },
	{ "sport eq 0x16", "sport = 0x16", "ab" },
	{ "dport 22", "dport = 22", "c" },
	{ "dport != 22", "dport != 22", "abdefg" },
	{ "dport ne 22", "dport != 22", "abdefg" },
	{ "not dport 22", "not dport = 22", "abdefghij" },
	{ "port != 22", "port != 22", "defg" },
	{ "sport > 22", "sport > 22", "cde" },
	{ "sport gt :22", "sport > :22", "cde" },
	{ "sport ge 22", "sport >= 22", "abcde" },
	{ "sport geq 22", "sport >= 22", "abcde" },
	{ "sport lt 22", "sport < 22", "fg" },
	{ "sport <= ssh", "sport <= ssh", "abfg" },
	{ "sport < 0", "sport < 0", "" },
	{ "sport > 65535", "sport > 65535", "" },
	{ "dport 0", "dport = 0", "aeg" },
	{ "sport *", "sport = *", "abcdefg" },
	{ "sport inet6::53", "(inet6 and sport = :53)", "e" },
	{ "sport != inet:22", "(inet and sport != 22)", "cfg" },
	{ "22 50000", "(port = 22 and port = 50000)", "bc" },
	{ "sport 22 50000", "(sport = 22 and port = 50000)", "b" },
	/* Operators. */
	{ "tcp and 22 or udp", "((tcp and port = 22) or udp)", "abcef" },
	{ "udp or tcp and 22", "(udp or (tcp and port = 22))", "abcef" },
	{ "udp || tcp && 22", "(udp or (tcp and port = 22))", "abcef" },
	{ "udp | tcp & 22", "(udp or (tcp and port = 22))", "abcef" },
	{ "(udp or tcp) and 22", "((udp or tcp) and port = 22)", "abc" },
	{ "((udp))", "udp", "ef" },
	{ "(udp|tcp)22", "((udp or tcp) and port = 22)", "abc" },
	{ "!tcp", "not tcp", "efghij" },
	{ "! ! tcp", "not not tcp", "abcd" },
	{ "not tcp udp", "(not tcp and udp)", "ef" },
	{ "not (tcp or udp)", "not (tcp or udp)", "ghij" },
	{ "tcp not listen", "(tcp and not listen)", "bcd" },
	{ "AND", NULL, NULL },
	/* Hosts. */
	{ "src 127.0.0.1", "src = 127.0.0.1", "b" },
	{ "src = 127.0.0.1:22", "src = 127.0.0.1:22", "b" },
	{ "src 127.0.0.1:23", "src = 127.0.0.1:23", "" },
	{ "src 127.0.0.1:ssh", "src = 127.0.0.1:ssh", "b" },
	{ "src 127/8", "src = 127/8", "b" },
	{ "src 127.0.0.0/255.0.0.0", "src = 127.0.0.0/255.0.0.0", "b" },
	{ "src 10.1.2.0/24", "src = 10.1.2.0/24", "cd" },
	{ "src 10.1.2.4", "src = 10.1.2.4", "d" },
	{ "src ::ffff:10.1.2.4", "src = ::ffff:10.1.2.4", "d" },
	{ "src 10.1.2.4/31:65535", "src = 10.1.2.4/31:65535", "d" },
	{ "host 10.1.2.3", "host = 10.1.2.3", "bc" },
	{ "10.1.2.3", "host = 10.1.2.3", "bc" },
	{ "10.1.2.3:22", "host = 10.1.2.3:22", "" },
	{ "10.1.2.3:50000", "host = 10.1.2.3:50000", "bc" },
	{ "host 10.1.2.3,2001:db8::1", "host = 10.1.2.3,2001:db8::1", "bcd" },
	{ "dst 2001:db8::/32", "dst = 2001:db8::/32", "d" },
	{ "dst [2001:db8::1]:1", "dst = [2001:db8::1]:1", "d" },
	{ "dst [2001:db8::]/32:1", "dst = [2001:db8::]/32:1", "d" },
	{ "dst [2001:db8::/32]:2", "dst = [2001:db8::/32]:2", "" },
	{ "[2001:db8::1]", "host = [2001:db8::1]", "d" },
	{ "dst :22", "dst = :22", "c" },
	{ "dst *:22", "dst = *:22", "c" },
	{ "dst :22,50000", "dst = :22,50000", "bc" },
	{ "src 127.0.0.1:1,20-30", "src = 127.0.0.1:1,20-30", "b" },
	{ "exclude bound-inactive tcp", "(not (tcp and unconn) and tcp)", "abcd" },
	{ "state listen exclude bound-inactive", "(state = listen and not (tcp and unconn))",
	  "ah" },
	{ "v6only = no", "v6only = no", "" },
	{ "src *", "src = *", ALL },
	{ "src any", "src = any", ALL },
	{ "src 0.0.0.0", "src = 0.0.0.0", "afg" },
	{ "src [::]", "src = [::]", "e" },
	{ "not src [::]", "not src = [::]", "abcdfghij" },
	{ "src != [::]", "src != [::]", "abcdfg" },
	{ "src ::/0", "src = ::/0", "de" },
	{ "src inet:*", "src = inet:*", "abcfg" },
	{ "src inet6:*", "src = inet6:*", "de" },
	{ "src inet:127.0.0.1:22", "src = inet:127.0.0.1:22", "b" },
	{ "src 127.0.0.1:20-30", "src = 127.0.0.1:20-30", "b" },
	{ "src nowhere.invalid", "src = nowhere.invalid", "" },
	/* Ends of other families. */
	{ "src unix:*", "src = unix:*", "hij" },
	{ "src /run/a.sock", "src = /run/a.sock", "h" },
	{ "src /run/*", "src = /run/*", "h" },
	{ "src unix:*.sock", "src = unix:*.sock", "h" },
	{ "src \"@a\\x00b\"", "src = \"@a\\x00b\"", "i" },
	{ "src @a?b", "src = @a?b", "i" },
	{ "src ~ ^/run", "src ~ ^/run", "h" },
	{ "src !~ ^/run unix", NULL, "i" },
	/* Devices, marks, groups. */
	{ "dev eth0", "dev = eth0", "f" },
	{ "dev 3", "dev = 3", "f" },
	{ "dev if3", "dev = if3", "f" },
	{ "dev = lo", "dev = lo", "" },
	{ "dev 0", "dev = 0", "abcdeg" },
	{ "dev != eth0", "dev != eth0", "abcdeg" },
	{ "fwmark 0x101", "fwmark = 0x101", "f" },
	{ "fwmark 1/0xff", "fwmark = 1/0xff", "f" },
	{ "fwmark != 1", "fwmark != 1", "f" },
	{ "fwmark = 257/0xfff", "fwmark = 257/0xfff", "f" },
	{ "cgroup /system.slice", "cgroup = /system.slice", "d" },
	{ "cgroup system.slice/", "cgroup = system.slice/", "d" },
	{ "cgroup /system.slice/*", "cgroup = /system.slice/*", "bd" },
	{ "cgroup /sys*", NULL, "" },
	{ "cgroup /*", "cgroup = /*", "bde" },
	{ "cgroup /", "cgroup = /", "e" },
	{ "cgroup != /", "cgroup != /", "bd" },
	{ "cgroup ~ ssh", "cgroup ~ ssh", "b" },
	{ "autobound", "autobound", "cj" },
	/* Fields. */
	{ "rtt > 50ms", "rtt > 50ms", "b" },
	{ "rtt > 50.001ms", "rtt > 50.001ms", "" },
	{ "rtt >= 50.001ms", "rtt >= 50.001ms", "b" },
	{ "rtt < 31.5us", "rtt < 31.5us", "d" },
	{ "rtt = 31", "rtt = 31", "d" },
	{ "rtt != 31", "rtt != 31", "b" },
	{ "not rtt = 31 tcp", "(not rtt = 31 and tcp)", "abc" },
	{ "rtt 30us-60ms", "rtt = 30us-60ms", "bd" },
	{ "recvq > 0", "recvq > 0", "b" },
	{ "recvq > 1.5K", "recvq > 1.5K", "" },
	{ "recvq >= 1.5KB", "recvq >= 1.5KB", "b" },
	{ "recvq < 2Ki and recvq > 0", "(recvq < 2Ki and recvq > 0)", "b" },
	{ "recv-q > 0", "recvq > 0", "b" },
	{ "uid 1000", "uid = 1000", "b" },
	{ "user ana", "user = ana", "b" },
	{ "user != ana", "user != ana", "a" },
	{ "user ana,root", "user = ana,root", "ab" },
	{ "pid 4242", "pid = 4242", "bd" },
	{ "pid 80", "pid = 80", "ab" },
	{ "pid != 80", "pid != 80", "d" },
	{ "pid > 100", "pid > 100", "bd" },
	{ "fd 3", "fd = 3", "bd" },
	{ "process python3", "process = python3", "bd" },
	{ "process nginx", "process = nginx", "ab" },
	{ "process != nginx", "process != nginx", "d" },
	{ "not process nginx tcp", "(not process = nginx and tcp)", "cd" },
	{ "comm worker", "comm = worker", "bd" },
	{ "process ~ ^py", "process ~ ^py", "bd" },
	{ "(process ~ ^(py|ruby)) tcp", "(process ~ \"^(py|ruby)\" and tcp)", "bd" },
	{ "process !~ 'x{1,3}'", "process !~ \"x{1,3}\"", "d" },
	{ "process ~ \"n\\x67inx\"", "process ~ nginx", "ab" },
	{ "proto tcp", "proto = tcp", "abcd" },
	{ "proto = tcp,udp", "proto = tcp,udp", "abcdef" },
	{ "proto != tcp ipv6", "(proto != tcp and ipv6)", "e" },
	{ "proto ~ ^u", "proto ~ ^u", "efhij" },
	{ "family inet6", "family = inet6", "de" },
	{ "owner exact", "owner = exact", "ad" },
	{ "local ~ :22$", "local ~ :22$", "ab" },
	{ "PID/PROCESS ~ 80/", "owners ~ 80/", "ab" },
	/* By name. */
	{ "@web", "(port = 22 or port = 53)", "abce" },
	{ "@web and udp", "((port = 22 or port = 53) and udp)", "e" },
};

Test(filter, expressions_choose_sockets_and_read_as_they_were_understood) {
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct filter filter;
		struct filter_error error;
		if (!rows[i].matches)
			continue;
		const bool good = parse(rows[i].expression, &filter, &error);
		cr_expect(good, "'%s': %s", rows[i].expression, error.message);
		if (!good)
			continue;
		char *text = printed(&filter);
		cr_expect_str_eq(matches(&filter).text, rows[i].matches, "'%s' matches %s, not %s",
		                 rows[i].expression, matches(&filter).text, rows[i].matches);
		cr_expect(!rows[i].printed || strcmp(text, rows[i].printed) == 0,
		          "'%s' reads '%s', not '%s'", rows[i].expression, text, rows[i].printed);
		free(text);
		filter_finish(&filter);
	}
}

Test(filter, what_several_looks_tell_can_be_compared) {
	static const struct sock_life lives[] = {
		{ .known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX | SOCK_LIFE_KNOWS_RETRANS,
		  .rx = 1500,
		  .rate = 1500,
		  .retrans = 2,
		  .age_ms = 61000 },
		{ .known = SOCK_LIFE_KNOWS_RX_BYTES,
		  .rx_bytes = 2000000,
		  .rx = 5000,
		  .age_ms = 999 },
	};
	static const struct {
		const char *expression;
		bool first, second, third; /* a busy one, one seen first, one of a list */
	} cases[] = {
		{ "rx > 1K", true, false, false },      { "rx <= 1K", false, false, false },
		{ "rx > 1.5K", false, false, false },   { "tx = 0", true, false, false },
		{ "rate >= 1500", true, false, false }, { "rx_bytes > 1M", false, true, false },
		{ "age > 1s", true, false, false },     { "age < 1s", false, true, false },
		{ "age > 1m", true, false, false },     { "retrans_rate > 1", true, false, false },
		{ "not rx > 1K", false, true, true },   { "rx != 1", true, false, false },
	};
	const struct sock lived[] = { { .protocol = TCP, .life = &lives[0] },
		                      { .protocol = TCP, .life = &lives[1] },
		                      { .protocol = TCP } };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct filter filter;
		struct filter_error error;
		cr_assert(parse(cases[i].expression, &filter, &error), "'%s': %s",
		          cases[i].expression, error.message);
		cr_expect_eq(filter_matches(&filter, &lived[0]), cases[i].first, "%s",
		             cases[i].expression);
		cr_expect_eq(filter_matches(&filter, &lived[1]), cases[i].second, "%s",
		             cases[i].expression);
		cr_expect_eq(filter_matches(&filter, &lived[2]), cases[i].third, "%s",
		             cases[i].expression);
		filter_finish(&filter);
	}
}

Test(filter, what_is_printed_means_the_same) {
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct filter first;
		struct filter second;
		struct filter_error error;
		if (!rows[i].matches)
			continue;
		cr_assert(parse(rows[i].expression, &first, &error));
		char *text = printed(&first);
		cr_assert(parse(text, &second, &error), "'%s': %s", text, error.message);
		char *again = printed(&second);
		cr_expect_str_eq(again, text);
		cr_expect_str_eq(matches(&second).text, matches(&first).text, "'%s'", text);
		free(text);
		free(again);
		filter_finish(&first);
		filter_finish(&second);
	}
}

Test(filter, it_does_not_matter_how_the_shell_cut_the_words) {
	static const char *const words[] = { "tcp sport", "=", ":22\n", "established" };
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	char *expression = filter_join(words, ARRAY_LENGTH(words));
	cr_assert_str_eq(expression, "tcp sport = :22  established");
	cr_assert(filter_parse(expression, NULL, &filter, &error));
	cr_assert_str_eq(matches(&filter).text, "b");
	filter_finish(&filter);
	free(expression);
}

Test(filter, a_state_may_be_spelled_in_every_usual_way) {
	static const struct {
		enum sock_state state;
		const char *spellings[7];
	} states[] = {
		{ SOCK_STATE_ESTABLISHED, { "ESTAB", "estab", "established", "ESTABLISHED" } },
		{ SOCK_STATE_SYN_SENT, { "SYN-SENT", "syn_sent", "synsent" } },
		{ SOCK_STATE_SYN_RECV, { "SYN-RECV", "syn_recv", "syn-rcv" } },
		{ SOCK_STATE_FIN_WAIT1,
		  { "FIN-WAIT-1", "FIN_WAIT1", "FIN-WAIT1", "fin-wait-1", "fin_wait_1",
		    "finwait1" } },
		{ SOCK_STATE_FIN_WAIT2, { "FIN-WAIT-2", "FIN_WAIT2", "fin-wait2" } },
		{ SOCK_STATE_TIME_WAIT,
		  { "TIME-WAIT", "TIME_WAIT", "time-wait", "time_wait", "Time-Wait" } },
		{ SOCK_STATE_CLOSE, { "UNCONN", "unconnected", "closed", "close" } },
		{ SOCK_STATE_CLOSE_WAIT, { "CLOSE-WAIT", "CLOSE_WAIT" } },
		{ SOCK_STATE_LAST_ACK, { "LAST-ACK", "last_ack" } },
		{ SOCK_STATE_LISTEN, { "LISTEN", "listening" } },
		{ SOCK_STATE_CLOSING, { "CLOSING", "closing" } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(states); i++) {
		for (const char *const *word = states[i].spellings; *word; word++) {
			struct filter filter;
			struct filter_error error;
			cr_assert(parse(*word, &filter, &error), "%s", *word);
			const struct want want = filter_want(&filter);
			cr_expect_eq(want.states[TCP], 1u << states[i].state, "%s", *word);
			filter_finish(&filter);
		}
	}
}

Test(filter, what_means_nothing_is_an_error_at_its_column) {
	static const struct {
		const char *expression;
		size_t column;
		const char *says;
	} wrong[] = {
		{ "65536", 0, "65535" },
		{ ":65536", 1, "65535" },
		{ "port 70000", 5, "ports are 0 to 65535, not '70000'" },
		{ "99999999999999999999", 0, "65535" },
		{ "tcp 22x", 4, "22x" },
		{ "sport", 5, "missing" },
		{ "sport =", 7, "missing" },
		{ "port :", 5, "not ':'" },
		{ "sport = = 22", 8, "not '='" },
		{ "sport tcp", 6, "a port is a number or the name of a service, not 'tcp'" },
		{ "sport > *", 8, "not '*'" },
		{ "tcp = 5", 0, "stands by itself" },
		{ "sport inet:1,2", 13, "all ports are of one family" },
		{ "port 9-8", 5, "ends before it begins" },
		{ "port > 8-9", 7, "a range takes only = and !=" },
		{ "tcp  foo", 5, "unknown word 'foo': use" },
		{ "foo = 3", 0, "unknown field 'foo'" },
		{ "spotr = 3", 0, "unknown field 'spotr' (did you mean sport?)" },
		{ "=22", 0, "not expected here: '='" },
		{ "-1", 0, "-1" },
		{ "tcpx", 0, "did you mean tcp?" },
		{ "lisen", 0, "did you mean listen?" },
		{ "time--wait", 0, "time--wait" },
		{ "time-wait-", 0, "time-wait-" },
		{ "\x1b[31m", 0, "\\x1b[31m" },
		{ "\xff", 0, "\\xff" },
		{ "tcp and", 7, "missing at the end" },
		{ "or tcp", 0, "not expected here: 'or'" },
		{ "tcp or or", 7, "not expected here: 'or'" },
		{ "not", 3, "missing at the end" },
		{ "(tcp", 4, "a closing bracket is missing" },
		{ "tcp)", 3, "not expected here: ')'" },
		{ "()", 1, "not expected here: ')'" },
		{ "tcp, listen", 5, "unknown protocol 'listen'" },
		{ "rtt > 5us, 6", 11, NULL },
		{ "tcp and, udp", 7, "not expected here: ','" },
		{ "port 22,", 8, "a value is missing" },
		{ "process \"a", 8, "a quote has no end" },
		{ "\"tcp\"", 0, "without a name in front" },
		{ "rtt > fast", 6, "no number 'fast'" },
		{ "rtt > 5K", 6, "units are ns, us, ms" },
		{ "recvq > 5ms", 8, "multiples are K, M" },
		{ "recvq ~ 5", 8, NULL },
		{ "state > listen", 0, "this takes only = and !=: 'state'" },
		{ "state foo", 6, "unknown state 'foo'" },
		{ "proto foo", 6, "unknown protocol 'foo'" },
		{ "src > 1.2.3.4", 0, "this takes only = and !=: 'src'" },
		{ "src 1.2.3.4/33", 4, "neither an address" },
		{ "src 1.2.3.256", 4, "neither an address" },
		{ "src [::1", 4, "neither an address" },
		{ "src inet6:127.0.0.1", 4, "another family" },
		{ "fwmark x", 7, "a mark is" },
		{ "fwmark 1,2", 9, "only one value" },
		{ "dev lo,eth0", 7, "only one value" },
		{ "host ~ x", 0, "this takes only = and !=: 'host'" },
		{ "process ~ (", 10, "no extended regular expression" },
		{ "process ~ (a)\\1", 10, "back-references" },
		{ "process ~ (a{999}){999}", 10, "too many repetitions" },
		{ "exclude != listen", 0, "this takes no comparison: 'exclude'" },
		{ "@nothing", 0, "no filter called '@nothing'" },
		{ "tcp or @bad", 7, "in @bad: something is missing at the end" },
		{ "@loop", 0, "too many brackets" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		struct filter filter;
		struct filter_error error;
		if (!wrong[i].says)
			continue;
		const bool good = parse(wrong[i].expression, &filter, &error);
		cr_expect_not(good, "'%s' is taken", wrong[i].expression);
		if (good)
			continue;
		cr_expect_eq(error.column, wrong[i].column, "'%s' at %zu: %s", wrong[i].expression,
		             error.column, error.message);
		cr_expect_not_null(strstr(error.message, wrong[i].says), "'%s': %s",
		                   wrong[i].expression, error.message);
		cr_expect_str_eq(error.expression, wrong[i].expression);
		cr_expect_null(filter.tree);
		free_error(&error);
	}
}

/* Differing from a digit or a hyphen in one bit, as lower case differs from upper case. */
Test(filter, control_characters_are_no_spelling_of_a_state) {
	static const char *const words[] = { "fin-wait-\x11", "FIN-WAIT-\x12", "time\x0bwait" };
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct filter filter;
		struct filter_error error;
		cr_expect_not(parse(words[i], &filter, &error), "row %zu is taken", i);
		free_error(&error);
	}
}

static char *repeat(const char *start, const char *unit, size_t count, const char *end) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_text(&out, start);
	for (size_t i = 0; i < count; i++)
		out_text(&out, unit);
	out_text(&out, end);
	out_char(&out, '\0');
	return out.bytes;
}

Test(filter, depth_is_bounded_and_length_is_not_depth) {
	static const struct {
		const char *start, *unit;
		size_t count;
		const char *end;
		bool good;
	} shapes[] = {
		{ "", "(", 100000, "tcp", false },
		{ "", "not ", 100000, "tcp", false },
		{ "", "!", 100000, "tcp", false },
		{ "", "not ", 200, "tcp", true },
		{ "", "not (", 201, "tcp", false },
		{ "tcp", " or tcp", 50000, "", true },
		{ "tcp", " tcp", 50000, "", true },
		{ "tcp", " and udp or tcp", 20000, "", true },
		{ "port 1", ",22", 50000, "", true },
		{ "tcp", " or tcp", 300000, "", false },
		{ "", "(tcp or ", 200, "udp", false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
		char *text =
		    repeat(shapes[i].start, shapes[i].unit, shapes[i].count, shapes[i].end);
		struct filter filter;
		struct filter_error error;
		const bool good = parse(text, &filter, &error);
		cr_expect_eq(good, shapes[i].good, "shape %zu: %s", i, error.message);
		if (good)
			matches(&filter);
		filter_finish(&filter);
		free_error(&error);
		free(text);
	}
}

Test(filter, listening_is_listen_for_tcp_and_no_peer_for_datagrams) {
	struct filter filter = filter_all();
	filter.listening = true;
	cr_assert_str_eq(matches(&filter).text, "aeghi");
	const struct want want = filter_want(&filter);
	cr_assert_eq(want.states[TCP], 1u << SOCK_STATE_LISTEN);
	cr_assert_eq(want.states[SOCK_PROTOCOL_MPTCP], 1u << SOCK_STATE_LISTEN);
	cr_assert_eq(want.states[UDP], 1u << SOCK_STATE_CLOSE);
	cr_assert_eq(want.states[SOCK_PROTOCOL_RAW], 1u << SOCK_STATE_CLOSE);
}

Test(filter, an_address_of_a_name_matches_once_it_is_set) {
	struct filter filter;
	struct filter_error error;
	const uint8_t address[16] = { 10, 1, 2, 4 };
	const uint8_t other[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	cr_assert(parse("tcp host some.host:65535,other", &filter, &error), "%s", error.message);
	cr_assert_str_eq(filter_host_name(&filter, 0), "other");
	cr_assert_str_eq(filter_host_name(&filter, 1), "some.host");
	cr_assert_null(filter_host_name(&filter, 2));
	cr_assert_str_eq(matches(&filter).text, "");
	filter_add_address(&filter, 1, SOCK_FAMILY_INET, address);
	cr_assert_str_eq(matches(&filter).text, "d");
	filter_add_address(&filter, 1, SOCK_FAMILY_INET6, other);
	filter_add_address(&filter, 0, SOCK_FAMILY_INET, (const uint8_t[16]){ 127, 0, 0, 1 });
	cr_assert_str_eq(matches(&filter).text, "bcd");
	filter_finish(&filter);
}

Test(filter, what_is_found_out_late_may_still_match_early) {
	static const struct {
		const char *expression;
		bool early, late;
	} cases[] = {
		{ "pid 1", true, false },
		{ "tcp pid 1", true, false },
		{ "udp pid 1", false, false },
		{ "not pid 80", true, false },
		{ "udp or pid 80", true, true },
		{ "user ana or pid 80", true, true },
		{ "not (tcp or pid 80)", false, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct filter filter;
		struct filter_error error;
		cr_assert(parse(cases[i].expression, &filter, &error));
		cr_expect_eq(filter_may_match(&filter, &socks[0]), cases[i].early, "'%s' early",
		             cases[i].expression);
		cr_expect_eq(filter_matches(&filter, &socks[0]), cases[i].late, "'%s' late",
		             cases[i].expression);
		filter_finish(&filter);
	}
}

/* The owner is hidden, the ports are known. */
Test(filter, one_is_not_sure_of_what_hangs_on_the_unknown) {
	static const struct {
		const char *expression;
		bool matches, surely;
	} cases[] = {
		{ "sport 22", true, true },
		{ "not sport 23", true, true },
		{ "process sshd", false, false },
		{ "not process sshd", true, false },
		{ "process != sshd", false, false },
		{ "sport 22 or not process sshd", true, true },
		{ "sport 22 and not process sshd", true, false },
		{ "not (sport 23 and process sshd)", true, true },
		{ "not (sport 22 and process sshd)", true, false },
		{ "not not process sshd", false, false },
		{ "", true, true },
	};
	const struct sock sock = { .known = SOCK_KNOWS_PORTS,
		                   .protocol = SOCK_PROTOCOL_TCP,
		                   .family = SOCK_FAMILY_INET,
		                   .state = SOCK_STATE_ESTABLISHED,
		                   .local.port = 22,
		                   .ownership = SOCK_OWNERSHIP_HIDDEN };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct filter filter;
		struct filter_error error = { 0 };
		cr_assert(parse(cases[i].expression, &filter, &error), "%s", cases[i].expression);
		cr_expect_eq(filter_matches(&filter, &sock), cases[i].matches, "'%s'",
		             cases[i].expression);
		cr_expect_eq(filter_surely_matches(&filter, &sock), cases[i].surely, "'%s' surely",
		             cases[i].expression);
		filter_finish(&filter);
	}
}

Test(filter, only_the_processes_that_matter_are_named) {
	static const struct {
		const char *expression;
		size_t count;
	} cases[] = {
		{ "pid 42", 1 },
		{ "tcp and pid 42,43", 2 },
		{ "pid 42 not pid 43", 2 },
		{ "pid 42 pid 50-59", 11 },
		{ "pid 42 or tcp", 0 },
		{ "not pid 42", 0 },
		{ "pid != 42", 0 },
		{ "pid > 42", 0 },
		{ "pid 42 process nginx", 0 },
		{ "pid 42 owner exact", 0 },
		{ "pid 42 or pid 43", 0 },
		{ "tcp", 0 },
		{ "pid 1-1000", 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct filter filter;
		struct filter_error error;
		const uint32_t *pids = NULL;
		cr_assert(parse(cases[i].expression, &filter, &error));
		cr_expect_eq(filter_pids(&filter, &pids), cases[i].count, "'%s'",
		             cases[i].expression);
		cr_expect_eq(filter_pids(&filter, &pids), cases[i].count, "'%s' again",
		             cases[i].expression);
		cr_expect(cases[i].count == 0 || pids[0] == 42, "'%s'", cases[i].expression);
		filter_finish(&filter);
	}
}

static struct want want_of(const char *expression, struct filter *filter) {
	struct filter_error error;
	cr_assert(parse(expression, filter, &error), "'%s': %s", expression, error.message);
	return filter_want(filter);
}

Test(filter, a_filter_that_nothing_can_match_asks_for_nothing) {
	static const char *const words[] = {
		"tcp udp",   "none",           "tcp sport < 0",       "unix 22",
		"udp rtt 5", "tcp src unix:*", "not (tcp or not tcp)"
	};
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct filter filter;
		const struct want want = want_of(words[i], &filter);
		for (size_t j = 0; j < SOCK_PROTOCOL_COUNT; j++)
			cr_expect_eq(want.states[j], 0, "'%s' of %zu", words[i], j);
		filter_finish(&filter);
	}
}

Test(filter, probes_are_asked_for_no_more_than_was_named) {
	struct filter filter;
	struct want want = want_of("tcp ipv6 estab or udp ipv4 listen", &filter);
	cr_expect_eq(want.states[TCP], 1u << SOCK_STATE_ESTABLISHED);
	cr_expect_eq(want.states[UDP], 1u << SOCK_STATE_LISTEN);
	cr_expect_eq(want.states[SOCK_PROTOCOL_RAW], 0);
	cr_expect_eq(want.families, (uint32_t)SOCK_FAMILIES_IP);
	cr_expect_eq(want.needs, 0);
	filter_finish(&filter);
	want = want_of("rtt > 5ms", &filter);
	cr_expect_eq(want.states[TCP], (uint32_t)SOCK_STATES_ALL & ~(1u << SOCK_STATE_LISTEN) &
	                                   ~(1u << SOCK_STATE_TIME_WAIT));
	cr_expect_eq(want.states[UDP], 0);
	filter_finish(&filter);
	want = want_of("", &filter);
	for (size_t i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		cr_expect_eq(want.states[i], (uint32_t)SOCK_STATES_ALL);
	filter_finish(&filter);
}

static const char *explained(const char *expression, char **text) {
	struct filter filter;
	struct out out;
	want_of(expression, &filter);
	out_init(&out, OUT_MEMORY);
	filter_explain(&filter, &out);
	out_char(&out, '\0');
	filter_finish(&filter);
	*text = out.bytes;
	return out.bytes;
}

Test(filter, explaining_shows_what_the_kernel_is_asked_and_what_is_done_here) {
	static const char *const cases[][2] = {
		{ "tcp pid 1 22", "filter  (tcp and pid = 1 and port = 22)\n"
		                  "kernel  tcp: states all, (sport 22 or dport 22)\n"
		                  "here    (tcp and port = 22 and pid = 1)\n" },
		{ "tcp estab not (sport 22 or src 10/8 or uid 5)",
		  "filter  (tcp and estab and not (sport = 22 or src = 10/8 or uid = 5))\n"
		  "kernel  tcp: states ESTAB, (not sport 22 and not src 10.0.0.0/8)\n"
		  "here    (tcp and estab and not (sport = 22 or src = 10/8 or uid = 5))\n" },
		{ "tcp listen (sport 1-5 or uid 5)",
		  "filter  (tcp and listen and (sport = 1-5 or uid = 5))\n"
		  "kernel  tcp: states LISTEN\n"
		  "here    (tcp and listen and (sport = 1-5 or uid = 5))\n" },
		{ "tcp listen not fwmark 1 dev 3 not dev lo not dev 4",
		  "filter  (tcp and listen and not fwmark = 1 and dev = 3 and not dev = lo and not "
		  "dev = 4)\n"
		  "kernel  tcp: states LISTEN, (dev 3 and not dev 4)\n"
		  "here    (tcp and listen and dev = 3 and not dev = lo and not dev = 4 and not "
		  "fwmark = 1)\n" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char *text = NULL;
		cr_expect_str_eq(explained(cases[i][0], &text), cases[i][1]);
		free(text);
	}
}

Test(filter, a_second_expression_narrows_the_first) {
	struct filter filter;
	struct filter_error error;
	cr_assert(parse("tcp or udp", &filter, &error));
	cr_assert(filter_parse("22 or 53", &names, &filter, &error));
	char *text = printed(&filter);
	cr_expect_str_eq(text, "((tcp or udp) and (port = 22 or port = 53))");
	free(text);
	cr_assert_not(filter_parse("host a.b or", &names, &filter, &error));
	cr_expect_null(filter_host_name(&filter, 0));
	cr_expect_str_eq(matches(&filter).text, "abce");
	cr_assert(filter_parse("", &names, &filter, &error));
	cr_expect_str_eq(matches(&filter).text, "abce");
	free_error(&error);
	filter_finish(&filter);
}

Test(filter, a_borrowed_one_is_narrowed_while_its_base_stays) {
	struct filter base;
	struct filter_error error;
	cr_assert(parse("not (tcp or udp) or 22 or 53 or process ~ python", &base, &error));
	char *before = printed(&base);
	const struct letters base_matches = matches(&base);
	struct filter borrowed = filter_borrow(&base);
	cr_expect_str_eq(matches(&borrowed).text, base_matches.text);
	cr_assert(filter_parse("tcp", &names, &borrowed, &error));
	cr_expect_lt(strlen(matches(&borrowed).text), strlen(base_matches.text));
	filter_finish(&borrowed);
	char *after = printed(&base);
	cr_expect_str_eq(after, before);
	cr_expect_str_eq(matches(&base).text, base_matches.text);
	free(before);
	free(after);
	filter_finish(&base);
}

Test(filter, without_a_choice_protocols_are_those_of_ip_and_those_that_are_named) {
	struct filter filter;
	struct filter_error error;
	cr_assert(parse("u_str or 22", &filter, &error));
	filter_default_protocols(&filter);
	cr_expect(filter.by_default);
	cr_expect_eq(filter.protocols, SOCK_PROTOCOLS_IP | 1u << SOCK_PROTOCOL_UNIX_STREAM);
	filter_finish(&filter);
}
