#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "util.h"

enum { LONG_OPTION_BASE = 256, IN_ORDER = 1 }; /* glibc: what "-" makes of a word */

/* What getopt wants of the table. */
struct tables {
	char *letters;
	struct option *longs;
};

static int argument_of(const struct command_option *row) {
	if (!row->argument)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

static struct tables tables_of(const struct command *command) {
	struct tables tables = {
		.letters = xmalloc(command->option_count * 2 + 3),
		.longs = xcalloc(command->option_count + 1, sizeof(struct option)),
	};
	char *letters = tables.letters;
	*letters++ = '-';
	*letters++ = ':';
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *row = &command->options[i];
		tables.longs[i] =
		    (struct option){ row->name, argument_of(row), NULL, LONG_OPTION_BASE + (int)i };
		if (row->letter)
			*letters++ = row->letter;
		if (row->letter && row->argument)
			*letters++ = ':';
	}
	*letters = '\0';
	return tables;
}

bool command_fail(struct command_parser *parser, const char *format, const char *word) {
	char *text = escape_copy(word, strlen(word));
	parser->error = xasprintf(format, text); /* NOLINT(clang-diagnostic-format-nonliteral) */
	free(text);
	return false;
}

static bool fail_option(struct command_parser *parser, int result, char *argv[]) {
	const char letter[] = { '-', (char)optopt, '\0' };
	const bool is_letter = optopt > 0 && optopt < LONG_OPTION_BASE;
	const char *word = is_letter ? letter : argv[optind - 1];
	if (result == ':')
		return command_fail(parser, _("%s needs a value; see --help"), word);
	if (optopt >= LONG_OPTION_BASE)
		return command_fail(parser, _("%s takes no value; see --help"), word);
	return command_fail(parser, _("unknown option %s; see --help"), word);
}

static const struct command_option *row_of(const struct command *command, int result) {
	if (result >= LONG_OPTION_BASE)
		return &command->options[result - LONG_OPTION_BASE];
	size_t i = 0;
	while (command->options[i].letter != result)
		i++;
	return &command->options[i];
}

static bool take(const struct command *command, const struct command_steps *steps,
                 struct command_parser *parser, int result, char *argv[]) {
	if (result == IN_ORDER)
		return steps->take_word(parser, optarg);
	if (result == '?' || result == ':')
		return fail_option(parser, result, argv);
	const struct command_option *row = row_of(command, result);
	parser->help = strcmp(row->name, "help") == 0;
	return parser->help || steps->take_option(parser, row->id, optarg);
}

static bool take_all(const struct command *command, const struct command_steps *steps,
                     struct command_parser *parser, int argc, char *argv[]) {
	const struct tables tables = tables_of(command);
	bool good = true;
	int result;
	optind = 0; /* glibc: start afresh */
	opterr = 0;
	while (good && !parser->help &&
	       (result = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1)
		good = take(command, steps, parser, result, argv);
	free(tables.letters);
	free(tables.longs);
	return good;
}

bool command_parse(const struct command *command, const struct command_steps *steps,
                   struct command_parser *parser, int argc, char *argv[]) {
	if (!take_all(command, steps, parser, argc, argv))
		return false;
	if (parser->help)
		return true;
	while (optind < argc) { /* behind "--" */
		if (!steps->take_word(parser, argv[optind++]))
			return false;
	}
	return steps->finish(parser);
}

bool command_set_format(struct command_parser *parser, enum report_format *format,
                        enum report_format wanted) {
	if (*format != REPORT_TEXT && *format != wanted)
		return command_fail(parser, _("one of %s is all that fits"), "--quiet, --json");
	*format = wanted;
	return true;
}

void command_write_help(const struct command *command, struct out *out) {
	out_text(out, _(command->usage));
	out_text(out, _("\nOptions:\n"));
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *row = &command->options[i];
		char head[48];
		const char letter[] = { '-', row->letter, ',', ' ', '\0' };
		snprintf(head, sizeof(head), "  %s--%s%s%s", row->letter ? letter : "    ",
		         row->name, row->argument ? " " : "", row->argument ? row->argument : "");
		out_printf(out, "%-26s %s\n", head, _(row->help));
	}
}

int command_print_help(const struct command *command) {
	struct out out;
	out_init(&out, STDOUT_FILENO);
	command_write_help(command, &out);
	const int error = -out_flush(&out);
	out_finish(&out);
	return command_end_output(error, EXIT_STATUS_MATCHED);
}

int command_end_output(int error, int status) {
	if (error == 0 || error == EPIPE || error == EINTR)
		return status;
	command_complain(xasprintf(_("cannot write: %s"), strerror(error)));
	return EXIT_STATUS_PARTIAL;
}

void command_complain(char *error) {
	fprintf(stderr, "socklens: %s\n", error);
	free(error);
}
