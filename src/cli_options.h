#pragma once
/* The options of a command line, by their tables. For cli.c only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli.h"
#include "field.h"
#include "option.h"

/* What the options said, before their order stops mattering. */
struct cli_wishes {
	uint32_t protocols;
	bool protocols_named; /* `protocols` counts, even if it is empty */
	uint32_t families;
	const char *columns;
	const char *sort;
	const char *group;
	const char *filter_file;
	bool groups[FIELD_GROUP_COUNT];
	const struct option_row *refused; /* an option that the command does not take; NULL: none */
	const struct option_row *list_only; /* one that only a list has, likewise */
};

/* The options of a command: those of the list, and before them those that it has for itself. */
struct cli_option_tables {
	const struct option_row *own;
	size_t own_count;
	bool (*takes)(const struct option_row *row); /* of the list's; NULL: all of them */
};

/* Understands the options, up to the first that is wrong; `optind` is then that of the first word
 * behind them. */
void cli_parse_options(struct cli *cli, const struct cli_option_tables *tables,
                       struct cli_wishes *wishes, int argc, char *argv[]);

/* What getopt_long() found wrong, as its result tells. */
void cli_fail_option(struct cli *cli, char *argv[], int result);

/* Each sets what the text says, or the error. */
void cli_set_interval(struct cli *cli, const char *text, int most_seconds);
void cli_set_count(struct cli *cli, const char *text);

/* Takes the text. */
void cli_fail(struct cli *cli, char *error);

/* `format` has one %s, for the word made printable. */
void cli_fail_about(struct cli *cli, const char *format, const char *word, size_t length);
