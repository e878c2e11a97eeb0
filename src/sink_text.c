/* The table for people and for grep: one socket a line, cells that are single words, nothing cut
 * off, no blanks at the end. Columns are as wide as the first rows need; a wider cell later on
 * pushes the rest of its line aside. */

#include <stdint.h>
#include <string.h>

#include "format.h"
#include "sink.h"

static size_t shown_columns(const struct sink *sink) {
	return sink->column_count - sink->detail_count;
}

/* Characters, not bytes: nothing but printable UTF-8 gets here. */
static size_t text_width(const char *text, size_t length) {
	const uint64_t high_bits = 0x8080808080808080;
	size_t width = length;
	size_t i = 0;
	for (uint64_t eight; i + sizeof(eight) <= length; i += sizeof(eight)) {
		memcpy(&eight, text + i, sizeof(eight));
		if (eight & high_bits)
			break;
	}
	for (; i < length; i++)
		width -= ((unsigned char)text[i] & 0xc0) == 0x80;
	return width;
}

/* Only what came from outside can hold anything but ASCII, which is one byte a character. */
static bool may_be_wide(const struct value *value) {
	switch (value->kind) {
	case VALUE_TEXT:
	case VALUE_OWNERS:
	case VALUE_ENDPOINT:
		return true;
	case VALUE_UNKNOWN:
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_HEX:
	case VALUE_SYMBOL:
	case VALUE_FLAGS:
	case VALUE_ADDRESS:
		break;
	}
	return false;
}

/* Appends the value in a column to the line and returns its width. */
static size_t put_cell(struct sink *sink, size_t index, const struct row *row) {
	const size_t start = sink->line.used;
	struct value value;
	if (!row_get(row, index, &value)) {
		out_char(&sink->line, '-');
		return 1;
	}
	format_value(&sink->line, sink->columns[index], &value, FORMAT_HUMAN);
	const size_t length = sink->line.used - start;
	return may_be_wide(&value) ? text_width(sink->line.bytes + start, length) : length;
}

/* Turns the cell that begins at `start` into one that is as wide as its column. */
static void align(struct sink *sink, size_t index, size_t start, size_t width) {
	if (width >= sink->widths[index])
		return;
	const size_t blanks = sink->widths[index] - width;
	const bool last = index + 1 == shown_columns(sink);
	if (sink->columns[index]->align_right) {
		const size_t length = sink->line.used - start;
		out_spaces(&sink->line, blanks);
		memmove(sink->line.bytes + start + blanks, sink->line.bytes + start, length);
		memset(sink->line.bytes + start, ' ', blanks);
	} else if (!last) {
		out_spaces(&sink->line, blanks);
	}
}

static void finish_line(struct sink *sink) {
	out_char(&sink->line, '\n');
	out_bytes(sink->out, sink->line.bytes, sink->line.used);
	sink->line.used = 0;
}

static void measure(struct sink *sink, const struct row *row) {
	for (size_t i = 0; i < shown_columns(sink); i++) {
		sink->line.used = 0;
		const size_t width = put_cell(sink, i, row);
		if (width > sink->widths[i])
			sink->widths[i] = width;
	}
	sink->line.used = 0;
}

static void begin(struct sink *sink) {
	for (size_t i = shown_columns(sink); i < sink->column_count; i++)
		sink_set_key(sink, i, " ", sink->columns[i]->name, ":");
	for (size_t i = 0; sink->header && i < shown_columns(sink); i++)
		sink->widths[i] = strlen(sink->columns[i]->title);
}

static void put_header(struct sink *sink) {
	for (size_t i = 0; i < shown_columns(sink); i++) {
		const size_t start = sink->line.used + (i > 0);
		if (i > 0)
			out_char(&sink->line, ' ');
		out_text(&sink->line, sink->columns[i]->title);
		align(sink, i, start, strlen(sink->columns[i]->title));
	}
	if (sink->detail_count > 0)
		out_text(&sink->line, " DETAILS");
	finish_line(sink);
}

/* " name:value" for what is known and worth saying. */
static void put_details(struct sink *sink, const struct row *row) {
	for (size_t i = shown_columns(sink); i < sink->column_count; i++) {
		struct value value;
		if (!row_get(row, i, &value))
			continue;
		if ((row->accesses[i].rule & FIELD_RULE_QUIET_ZERO) && value_is_zero(&value))
			continue;
		sink_put_key(&sink->line, &sink->keys[i]);
		format_value(&sink->line, sink->columns[i], &value, FORMAT_HUMAN);
	}
}

static void show_row(struct sink *sink, const struct row *row) {
	if (sink->empty && sink->header)
		put_header(sink);
	sink->empty = false;
	for (size_t i = 0; i < shown_columns(sink); i++) {
		if (i > 0)
			out_char(&sink->line, ' ');
		const size_t start = sink->line.used;
		align(sink, i, start, put_cell(sink, i, row));
	}
	put_details(sink, row);
	finish_line(sink);
}

/* Nothing matched: the header alone says that there was an answer. */
static void end(struct sink *sink, const struct snapshot *reports) {
	(void)reports;
	if (sink->empty && sink->header)
		put_header(sink);
}

const struct sink_class sink_text = {
	.name = "text",
	.begin = begin,
	.measure = measure,
	.row = show_row,
	.end = end,
};
