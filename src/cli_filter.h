#pragma once
/* The filter of a command line. For cli.c only. */

#include <stddef.h>

struct cli;

/* Adds what the file says, if there is one (NULL: none; "-": standard input), and what the words
 * say, to the filter, or sets the error. */
void cli_parse_filter(struct cli *cli, const char *file, const char *const words[], size_t count);
