/* The filter that is being typed. The name service of these tests is in this file: it stands in for
 * the C library's. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "filter_line.h"
#include "filter_words.h"
#include "frame.h"
#include "out.h"
#include "util.h"

static atomic_int questions;

/* "web.example" is 10.0.0.1, "slow.example" waits for a server; there is nothing else. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **list) {
	struct sockaddr_in *inet = xcalloc(1, sizeof(*inet));
	(void)service, (void)hints;
	atomic_fetch_add(&questions, 1);
	if (strcmp(name, "slow.example") == 0)
		sleep(30);
	if (strcmp(name, "web.example") != 0) {
		free(inet);
		return EAI_NONAME;
	}
	inet->sin_family = AF_INET;
	inet->sin_addr.s_addr = htonl(0x0a000001);
	*list = xcalloc(1, sizeof(**list));
	(*list)->ai_addr = (struct sockaddr *)inet;
	return 0;
}

void freeaddrinfo(struct addrinfo *list) {
	free(list->ai_addr);
	free(list);
}

static struct sock sock_of(enum sock_protocol protocol, enum sock_family family, uint32_t port) {
	struct sock sock = {
		.protocol = (uint8_t)protocol,
		.family = (uint8_t)family,
		.state = SOCK_STATE_ESTABLISHED,
		.known = SOCK_KNOWS_PORTS,
		.local = { .address = { 10, 0, 0, 1 }, .port = port },
	};
	return sock;
}

static bool shows(const struct filter_line *line, const struct sock *sock) {
	return filter_matches(filter_line_current(line), sock);
}

static struct sock tcp(uint32_t port) {
	return sock_of(SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, port);
}

/* As the command line makes it. */
static struct filter base_of(const char *expression) {
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	cr_assert(filter_parse(expression, &(struct filter_names){ 0 }, &filter, &error));
	filter_default_protocols(&filter);
	return filter;
}

static void expect_toggles(const struct filter_line *line, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_line_write_toggles(line, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
}

Test(filter_line, what_was_given_holds_beside_what_is_typed) {
	struct filter base = base_of("port 80-90");
	struct filter_line *line = filter_line_create(&base);
	const struct sock in = tcp(80);
	const struct sock inside = tcp(85);
	const struct sock out = tcp(91);
	cr_expect(shows(line, &in));
	cr_expect_not(shows(line, &out));
	cr_expect(filter_line_set(line, "port 85 or port 91"));
	cr_expect_not(shows(line, &in));
	cr_expect(shows(line, &inside));
	cr_expect_not(shows(line, &out));
	cr_expect(filter_line_set(line, ""));
	cr_expect(shows(line, &in));
	cr_expect_not(shows(line, &out));
	filter_line_destroy(line);
	cr_expect(filter_matches(&base, &in), "the base is as it was");
	filter_finish(&base);
}

static void expect_all(const struct filter_line *line, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_line_write(line, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
}

Test(filter_line, what_was_given_is_told_beside_what_is_typed) {
	struct filter base = base_of("port 80 or port 90");
	struct filter_line *line = filter_line_create(&base);
	expect_all(line, "(port = 80 or port = 90)");
	cr_expect(filter_line_set(line, "tcp"));
	expect_all(line, "(port = 80 or port = 90) and (tcp)");
	filter_line_destroy(line);
	filter_finish(&base);
	base = base_of("");
	line = filter_line_create(&base);
	expect_all(line, "");
	cr_expect(filter_line_set(line, "tcp"));
	expect_all(line, "tcp");
	filter_line_destroy(line);
	filter_finish(&base);
}

Test(filter_line, the_last_text_that_made_sense_holds) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	const struct sock shown = tcp(80);
	const struct sock hidden = tcp(81);
	size_t column = 99;
	cr_expect(filter_line_set(line, "port 80"));
	cr_expect_null(filter_line_error(line, NULL));
	cr_expect_not(filter_line_set(line, "port 80 and )"));
	cr_assert_not_null(filter_line_error(line, &column));
	cr_expect_eq(column, 12);
	cr_expect_str_eq(filter_line_text(line), "port 80 and )");
	cr_expect(shows(line, &shown));
	cr_expect_not(shows(line, &hidden));
	cr_expect(filter_line_set(line, ""));
	cr_expect_null(filter_line_error(line, &column));
	cr_expect(shows(line, &hidden));
	filter_line_destroy(line);
	filter_finish(&base);
}

Test(filter_line, a_protocol_that_is_typed_is_shown) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	const struct sock un = sock_of(SOCK_PROTOCOL_UNIX_STREAM, SOCK_FAMILY_UNIX, 0);
	cr_expect_not(shows(line, &un), "those of IP by default");
	cr_expect(filter_line_set(line, "unix"));
	cr_expect(shows(line, &un));
	cr_expect(filter_line_set(line, "not unix"));
	cr_expect_not(shows(line, &un));
	filter_line_destroy(line);
	filter_finish(&base);
}

Test(filter_line, protocols_that_were_chosen_stay_the_only_ones) {
	struct filter base = filter_all();
	base.protocols = 1u << SOCK_PROTOCOL_UDP;
	struct filter_line *line = filter_line_create(&base);
	const struct sock un = sock_of(SOCK_PROTOCOL_UNIX_STREAM, SOCK_FAMILY_UNIX, 0);
	cr_expect(filter_line_set(line, "unix"));
	cr_expect_not(shows(line, &un));
	filter_line_destroy(line);
}

Test(filter_line, toggles_flip_what_is_shown_and_say_so) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	const struct sock sock = tcp(80);
	const struct sock un = sock_of(SOCK_PROTOCOL_UNIX_STREAM, SOCK_FAMILY_UNIX, 0);
	expect_toggles(line, "");
	filter_line_toggle_protocols(line, 1u << SOCK_PROTOCOL_TCP | 1u << SOCK_PROTOCOL_MPTCP);
	cr_expect_not(shows(line, &sock));
	filter_line_toggle_protocols(line, SOCK_PROTOCOLS_UNIX);
	cr_expect(shows(line, &un));
	expect_toggles(line, "tcp off, unix on");
	cr_expect(filter_line_set(line, "all"), "a text leaves toggles as they are");
	expect_toggles(line, "tcp off, unix on");
	cr_expect_not(shows(line, &sock));
	filter_line_toggle_protocols(line, 1u << SOCK_PROTOCOL_TCP | 1u << SOCK_PROTOCOL_MPTCP);
	filter_line_toggle_protocols(line, SOCK_PROTOCOLS_UNIX);
	expect_toggles(line, "");
	cr_expect(shows(line, &sock));
	cr_expect_not(shows(line, &un));
	filter_line_destroy(line);
	filter_finish(&base);
}

Test(filter_line, only_listening_and_only_established_exclude_each_other) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	const struct sock sock = tcp(80);
	filter_line_toggle_listening(line);
	expect_toggles(line, "listening only");
	cr_expect_not(shows(line, &sock));
	filter_line_toggle_established(line);
	expect_toggles(line, "established only");
	cr_expect(filter_line_only_established(line));
	cr_expect(shows(line, &sock));
	filter_line_toggle_listening(line);
	cr_expect_not(filter_line_only_established(line));
	filter_line_toggle_listening(line);
	expect_toggles(line, "");
	base.listening = true;
	filter_line_destroy(line);
	line = filter_line_create(&base);
	filter_line_toggle_listening(line);
	expect_toggles(line, "not only listening");
	cr_expect(shows(line, &sock));
	filter_line_destroy(line);
	filter_finish(&base);
}

static void wait_for_answer(struct filter_line *line) {
	struct pollfd poll_fd = { .fd = filter_line_fd(line), .events = POLLIN };
	cr_assert_eq(poll(&poll_fd, 1, 10000), 1, "no answer");
	filter_line_answer(line);
}

Test(filter_line, a_host_name_matches_once_it_was_looked_up, .timeout = 60) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	const struct sock sock = tcp(80);
	cr_expect(filter_line_set(line, "src web.example"));
	cr_expect_not(shows(line, &sock), "until then it matches nothing");
	filter_line_settle(line);
	wait_for_answer(line);
	cr_expect(shows(line, &sock));
	cr_expect(filter_line_set(line, "src web.example and port 80"));
	cr_expect(shows(line, &sock), "what is known is not asked again");
	cr_expect_eq(atomic_load(&questions), 1);
	filter_line_destroy(line);
	filter_finish(&base);
}

Test(filter_line, names_are_asked_only_once_the_text_was_left_alone, .timeout = 60) {
	static const char *const texts[] = { "src w", "src we", "src web.e", "src web.example" };
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	const struct sock sock = tcp(80);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		filter_line_set(line, texts[i]);
	wait_for_answer(line);
	cr_expect(shows(line, &sock));
	cr_expect_eq(atomic_load(&questions), 1);
	filter_line_destroy(line);
	filter_finish(&base);
}

Test(filter_line, an_unknown_host_is_an_error_at_its_place, .timeout = 60) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	size_t column = 0;
	cr_expect(filter_line_set(line, "tcp and src nowhere.example"));
	filter_line_settle(line);
	wait_for_answer(line);
	cr_assert_not_null(filter_line_error(line, &column));
	cr_expect_not_null(strstr(filter_line_error(line, NULL), "nowhere.example"));
	cr_expect_eq(column, 12);
	cr_expect(filter_line_set(line, "tcp"));
	cr_expect_null(filter_line_error(line, NULL));
	filter_line_destroy(line);
	filter_finish(&base);
}

Test(filter_line, a_silent_server_delays_nobody_and_not_the_end, .timeout = 60) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	const uint64_t start_ns = util_monotonic_ns();
	filter_line_set(line, "src slow.example");
	filter_line_settle(line);
	while (atomic_load(&questions) == 0)
		usleep(1000);
	for (int i = 0; i < 100; i++) {
		filter_line_set(line, "src slow.example or port 1");
		filter_line_settle(line);
	}
	cr_expect_eq(atomic_load(&questions), 1, "one look-up is on its way at most");
	filter_line_destroy(line);
	filter_finish(&base);
	cr_expect_lt(util_monotonic_ns() - start_ns, 1500000000, "it waited for the server");
}

static const char *first_word(const char *line, const struct frame *frame) {
	static char word[100];
	size_t start = strlen(line);
	while (start > 0 && line[start - 1] != ' ')
		start--;
	struct filter_words words = filter_words_find(line, start, strlen(line), frame);
	snprintf(word, sizeof(word), "%s/%zu", words.count > 0 ? words.words[0] : "", words.count);
	filter_words_finish(&words);
	return word;
}

Test(filter_line, words_of_the_language_are_completed_in_order_each_once) {
	struct filter_words words = filter_words_find("", 0, 0, NULL);
	cr_assert_gt(words.count, 50);
	for (size_t i = 1; i < words.count; i++)
		cr_expect_lt(strcasecmp(words.words[i - 1], words.words[i]), 0, "%s, %s",
		             words.words[i - 1], words.words[i]);
	filter_words_finish(&words);
	cr_expect_str_eq(first_word("tcp and ca_st", NULL), "ca_state/1");
	cr_expect_str_eq(first_word("ESTABL", NULL), "established/1");
	cr_expect_str_eq(first_word("zzz", NULL), "/0");
}

Test(filter_line, users_and_processes_of_the_frame_are_completed) {
	static const struct process processes[] = {
		{ .pid = 4242, .exe = "my prog", .exe_length = 7, .comm = "x", .comm_length = 1 },
		{ .pid = 17, .comm = "nginx", .comm_length = 5 },
	};
	static const struct owner owners[] = { { &processes[0], 3 }, { &processes[1], 4 } };
	struct sock socks[] = {
		{ .user = "ana", .owners = owners, .owner_count = 2 },
		{ .user = "Bob \x1b", .owners = owners, .owner_count = 1 },
		{ .user = "ana" },
	};
	const struct frame frame = { .snapshot = { .socks = socks, .count = 3 } };
	cr_expect_str_eq(first_word("process ", &frame), "\"my prog\"/2");
	cr_expect_str_eq(first_word("process = NG", &frame), "nginx/1");
	cr_expect_str_eq(first_word("user ", &frame), "ana/2");
	cr_expect_str_eq(first_word("user b", &frame), "\"Bob \\x1b\"/1");
	cr_expect_str_eq(first_word("pid 4", &frame), "4242/1");
	cr_expect_str_eq(first_word("pid 4", NULL), "/0");
}

Test(filter_line, a_frame_of_many_processes_is_bounded) {
	enum { COUNT = 2000 };
	struct process *processes = xcalloc(COUNT, sizeof(*processes));
	struct owner *owners = xcalloc(COUNT, sizeof(*owners));
	for (uint32_t i = 0; i < COUNT; i++) {
		processes[i].pid = i + 1;
		owners[i].process = &processes[i];
	}
	struct sock sock = { .owners = owners, .owner_count = COUNT };
	const struct frame frame = { .snapshot = { .socks = &sock, .count = 1 } };
	struct filter_words words = filter_words_find("pid ", 4, 4, &frame);
	cr_expect_eq(words.count, FILTER_WORDS_MAX);
	filter_words_finish(&words);
	free(processes);
	free(owners);
}

Test(filter_line, the_completer_of_a_prompt_speaks_of_this_frame) {
	struct filter base = base_of("");
	struct filter_line *line = filter_line_create(&base);
	struct sock sock = { .user = "ana" };
	const struct frame frame = { .snapshot = { .socks = &sock, .count = 1 } };
	const struct prompt_completer completer = filter_line_completer(line, &frame);
	cr_expect_str_eq(completer.candidate(completer.context, "user a", 5, 6, 0), "ana");
	cr_expect_null(completer.candidate(completer.context, "user a", 5, 6, 1));
	filter_line_destroy(line);
	filter_finish(&base);
}
