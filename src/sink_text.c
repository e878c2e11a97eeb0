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
static inline size_t text_width(const char *text, size_t length) {
	if (is_ascii(text, length))
		return length;
	size_t width = length;
	for (size_t i = 0; i < length; i++)
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
static inline size_t put_cell(struct sink *sink, size_t index, const struct row *row) {
	const size_t start = sink->line.used;
	struct value value;
	if (!sink_get(sink, index, row, &value)) {
		out_char(&sink->line, '-');
		return 1;
	}
	format_value(&sink->line, sink->columns[index], &value, FORMAT_HUMAN);
	const size_t length = sink->line.used - start;
	return may_be_wide(&value) ? text_width(sink->line.bytes + start, length) : length;
}

/* Moves the last `length` bytes of the line to the right. */
static void indent(struct out *line, size_t length, size_t blanks) {
	char *to = out_reserve(line, blanks + 16) - length;
	uint64_t text;
	if (length <= sizeof(text) && blanks <= 16) { /* nearly always, and far cheaper */
		memcpy(&text, to, sizeof(text));
		memset(to, ' ', 16);
		memcpy(to + blanks, &text, sizeof(text));
	} else {
		memmove(to + blanks, to, length);
		memset(to, ' ', blanks);
	}
	out_advance(line, blanks);
}

/* Makes the cell that ends the line as wide as its column. */
static inline void align(struct sink *sink, size_t index, size_t start, size_t width) {
	if (width >= sink->widths[index])
		return;
	const size_t blanks = sink->widths[index] - width;
	const bool last = index + 1 == shown_columns(sink);
	if (sink->columns[index]->align_right)
		indent(&sink->line, sink->line.used - start, blanks);
	else if (!last)
		out_spaces(&sink->line, blanks);
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
	for (size_t i = shown_columns(sink); i < sink->column_count; i++) {
		sink_set_key(sink, i, " ", sink->columns[i]->name, ":");
		sink->keys[i].unit = sink->columns[i]->unit;
		sink->keys[i].quiet_zero = sink->accesses[i].number.rule & FIELD_RULE_QUIET_ZERO;
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

/* " name:value" for what is known and worth saying. */
static void put_detail(struct sink *sink, size_t index, const struct value *value) {
	sink_put_key(&sink->line, &sink->keys[index]);
	format_value(&sink->line, sink->columns[index], value, FORMAT_HUMAN);
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
