/* What an unlucky or hostile person would write: bytes that end texts early, spellings at the edge
 * of a rule, and patterns that grow. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "filter_regex.h"
#include "out.h"
#include "util.h"

static bool parse(const char *expression, struct filter *filter, struct filter_error *error) {
	*filter = filter_all();
	*error = (struct filter_error){ 0 };
	return filter_parse(expression, NULL, filter, error);
}

static void free_error(struct filter_error *error) {
	free(error->message);
	free(error->expression);
}

/* To be freed. */
static char *printed(const struct filter *filter) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_print(filter, &out);
	out_char(&out, '\0');
	return out.bytes;
}

static bool is_taken(const char *expression) {
	struct filter filter;
	struct filter_error error;
	const bool good = parse(expression, &filter, &error);
	filter_finish(&filter);
	free_error(&error);
	return good;
}

static bool matches(const char *expression, const struct sock *sock) {
	struct filter filter;
	struct filter_error error;
	if (!parse(expression, &filter, &error)) {
		free_error(&error);
		return false;
	}
	const bool good = filter_matches(&filter, sock);
	filter_finish(&filter);
	return good;
}

/* Names are in memory of their own, so that a sanitizer sees a read behind them. */
Test(filter_edges, a_nul_ends_no_name) {
	char *group = xasprintf("/a");
	char *device = xasprintf("lo");
	const struct sock sock = {
		.known = SOCK_KNOWS_INTERFACE,
		.cgroup = group,
		.ifindex = 1,
		.interface_name = device,
	};
	cr_expect(matches("cgroup /a dev lo", &sock));
	cr_expect_not(matches("cgroup \"/a\\x00and/much/more\"", &sock));
	cr_expect_not(matches("cgroup \"/a\\x00and/much/more/*\"", &sock));
	cr_expect_not(matches("dev \"lo\\x00x\"", &sock));
	free(group);
	free(device);
}

/* Also if what follows is no state that could be united with it. */
Test(filter_edges, a_state_in_front_counts_whatever_follows) {
	static const char *const expressions[] = {
		"state listen state ~ WAIT",
		"state listen state !~ LISTEN",
		"state listen state bound-inactive",
	};
	const struct sock waits = { .state = SOCK_STATE_TIME_WAIT };
	const struct sock bound = { .state = SOCK_STATE_CLOSE };
	for (size_t i = 0; i < ARRAY_LENGTH(expressions); i++) {
		struct filter filter;
		struct filter_error error;
		if (parse(expressions[i], &filter, &error)) {
			char *text = printed(&filter);
			cr_expect(strstr(text, "listen") || strstr(text, "LISTEN"),
			          "'%s' reads '%s'", expressions[i], text);
			free(text);
		}
		filter_finish(&filter);
		free_error(&error);
	}
	cr_expect_not(matches(expressions[0], &waits));
	cr_expect_not(matches(expressions[1], &bound));
}

Test(filter_edges, a_field_in_hex_takes_digits_of_any_count) {
	static const struct sock_packet packet = { .ethertype = 0x800 };
	const struct sock sock = {
		.known = SOCK_KNOWS_COOKIE,
		.protocol = SOCK_PROTOCOL_PACKET_RAW,
		.family = SOCK_FAMILY_PACKET,
		.cookie = 0x1728005,
		.packet = &packet,
	};
	cr_expect(matches("ethertype 0x800", &sock));
	cr_expect(matches("ethertype 800", &sock));
	cr_expect(matches("cookie 1728005", &sock), "as a list shows it");
	cr_expect(matches("cookie 1728000-172800f", &sock));
}

Test(filter_edges, control_characters_are_no_digits) {
	static const char *const expressions[] = { "sport 0x\x11", "sport 0x1\x10", "fwmark 0x\x11",
		                                   "recvq > 0x1\x19" };
	const struct sock quoted = { .protocol = SOCK_PROTOCOL_UNIX_STREAM,
		                     .family = SOCK_FAMILY_UNIX,
		                     .un = &(struct sock_unix){ .name = { "\x11", 1, false } } };
	for (size_t i = 0; i < ARRAY_LENGTH(expressions); i++)
		cr_expect_not(is_taken(expressions[i]), "row %zu is taken", i);
	cr_expect_not(matches("src = unix:\"\\x1\x11\"", &quoted));
}

Test(filter_edges, any_port_is_also_one_beyond_16_bits) {
	const struct sock sock = {
		.known = SOCK_KNOWS_PORTS,
		.protocol = SOCK_PROTOCOL_VSOCK_STREAM,
		.family = SOCK_FAMILY_VSOCK,
		.local.port = 100000,
		.peer.port = UINT32_MAX,
	};
	cr_expect(matches("sport *", &sock));
	cr_expect(matches("dport *", &sock));
	cr_expect(matches("sport > 65535", &sock));
}

Test(filter_edges, a_family_in_front_of_a_name_counts) {
	const uint8_t v4[16] = { 10, 1, 2, 3 };
	const struct sock sock = { .known = SOCK_KNOWS_PORTS, .local.address = { 10, 1, 2, 3 } };
	struct filter filter;
	struct filter_error error;
	cr_assert(parse("src inet6:some.host", &filter, &error));
	filter_add_address(&filter, 0, SOCK_FAMILY_INET, v4);
	cr_expect_not(filter_matches(&filter, &sock));
	filter_finish(&filter);
}

/* What is repeated is copied, and glibc makes two of it for a '+' or a "{1,}", so that nesting
 * doubles. */
Test(filter_edges, a_regular_expression_that_grows_is_refused) {
	static const struct {
		const char *start, *end;
		int times;
	} shapes[] = {
		{ "", "+", 14 },
		{ "(", "+)", 14 },
		{ "(", "+)?", 7 },
		{ "(", "{1,})", 14 },
		{ "(a*b*c*d*", "){1000}", 1 },
		{ "((a*)*", "){1000}", 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
		struct out out;
		out_init(&out, OUT_MEMORY);
		out_text(&out, "process ~ ");
		for (int j = 0; j < shapes[i].times; j++)
			out_text(&out, shapes[i].start);
		out_char(&out, 'a');
		for (int j = 0; j < shapes[i].times; j++)
			out_text(&out, shapes[i].end);
		out_char(&out, '\0');
		cr_expect_not(is_taken(out.bytes), "'%s' is taken", out.bytes);
		out_finish(&out);
	}
}

/* The library makes a state of its automaton of nearly each byte of a text that was written for it,
 * and begins anew at each; so there must not be many bytes. */
Test(filter_edges, of_a_long_text_only_the_beginning_is_looked_at) {
	enum { LENGTH = FILTER_REGEX_TEXT_MAX + 10 };
	char text[LENGTH + 1];
	memset(text, 'a', LENGTH);
	text[LENGTH - 1] = 'z';
	text[LENGTH] = '\0';
	const struct sock sock = { .cgroup = text };
	cr_expect(matches("cgroup ~ ^a*$", &sock));
	cr_expect(matches("cgroup !~ z", &sock));
	cr_expect(matches("cgroup ~ ^a{250}", &sock));
	cr_expect_not(matches("cgroup ~ a{257}", &sock));
}

/* Often enough for the automaton to be made anew. */
Test(filter_edges, an_expression_fits_the_thousandth_time_as_the_first) {
	const struct sock one = { .cgroup = "/a/b" };
	const struct sock other = { .cgroup = "/a/c" };
	struct filter filter;
	struct filter_error error;
	cr_assert(parse("cgroup ~ ^/a/[b]$", &filter, &error));
	for (int i = 0; i < 1000; i++)
		cr_assert(filter_matches(&filter, &one) && !filter_matches(&filter, &other));
	filter_finish(&filter);
}

Test(filter_edges, a_set_of_characters_holds_no_repetition_and_no_bracket) {
	static const char *const expressions[] = {
		"process ~ [{99999}]", "process ~ [\\1]", "tcp process ~ [)]",
		"(process ~ [(] tcp)", "process ~ [])(]",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(expressions); i++)
		cr_expect(is_taken(expressions[i]), "'%s' is refused", expressions[i]);
}

Test(filter_edges, a_range_never_ends_before_it_begins) {
	cr_expect_not(is_taken("sport 5-3"));
	cr_expect_not(is_taken("recvq 5-3"));
	cr_expect_not(is_taken("rtt 1s-1ms"));
}

Test(filter_edges, no_message_stops_in_the_middle) {
	static const char *const expressions[] = { "fwmark \"\"", "sport \"\"", "src \"1:\\x00\"",
		                                   "port \"\",1" };
	for (size_t i = 0; i < ARRAY_LENGTH(expressions); i++) {
		struct filter filter;
		struct filter_error error;
		if (parse(expressions[i], &filter, &error)) {
			filter_finish(&filter);
			continue;
		}
		const size_t length = strlen(error.message);
		cr_expect(length > 4 && strcmp(error.message + length - 4, " not") != 0, "'%s': %s",
		          expressions[i], error.message);
		free_error(&error);
	}
}

/* Each level is one bracket as it is written and two as it is printed. */
Test(filter_edges, what_nests_as_deep_as_it_may_can_be_read_again) {
	enum { LEVELS = 99 };
	struct filter filter;
	struct filter_error error;
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (int i = 0; i < LEVELS; i++)
		out_text(&out, "(udp or tcp and ");
	out_text(&out, "listen");
	for (int i = 0; i < LEVELS; i++)
		out_char(&out, ')');
	out_char(&out, '\0');
	cr_assert(parse(out.bytes, &filter, &error), "%s", error.message);
	char *text = printed(&filter);
	cr_expect(is_taken(text), "it is too deep when it is printed");
	filter_finish(&filter);
	out_finish(&out);
	free(text);
}

/* A word that means something can be suggested. */
Test(filter_edges, none_is_a_word) {
	bool found = false;
	for (size_t i = 0; filter_word(i); i++)
		found = found || strcmp(filter_word(i), "none") == 0;
	cr_expect(found);
}

Test(filter_edges, a_word_begins_behind_what_no_word_has_in_it) {
	static const struct {
		const char *line;
		size_t start;
	} cases[] = {
		{ "", 0 },        { "tcp", 0 },  { "tcp por", 4 },
		{ "user=ro", 5 }, { "tcp ", 4 }, { "(a,b", 3 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(filter_word_start(cases[i].line, strlen(cases[i].line)),
		             cases[i].start);
}
