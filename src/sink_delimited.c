/* CSV (RFC 4180, but lines end with LF) and TSV for other programs. Numbers are bare, unknown is
 * empty, and what is not printable is escaped, so a tab or a line break never splits a row. */

#include <string.h>

#include "format.h"
#include "sink.h"

static char separator(const struct sink *sink) {
	return sink->class == &sink_csv ? ',' : '\t';
}

static void put_quoted(struct out *out, const char *text, size_t length) {
	out_char(out, '"');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"')
			out_char(out, '"');
		out_char(out, text[i]);
	}
	out_char(out, '"');
}

static void put_cell(struct sink *sink, size_t index) {
	const char *text = sink->line.bytes;
	const size_t length = sink->line.used;
	const bool alone = length == 0 && sink->column_count == 1; /* an empty line is no row */
	const bool special = alone || memchr(text, ',', length) || memchr(text, '"', length);
	if (index > 0)
		out_char(sink->out, separator(sink));
	if (special && sink->class == &sink_csv)
		put_quoted(sink->out, text, length);
	else
		out_bytes(sink->out, text, length);
	sink->line.used = 0;
}

static void begin(struct sink *sink) {
	if (!sink->header)
		return;
	for (size_t i = 0; i < sink->column_count; i++) {
		out_text(&sink->line, sink->columns[i]->name);
		out_text(&sink->line, unit_key_suffix(sink->columns[i]->unit));
		put_cell(sink, i);
	}
	out_char(sink->out, '\n');
}

static void show_row(struct sink *sink, const struct row *row) {
	for (size_t i = 0; i < sink->column_count; i++) {
		struct value value;
		if (sink_get(sink, i, row, &value))
			format_value(&sink->line, sink->columns[i], &value, FORMAT_PLAIN);
		put_cell(sink, i);
	}
	out_char(sink->out, '\n');
}

static void end(struct sink *sink, const struct snapshot *reports) {
	(void)sink;
	(void)reports;
}

const struct sink_class sink_csv = {
	.name = "csv",
	.is_data = true,
	.begin = begin,
	.row = show_row,
	.end = end,
};

const struct sink_class sink_tsv = {
	.name = "tsv",
	.is_data = true,
	.begin = begin,
	.row = show_row,
	.end = end,
};
