/* Options by the table, filter words by the filter. Nothing is done here but understanding. */

#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "filter_sources.h"
#include "option.h"
#include "util.h"

enum { ECHO_LENGTH_MAX = 1000 }; /* a longer filter is not repeated in its error */

enum { LONG_OPTION_BASE = 256 }; /* getopt's value of option i is LONG_OPTION_BASE + i */

/* What the options said, before their order stops mattering. */
struct wishes {
	uint32_t protocols;
	bool protocols_named; /* `protocols` counts, even if it is empty */
	uint32_t families;
	const char *columns;
	const char *sort;
	const char *filter_file;
	bool groups[FIELD_GROUP_COUNT];
	const struct option_row *list_only; /* an option that only a list has; NULL: none */
};

static void fail(struct cli *cli, char *error) {
	free(cli->error);
	cli->error = error;
	cli->command = CLI_WRONG;
}

/* `format` has one %s, for the word made printable. */
static void fail_about(struct cli *cli, const char *format, const char *word, size_t length) {
	char *text = escape_copy(word, length);
	fail(cli, xasprintf(format, text)); /* NOLINT(clang-diagnostic-format-nonliteral) */
	free(text);
}

static uint32_t protocols_named(const char *name, size_t length) {
	if (length == 3 && strncmp(name, "all", length) == 0)
		return SOCK_PROTOCOLS_ALL;
	if (length == 4 && strncmp(name, "inet", length) == 0)
		return SOCK_PROTOCOLS_IP;
	return sock_protocols_named(name, length);
}

/* "tcp,unix"; "all,!tcp" is all but TCP. */
static void parse_protocol_list(struct cli *cli, struct wishes *wishes, const char *list) {
	if (list[0] == '!' && wishes->protocols == 0)
		wishes->protocols = SOCK_PROTOCOLS_IP; /* the default, without some */
	while (list) {
		const bool without = list[0] == '!';
		list += without;
		const size_t length = strcspn(list, ",");
		const uint32_t protocols = protocols_named(list, length);
		if (protocols == 0) {
			fail_about(cli,
			           _("unknown protocol '%s'; use all, inet, tcp, udp, udplite, "
			             "raw, mptcp, sctp, unix, packet, netlink, vsock or xdp"),
			           list, length);
			return;
		}
		if (without)
			wishes->protocols &= ~protocols;
		else
			wishes->protocols |= protocols;
		list = list[length] == ',' ? list + length + 1 : NULL;
	}
}

static void set_format(struct cli *cli, const char *name) {
	const struct sink_class *format = sink_find(name);
	if (format)
		cli->format = format;
	else
		fail_about(cli, _("unknown format '%s'; use text, json, ndjson, csv or tsv"), name,
		           strlen(name));
}

static void set_interval(struct cli *cli, const char *text, int most_seconds) {
	const uint64_t second_ns = 1000000000;
	uint64_t interval_ns = 0;
	if (util_parse_seconds(text, &interval_ns) && interval_ns >= second_ns / 10 &&
	    interval_ns <= (uint64_t)most_seconds * second_ns) {
		cli->interval_ns = interval_ns;
		return;
	}
	char *word = escape_copy(text, strlen(text));
	fail(cli,
	     xasprintf(_("'%s' is no interval; use seconds from 0.1 to %d"), word, most_seconds));
	free(word);
}

static void set_count(struct cli *cli, const char *text) {
	if (!util_parse_number(text, strlen(text), UINT32_MAX, &cli->count) || cli->count == 0)
		fail_about(cli, _("'%s' is no number of looks; use 1 or more"), text, strlen(text));
}

static void set_columns(struct cli *cli, struct wishes *wishes, const char *list) {
	if (strcmp(list, "help") == 0 && cli->command == CLI_LIST)
		cli->command = CLI_COLUMNS_HELP;
	wishes->columns = list;
}

/* What a list can do and the live view cannot; top -b can do some of it. */
static bool is_list_only(const struct option_row *row) {
	switch (row->action) {
	case OPTION_SUMMARY:
	case OPTION_WATCH:
	case OPTION_DIFF:
	case OPTION_RECORD:
	case OPTION_EXPLAIN_FILTER:
	case OPTION_VERBOSE:
	case OPTION_NO_HEADER:
	case OPTION_FORMAT:
	case OPTION_JSON:
	case OPTION_COUNT_OF_LOOKS:
		return true;
	case OPTION_DEFAULT:
		return row->letter == '1';
	case OPTION_PROTOCOL:
	case OPTION_PROTOCOL_LIST:
	case OPTION_FAMILY:
	case OPTION_LISTENING:
	case OPTION_GROUP:
	case OPTION_NETNS:
	case OPTION_RESOLVE:
	case OPTION_COLUMNS:
	case OPTION_SORT:
	case OPTION_REPLAY:
	case OPTION_FILTER_FILE:
	case OPTION_HELP:
	case OPTION_VERSION:
	case OPTION_BATCH:
		break;
	}
	return false;
}

static void apply(struct cli *cli, struct wishes *wishes, const struct option_row *row,
                  const char *argument) {
	switch (row->action) {
	case OPTION_PROTOCOL:
		wishes->protocols_named = true;
		wishes->protocols |= (uint32_t)row->value;
		break;
	case OPTION_PROTOCOL_LIST:
		wishes->protocols_named = true;
		parse_protocol_list(cli, wishes, argument);
		break;
	case OPTION_FAMILY:
		wishes->families |= 1u << row->value;
		break;
	case OPTION_LISTENING:
		cli->filter.listening = true;
		break;
	case OPTION_GROUP:
		wishes->groups[row->value] = true;
		break;
	case OPTION_NO_HEADER:
		cli->header = false;
		break;
	case OPTION_SUMMARY:
		cli->summary = true;
		break;
	case OPTION_NETNS:
		cli->netns = argument;
		break;
	case OPTION_RESOLVE:
		cli->resolve = true;
		wishes->groups[FIELD_GROUP_NAMES] = true;
		break;
	case OPTION_COLUMNS:
		set_columns(cli, wishes, argument);
		break;
	case OPTION_SORT:
		wishes->sort = argument;
		break;
	case OPTION_FORMAT:
	case OPTION_JSON:
		set_format(cli, argument ? argument : "json");
		break;
	case OPTION_WATCH:
		set_interval(cli, argument, row->value);
		break;
	case OPTION_DIFF:
		cli->diff = true;
		break;
	case OPTION_COUNT_OF_LOOKS:
		set_count(cli, argument);
		break;
	case OPTION_BATCH:
		cli->batch = true;
		break;
	case OPTION_RECORD:
		cli->record = argument;
		break;
	case OPTION_REPLAY:
		cli->replay = argument;
		break;
	case OPTION_FILTER_FILE:
		wishes->filter_file = argument;
		break;
	case OPTION_EXPLAIN_FILTER:
		if (cli->command == CLI_LIST)
			cli->command = CLI_EXPLAIN;
		break;
	case OPTION_VERBOSE:
		cli->verbose = true;
		break;
	case OPTION_HELP:
		cli->command = CLI_HELP;
		break;
	case OPTION_VERSION:
		cli->command = CLI_VERSION;
		break;
	case OPTION_DEFAULT:
		break;
	}
}

/* The options of a command: those of the list, and before them those that it has for itself. */
struct option_tables {
	const struct option_row *own;
	size_t own_count;
};

static size_t rows_in(const struct option_tables *tables) {
	return tables->own_count + option_count;
}

static const struct option_row *row_at(const struct option_tables *tables, size_t index) {
	return index < tables->own_count ? &tables->own[index]
	                                 : &options[index - tables->own_count];
}

static bool is_own(const struct option_tables *tables, const struct option_row *row) {
	for (size_t i = 0; i < tables->own_count; i++) {
		if (row == &tables->own[i])
			return true;
	}
	return false;
}

static void fail_option(struct cli *cli, char *argv[], int result) {
	char letter[] = { '-', (char)optopt, '\0' };
	/* A long option is the word before optind; a letter may stand inside a word. */
	const char *word = optopt != 0 && optopt < LONG_OPTION_BASE ? letter : argv[optind - 1];
	if (result == ':')
		fail_about(cli, _("option '%s' needs an argument; see socklens --help"), word,
		           strlen(word));
	else if (optopt >= LONG_OPTION_BASE)
		fail_about(cli, _("option '%s' takes no argument; see socklens --help"), word,
		           strlen(word));
	else
		fail_about(cli, _("unknown option '%s'; see socklens --help"), word, strlen(word));
}

static const struct option_row *find_row(const struct option_tables *tables, int result) {
	if (result >= LONG_OPTION_BASE)
		return row_at(tables, (size_t)(result - LONG_OPTION_BASE));
	for (size_t i = 0; i < rows_in(tables); i++) {
		if (row_at(tables, i)->letter == result)
			return row_at(tables, i);
	}
	return NULL;
}

/* A letter that comes twice is the first one's. */
static void make_getopt_tables(const struct option_tables *tables, char *letters,
                               struct option *longs) {
	char *next = letters;
	*next++ = ':';
	*next = '\0';
	for (size_t i = 0; i < rows_in(tables); i++) {
		const struct option_row *row = row_at(tables, i);
		const int has_argument = row->argument ? required_argument : no_argument;
		if (row->letter && !strchr(letters, row->letter)) {
			*next++ = row->letter;
			if (row->argument)
				*next++ = ':';
			*next = '\0';
		}
		if (row->name)
			*longs++ = (struct option){ row->name, has_argument, NULL,
				                    LONG_OPTION_BASE + (int)i };
	}
	*longs = (struct option){ 0 };
}

static void parse_options(struct cli *cli, const struct option_tables *tables,
                          struct wishes *wishes, int argc, char *argv[]) {
	char *letters = xmalloc(rows_in(tables) * 2 + 2);
	struct option *longs = xcalloc(rows_in(tables) + 1, sizeof(*longs));
	make_getopt_tables(tables, letters, longs);
	optind = 0; /* glibc: start afresh */
	opterr = 0;
	int result;
	while (cli->command != CLI_WRONG &&
	       (result = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const bool is_wrong = result == '?' || result == ':';
		const struct option_row *row = is_wrong ? NULL : find_row(tables, result);
		if (!row) {
			fail_option(cli, argv, result);
			continue;
		}
		if (!is_own(tables, row) && is_list_only(row))
			wishes->list_only = row;
		apply(cli, wishes, row, optarg);
	}
	free(letters);
	free(longs);
}

/* How many places the bytes take once they are escaped. */
static size_t width_of(const char *bytes, size_t length) {
	struct out out;
	size_t width = 0;
	out_init(&out, OUT_MEMORY);
	escape_write(&out, bytes, length, ESCAPE_TEXT);
	for (size_t i = 0; i < out.used; i++)
		width += ((unsigned char)out.bytes[i] & 0xc0) != 0x80; /* RFC 3629 section 3 */
	out_finish(&out);
	return width;
}

/* The line, the filter, and a caret under the character that is wrong. */
static char *filter_error_text(const struct filter_error *error) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_printf(&out, _("filter: %s"), error->message);
	if (strlen(error->expression) > ECHO_LENGTH_MAX) {
		out_char(&out, '\0');
		return out.bytes;
	}
	out_text(&out, "\n  ");
	escape_write(&out, error->expression, strlen(error->expression), ESCAPE_TEXT);
	out_text(&out, "\n  ");
	out_spaces(&out, width_of(error->expression, error->column));
	out_text(&out, "^");
	out_char(&out, '\0');
	return out.bytes;
}

/* What a file holds is not shown, only where it is wrong. */
static char *file_error_text(const char *path, const struct filter_error *error) {
	size_t line = 1;
	size_t column = 1;
	for (size_t i = 0; i < error->column; i++) {
		column++;
		if (error->expression[i] == '\n') {
			line++;
			column = 1;
		}
	}
	char *name = escape_copy(path, strlen(path));
	char *text =
	    xasprintf(_("filter: '%s', line %zu, column %zu: %s"), name, line, column, error->what);
	free(name);
	return text;
}

/* `path` NULL: the words. */
static void parse_expression(struct cli *cli, const struct filter_names *names,
                             const char *expression, const char *path) {
	struct filter_error error = { 0 };
	if (filter_parse(expression, names, &cli->filter, &error))
		return;
	fail(cli, path ? file_error_text(path, &error) : filter_error_text(&error));
	free(error.message);
	free(error.expression);
}

static void parse_file(struct cli *cli, const struct filter_names *names, const char *path) {
	char *error = NULL;
	char *expression = filter_read_file(path, &error);
	if (expression)
		parse_expression(cli, names, expression, path);
	else
		fail(cli, error);
	free(expression);
}

static bool went_wrong(const struct cli *cli) {
	return cli->command == CLI_WRONG;
}

static void parse_filter(struct cli *cli, const char *file, const char *const words[],
                         size_t count) {
	struct filter_sources sources = { 0 };
	const struct filter_names names = filter_sources_names(&sources);
	char *expression = filter_join(words, count);
	if (file)
		parse_file(cli, &names, file);
	if (!went_wrong(cli))
		parse_expression(cli, &names, expression, NULL);
	if (went_wrong(cli) && sources.error) {
		fail(cli, sources.error);
		sources.error = NULL;
	}
	filter_sources_finish(&sources);
	free(expression);
}

static void choose_columns(struct cli *cli, const struct wishes *wishes) {
	static const char batch_columns[] = "owners,user,proto,state,local,peer,rx,tx,rtt,age";
	char *error = NULL;
	if (!wishes->columns && cli->batch)
		view_set_columns(&cli->view, batch_columns, &error);
	else if (!wishes->columns && cli->command != CLI_TOP)
		view_add_defaults(&cli->view, cli->format->is_data ? FIELD_IN_DATA : FIELD_IN_TEXT);
	else if (wishes->columns && !view_set_columns(&cli->view, wishes->columns, &error))
		fail(cli, error);
	for (int group = 0; group < FIELD_GROUP_COUNT; group++) {
		const bool shown_already = group == FIELD_GROUP_NAMES && !cli->format->is_data;
		if (wishes->groups[group] && !shown_already)
			view_add_group(&cli->view, (enum field_group)group);
	}
	if (cli->diff || cli->batch)
		view_put_first(&cli->view, field_find("change", strlen("change")));
	if (cli->summary && (wishes->columns || wishes->sort || cli->view.detail_count > 0))
		fail(cli, xasprintf("%s", _("a summary has no columns, details or order to choose; "
		                            "leave out --summary or the others")));
	error = NULL;
	if (wishes->sort && !view_set_sort(&cli->view, wishes->sort, &error))
		fail(cli, error);
}

/* -4 and -6 are about IP: they ask for its protocols if no other option does, and say nothing of
 * other families. If no option names a protocol or family, those of IP are shown, and those that
 * the filter names. */
static void narrow(struct filter *filter, struct wishes *wishes) {
	if (wishes->families && !(wishes->protocols & SOCK_PROTOCOLS_IP))
		wishes->protocols |= SOCK_PROTOCOLS_IP;
	if (wishes->protocols_named || wishes->families)
		filter->protocols &= wishes->protocols;
	else
		filter_default_protocols(filter);
	if (wishes->families)
		filter->families &= wishes->families | (SOCK_FAMILIES_ALL & ~SOCK_FAMILIES_IP);
}

/* What contradicts itself. */
static void check(struct cli *cli) {
	const char *problem = NULL;
	if (cli->replay && (cli->interval_ns > 0 || cli->record || cli->netns))
		problem = _("a recording is shown as it is; leave out --watch, --record and --net");
	else if (cli->diff && !cli->replay && cli->interval_ns == 0)
		problem = _("--diff compares looks; use it with --watch or --replay");
	else if (cli->diff && cli->summary)
		problem = _("a summary has no rows to compare; leave out --summary or --diff");
	else if (cli->count > 0 && cli->interval_ns == 0)
		problem = _("--count counts looks; use it with --watch");
	else if (cli->record && strcmp(cli->record, "-") == 0 && isatty(STDOUT_FILENO))
		problem = _("a recording is not for a terminal; name a file or a pipe");
	if (problem)
		fail(cli, xasprintf("%s", problem));
}

/* "socklens record": every socket with everything that is known of it, and nothing on the screen.
 */
static void parse_record(struct cli *cli, int argc, char *argv[]) {
	const struct option longs[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	const uint64_t second_ns = 1000000000;
	int letter;
	optind = 0;
	opterr = 0;
	cli->interval_ns = second_ns;
	while (cli->command == CLI_LIST &&
	       (letter = getopt_long(argc, argv, ":d:n:N:h", longs, NULL)) != -1) {
		switch (letter) {
		case 'd':
			set_interval(cli, optarg, OPTION_WATCH_MAX);
			break;
		case 'n':
			set_count(cli, optarg);
			break;
		case 'N':
			cli->netns = optarg;
			break;
		case 'h':
			cli->command = CLI_RECORD_HELP;
			break;
		default:
			fail_option(cli, argv, letter);
			break;
		}
	}
	if (cli->command != CLI_LIST)
		return;
	cli->silent = true;
	cli->header = false;
	cli->record = argv[optind];
	view_add_all_but(&cli->view, SOCK_NEED_BPF_STORAGE | SOCK_NEED_NAMES);
	if (argc - optind != 1)
		fail(cli, xasprintf("%s", _("name one file to record to; - is standard output")));
}

/* The live view is what a terminal gets, unless something is asked for that only a list has. */
static void choose_command(struct cli *cli, const struct wishes *wishes, bool says_list,
                           bool says_top) {
	const bool on_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	const bool is_plain = !says_list && !wishes->list_only && !cli->replay;
	if (cli->command != CLI_LIST)
		return;
	if (says_top && wishes->list_only && !cli->batch) {
		const struct option_row *row = wishes->list_only;
		const char letter[] = { '-', row->letter, '\0' };
		char *word = row->name ? xasprintf("--%s", row->name) : xasprintf("%s", letter);
		fail_about(cli, _("'%s' is not for the live view; use socklens list"), word,
		           strlen(word));
		free(word);
	} else if (says_top || (is_plain && on_terminal)) {
		cli->command = CLI_TOP;
	}
}

/* What contradicts itself in the live view. */
static void check_top(struct cli *cli) {
	const uint64_t second_ns = 1000000000;
	const char *problem = NULL;
	if (cli->interval_ns == 0)
		cli->interval_ns = second_ns;
	if (cli->batch && (cli->summary || cli->record || cli->diff || cli->verbose))
		problem = _("top -b has no --summary, --record, --diff or --verbose; use "
		            "socklens list");
	else if (cli->replay && cli->netns)
		problem = _("a recording is shown as it is; leave out --net");
	else if (!cli->batch && !isatty(STDOUT_FILENO))
		problem = _("the live view needs a terminal; use top -b or list");
	if (problem)
		fail(cli, xasprintf("%s", problem));
}

/* True, and the word is gone, if the command line begins with it. */
static bool take_command(int *argc, char ***argv, const char *word) {
	if (*argc < 2 || strcmp((*argv)[1], word) != 0)
		return false;
	(*argv)[1] = (*argv)[0];
	(*argv)++;
	(*argc)--;
	return true;
}

/* The list and the live view: options, then a filter. */
static void parse_look(struct cli *cli, int argc, char *argv[]) {
	struct wishes wishes = { 0 };
	const bool says_list = take_command(&argc, &argv, "list");
	const bool says_top = !says_list && take_command(&argc, &argv, "top");
	const struct option_tables tables = { top_options, says_top ? top_option_count : 0 };
	parse_options(cli, &tables, &wishes, argc, argv);
	if (cli->command == CLI_HELP && says_top)
		cli->command = CLI_TOP_HELP;
	choose_command(cli, &wishes, says_list, says_top);
	const bool looks = cli->command == CLI_LIST || cli->command == CLI_TOP;
	if (looks || cli->command == CLI_EXPLAIN)
		parse_filter(cli, wishes.filter_file, (const char *const *)argv + optind,
		             (size_t)(argc - optind));
	if (looks && !went_wrong(cli))
		choose_columns(cli, &wishes);
	if (looks && !went_wrong(cli) && wishes.protocols_named && wishes.protocols == 0)
		fail(cli, xasprintf("%s", _("-A leaves no protocol to look at")));
	narrow(&cli->filter, &wishes);
	if (cli->record && strcmp(cli->record, "-") == 0)
		cli->silent = true;
	if (cli->command == CLI_LIST)
		check(cli);
	else if (cli->command == CLI_TOP)
		check_top(cli);
}

struct cli cli_parse(int argc, char *argv[]) {
	struct cli cli = {
		.command = CLI_LIST,
		.filter = filter_all(),
		.format = &sink_text,
		.header = true,
	};
	if (argc > 1 && strcmp(argv[1], "record") == 0) {
		parse_record(&cli, argc - 1, argv + 1);
		if (cli.command == CLI_LIST)
			check(&cli);
	} else {
		parse_look(&cli, argc, argv);
	}
	return cli;
}

void cli_finish(struct cli *cli) {
	filter_finish(&cli->filter);
	view_finish(&cli->view);
	free(cli->error);
	cli->error = NULL;
}
