/* Which servers the words of "serve" mean. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "serve_options.h"
#include "util.h"

enum { WORDS_MAX = 16 };

static struct serve_plan parse(const char *line, char *words, char **error) {
	char *argv[WORDS_MAX + 1] = { (char[]){ "serve" } };
	int argc = 1;
	struct serve_plan plan = { 0 };
	strcpy(words, line);
	for (char *word = strtok(words, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
		argv[argc++] = word;
	*error = NULL;
	const bool understood = serve_parse(argc, argv, &plan, error);
	cr_expect_eq(understood, *error == NULL, "%s", line);
	return plan;
}

/* "tcp 1234 echo", one server a line. */
static char *describe(const struct serve_plan *plan) {
	static const char *const answers[] = { "echo", "reply", "discard", "chargen" };
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < plan->count; i++) {
		const struct service *service = &plan->services[i];
		out_printf(&out, "%s%s %u", i > 0 ? "; " : "", service_name(service->kind),
		           service->port);
		if (service->path)
			out_printf(&out, " %s", service->path);
		if (service->kind == SERVICE_UNIX_DGRAM || service->kind == SERVICE_UNIX_SEQPACKET)
			out_text(&out,
			         service->kind == SERVICE_UNIX_DGRAM ? " dgram" : " seqpacket");
		out_printf(&out, " %s", answers[service->answer]);
		if (service->answer == SERVICE_REPLY)
			out_printf(&out, " %s", service->reply);
		if (service->greeting)
			out_printf(&out, " greet %s", service->greeting);
		if (service->bind)
			out_printf(&out, " bind %s", service->bind);
		if (service->rate > 0)
			out_printf(&out, " rate %llu", (unsigned long long)service->rate);
		if (service->backlog != 4096)
			out_printf(&out, " backlog %d", service->backlog);
		if (service->max_clients > 0)
			out_printf(&out, " max %llu", (unsigned long long)service->max_clients);
		if (service->once)
			out_text(&out, " once");
	}
	out_char(&out, '\0');
	return out.bytes;
}

Test(serve_options, words_become_servers) {
	static const char *const rows[][2] = {
		{ "1234", "tcp 1234 echo" },
		{ "tcp 1234", "tcp 1234 echo" },
		{ "1 2", "tcp 1 echo; tcp 2 echo" },
		{ "tcp 1234 udp 1234 http 8080", "tcp 1234 echo; udp 1234 echo; http 8080 echo" },
		{ "http 8080 /srv ws 8081", "http 8080 /srv echo; ws 8081 echo" },
		{ "http 8080 8081", "http 8080 echo; tcp 8081 echo" },
		{ "http 8080 ./tcp", "http 8080 ./tcp echo" },
		{ "daytime 13", "daytime 13 echo" },
		{ "unix /run/x", "unix 0 /run/x echo" },
		{ "unix 1234", "unix 0 1234 echo" },
		{ "unix tcp tcp 1", "unix 0 tcp echo; tcp 1 echo" },
		{ "unix @x --dgram", "unix 0 @x dgram echo" },
		{ "--greet A --dgram 1 unix @x", "tcp 1 echo greet A; unix 0 @x dgram echo" },
		{ "--seqpacket unix @x", "unix 0 @x seqpacket echo" },
		{ "1234 --reply A", "tcp 1234 reply A" },
		{ "1234 --reply=A --greet B", "tcp 1234 reply A greet B" },
		{ "1 --reply A udp 2 --discard 3", "tcp 1 reply A; udp 2 discard; tcp 3 echo" },
		{ "--bind any 1 unix @x udp 2",
		  "tcp 1 echo bind any; unix 0 @x echo; udp 2 echo bind any" },
		{ "--bind any 1 --bind ::1", "tcp 1 echo bind ::1" },
		{ "1 --chargen", "tcp 1 chargen" },
		{ "1 --chargen 10M", "tcp 1 chargen rate 10000000" },
		{ "1 --chargen=64Ki 2", "tcp 1 chargen rate 65536; tcp 2 echo" },
		{ "1 --chargen tcp 2", "tcp 1 chargen; tcp 2 echo" },
		{ "1 --chargen --once", "tcp 1 chargen once" },
		{ "--chargen 5 1 2", "tcp 1 chargen rate 5; tcp 2 chargen rate 5" },
		{ "1 --backlog 0 --max-clients 3", "tcp 1 echo backlog 0 max 3" },
		{ "-- 1", "tcp 1 echo" },
		{ "-- udp 1 2", "udp 1 echo; tcp 2 echo" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char words[200];
		char *error;
		struct serve_plan plan = parse(rows[i][0], words, &error);
		char *text = describe(&plan);
		cr_expect_null(error, "%s: %s", rows[i][0], error);
		cr_expect_str_eq(text, rows[i][1], "%s: %s", rows[i][0], text);
		free(text);
		free(plan.services);
		free(error);
	}
}

Test(serve_options, the_form_of_the_report_is_for_all) {
	static const struct {
		const char *words;
		enum report_format format;
	} rows[] = {
		{ "1", REPORT_TEXT },          { "1 -q", REPORT_QUIET },
		{ "--json 1 2", REPORT_JSON }, { "1 --quiet 2", REPORT_QUIET },
		{ "1 -j udp 2", REPORT_JSON },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char words[200];
		char *error;
		struct serve_plan plan = parse(rows[i].words, words, &error);
		cr_expect_null(error);
		cr_expect_eq(plan.format, rows[i].format, "%s", rows[i].words);
		free(plan.services);
	}
}

Test(serve_options, help_wins_over_what_is_behind_it) {
	char words[200];
	char *error;
	struct serve_plan plan = parse("--help --nonsense", words, &error);
	cr_expect(plan.help);
	free(plan.services);
}

Test(serve_options, what_is_wrong_is_said_in_one_line) {
	static const char *const rows[][2] = {
		{ "", "name a port" },
		{ "tcp", "tcp: name a port" },
		{ "unix", "unix: name a path" },
		{ "--json", "name a port" },
		{ "65536", "'65536' is no port" },
		{ "tcp -1", "unknown option -1" },
		{ "1 x", "unknown server 'x'" },
		{ "http 1 a b", "unknown server 'b'" },
		{ "udp 1 --max-clients 1", "--max-clients does not fit udp" },
		{ "http 1 --reply x", "--reply does not fit http" },
		{ "unix @x --bind any", "--bind does not fit unix" },
		{ "unix @x --greet y --dgram", "--greet does not fit unix" },
		{ "unix @x --chargen --seqpacket", "--chargen does not fit unix" },
		{ "unix @x --max-clients 1 --dgram", "--max-clients does not fit unix" },
		{ "unix @x --dgram --seqpacket", "--seqpacket does not fit unix" },
		{ "--greet x --dgram unix @x", "--greet fits none of these servers" },
		{ "--greet x udp 1", "--greet fits none of these servers" },
		{ "1 --max-clients x", "'x' is no number of clients" },
		{ "1 --backlog 99999999999", "'99999999999' is no length of a queue" },
		{ "1 --chargen=0", "'0' is no rate" },
		{ "--chargen 1x 1", "'1x' is no rate" },
		{ "1 --once=1", "takes no value" },
		{ "1 --reply", "--reply needs a value" },
		{ "1 --max-clients 0", "'0' is no number of clients" },
		{ "1 --bind localhost", "'localhost' is no address to listen on" },
		{ "--bind x udp 1", "'x' is no address to listen on" },
		{ "unix @", "unix: the name of a UNIX socket is empty" },
		{ "1 --reply x --discard", "one of --reply, --discard, --chargen" },
		{ "--chargen --discard 1", "one of --reply, --discard, --chargen" },
		{ "1 --greet x --chargen", "one of --greet, --chargen" },
		{ "1 --chargen --greet x", "one of --greet, --chargen" },
		{ "1 --quiet --json", "one of --quiet, --json" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char words[200];
		char *error;
		struct serve_plan plan = parse(rows[i][0], words, &error);
		cr_assert_not_null(error, "%s", rows[i][0]);
		cr_expect_not_null(strstr(error, rows[i][1]), "%s: %s", rows[i][0], error);
		cr_expect_null(strchr(error, '\n'));
		free(plan.services);
		free(error);
	}
}
