#pragma once
/* The options of one command as a table: getopt, its --help, the man page and the completions all
 * come from it. Words and options may stand in any order, and are handed out in theirs. */

#include <stdbool.h>
#include <stddef.h>

#include "out.h"
#include "report.h"

struct command_option {
	char letter;          /* 0: none */
	const char *name;     /* the long option */
	const char *argument; /* what stands for its argument in help, in brackets if it may be left
	                         out behind "="; NULL: it takes none */
	const char *help;     /* marked with N_ */
	int id;               /* an enum of the command's own, from 0 on */
};

struct command {
	const char *name;
	const char *help;  /* one sentence, marked with N_ */
	const char *usage; /* what stands above the options in --help, marked with N_ */
	const struct command_option *options;
	size_t option_count;
	const char *(*word)(size_t index);  /* what may stand first; NULL behind the last */
	int (*run)(int argc, char *argv[]); /* argv[0] is the command's name; an exit status */
};

/* Where the parser of a command stands: the first member of a structure of its own. */
struct command_parser {
	char *error; /* why it stopped: one line, for the caller to free; or NULL */
	bool help;   /* --help; nothing else is wanted */
};

/* What a parser makes of words and options in their order, and of their end. False sets `error`,
 * which is NULL until then, and is the end. */
struct command_steps {
	bool (*take_word)(struct command_parser *parser, const char *word);
	bool (*take_option)(struct command_parser *parser, int id, const char *value);
	bool (*finish)(struct command_parser *parser);
};

/* Goes through `argv` but for argv[0], up to --help. All that is behind "--" is words. False sets
 * `error`. One at a time, as getopt has one state. */
bool command_parse(const struct command *command, const struct command_steps *steps,
                   struct command_parser *parser, int argc, char *argv[]);

/* Sets `error` to the format, which has one %s, with the word in it, escaped. Returns false. */
bool command_fail(struct command_parser *parser, const char *format, const char *word);

/* --quiet and --json, of which one is all that fits. */
bool command_set_format(struct command_parser *parser, enum report_format *format,
                        enum report_format wanted);

void command_write_help(const struct command *command, struct out *out);

/* To standard output. Returns an exit status. */
int command_print_help(const struct command *command);

/* The exit status of a command whose output came to `error` (an errno, or 0): `status`, or
 * EXIT_STATUS_PARTIAL and a complaint. A reader that has left, or a signal, wants none. */
int command_end_output(int error, int status);

/* Tells on standard error why the command ends, and frees it. */
void command_complain(char *error);
