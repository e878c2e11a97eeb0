/* Starts the program, prints what goes wrong, and turns it all into an exit status. */

#include <fcntl.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "compare_run.h"
#include "field.h"
#include "filter_sources.h"
#include "kill.h"
#include "launch.h"
#include "looks.h"
#include "notes.h"
#include "option.h"
#include "out.h"
#include "top.h"
#include "util.h"

/* A file opened later must not take the number of a standard descriptor that was closed. */
static void hold_standard_descriptors(void) {
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* Opened for reading, so that writing to it fails as it did before. */
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDONLY) != fd)
			exit(EXIT_STATUS_PARTIAL);
	}
}

static void write_columns_help(struct out *out) {
	for (size_t i = 0; i < field_count; i++) {
		const struct column *column = &fields[i].column;
		out_printf(out, "%-28s %s", column->name, _(column->help));
		if (column->unit != UNIT_NONE)
			out_printf(out, " [%s]", _(unit_name(column->unit)));
		out_char(out, '\n');
	}
}

static void report_error(const char *error) {
	fprintf(stderr, "socklens: %s\n", error);
}

/* What was written must have arrived. */
static int finish_output(struct out *out, int status) {
	struct out notes;
	const int error = -out_flush(out);
	out_finish(out);
	out_init(&notes, OUT_MEMORY);
	notes_on_output(&notes, error);
	fwrite(notes.bytes, 1, notes.used, stderr);
	out_finish(&notes);
	return error == 0 ? status : EXIT_STATUS_PARTIAL;
}

static void write_version(struct out *out) {
	out_text(out, "socklens " SOCKLENS_VERSION "\n");
}

static int print(void (*write)(struct out *out)) {
	struct out out;
	out_init(&out, STDOUT_FILENO);
	write(&out);
	return finish_output(&out, EXIT_STATUS_MATCHED);
}

static int explain(const struct cli *cli) {
	struct out out;
	out_init(&out, STDOUT_FILENO);
	filter_explain(&cli->filter, &out);
	return finish_output(&out, EXIT_STATUS_MATCHED);
}

static int run(struct cli *cli) {
	char *error = NULL;
	const enum exit_status status = filter_look_up(&cli->filter, &error);
	if (error) {
		report_error(error);
		free(error);
		return (int)status;
	}
	switch (cli->command) {
	case CLI_LIST:
		return looks_run(cli);
	case CLI_TOP:
		return cli->batch ? looks_run(cli) : top_run(cli);
	case CLI_KILL:
		return kill_run(cli);
	case CLI_DIFF:
		return compare_run(cli);
	case CLI_EXPLAIN:
		return explain(cli);
	case CLI_WRONG:
		report_error(cli->error);
		return EXIT_STATUS_USAGE;
	case CLI_HELP:
		return print(option_write_help);
	case CLI_RECORD_HELP:
		return print(option_write_record_help);
	case CLI_TOP_HELP:
		return print(option_write_top_help);
	case CLI_KILL_HELP:
		return print(option_write_kill_help);
	case CLI_DIFF_HELP:
		return print(option_write_diff_help);
	case CLI_COLUMNS_HELP:
		return print(write_columns_help);
	case CLI_VERSION:
		return print(write_version);
	}
	return EXIT_STATUS_USAGE;
}

static int launch(char *argv[]) {
	char *error = NULL;
	const int status = launch_traffic(argv, &error);
	report_error(error);
	free(error);
	return status;
}

int main(int argc, char *argv[]) {
	hold_standard_descriptors();
	setlocale(LC_MESSAGES, "");
	bindtextdomain("socklens", SOCKLENS_LOCALE_DIR);
	bind_textdomain_codeset("socklens", "UTF-8");
	textdomain("socklens");
	if (argc > 1 && launch_knows(argv[1]))
		return launch(argv);
	struct cli cli = cli_parse(argc, argv);
	const int status = run(&cli);
	cli_finish(&cli);
	return status;
}
