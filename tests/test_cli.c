/* From the words of a command line to what is to be done. */

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act_plan.h"
#include "cli.h"
#include "util.h"

enum { WORDS_MAX = 16 };

/* A command line, cut at blanks; the words outlive the result of parsing them. */
struct line {
	char *text;
	char *argv[WORDS_MAX];
	int argc;
};

static struct line line_of(const char *text) {
	struct line line = { .text = xasprintf("socklens %s", text) };
	for (char *rest = line.text, *word; (word = strsep(&rest, " "));) {
		if (*word)
			line.argv[line.argc++] = word;
	}
	return line;
}

static void expect_command(const char *text, enum cli_command command) {
	struct line line = line_of(text);
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_expect_eq(cli.command, command, "'%s': %s", text, cli.error);
	cli_finish(&cli);
	free(line.text);
}

static void expect_wrong(const char *text, const char *says) {
	struct line line = line_of(text);
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_expect_eq(cli.command, CLI_WRONG, "'%s'", text);
	cr_expect(cli.error && strstr(cli.error, says), "'%s': %s", text, cli.error);
	cli_finish(&cli);
	cr_expect_null(cli.error);
	free(line.text);
}

enum { IP = SOCK_PROTOCOLS_IP, UNIX = SOCK_PROTOCOLS_UNIX };

static const struct {
	const char *line;
	uint32_t protocols, families;
	bool listening;
} choices[] = {
	{ "", IP, 0x7f, false },
	{ "list", IP, 0x7f, false },
	{ "-1", IP, 0x7f, false },
	{ "-t", 0x01, 0x7f, false },
	{ "-u", 0x02, 0x7f, false },
	{ "-U", 0x04, 0x7f, false },
	{ "-w", 0x08, 0x7f, false },
	{ "-M", 0x10, 0x7f, false },
	{ "--tcp --udp", 0x03, 0x7f, false },
	{ "-tulpn", 0x03, 0x7f, true },
	{ "-tan", 0x01, 0x7f, false },
	{ "-anp", IP, 0x7f, false },
	{ "-tulpen", 0x03, 0x7f, true },
	{ "-lntu", 0x03, 0x7f, true },
	{ "list -4l", IP, 0x7d, true },
	{ "-6", IP, 0x7e, false },
	{ "-46", IP, 0x7f, false },
	{ "-A tcp,udp", 0x03, 0x7f, false },
	{ "-Araw", 0x08, 0x7f, false },
	{ "-A all", 0xffff, 0x7f, false },
	{ "-A tcp -u", 0x03, 0x7f, false },
	{ "--query=mptcp", 0x10, 0x7f, false },
	{ "-t udp", 0x00, 0x7f, false },
	{ "-tu udp", 0x02, 0x7f, false },
	{ "-4 ipv6", 0, 0x7d, false },
	{ "udp -l", 0x02, 0x7f, true },
	{ "--listening -O -H", IP, 0x7f, true },
	{ "-x", UNIX, 0x7f, false },
	{ "-xt", UNIX | 1, 0x7f, false },
	{ "-xl", UNIX, 0x7f, true },
	{ "-S", 0x20, 0x7f, false },
	{ "-0", 0x600, 0x7f, false },
	{ "--netlink", 0x800, 0x7f, false },
	{ "--vsock --xdp", 0xf000, 0x7f, false },
	{ "-A inet", IP, 0x7f, false },
	{ "-A unix_stream,p_raw,vsock", 0x7240, 0x7f, false },
	{ "-A all,!tcp", 0xfffe, 0x7f, false },
	{ "-A !tcp", IP & ~1, 0x7f, false },
	{ "-A !tcp,!udp,unix", (IP & ~3) | UNIX, 0x7f, false },
	{ "-4 -x", IP | UNIX, 0x7d, false },
	{ "-4t -x", UNIX | 1, 0x7d, false },
	{ "unix", UNIX, 0x7f, false },
	{ "u_dgr unconn", 0x80, 0x7f, false },
	{ "listen", IP, 0x7f, false },
	{ "ipv4", IP, 0x7f, false },
	{ "tcp or unix", 1 | UNIX, 0x7f, false },
	{ "listen or unix", IP | UNIX, 0x7f, false },
	{ "not unix", IP, 0x7f, false },
	{ "not (not unix and not tcp)", 1 | UNIX, 0x7f, false },
	{ "src unix:/run/*", UNIX, 0x7f, false },
	{ "family = unix,inet", IP | UNIX, 0x7f, false },
	{ "-t unix", 0, 0x7f, false },
};

/* Those that the probes are asked for. */
static uint32_t protocols_of(const struct filter *filter) {
	const struct want want = filter_want(filter);
	uint32_t protocols = 0;
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		protocols |= (uint32_t)(want.states[i] != 0) << i;
	return protocols;
}

Test(cli, options_choose_protocols_families_and_listeners) {
	for (size_t i = 0; i < ARRAY_LENGTH(choices); i++) {
		struct line line = line_of(choices[i].line);
		struct cli cli = cli_parse(line.argc, line.argv);
		cr_expect_eq(cli.command, CLI_LIST, "'%s': %s", choices[i].line, cli.error);
		cr_expect_eq(protocols_of(&cli.filter), choices[i].protocols, "'%s': %#x",
		             choices[i].line, protocols_of(&cli.filter));
		cr_expect_eq(cli.filter.families, choices[i].families, "'%s'", choices[i].line);
		cr_expect_eq(cli.filter.listening, choices[i].listening, "'%s'", choices[i].line);
		cr_expect_null(cli.error);
		cli_finish(&cli);
		free(line.text);
	}
}

Test(cli, switches_are_off_until_they_are_given) {
	struct line line = line_of("");
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_expect(cli.header && !cli.summary && !cli.resolve && !cli.verbose && !cli.netns);
	cr_expect_eq(cli.format, &sink_text);
	cli_finish(&cli);
	free(line.text);
	line = line_of("-Hsrv -N blue");
	cli = cli_parse(line.argc, line.argv);
	cr_expect(!cli.header && cli.summary && cli.resolve && cli.verbose);
	cr_expect_str_eq(cli.netns, "blue");
	cli_finish(&cli);
	free(line.text);
}

Test(cli, the_format_is_the_last_one_named) {
	static const struct {
		const char *line;
		const struct sink_class *format;
	} rows[] = {
		{ "--format text", &sink_text },
		{ "--format json", &sink_json },
		{ "--format=ndjson", &sink_ndjson },
		{ "--format csv", &sink_csv },
		{ "--format tsv", &sink_tsv },
		{ "-j", &sink_json },
		{ "--json", &sink_json },
		{ "-j --format csv", &sink_csv },
		{ "--format csv -tj", &sink_json },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct line line = line_of(rows[i].line);
		struct cli cli = cli_parse(line.argc, line.argv);
		cr_expect_eq(cli.format, rows[i].format, "'%s'", rows[i].line);
		cli_finish(&cli);
		free(line.text);
	}
}

Test(cli, some_options_replace_the_list) {
	static const struct {
		const char *line;
		enum cli_command command;
	} rows[] = {
		{ "-h", CLI_HELP },
		{ "--help", CLI_HELP },
		{ "list --help", CLI_HELP },
		{ "no such filter --help", CLI_HELP },
		{ "-V", CLI_VERSION },
		{ "--version -t", CLI_VERSION },
		{ "--columns help", CLI_COLUMNS_HELP },
		{ "--columns=help -t", CLI_COLUMNS_HELP },
		{ "--columns help --help", CLI_HELP },
		{ "--help --columns help", CLI_HELP },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_command(rows[i].line, rows[i].command);
}

Test(cli, what_is_wrong_is_named) {
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "-z", "'-z'" },
		{ "-tz", "'-z'" },
		{ "--zzz", "'--zzz'" },
		{ "--zzz=1 -t", "'--zzz=1'" },
		{ "--help=me", "takes no argument" },
		{ "-N", "'-N' needs an argument" },
		{ "-tN", "'-N' needs an argument" },
		{ "--sort", "'--sort' needs an argument" },
		{ "--format xml", "'xml'" },
		{ "--format xml", "ndjson" },
		{ "--format JSON", "'JSON'" },
		{ "--format xml --help", "'xml'" },
		{ "--help --format xml", "'xml'" },
		{ "--columns spotr", "sport" },
		{ "--columns state,", "''" },
		{ "--sort -spotr", "sport" },
		{ "--sort --rtt", "'-rtt'" },
		{ "-A foo", "'foo'" },
		{ "-A tcp,,udp", "unknown protocol" },
		{ "-A alle", "'alle'" },
		{ "-t sport", "missing" },
		{ "--\x1b[2J", "'--\\x1b[2J'" },
		{ "--format \x1b[2J", "'\\x1b[2J'" },
		{ "-A \xff", "'\\xff'" },
		{ "-\x80", "'-\\x80'" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_wrong(rows[i].line, rows[i].says);
}

/* getopt(3) reads bytes, and a letter may stand inside a word. */
Test(cli, an_option_beyond_ascii_is_named_and_no_other_word_is) {
	static const char *const lines[] = { "-\u00e9", "-t -\u00e9", "-\u00e9 -t", "-t\u00e9" };
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		struct line line = line_of(lines[i]);
		struct cli cli = cli_parse(line.argc, line.argv);
		cr_expect_eq(cli.command, CLI_WRONG, "'%s'", lines[i]);
		const bool named =
		    cli.error && (strstr(cli.error, "\u00e9'") || strstr(cli.error, "'-\\xc3'"));
		cr_expect(named, "'%s': %s", lines[i], cli.error);
		cli_finish(&cli);
		free(line.text);
	}
}

Test(cli, a_wrong_filter_is_shown_with_a_caret_below) {
	static const struct {
		const char *line, *shown;
	} rows[] = {
		{ "-t tcp foo", "\n  tcp foo\n      ^" },
		{ "port 70000 -t", "\n  port 70000\n       ^" },
		{ "-- :65536", "\n  :65536\n   ^" },
		{ "22 dport", "\n  22 dport\n          ^" },
		{ "process = \"\u00f1\u4e2d\" foo",
		  "\n  process = \"\u00f1\u4e2d\" foo\n                 ^" },
		{ "\x1b[m", "\n  \\x1b[m\n  ^" },
		{ "port=\u00f1 x", "\n  port=\u00f1 x\n       ^" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct line line = line_of(rows[i].line);
		struct cli cli = cli_parse(line.argc, line.argv);
		cr_expect_eq(cli.command, CLI_WRONG, "'%s'", rows[i].line);
		const char *shown = cli.error ? strchr(cli.error, '\n') : NULL;
		cr_expect(shown && strcmp(shown, rows[i].shown) == 0, "'%s': %s", rows[i].line,
		          cli.error);
		cli_finish(&cli);
		free(line.text);
	}
}

static char *columns_of(const struct cli *cli) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < cli->view.column_count; i++)
		out_printf(&out, " %s", cli->view.columns[i]->column.name);
	out_printf(&out, " details=%zu", cli->view.detail_count);
	for (size_t i = 0; i < cli->view.key_count; i++)
		out_printf(&out, " sort=%s%d", cli->view.keys[i].field->column.name,
		           cli->view.keys[i].descending);
	out_char(&out, '\0');
	return out.bytes;
}

static void expect_columns(const char *words, const char *wanted) {
	struct line line = line_of(words);
	struct cli cli = cli_parse(line.argc, line.argv);
	char *columns = columns_of(&cli);
	cr_expect_str_eq(columns, wanted, "'%s':%s", words, columns);
	free(columns);
	cli_finish(&cli);
	free(line.text);
}

Test(cli, columns_come_from_the_format_the_switches_and_the_list) {
	static const char defaults[] = " proto state recvq sendq local peer owners";
	char *wanted = xasprintf("%s details=0", defaults);
	expect_columns("", wanted);
	expect_columns("-anpO", wanted);
	expect_columns("-r", wanted); /* names stand in the place of addresses */
	free(wanted);
	wanted = xasprintf("%s timer timer_left timer_retrans details=3", defaults);
	expect_columns("-o", wanted);
	free(wanted);
	expect_columns("--columns sport,rtt_us", " sport rtt details=0");
	expect_columns("--columns timer,sport -o",
	               " timer sport timer_left timer_retrans details=2");
	expect_columns("--columns state -j -r",
	               " state src_name sport_name dst_name dport_name details=4");
	expect_columns("--columns state --sort rtt,-peer", " state details=0 sort=rtt0 sort=peer1");
	expect_columns("--columns state --sort -recvq", " state details=0 sort=recvq1");
}

static char *expression_of(const struct cli *cli) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_print(&cli->filter, &out);
	out_char(&out, '\0');
	return out.bytes;
}

static bool same(const struct cli *a, const struct cli *b) {
	char *columns[] = { columns_of(a), columns_of(b) };
	char *expressions[] = { expression_of(a), expression_of(b) };
	const bool equal = a->command == b->command && a->format == b->format &&
	                   a->filter.protocols == b->filter.protocols &&
	                   a->filter.families == b->filter.families &&
	                   strcmp(expressions[0], expressions[1]) == 0 && a->header == b->header &&
	                   strcmp(columns[0], columns[1]) == 0;
	free(expressions[0]);
	free(expressions[1]);
	free(columns[0]);
	free(columns[1]);
	return equal;
}

/* Filter words keep their order among themselves; options may stand anywhere around them. */
Test(cli, the_order_of_options_does_not_matter) {
	static const char *const words[] = { "--sort=-rtt", "-j", "-ti", "--columns=state,rtt",
		                             "sport",       "22", "-4",  "-eH" };
	struct line first = line_of("--sort=-rtt -j -ti --columns=state,rtt -4 -eH sport 22");
	struct cli wanted = cli_parse(first.argc, first.argv);
	cr_assert_eq(wanted.command, CLI_LIST, "%s", wanted.error);
	for (size_t turn = 0; turn < ARRAY_LENGTH(words); turn++) {
		char *text = xasprintf("%s", "");
		for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
			const char *word = words[(i + turn) % ARRAY_LENGTH(words)];
			if (strcmp(word, "22") == 0)
				continue;
			const bool keyword = strcmp(word, "sport") == 0;
			char *longer = xasprintf("%s %s%s", text, word, keyword ? " -l -n 22" : "");
			free(text);
			text = longer;
		}
		struct line line = line_of(text);
		struct cli cli = cli_parse(line.argc, line.argv);
		cr_expect(same(&cli, &wanted), "'%s': %s", text, cli.error);
		cli_finish(&cli);
		free(line.text);
		free(text);
	}
	cli_finish(&wanted);
	free(first.text);
}

Test(cli, words_after_two_hyphens_are_filter_words) {
	struct line line = line_of("-t -- 22 -u");
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_expect_eq(cli.command, CLI_WRONG);
	cr_expect(cli.error && strstr(cli.error, "'-u'"), "%s", cli.error);
	cli_finish(&cli);
	cli_finish(&cli);
	free(line.text);
}

static const uint64_t ms_ns = 1000000;

/* NULL is a text like no other. */
static bool is_same_text(const char *a, const char *b) {
	return a && b ? strcmp(a, b) == 0 : a == b;
}

Test(cli, options_about_looks_set_what_they_say) {
	static const struct {
		const char *line;
		uint64_t interval_ms, count;
		const char *record, *replay;
		bool diff, silent;
	} rows[] = {
		{ "", 0, 0, NULL, NULL, false, false },
		{ "--watch 2", 2000, 0, NULL, NULL, false, false },
		{ "--watch=0.1", 100, 0, NULL, NULL, false, false },
		{ "--watch 0.100000000", 100, 0, NULL, NULL, false, false },
		{ "--watch .25", 250, 0, NULL, NULL, false, false },
		{ "--watch 1.5 -t", 1500, 0, NULL, NULL, false, false },
		{ "--watch 007", 7000, 0, NULL, NULL, false, false },
		{ "--watch 1000000", 1000000000, 0, NULL, NULL, false, false },
		{ "--watch 5 --watch 2", 2000, 0, NULL, NULL, false, false },
		{ "--watch 2 --count 3", 2000, 3, NULL, NULL, false, false },
		{ "--count 1 --watch 2", 2000, 1, NULL, NULL, false, false },
		{ "--watch 1 --count 4294967295", 1000, UINT32_MAX, NULL, NULL, false, false },
		{ "--watch 1 --diff", 1000, 0, NULL, NULL, true, false },
		{ "--diff --replay x", 0, 0, NULL, "x", true, false },
		{ "--replay -", 0, 0, NULL, "-", false, false },
		{ "--replay=x --summary", 0, 0, NULL, "x", false, false },
		{ "--record x", 0, 0, "x", NULL, false, false },
		{ "--record x --watch 1 --diff", 1000, 0, "x", NULL, true, false },
		{ "record x", 1000, 0, "x", NULL, false, true },
		{ "record -", 1000, 0, "-", NULL, false, true },
		{ "record -d 0.5 -n 10 x", 500, 10, "x", NULL, false, true },
		{ "record x -d2 -n1", 2000, 1, "x", NULL, false, true },
		{ "record -- -x", 1000, 0, "-x", NULL, false, true },
		{ "record list", 1000, 0, "list", NULL, false, true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct line line = line_of(rows[i].line);
		struct cli cli = cli_parse(line.argc, line.argv);
		cr_expect_eq(cli.command, CLI_LIST, "'%s': %s", rows[i].line, cli.error);
		cr_expect_eq(cli.interval_ns, rows[i].interval_ms * ms_ns, "'%s'", rows[i].line);
		cr_expect_eq(cli.count, rows[i].count, "'%s'", rows[i].line);
		cr_expect_eq(cli.diff, rows[i].diff, "'%s'", rows[i].line);
		cr_expect_eq(cli.silent, rows[i].silent, "'%s'", rows[i].line);
		cr_expect(is_same_text(cli.record, rows[i].record), "'%s'", rows[i].line);
		cr_expect(is_same_text(cli.replay, rows[i].replay), "'%s'", rows[i].line);
		cli_finish(&cli);
		free(line.text);
	}
}

Test(cli, seconds_are_counted_to_the_nanosecond) {
	struct line line = line_of("--watch 1.000000001");
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_expect_eq(cli.interval_ns, 1000000001);
	cli_finish(&cli);
	free(line.text);
}

/* Into a pipe nothing else may be written. */
Test(cli, recording_to_standard_output_shows_nothing) {
	struct line line = line_of("-t --record -");
	int ends[2];
	cr_assert(pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO);
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_expect_eq(cli.command, CLI_LIST, "%s", cli.error);
	cr_expect(cli.silent);
	cli_finish(&cli);
	free(line.text);
}

Test(cli, record_takes_every_protocol_with_everything_and_no_names) {
	struct line line = line_of("record x");
	struct cli cli = cli_parse(line.argc, line.argv);
	const uint32_t needs = view_needs(&cli.view);
	cr_expect_eq(cli.filter.protocols, SOCK_PROTOCOLS_ALL);
	cr_expect_eq(cli.filter.families, SOCK_FAMILIES_ALL);
	cr_expect_not(cli.header);
	const uint32_t wanted = SOCK_NEED_INFO | SOCK_NEED_CONGESTION | SOCK_NEED_MEMORY |
	                        SOCK_NEED_OWNERS | SOCK_NEED_USER | SOCK_NEED_INTERFACE |
	                        SOCK_NEED_CGROUP | SOCK_NEED_EXTRAS | SOCK_NEED_PEER |
	                        SOCK_NEED_PEER_OWNERS | SOCK_NEED_PENDING | SOCK_NEED_UID;
	cr_expect_eq(needs & wanted, wanted, "%x", needs);
	cr_expect_not(cli.resolve);
	cr_expect_not(needs & SOCK_NEED_NAMES);
	cli_finish(&cli);
	free(line.text);
}

Test(cli, diff_puts_the_change_in_front) {
	expect_columns("--watch 1 --diff",
	               " change proto state recvq sendq local peer owners details=0");
	expect_columns("--diff --replay x --columns sport", " change sport details=0");
}

/* An empty word cannot be cut out of a line at blanks, so it stands behind `=` here. */
Test(cli, options_about_looks_that_make_no_sense_are_refused) {
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "--watch 0", "'0' is no interval" },
		{ "--watch 0.0", "'0.0' is no interval" },
		{ "--watch 0.05", "'0.05'" },
		{ "--watch 0.099999999", "no interval" },
		{ "--watch 1e3", "'1e3'" },
		{ "--watch -1", "'-1'" },
		{ "--watch +1", "'+1'" },
		{ "--watch 1.2.3", "'1.2.3'" },
		{ "--watch=", "''" },
		{ "--watch .", "'.'" },
		{ "--watch 1.", "'1.'" },
		{ "--watch 1,5", "'1,5'" },
		{ "--watch 0x10", "'0x10'" },
		{ "--watch 2s", "'2s'" },
		{ "--watch inf", "'inf'" },
		{ "--watch 1.0000000000", "no interval" },
		{ "--watch 0.1234567890", "no interval" },
		{ "--watch 1000001", "no interval" },
		{ "--watch 18446744073709551617", "no interval" },
		{ "--watch 99999999999999999999999", "no interval" },
		{ "--watch 1.x", "'1.x'" },
		{ "--watch \x1b[2J", "'\\x1b[2J'" },
		{ "--watch", "needs an argument" },
		{ "--watch 1 --count 0", "'0' is no number of looks" },
		{ "--watch 1 --count -1", "'-1'" },
		{ "--watch 1 --count 1.5", "'1.5'" },
		{ "--watch 1 --count 4294967296", "'4294967296'" },
		{ "--watch 1 --count=", "''" },
		{ "--watch 1 --count many", "'many'" },
		{ "--count 3", "--count" },
		{ "--count 3 --replay x", "--count" },
		{ "--diff", "--diff" },
		{ "--diff --record x", "--diff" },
		{ "--diff --watch 1 --summary", "summary" },
		{ "--group state --summary", "groups have columns of their own" },
		{ "--group state --columns proto", "groups have columns of their own" },
		{ "--group state -i", "groups have columns of their own" },
		{ "--group state --diff --watch 1", "groups have columns of their own" },
		{ "--group stat", "cannot group by 'stat' (did you mean state?)" },
		{ "--group state --sort rtt", "groups are not sorted by 'rtt'" },
		{ "--replay x --watch 1", "as it is" },
		{ "--replay x --record y", "as it is" },
		{ "--replay x -N blue", "as it is" },
		{ "--replay x --diff --net blue", "as it is" },
		{ "record", "name one file" },
		{ "record -d 1", "name one file" },
		{ "record a b", "name one file" },
		{ "record -d 0 x", "no interval" },
		{ "record -d 0.05 x", "'0.05'" },
		{ "record -d x", "'x'" },
		{ "record -n 0 x", "no number of looks" },
		{ "record -n -1 x", "'-1'" },
		{ "record -n 1e3 x", "'1e3'" },
		{ "record x -n", "'-n' needs an argument" },
		{ "record -t x", "'-t'" },
		{ "record --replay x", "unknown option" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_wrong(rows[i].line, rows[i].says);
}

Test(cli, record_has_help_too) {
	static const char *const lines[] = { "record -h", "record --help", "record -h x",
		                             "record x -h" };
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		expect_command(lines[i], CLI_RECORD_HELP);
}

Test(cli, top_takes_the_letters_that_it_has_for_itself) {
	struct line line = line_of("top -b -n 3 -d 0.5 -t 1234");
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_assert_eq(cli.command, CLI_TOP, "%s", cli.error);
	cr_expect(cli.batch);
	cr_expect_eq(cli.count, 3);
	cr_expect_eq(cli.interval_ns, 500000000);
	cr_expect_eq(cli.filter.protocols, 1u << SOCK_PROTOCOL_TCP);
	cr_assert_geq(cli.view.column_count, 2, "columns of its own");
	cr_expect_str_eq(cli.view.columns[0]->column.name, "change");
	cr_expect_str_eq(cli.view.columns[1]->column.name, "owners");
	cli_finish(&cli);
	free(line.text);
}

Test(cli, top_looks_every_second_if_nobody_says_otherwise) {
	struct line line = line_of("top -b");
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_expect_eq(cli.interval_ns, 1000000000);
	cr_expect_eq(cli.count, 0);
	cli_finish(&cli);
	free(line.text);
}

static const struct {
	const char *line, *part;
} wrong_tops[] = {
	{ "top --watch 1", "'--watch' is not for the live view" },
	{ "top -s", "'--summary' is not for the live view" },
	{ "top -b --group state", "--group" },
	{ "top --group stat", "cannot group by 'stat'" },
	{ "top -d 0.05 -b", "interval" },
	{ "top -d 61 -b", "0.1 to 60" },
	{ "top -n 0 -b", "number of looks" },
	{ "top", "needs a terminal" },
	{ "top --ssh a --ssh b", "one --ssh" },
	{ "list -b", "unknown option" },
};

Test(cli, groups_are_levels_and_their_rows_have_an_order) {
	struct line line = line_of("list --group process,state --sort -recvq,sockets");
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_assert_eq(cli.command, CLI_LIST, "%s", cli.error);
	cr_expect_eq(cli.groups.by.level_count, 2);
	cr_assert_eq(cli.groups.key_count, 2);
	cr_expect(cli.groups.keys[0].column == 3 && cli.groups.keys[0].descending);
	cr_expect(cli.groups.keys[1].column == 2 && !cli.groups.keys[1].descending);
	cli_finish(&cli);
	free(line.text);
}

Test(cli, what_the_live_view_cannot_do_is_said) {
	for (size_t i = 0; i < ARRAY_LENGTH(wrong_tops); i++)
		expect_wrong(wrong_tops[i].line, wrong_tops[i].part);
}

static const struct {
	const char *line, *part;
} wrong_kills[] = {
	{ "kill", "needs a filter" },
	{ "kill all", "needs a filter" },
	{ "kill -t", "needs a filter" },
	{ "kill tcp or not none", "needs a filter" },
	{ "kill not age > 1h", "'age' is known in the live view only" },
	{ "kill tcp ( rx > 1M or tx > 1M )", "'rx' is known" },
	{ "kill not machine web1", "'machine' is known" },
	{ "kill --watch 1 port 80", "'--watch' is not for kill" },
	{ "kill -s port 80", "'--summary' is not for kill" },
	{ "kill --explain-filter port 80", "'--explain-filter' is not for kill" },
	{ "kill --signal SEGV port 80", "unknown signal 'SEGV'" },
	{ "kill --signal", "needs an argument" },
	{ "kill por 80", "filter:" },
	{ "list --signal TERM", "unknown option" },
};

Test(cli, who_would_kill_says_what_and_how) {
	for (size_t i = 0; i < ARRAY_LENGTH(wrong_kills); i++)
		expect_wrong(wrong_kills[i].line, wrong_kills[i].part);
}

Test(cli, sockets_are_closed_unless_a_signal_is_named) {
	struct line line = line_of("kill port 80");
	struct cli cli = cli_parse(line.argc, line.argv);
	cr_assert_eq(cli.command, CLI_KILL, "%s", cli.error);
	cr_expect_eq(cli.order.kind, ACT_CLOSE);
	cr_expect_eq(cli.allowed, 0);
	cr_expect_not(cli.dry_run);
	cli_finish(&cli);
	free(line.text);
	line = line_of("kill --signal hup --dry-run --with-session -N 1 -t port 80");
	cli = cli_parse(line.argc, line.argv);
	cr_assert_eq(cli.command, CLI_KILL, "%s", cli.error);
	cr_expect_eq(cli.order.kind, ACT_SIGNAL);
	cr_expect_eq(cli.order.signal, SIGHUP);
	cr_expect_eq(cli.allowed, ACT_DANGER_SESSION);
	cr_expect(cli.dry_run);
	cr_expect_str_eq(cli.netns, "1");
	cr_expect_eq(cli.filter.protocols, 1u << SOCK_PROTOCOL_TCP);
	cli_finish(&cli);
	free(line.text);
}

Test(cli, diff_takes_two_sides_and_then_a_filter) {
	static const struct {
		const char *line;
		const char *before, *now;
		uint32_t protocols;
		size_t columns;
	} rows[] = {
		{ "diff a", "a", NULL, IP, 6 },
		{ "diff a b", "a", "b", IP, 6 },
		{ "diff a now", "a", "now", IP, 6 },
		{ "diff now -", "now", "-", IP, 6 },
		{ "diff a#1 b@-5m tcp listen", "a#1", "b@-5m", IP, 6 },
		{ "diff -t a b 1234", "a", "b", 1, 6 },
		{ "diff a -x b --columns proto,owners", "a", "b", UNIX, 3 },
		{ "diff a b unix", "a", "b", IP | UNIX, 6 },
		{ "diff a b --sort -local -H -v -l -4", "a", "b", IP, 6 },
		{ "diff tcp udp", "tcp", "udp", IP, 6 },
		{ "diff -j a b", "a", "b", IP, 16 },
		{ "diff a now -N blue", "a", "now", IP, 6 },
		{ "diff -- -x b", "-x", "b", IP, 6 },
		{ "diff -- -x -y", "-x", "-y", IP, 6 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct line line = line_of(rows[i].line);
		struct cli cli = cli_parse(line.argc, line.argv);
		cr_assert_eq(cli.command, CLI_DIFF, "'%s': %s", rows[i].line, cli.error);
		cr_expect_str_eq(cli.sides[0], rows[i].before, "'%s'", rows[i].line);
		cr_expect_eq(!cli.sides[1], !rows[i].now, "'%s'", rows[i].line);
		cr_expect(!rows[i].now || strcmp(cli.sides[1], rows[i].now) == 0);
		cr_expect_eq(cli.filter.protocols, rows[i].protocols, "'%s'", rows[i].line);
		cr_expect_eq(cli.view.column_count, rows[i].columns, "'%s': %zu", rows[i].line,
		             cli.view.column_count);
		cr_expect_str_eq(cli.view.columns[0]->column.name, "change");
		cli_finish(&cli);
		free(line.text);
	}
}

Test(cli, what_diff_cannot_do_is_refused) {
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "diff", "name two recordings" },
		{ "diff -t", "name two recordings" },
		{ "diff now", "name two recordings" },
		{ "diff - -", "standard input" },
		{ "diff -- -#1 -@+5", "standard input" },
		{ "diff a b -N blue", "--net" },
		{ "diff a b -s", "'--summary'" },
		{ "diff a b --watch 1", "'--watch'" },
		{ "diff a b --replay c", "'--replay'" },
		{ "diff a b --record c", "'--record'" },
		{ "diff a b -e", "'--extended'" },
		{ "diff a b -r", "'--resolve'" },
		{ "diff a b --diff", "'--diff'" },
		{ "diff a b --group state", "'--group'" },
		{ "diff a b --explain-filter", "'--explain-filter'" },
		{ "diff a b --columns nonsense", "unknown field" },
		{ "diff a b nonsense", "nonsense" },
		{ "diff a b --nonsense", "unknown option" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_wrong(rows[i].line, rows[i].says);
}

Test(cli, diff_has_help_too) {
	static const char *const lines[] = { "diff -h", "diff --help a b", "diff a -h" };
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		expect_command(lines[i], CLI_DIFF_HELP);
}
