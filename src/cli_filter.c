/* A filter comes from a file, from the words of the command line, or from both. What is wrong with
 * words is shown at its place; of what a file holds nothing is shown. */

#include "cli_filter.h"

#include <stdlib.h>
#include <string.h>

#include "cli_options.h"
#include "escape.h"
#include "filter_sources.h"
#include "util.h"

enum { ECHO_LENGTH_MAX = 1000 }; /* a longer filter is not repeated in its error */

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
	cli_fail(cli, path ? file_error_text(path, &error) : filter_error_text(&error));
	free(error.message);
	free(error.expression);
}

static void parse_file(struct cli *cli, const struct filter_names *names, const char *path) {
	char *error = NULL;
	char *expression = filter_read_file(path, &error);
	if (expression)
		parse_expression(cli, names, expression, path);
	else
		cli_fail(cli, error);
	free(expression);
}

void cli_parse_filter(struct cli *cli, const char *file, const char *const words[], size_t count) {
	struct filter_sources sources = { 0 };
	const struct filter_names names = filter_sources_names(&sources);
	char *expression = filter_join(words, count);
	if (file)
		parse_file(cli, &names, file);
	if (cli->command != CLI_WRONG)
		parse_expression(cli, &names, expression, NULL);
	if (cli->command == CLI_WRONG && sources.error) {
		cli_fail(cli, sources.error);
		sources.error = NULL;
	}
	filter_sources_finish(&sources);
	free(expression);
}
