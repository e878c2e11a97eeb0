/* The words of a filter: what they mean, what they may look like, and that what the probes are
 * asked for is never less than what the filter would show. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "util.h"

#define TCP SOCK_PROTOCOL_TCP
#define UDP SOCK_PROTOCOL_UDP

/* Bit n of `matches` below stands for row n. */
static const struct sock socks[] = {
	{ .protocol = TCP, .state = SOCK_STATE_LISTEN, .local.port = 22 },
	{ .protocol = TCP, .state = SOCK_STATE_ESTABLISHED, .local.port = 22, .peer.port = 50000 },
	{ .protocol = TCP, .state = SOCK_STATE_TIME_WAIT, .local.port = 50000, .peer.port = 22 },
	{ .protocol = TCP,
	  .state = SOCK_STATE_FIN_WAIT1,
	  .local.port = 65535,
	  .peer.port = 1,
	  .family = SOCK_FAMILY_INET6 },
	{ .protocol = UDP,
	  .state = SOCK_STATE_CLOSE,
	  .local.port = 53,
	  .family = SOCK_FAMILY_INET6 },
	{ .protocol = UDP, .state = SOCK_STATE_ESTABLISHED, .local.port = 1, .peer.port = 65535 },
	{ .protocol = SOCK_PROTOCOL_RAW, .state = SOCK_STATE_CLOSE, .local.port = 1 },
};

enum { ALL = (1 << ARRAY_LENGTH(socks)) - 1 };

static unsigned matches(const struct filter *filter) {
	unsigned bits = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++)
		bits |= (unsigned)filter_matches(filter, &socks[i]) << i;
	return bits;
}

static void expect_matches(const char *expression, unsigned wanted) {
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	const bool good = filter_parse(&expression, 1, &filter, &error);
	cr_expect(good, "'%s': %s", expression, error.message);
	cr_expect_eq(matches(&filter), wanted, "'%s' matches %#x", expression, matches(&filter));
	free(error.message);
	free(error.expression);
}

Test(filter, words_choose_by_protocol_family_state_and_port) {
	static const struct {
		const char *expression;
		unsigned matches;
	} rows[] = {
		{ "", ALL },
		{ "tcp", 0x0f },
		{ "UDP", 0x30 },
		{ "raw", 0x40 },
		{ "mptcp", 0 },
		{ "udplite", 0 },
		{ "tcp udp", 0 },
		{ "ipv6", 0x18 },
		{ "inet6", 0x18 },
		{ "ipv4", 0x67 },
		{ "inet", 0x67 },
		{ "inet inet6", 0 },
		{ "listen", 0x01 },
		{ "established", 0x22 },
		{ "tcp established", 0x02 },
		{ "listen established", 0 },
		{ "22", 0x07 },
		{ ":22", 0x07 },
		{ "port 22", 0x07 },
		{ "port = :22", 0x07 },
		{ "sport 22", 0x03 },
		{ "dport 22", 0x04 },
		{ "65535", 0x28 },
		{ "22 22", 0x07 },
		{ "22 50000", 0x06 },
		{ "50000 22", 0x06 },
		{ "22 53", 0 },
		{ "22 50000 1", 0 },
		{ "sport 22 dport 50000", 0x02 },
		{ "sport 22 sport 22", 0x03 },
		{ "sport 22 sport 53", 0 },
		{ "dport 22 dport 1", 0 },
		{ "sport 22 50000", 0x02 },
		{ "  tcp \t 22\n", 0x07 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_matches(rows[i].expression, rows[i].matches);
}

/* ss wanted the colon in some families and refused it in others (iproute2 c7897ec2). */
Test(filter, a_port_may_have_a_colon_and_an_equals_sign_before_it) {
	static const char *const spellings[] = { "sport = :22", "sport 22",    "sport=22",
		                                 "sport=:22",   "sport :22",   "sport = 22",
		                                 "SPORT ==22",  "sport == :22" };
	for (size_t i = 0; i < ARRAY_LENGTH(spellings); i++)
		expect_matches(spellings[i], 0x03);
}

Test(filter, it_does_not_matter_how_the_shell_cut_the_words) {
	static const char *const words[] = { "tcp sport", "=", ":22", "established" };
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	cr_assert(filter_parse(words, ARRAY_LENGTH(words), &filter, &error));
	cr_assert_eq(matches(&filter), 0x02);
}

Test(filter, a_state_may_be_spelled_in_every_usual_way) {
	static const struct {
		enum sock_state state;
		const char *spellings[7];
	} rows[] = {
		{ SOCK_STATE_ESTABLISHED, { "ESTAB", "estab", "established", "ESTABLISHED" } },
		{ SOCK_STATE_SYN_SENT, { "SYN-SENT", "syn_sent", "synsent" } },
		{ SOCK_STATE_SYN_RECV, { "SYN-RECV", "syn_recv" } },
		{ SOCK_STATE_FIN_WAIT1,
		  { "FIN-WAIT-1", "FIN_WAIT1", "FIN-WAIT1", "fin-wait-1", "fin_wait_1",
		    "finwait1" } },
		{ SOCK_STATE_FIN_WAIT2, { "FIN-WAIT-2", "FIN_WAIT2", "fin-wait2" } },
		{ SOCK_STATE_TIME_WAIT,
		  { "TIME-WAIT", "TIME_WAIT", "time-wait", "time_wait", "Time-Wait" } },
		{ SOCK_STATE_CLOSE, { "UNCONN", "unconnected", "closed" } },
		{ SOCK_STATE_CLOSE_WAIT, { "CLOSE-WAIT", "CLOSE_WAIT" } },
		{ SOCK_STATE_LAST_ACK, { "LAST-ACK", "last_ack" } },
		{ SOCK_STATE_LISTEN, { "LISTEN", "listening" } },
		{ SOCK_STATE_CLOSING, { "CLOSING", "closing" } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (const char *const *word = rows[i].spellings; *word; word++) {
			struct filter filter = filter_all();
			struct filter_error error = { 0 };
			cr_expect(filter_parse(word, 1, &filter, &error), "%s", *word);
			cr_expect_eq(filter.states, 1u << rows[i].state, "%s", *word);
			free(error.message);
			free(error.expression);
		}
	}
}

Test(filter, what_means_nothing_is_an_error_at_its_column) {
	static const struct {
		const char *expression;
		size_t column;
		const char *says;
	} rows[] = {
		{ "0", 0, "65535" },
		{ "65536", 0, "65535" },
		{ ":65536", 1, "65535" },
		{ "port 0", 5, "65535" },
		{ "99999999999999999999", 0, "65535" },
		{ "tcp 22x", 4, "22x" },
		{ "sport", 5, "missing" },
		{ "sport =", 7, "missing" },
		{ "port :", 5, "not ':'" },
		{ "sport = = 22", 8, "not '='" },
		{ "sport tcp", 6, "not 'tcp'" },
		{ "127.0.0.1", 0, "unknown word '127.0.0.1'" },
		{ "::1", 0, "unknown word '::1'" },
		{ "connected", 0, "unknown word 'connected': use" },
		{ "tcp  foo", 5, "foo" },
		{ "=22", 0, "=" },
		{ "-1", 0, "-1" },
		{ "tcpx", 0, "did you mean tcp?" },
		{ "lisen", 0, "did you mean listen?" },
		{ "time--wait", 0, "time--wait" },
		{ "time-wait-", 0, "time-wait-" },
		{ "\x1b[31m", 0, "\\x1b[31m" },
		{ "\xff", 0, "\\xff" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct filter filter = filter_all();
		struct filter_error error = { 0 };
		const bool good = filter_parse(&rows[i].expression, 1, &filter, &error);
		cr_expect_not(good, "'%s' is taken", rows[i].expression);
		if (good)
			continue;
		cr_expect_eq(error.column, rows[i].column, "'%s' at %zu", rows[i].expression,
		             error.column);
		cr_expect_not_null(strstr(error.message, rows[i].says), "'%s': %s",
		                   rows[i].expression, error.message);
		cr_expect_str_eq(error.expression, rows[i].expression);
		cr_expect_eq(matches(&filter), ALL, "'%s' narrows the filter", rows[i].expression);
		free(error.message);
		free(error.expression);
	}
}

/* Differing from a digit or a hyphen in one bit, as lower case differs from upper case. */
Test(filter, control_characters_are_no_spelling_of_a_state) {
	static const char *const words[] = { "fin-wait-\x11", "FIN-WAIT-\x12", "time\rwait" };
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct filter filter = filter_all();
		struct filter_error error = { 0 };
		cr_expect_not(filter_parse(&words[i], 1, &filter, &error), "row %zu is taken", i);
		free(error.message);
		free(error.expression);
	}
}

Test(filter, listening_is_listen_for_tcp_and_no_peer_for_datagrams) {
	struct filter filter = filter_all();
	filter.listening = true;
	cr_assert_eq(matches(&filter), 0x51);
	const struct want want = filter_want(&filter);
	cr_assert_eq(want.states[TCP], 1u << SOCK_STATE_LISTEN);
	cr_assert_eq(want.states[SOCK_PROTOCOL_MPTCP], 1u << SOCK_STATE_LISTEN);
	cr_assert_eq(want.states[UDP], 1u << SOCK_STATE_CLOSE);
	cr_assert_eq(want.states[SOCK_PROTOCOL_RAW], 1u << SOCK_STATE_CLOSE);
}

Test(filter, a_filter_that_nothing_can_match_asks_for_nothing) {
	static const char *const words[] = { "sport 1 sport 2", "1 2 3", "tcp udp" };
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct filter filter = filter_all();
		struct filter_error error = { 0 };
		cr_assert(filter_parse(&words[i], 1, &filter, &error));
		const struct want want = filter_want(&filter);
		for (size_t j = 0; j < SOCK_PROTOCOL_COUNT; j++)
			cr_expect_eq(want.states[j], 0, "'%s'", words[i]);
	}
}

static struct want want_of(const char *expression, bool listening) {
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	cr_assert(filter_parse(&expression, 1, &filter, &error));
	filter.listening = listening;
	return filter_want(&filter);
}

Test(filter, probes_are_asked_for_no_more_than_was_named) {
	struct want want = want_of("tcp ipv6 estab sport 1 dport 2 3", false);
	cr_expect_eq(want.states[TCP], 1u << SOCK_STATE_ESTABLISHED);
	cr_expect_eq(want.states[UDP], 0);
	cr_expect_eq(want.families, 1u << SOCK_FAMILY_INET6);
	cr_expect(want.sport == 1 && want.dport == 2 && want.port == 3);
	cr_expect_eq(want.needs, 0);
	want = want_of("estab", true);
	for (size_t i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		cr_expect_eq(want.states[i], 0);
	want = want_of("", false);
	for (size_t i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		cr_expect_eq(want.states[i], (uint32_t)SOCK_STATES_ALL);
	cr_expect(want.sport == 0 && want.dport == 0 && want.port == 0);
}

static bool admits(const struct want *want, const struct sock *sock) {
	return (want->states[sock->protocol] >> sock->state & 1) &&
	       (want->families >> sock->family & 1) &&
	       (want->sport == 0 || want->sport == sock->local.port) &&
	       (want->dport == 0 || want->dport == sock->peer.port) &&
	       (want->port == 0 || want->port == sock->local.port || want->port == sock->peer.port);
}

static struct filter random_filter(unsigned short seed[3]) {
	static const char *const terms[] = { "tcp",       "udp",       "raw",     "mptcp",
		                             "udplite",   "ipv4",      "ipv6",    "listen",
		                             "estab",     "time-wait", "unconn",  "1",
		                             "2",         ":3",        "sport 1", "sport 2",
		                             "sport = 3", "dport = 1", "dport 2", "dport :3" };
	const char *words[4];
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	const size_t count = (size_t)nrand48(seed) % (ARRAY_LENGTH(words) + 1);
	for (size_t i = 0; i < count; i++)
		words[i] = terms[(size_t)nrand48(seed) % ARRAY_LENGTH(terms)];
	cr_assert(filter_parse(words, count, &filter, &error));
	filter.listening = nrand48(seed) % 4 == 0;
	return filter;
}

static struct sock random_sock(unsigned short seed[3]) {
	const uint32_t portless =
	    SOCK_PROTOCOLS_UNIX | SOCK_PROTOCOLS_PACKET | 1u << SOCK_PROTOCOL_XDP;
	struct sock sock = {
		.protocol = (uint8_t)(nrand48(seed) % SOCK_PROTOCOL_COUNT),
		.family = (uint8_t)(nrand48(seed) % SOCK_FAMILY_COUNT),
		.state = (uint8_t)(1 + nrand48(seed) % (SOCK_STATE_COUNT - 1)),
		.local.port = (uint16_t)(nrand48(seed) % 4),
		.peer.port = (uint16_t)(nrand48(seed) % 4),
	};
	if (portless >> sock.protocol & 1)
		sock.local.port = sock.peer.port = 0;
	return sock;
}

Test(filter, whatever_a_filter_matches_was_asked_for) {
	unsigned short seed[3] = { 10, 11, 12 };
	size_t matched = 0;
	for (int i = 0; i < 20000; i++) {
		const struct filter filter = random_filter(seed);
		const struct want want = filter_want(&filter);
		for (int j = 0; j < 50; j++) {
			const struct sock sock = random_sock(seed);
			const bool match = filter_matches(&filter, &sock);
			cr_assert(!match || admits(&want, &sock), "filter %d, socket %d", i, j);
			matched += match;
		}
	}
	cr_assert_gt(matched, 10000, "only %zu matches say little", matched);
}
