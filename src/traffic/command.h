#pragma once
/* The options of one command as a table: getopt, its --help, the man page and the completions all
 * come from it. Words and options may stand in any order, and are handed out in theirs. */

#include <stdbool.h>
#include <stddef.h>

#include "out.h"

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

enum { COMMAND_END = -1, COMMAND_WORD = -2, COMMAND_WRONG = -3 };

struct command_reader {
	const struct command *command;
	int argc;
	char **argv;
	const char *value; /* the argument of the option, or the word */
	char *error;       /* for COMMAND_WRONG: one line, for the caller to free */
	bool only_words;
	char *letters;
	struct option *longs;
};

/* One reader at a time, as getopt has one state. argv[0] is skipped. */
void command_start(struct command_reader *reader, const struct command *command, int argc,
                   char *argv[]);

/* The id of the next option, or COMMAND_WORD, COMMAND_END or COMMAND_WRONG. All that is behind "--"
 * is words. */
int command_next(struct command_reader *reader);

/* Frees all but `error`. */
void command_finish(struct command_reader *reader);

void command_write_help(const struct command *command, struct out *out);

/* To standard output. Returns an exit status. */
int command_print_help(const struct command *command);

/* Tells on standard error why the command ends, and frees it. */
void command_complain(char *error);
