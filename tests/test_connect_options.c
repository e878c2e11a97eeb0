/* Whom and what the words of "connect" mean. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "connect.h"
#include "connect_options.h"
#include "out.h"
#include "util.h"

enum { WORDS_MAX = 16 };

static struct connect_plan parse(const char *line, char *words, char **error) {
	char *argv[WORDS_MAX + 1] = { (char[]){ "connect" } };
	int argc = 1;
	struct connect_plan plan = { 0 };
	strcpy(words, line);
	for (char *word = strtok(words, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
		argv[argc++] = word;
	*error = NULL;
	const bool understood = connect_parse(argc, argv, &plan, error);
	cr_expect_eq(understood, *error == NULL, "%s", line);
	return plan;
}

static const char *type_name(int type) {
	return type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "dgram" : "seqpacket";
}

static void put_load(struct out *out, const struct load_plan *load) {
	static const char *const styles[] = { "messages", "churn", "hold", "stream" };
	out_printf(out, " %s n=%llu p=%llu size=%zu", styles[load->style],
	           (unsigned long long)load->connections, (unsigned long long)load->parallel,
	           load->size);
	if (load->message)
		out_printf(out, " %s", (const char *)load->message);
	if (load->rate > 0)
		out_printf(out, " rate=%g", load->rate);
	if (load->duration_ns > 0)
		out_printf(out, " for=%gs", (double)load->duration_ns / 1e9);
	if (load->think_ns > 0)
		out_printf(out, " think=%gs", (double)load->think_ns / 1e9);
	if (load->timeout_ns > 0)
		out_printf(out, " timeout=%gs", (double)load->timeout_ns / 1e9);
	out_printf(out, "%s%s%s", load->reset ? " reset" : "", load->json ? " json" : "",
	           load->quiet ? " quiet" : "");
}

/* "stream|HOST|PORT message", or "stream|HOST|PORT churn n=10 ...". */
static char *describe(const struct connect_plan *plan) {
	const struct dial_target *target = &plan->target;
	const struct exchange *exchange = &plan->exchange;
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_printf(&out, "%s|", type_name(target->type));
	if (target->path)
		out_text(&out, target->path);
	else if (target->port > 0)
		out_printf(&out, "%s|%u", target->host, target->port);
	else
		out_printf(&out, "%s|%s", target->host, target->service);
	if (plan->is_load) {
		put_load(&out, &plan->load);
	} else {
		out_printf(&out, " %s timeout=%gs", exchange->message ? exchange->message : "stdin",
		           (double)exchange->timeout_ns / 1e9);
		if (exchange->wait_ns != EXCHANGE_WITHOUT_END)
			out_printf(&out, " wait=%gs", (double)exchange->wait_ns / 1e9);
		out_text(&out, exchange->reset ? " reset" : "");
	}
	out_char(&out, '\0');
	return out.bytes;
}

static void check(const char *const (*rows)[2], size_t count) {
	for (size_t i = 0; i < count; i++) {
		char words[300];
		char *error;
		const struct connect_plan plan = parse(rows[i][0], words, &error);
		char *text = describe(&plan);
		cr_expect_null(error, "%s: %s", rows[i][0], error);
		cr_expect_str_eq(text, rows[i][1], "%s: %s", rows[i][0], text);
		free(text);
		free(error);
	}
}

Test(connect_options, words_become_a_target) {
	static const char *const rows[][2] = {
		{ "1234", "stream||1234 stdin timeout=10s" },
		{ "tcp 1234", "stream||1234 stdin timeout=10s" },
		{ "localhost:1234", "stream|localhost|1234 stdin timeout=10s" },
		{ "127.0.0.1:1", "stream|127.0.0.1|1 stdin timeout=10s" },
		{ "localhost 1234", "stream|localhost|1234 stdin timeout=10s" },
		{ "tcp tcp 1234", "stream|tcp|1234 stdin timeout=10s" },
		{ "tcp:1234", "stream|tcp|1234 stdin timeout=10s" },
		{ ":1234", "stream||1234 stdin timeout=10s" },
		{ "[::1]:65535", "stream|::1|65535 stdin timeout=10s" },
		{ "[fe80::1%eth0]:22", "stream|fe80::1%eth0|22 stdin timeout=10s" },
		{ "::1 1234", "stream|::1|1234 stdin timeout=10s" },
		{ "[::1] 1234", "stream|::1|1234 stdin timeout=10s" },
		{ "localhost:http", "stream|localhost|http stdin timeout=10s" },
		{ "localhost http", "stream|localhost|http stdin timeout=10s" },
		{ "udp 53", "dgram||53 stdin timeout=2s wait=1s" },
		{ "udp ns:53 -m x", "dgram|ns|53 x timeout=2s wait=1s" },
		{ "unix /run/x", "stream|/run/x stdin timeout=10s" },
		{ "unix 1234", "stream|1234 stdin timeout=10s" },
		{ "unix @x --dgram", "dgram|@x stdin timeout=2s wait=1s" },
		{ "--seqpacket unix @x", "seqpacket|@x stdin timeout=10s wait=1s" },
		{ "1234 -m x", "stream||1234 x timeout=10s wait=1s" },
		{ "-m 5 1234", "stream||1234 5 timeout=10s wait=1s" },
		{ "1234 -m -5", "stream||1234 -5 timeout=10s wait=1s" },
		{ "-- 1234", "stream||1234 stdin timeout=10s" },
		{ "1 --wait 0", "stream||1 stdin timeout=10s wait=0s" },
		{ "1 --wait 200ms --timeout 3", "stream||1 stdin timeout=3s wait=0.2s" },
		{ "1 --reset", "stream||1 stdin timeout=10s reset" },
	};
	check(rows, ARRAY_LENGTH(rows));
}

Test(connect_options, what_only_a_load_has_makes_it_one) {
	static const char *const rows[][2] = {
		{ "1 -n 1 -m x", "stream||1 messages n=1 p=1 size=1 x" },
		{ "1 -n 100", "stream||1 messages n=100 p=100 size=64" },
		{ "1 --count=1M", "stream||1 messages n=1000000 p=1000 size=64" },
		{ "1 --parallel 5", "stream||1 messages n=0 p=5 size=64" },
		{ "1 --for 30s --size 1Ki", "stream||1 messages n=0 p=1 size=1024 for=30s" },
		{ "1 --rate 0.5", "stream||1 messages n=0 p=1 size=64 rate=0.5" },
		{ "1 -n 1 --timeout 300ms", "stream||1 messages n=1 p=1 size=64 timeout=0.3s" },
		{ "1 --think 100ms", "stream||1 messages n=0 p=1 size=64 think=0.1s" },
		{ "1 --churn", "stream||1 churn n=0 p=1 size=64" },
		{ "1 --churn -n 10 --parallel 2 --reset -j",
		  "stream||1 churn n=10 p=2 size=64 reset json" },
		{ "1 --churn --size 0", "stream||1 churn n=0 p=1 size=0" },
		{ "1 --hold -n 10K -q", "stream||1 hold n=10000 p=100 size=64 quiet" },
		{ "1 --hold -n 10", "stream||1 hold n=10 p=10 size=64" },
		{ "1 --hold --rate 100 --parallel 7", "stream||1 hold n=0 p=7 size=64 rate=100" },
		{ "1 --stream", "stream||1 stream n=0 p=1 size=64" },
		{ "udp 1 --stream --rate 10 --size 65507",
		  "dgram||1 stream n=0 p=1 size=65507 rate=10" },
		{ "unix @x --dgram -n 2", "dgram|@x messages n=2 p=2 size=64" },
	};
	check(rows, ARRAY_LENGTH(rows));
}

Test(connect_options, a_load_connects_within_the_timeout_too) {
	char words[300];
	char *error;
	const struct connect_plan plan = parse("1 -n 1 --timeout 3", words, &error);
	cr_expect_null(error);
	cr_expect_eq(plan.exchange.timeout_ns, UINT64_C(3000000000));
}

Test(connect_options, help_wins_over_what_is_behind_it) {
	char words[300];
	char *error;
	cr_expect(parse("--help --nonsense", words, &error).help);
}

Test(connect_options, what_is_wrong_is_said_in_one_line) {
	static const char *const rows[][2] = {
		{ "", "name a host and a port" },
		{ "udp", "name a host and a port" },
		{ "unix", "name a UNIX socket" },
		{ "localhost", "'localhost' has no port" },
		{ "127.0.0.1", "'127.0.0.1' has no port" },
		{ "localhost:", "'' is no port" },
		{ "localhost:0", "'0' is no port" },
		{ "0", "'0' is no port" },
		{ "65536", "'65536' is no port" },
		{ "1x", "'1x' is no port" },
		{ "localhost:-1", "'-1' is no port" },
		{ "::1", "IPv6 has brackets" },
		{ "fe80::1:22", "IPv6 has brackets" },
		{ "[::1]", "IPv6 has brackets" },
		{ "[::1:22", "IPv6 has brackets" },
		{ "/run/x", "write unix in front of it" },
		{ "http localhost:80", "unknown protocol 'http'" },
		{ "a 1 b", "'b' is one word too many" },
		{ "unix @", "unix: the name of a UNIX socket is empty" },
		{ "unix a b", "'b' is one word too many" },
		{ "1 --dgram", "--dgram and --seqpacket fit unix, and not tcp" },
		{ "udp 1 --seqpacket", "fit unix, and not udp" },
		{ "udp 1 --reset", "--reset fits tcp, and not udp" },
		{ "unix a --reset", "--reset fits tcp, and not unix" },
		{ "1 --stream --rate 5", "--rate fits --stream only of datagrams, and not tcp" },
		{ "unix a --dgram --seqpacket", "--dgram and --seqpacket exclude each other" },
		{ "1 --churn --hold", "--churn and --hold exclude each other" },
		{ "1 --hold --stream", "--hold and --stream exclude each other" },
		{ "1 -m x --size 5", "--message and --size exclude each other" },
		{ "1 -n 1 -q -j", "--quiet and --json exclude each other" },
		{ "1 --json", "--json fits only a load; add -n COUNT" },
		{ "1 -q", "--quiet fits only a load; add -n COUNT" },
		{ "1 -n 5 --wait 3", "--wait does not fit a load" },
		{ "1 --hold -m x", "--message does not fit --hold" },
		{ "1 --hold --think 5s", "--think does not fit --hold" },
		{ "1 --churn --think 5s", "--think does not fit --churn" },
		{ "1 --hold --size 5", "--size does not fit --hold" },
		{ "1 -m a -m b", "one -m is all" },
		{ "1 -n 0", "--count '0': it must be more than 0" },
		{ "1 -n x", "--count 'x': " },
		{ "1 --parallel 2M", "--parallel '2M': it is too large" },
		{ "1 --for soon", "--for 'soon': no time" },
		{ "1 --for 0", "--for '0': it must be more than 0" },
		{ "1 --timeout 0", "--timeout '0': it must be more than 0" },
		{ "1 --wait x", "--wait 'x': no time" },
		{ "1 --rate 0", "--rate '0': it must be more than 0" },
		{ "1 --size 1G", "--size '1G': it is too large" },
		{ "udp 1 --size 65508", "a message of 65508 bytes is too long; 65507" },
		{ "1 -m", "-m needs a value" },
		{ "1 --wrong", "unknown option --wrong" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char words[300];
		char *error;
		parse(rows[i][0], words, &error);
		cr_assert_not_null(error, "%s", rows[i][0]);
		cr_expect_not_null(strstr(error, rows[i][1]), "%s: %s", rows[i][0], error);
		cr_expect_null(strchr(error, '\n'));
		free(error);
	}
}

Test(connect_options, long_words_are_refused_and_not_cut) {
	static const char *const endings[][2] = { { ":1234", "longer than any name of a host" },
		                                  { "", "has no port" } };
	for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
		char line[300];
		char words[300];
		char *error;
		memset(line, 'a', 256);
		strcpy(line + 256, endings[i][0]);
		parse(line, words, &error);
		cr_assert_not_null(error);
		cr_expect_not_null(strstr(error, endings[i][1]), "%s", error);
		free(error);
	}
	char words[300];
	char *error;
	parse("host:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", words, &error);
	cr_expect_not_null(error);
	free(error);
}

Test(connect_options, help_fits_a_terminal) {
	struct out out;
	size_t lines = 0;
	out_init(&out, OUT_MEMORY);
	command_write_help(&connect_command, &out);
	for (size_t start = 0, i = 0; i < out.used; i++) {
		if (out.bytes[i] != '\n')
			continue;
		cr_expect_leq(i - start, 80, "%.*s", (int)(i - start), out.bytes + start);
		start = i + 1;
		lines++;
	}
	cr_expect_leq(lines, 30);
	out_finish(&out);
}
