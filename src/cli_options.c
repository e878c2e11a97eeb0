/* getopt reads them, apply() carries out what a row of the table says. */

#include "cli_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "out.h"
#include "sink.h"
#include "sock.h"
#include "util.h"

enum { LONG_OPTION_BASE = 256 }; /* getopt's value of option i is LONG_OPTION_BASE + i */

void cli_fail(struct cli *cli, char *error) {
	free(cli->error);
	cli->error = error;
	cli->command = CLI_WRONG;
}

void cli_fail_about(struct cli *cli, const char *format, const char *word, size_t length) {
	char *text = escape_copy(word, length);
	cli_fail(cli, xasprintf(format, text)); /* NOLINT(clang-diagnostic-format-nonliteral) */
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
static void parse_protocol_list(struct cli *cli, struct cli_wishes *wishes, const char *list) {
	if (list[0] == '!' && wishes->protocols == 0)
		wishes->protocols = SOCK_PROTOCOLS_IP; /* the default, without some */
	while (list) {
		const bool without = list[0] == '!';
		list += without;
		const size_t length = strcspn(list, ",");
		const uint32_t protocols = protocols_named(list, length);
		if (protocols == 0) {
			cli_fail_about(cli,
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
		cli_fail_about(cli, _("unknown format '%s'; use text, json, ndjson, csv or tsv"),
		               name, strlen(name));
}

void cli_set_interval(struct cli *cli, const char *text, int most_seconds) {
	const uint64_t second_ns = 1000000000;
	uint64_t interval_ns = 0;
	if (util_parse_seconds(text, &interval_ns) && interval_ns >= second_ns / 10 &&
	    interval_ns <= (uint64_t)most_seconds * second_ns) {
		cli->interval_ns = interval_ns;
		return;
	}
	char *word = escape_copy(text, strlen(text));
	cli_fail(cli, xasprintf(_("'%s' is no interval; use seconds from 0.1 to %d"), word,
	                        most_seconds));
	free(word);
}

void cli_set_count(struct cli *cli, const char *text) {
	if (!util_parse_number(text, strlen(text), UINT32_MAX, &cli->count) || cli->count == 0)
		cli_fail_about(cli, _("'%s' is no number of looks; use 1 or more"), text,
		               strlen(text));
}

static void set_columns(struct cli *cli, struct cli_wishes *wishes, const char *list) {
	if (strcmp(list, "help") == 0 && cli->command == CLI_LIST)
		cli->command = CLI_COLUMNS_HELP;
	wishes->columns = list;
}

/* Who names one machine after another does not mean the last one alone. */
static void set_machines(struct cli *cli, const char *list) {
	if (cli->ssh)
		cli_fail(cli, xasprintf("%s", _("all machines go into one --ssh, with commas")));
	cli->ssh = list;
}

static void set_signal(struct cli *cli, const char *name) {
	const struct act_signal *signal = act_find_signal(name);
	if (signal) {
		cli->order = (struct act_order){ ACT_SIGNAL, signal->number };
		return;
	}
	char *escaped = escape_copy(name, strlen(name));
	struct out error;
	out_init(&error, OUT_MEMORY);
	out_printf(&error, _("unknown signal '%s'; use one of"), escaped);
	for (size_t i = 0; i < act_signal_count; i++)
		out_printf(&error, "%s %s", i > 0 ? "," : "", act_signals[i].name);
	out_char(&error, '\0');
	cli_fail(cli, error.bytes);
	free(escaped);
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
	case OPTION_GROUP_BY:
	case OPTION_REPLAY:
	case OPTION_FILTER_FILE:
	case OPTION_HELP:
	case OPTION_VERSION:
	case OPTION_BATCH:
	case OPTION_SIGNAL:
	case OPTION_DRY_RUN:
	case OPTION_ALLOW:
	case OPTION_SSH:
	case OPTION_THEME:
	case OPTION_ASCII:
	case OPTION_BITS:
		break;
	}
	return false;
}

/* Options that are a switch, and those whose argument is kept as it is. */
static void set_plain(struct cli *cli, struct cli_wishes *wishes, enum option_action action,
                      const char *argument) {
	const struct {
		enum option_action action;
		bool *flag;
		const char **word;
	} plain[] = {
		{ OPTION_LISTENING, &cli->filter.listening, NULL },
		{ OPTION_SUMMARY, &cli->summary, NULL },
		{ OPTION_DIFF, &cli->diff, NULL },
		{ OPTION_BATCH, &cli->batch, NULL },
		{ OPTION_ASCII, &cli->ascii, NULL },
		{ OPTION_BITS, &cli->bits, NULL },
		{ OPTION_VERBOSE, &cli->verbose, NULL },
		{ OPTION_DRY_RUN, &cli->dry_run, NULL },
		{ OPTION_NETNS, NULL, &cli->netns },
		{ OPTION_THEME, NULL, &cli->theme },
		{ OPTION_RECORD, NULL, &cli->record },
		{ OPTION_REPLAY, NULL, &cli->replay },
		{ OPTION_SORT, NULL, &wishes->sort },
		{ OPTION_GROUP_BY, NULL, &wishes->group },
		{ OPTION_FILTER_FILE, NULL, &wishes->filter_file },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(plain); i++) {
		if (plain[i].action == action && plain[i].flag)
			*plain[i].flag = true;
		else if (plain[i].action == action)
			*plain[i].word = argument;
	}
}

static void apply(struct cli *cli, struct cli_wishes *wishes, const struct option_row *row,
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
	case OPTION_GROUP:
		wishes->groups[row->value] = true;
		break;
	case OPTION_NO_HEADER:
		cli->header = false;
		break;
	case OPTION_RESOLVE:
		cli->resolve = true;
		wishes->groups[FIELD_GROUP_NAMES] = true;
		break;
	case OPTION_COLUMNS:
		set_columns(cli, wishes, argument);
		break;
	case OPTION_FORMAT:
	case OPTION_JSON:
		set_format(cli, argument ? argument : "json");
		break;
	case OPTION_WATCH:
		cli_set_interval(cli, argument, row->value);
		break;
	case OPTION_COUNT_OF_LOOKS:
		cli_set_count(cli, argument);
		break;
	case OPTION_EXPLAIN_FILTER:
		if (cli->command == CLI_LIST)
			cli->command = CLI_EXPLAIN;
		break;
	case OPTION_SSH:
		set_machines(cli, argument);
		break;
	case OPTION_SIGNAL:
		set_signal(cli, argument);
		break;
	case OPTION_ALLOW:
		cli->allowed |= (uint32_t)row->value;
		break;
	case OPTION_HELP:
		cli->command = CLI_HELP;
		break;
	case OPTION_VERSION:
		cli->command = CLI_VERSION;
		break;
	case OPTION_LISTENING:
	case OPTION_SORT:
	case OPTION_GROUP_BY:
	case OPTION_FILTER_FILE:
	case OPTION_SUMMARY:
	case OPTION_NETNS:
	case OPTION_DIFF:
	case OPTION_BATCH:
	case OPTION_THEME:
	case OPTION_ASCII:
	case OPTION_BITS:
	case OPTION_RECORD:
	case OPTION_REPLAY:
	case OPTION_VERBOSE:
	case OPTION_DRY_RUN:
		set_plain(cli, wishes, row->action, argument);
		break;
	case OPTION_DEFAULT:
		break;
	}
}

static size_t rows_in(const struct cli_option_tables *tables) {
	return tables->own_count + option_count;
}

static const struct option_row *row_at(const struct cli_option_tables *tables, size_t index) {
	return index < tables->own_count ? &tables->own[index]
	                                 : &options[index - tables->own_count];
}

static bool is_own(const struct cli_option_tables *tables, const struct option_row *row) {
	for (size_t i = 0; i < tables->own_count; i++) {
		if (row == &tables->own[i])
			return true;
	}
	return false;
}

void cli_fail_option(struct cli *cli, char *argv[], int result) {
	char letter[] = { '-', (char)optopt, '\0' };
	/* A long option is the word before optind; a letter may stand inside a word. */
	const char *word = optopt != 0 && optopt < LONG_OPTION_BASE ? letter : argv[optind - 1];
	if (result == ':')
		cli_fail_about(cli, _("option '%s' needs an argument; see socklens --help"), word,
		               strlen(word));
	else if (optopt >= LONG_OPTION_BASE)
		cli_fail_about(cli, _("option '%s' takes no argument; see socklens --help"), word,
		               strlen(word));
	else
		cli_fail_about(cli, _("unknown option '%s'; see socklens --help"), word,
		               strlen(word));
}

static const struct option_row *find_row(const struct cli_option_tables *tables, int result) {
	if (result >= LONG_OPTION_BASE)
		return row_at(tables, (size_t)(result - LONG_OPTION_BASE));
	for (size_t i = 0; i < rows_in(tables); i++) {
		if (row_at(tables, i)->letter == result)
			return row_at(tables, i);
	}
	return NULL;
}

/* A letter that comes twice is the first one's. */
static void make_getopt_tables(const struct cli_option_tables *tables, char *letters,
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

void cli_parse_options(struct cli *cli, const struct cli_option_tables *tables,
                       struct cli_wishes *wishes, int argc, char *argv[]) {
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
			cli_fail_option(cli, argv, result);
			continue;
		}
		if (tables->takes && !is_own(tables, row) && !tables->takes(row))
			wishes->refused = row;
		if (!is_own(tables, row) && is_list_only(row))
			wishes->list_only = row;
		apply(cli, wishes, row, optarg);
	}
	free(letters);
	free(longs);
}
