/* The command "serve": listens as it was asked to, until a signal comes. */

#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "util.h"

static int run(int argc, char *argv[]);

enum { OPTION_HELP };

static const struct command_option options[] = {
	{ 'h', "help", NULL, N_("this text"), OPTION_HELP },
};

const struct command serve_command = {
	.name = "serve",
	.help = N_("a server that shows what arrives"),
	.usage = N_("Usage: socklens serve [KIND] PORT [OPTION]... [KIND PORT [OPTION]...]...\n"),
	.options = options,
	.option_count = ARRAY_LENGTH(options),
	.run = run,
};

static int run(int argc, char *argv[]) {
	(void)argc;
	(void)argv;
	fprintf(stderr, "socklens: serve is being written\n");
	return EXIT_STATUS_USAGE;
}
