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

static bool is_ascii(const char *text, size_t length) {
	const uint64_t high_bits = 0x8080808080808080;
	uint64_t eight;
	uint64_t seen = 0;
	if (length < sizeof(eight))
		return false; /* not worth a look */
	for (size_t i = 0; i < length - sizeof(eight); i += sizeof(eight)) {
		memcpy(&eight, text + i, sizeof(eight));
		seen |= eight;
	}
	memcpy(&eight, text + length - sizeof(eight), sizeof(eight));
	return ((seen | eight) & high_bits) == 0;
}

/* Characters, not bytes: nothing but printable UTF-8 gets here. */
static size_t text_width(const char *text, size_t length) {
	if (is_ascii(text, length))
		return length;
	size_t width = length;
	for (size_t i = 0; i < length; i++)
		width -= ((unsigned char)text[i] & 0xc0) == 0x80;
	return width;
}

static void get(const struct sink *sink, size_t index, const struct row *row, struct value *value) {
	if (!sink_get(sink, index, row, value))
		*value = (struct value){ .kind = VALUE_UNKNOWN };
}

/* Appends the value to the line and returns its width. */
static size_t put_value(struct sink *sink, size_t index, const struct value *value) {
	const size_t start = sink->line.used;
	format_value(&sink->line, sink->columns[index], value, FORMAT_HUMAN);
	const size_t length = sink->line.used - start;
	return value_is_constant(value) ? length : text_width(sink->line.bytes + start, length);
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

/* Appends the cell with the blank in front of it. */
static void put_cell(struct sink *sink, size_t index, const struct row *row) {
	struct value value;
	get(sink, index, row, &value);
	const size_t start = sink->line.used;
	if (index > 0)
		out_char(&sink->line, ' ');
	const size_t content = sink->line.used;
	align(sink, index, content, put_value(sink, index, &value));
	sink_remember(sink, index, row, &value, start);
}

static void finish_line(struct sink *sink) {
	out_char(&sink->line, '\n');
	out_bytes(sink->out, sink->line.bytes, sink->line.used);
	sink->line.used = 0;
}

static void measure(struct sink *sink, const struct row *row) {
	for (size_t i = 0; i < shown_columns(sink); i++) {
		sink->line.used = 0;
		struct value value;
		get(sink, i, row, &value);
		const size_t width = put_value(sink, i, &value);
		if (width > sink->widths[i])
			sink->widths[i] = width;
	}
	sink->line.used = 0;
}

static void begin(struct sink *sink) {
	for (size_t i = shown_columns(sink); i < sink->column_count; i++) {
		sink_set_key(sink, i, " ", sink->columns[i]->name, ":");
		sink->members[i].unit = sink->columns[i]->unit;
		sink->members[i].skip_zero =
		    sink->accesses && (sink->accesses[i].number.rule & FIELD_RULE_QUIET_ZERO);
	}
	sink_set_members(sink, shown_columns(sink));
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

/* " name:value" for what is known and worth saying: of a list, that somebody is on it. */
static void put_detail(struct sink *sink, size_t index, const struct value *value) {
	if (value->kind == VALUE_TEXT && value->length == 0)
		return;
	sink_put_key(sink, index);
	format_value(&sink->line, sink->columns[index], value, FORMAT_HUMAN);
}

static void show_row(struct sink *sink, const struct row *row) {
	if (sink->empty && sink->header)
		put_header(sink);
	sink->empty = false;
	for (size_t i = 0; i < shown_columns(sink); i++) {
		if (!sink_repeat(sink, i, row))
			put_cell(sink, i, row);
	}
	sink_put_members(sink, row);
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
	.member = put_detail,
	.end = end,
};
