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

static int argument_of(const struct command_option *row) {
	if (!row->argument)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

void command_start(struct command_reader *reader, const struct command *command, int argc,
                   char *argv[]) {
	*reader = (struct command_reader){ .command = command, .argc = argc, .argv = argv };
	reader->letters = xmalloc(command->option_count * 2 + 3);
	reader->longs = xcalloc(command->option_count + 1, sizeof(*reader->longs));
	char *letters = reader->letters;
	*letters++ = '-';
	*letters++ = ':';
	for (size_t i = 0; i < command->option_count; i++) {
		const struct command_option *row = &command->options[i];
		reader->longs[i] =
		    (struct option){ row->name, argument_of(row), NULL, LONG_OPTION_BASE + (int)i };
		if (row->letter)
			*letters++ = row->letter;
		if (row->letter && row->argument)
			*letters++ = ':';
	}
	*letters = '\0';
	optind = 0; /* glibc: start afresh */
	opterr = 0;
}

static int fail(struct command_reader *reader, const char *format, const char *word) {
	char *text = escape_copy(word, strlen(word));
	free(reader->error);
	reader->error = xasprintf(format, text); /* NOLINT(clang-diagnostic-format-nonliteral) */
	free(text);
	return COMMAND_WRONG;
}

static int fail_option(struct command_reader *reader, int result) {
	const char letter[] = { '-', (char)optopt, '\0' };
	const bool is_letter = optopt > 0 && optopt < LONG_OPTION_BASE;
	const char *word = is_letter ? letter : reader->argv[optind - 1];
	if (result == ':')
		return fail(reader, _("%s needs a value; see --help"), word);
	if (optopt >= LONG_OPTION_BASE)
		return fail(reader, _("%s takes no value; see --help"), word);
	return fail(reader, _("unknown option %s; see --help"), word);
}

static int id_of(const struct command *command, int result) {
	if (result >= LONG_OPTION_BASE)
		return command->options[result - LONG_OPTION_BASE].id;
	size_t i = 0;
	while (command->options[i].letter != result)
		i++;
	return command->options[i].id;
}

/* What is behind "--". getopt would begin with it again if it were asked. */
static int next_word(struct command_reader *reader) {
	reader->only_words = true;
	if (optind >= reader->argc)
		return COMMAND_END;
	reader->value = reader->argv[optind++];
	return COMMAND_WORD;
}

int command_next(struct command_reader *reader) {
	if (reader->only_words)
		return next_word(reader);
	const int result =
	    getopt_long(reader->argc, reader->argv, reader->letters, reader->longs, NULL);
	reader->value = optarg;
	if (result == IN_ORDER)
		return COMMAND_WORD;
	if (result == '?' || result == ':')
		return fail_option(reader, result);
	return result == -1 ? next_word(reader) : id_of(reader->command, result);
}

void command_finish(struct command_reader *reader) {
	free(reader->letters);
	free(reader->longs);
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
	if (error == 0 || error == EPIPE)
		return EXIT_STATUS_MATCHED;
	command_complain(xasprintf(_("cannot write: %s"), strerror(error)));
	return EXIT_STATUS_PARTIAL;
}

void command_complain(char *error) {
	fprintf(stderr, "socklens: %s\n", error);
	free(error);
}
