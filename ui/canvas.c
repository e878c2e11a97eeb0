/* The canvas: bytes of any origin become cells, each one character that the terminal can show with
 * its combining marks. A cell holds only what escape.h lets pass and wcwidth(3) can measure, so
 * nothing in it can move a cursor; a right half always has its wide character to the left. */

#include "canvas.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "escape.h"
#include "out.h"
#include "util.h"

/* What a terminal keeps of them, too. */
enum { MARKS_MAX = 4 };
_Static_assert(CELL_BYTES >= 4 * (1 + MARKS_MAX), "room for all of the longest");

/* U+25CC, what a mark without a character stands on. */
static const char dotted_circle[] = "\xe2\x97\x8c";

/* Where a text goes on. Columns are wide integers, so that no text is too long for them. */
struct pen {
	struct cell *row; /* NULL: only to be measured */
	int width;        /* of the canvas */
	int64_t left, right;
	int64_t column;
	bool ascii;
	uint8_t style;
	bool has_base;
	struct cell *base; /* what marks are added to; NULL if that is not seen */
	unsigned marks;
};

static struct cell blank_cell(uint8_t style) {
	return (struct cell){ .bytes = { ' ' }, .length = 1, .style = style };
}

static void blank(struct cell *cell) {
	*cell = blank_cell(cell->style);
}

/* Before the columns from `first` up to `end` are overwritten. */
static void split_wide(struct cell *row, int width, int first, int end) {
	if (row[first].length == 0)
		blank(&row[first - 1]);
	if (end < width && row[end].length == 0)
		blank(&row[end]);
}

static void put_cell(struct pen *pen, const char *bytes, size_t length, int columns) {
	const int first = (int)pen->column;
	split_wide(pen->row, pen->width, first, first + columns);
	struct cell *cell = &pen->row[first];
	*cell = (struct cell){ .length = (uint8_t)length, .style = pen->style };
	memcpy(cell->bytes, bytes, length);
	if (columns > 1)
		cell[1] = (struct cell){ .style = pen->style };
	pen->base = cell;
}

static void put_blank(struct pen *pen, int64_t column) {
	if (column < pen->left || column >= pen->right)
		return;
	split_wide(pen->row, pen->width, (int)column, (int)column + 1);
	pen->row[column] = blank_cell(pen->style);
}

/* A wide character that an edge would cut is blank on this side of it. */
static void put_base(struct pen *pen, const char *bytes, size_t length, int columns) {
	pen->has_base = true;
	pen->base = NULL;
	pen->marks = 0;
	if (pen->row) {
		if (pen->column >= pen->left && pen->column + columns <= pen->right)
			put_cell(pen, bytes, length, columns);
		else
			for (int i = 0; i < columns; i++)
				put_blank(pen, pen->column + i);
	}
	pen->column += columns;
}

static void put_mark(struct pen *pen, const char *bytes, size_t length) {
	if (!pen->has_base)
		put_base(pen, dotted_circle, sizeof(dotted_circle) - 1, 1);
	if (!pen->base || pen->marks == MARKS_MAX)
		return;
	memcpy(pen->base->bytes + pen->base->length, bytes, length);
	pen->base->length = (uint8_t)(pen->base->length + length);
	pen->marks++;
}

static void put_hex(struct pen *pen, const char *bytes, size_t length) {
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)bytes[i];
		put_base(pen, "\\", 1, 1);
		put_base(pen, "x", 1, 1);
		put_base(pen, &digits[byte >> 4], 1, 1);
		put_base(pen, &digits[byte & 15], 1, 1);
	}
}

static void put_character(struct pen *pen, const char *bytes, size_t length, uint32_t code_point) {
	const int columns = length == 1 ? 1 : pen->ascii ? -1 : wcwidth((wchar_t)code_point);
	if (columns < 0)
		put_hex(pen, bytes, length);
	else if (columns == 0)
		put_mark(pen, bytes, length);
	else
		put_base(pen, bytes, length, columns);
}

/* What went through escape_write(), or did not need to. */
static void put_printable(struct pen *pen, const char *bytes, size_t length) {
	while (length > 0) {
		uint32_t code_point = 0;
		const size_t count =
		    escape_decode((const unsigned char *)bytes, length, &code_point);
		put_character(pen, bytes, count, code_point);
		bytes += count;
		length -= count;
	}
}

static bool is_plain(const unsigned char *bytes, size_t length) {
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] < 0x20 || bytes[i] >= 0x7f)
			return false;
	}
	return true;
}

/* A backslash stays: most of what is drawn has been through escape.h, and is not to go twice. */
static void escape_all_but_backslashes(struct out *out, const char *bytes, size_t length) {
	while (length > 0) {
		const char *backslash = memchr(bytes, '\\', length);
		const size_t count = backslash ? (size_t)(backslash - bytes) : length;
		escape_write(out, bytes, count, ESCAPE_TEXT);
		if (backslash)
			out_char(out, '\\');
		bytes += count + (backslash ? 1 : 0);
		length -= count + (backslash ? 1 : 0);
	}
}

static void put_any(struct pen *pen, const void *bytes, size_t length) {
	if (is_plain(bytes, length)) {
		put_printable(pen, bytes, length);
		return;
	}
	struct out out;
	out_init(&out, OUT_MEMORY);
	escape_all_but_backslashes(&out, bytes, length);
	put_printable(pen, out.bytes, out.used);
	out_finish(&out);
}

static int clamp_to_int(int64_t number) {
	return number < INT_MAX ? (int)number : INT_MAX;
}

static struct cell *row_of(const struct canvas *canvas, int y) {
	return &canvas->cells[(size_t)y * (size_t)canvas->width];
}

/* Only what is inside of the canvas. */
static struct area clip(const struct canvas *canvas, struct area area) {
	const int64_t right = (int64_t)area.x + area.width, bottom = (int64_t)area.y + area.height;
	const int x = area.x > 0 ? area.x : 0, y = area.y > 0 ? area.y : 0;
	const int end_x = right < canvas->width ? (int)right : canvas->width;
	const int end_y = bottom < canvas->height ? (int)bottom : canvas->height;
	if (end_x <= x || end_y <= y)
		return (struct area){ x, y, 0, 0 };
	return (struct area){ x, y, end_x - x, end_y - y };
}

/* Characters beyond ASCII are what the locale knows. */
static bool is_ascii_locale(void) {
	return wcwidth(0x2588) != 1;
}

struct area area_take_top(struct area *area, int height) {
	struct area taken = *area;
	taken.height = height < area->height ? height : area->height;
	area->y += taken.height;
	area->height -= taken.height;
	return taken;
}

struct area area_take_bottom(struct area *area, int height) {
	struct area taken = *area;
	taken.height = height < area->height ? height : area->height;
	taken.y = area->y + area->height - taken.height;
	area->height -= taken.height;
	return taken;
}

bool area_has(const struct area *area, int x, int y) {
	return x >= area->x && x < area->x + area->width && y >= area->y &&
	       y < area->y + area->height;
}

void canvas_init(struct canvas *canvas, int width, int height, bool ascii) {
	*canvas = (struct canvas){ .ascii = ascii || is_ascii_locale() };
	canvas_clear(canvas, width, height);
}

void canvas_finish(struct canvas *canvas) {
	free(canvas->cells);
	*canvas = (struct canvas){ 0 };
}

void canvas_clear(struct canvas *canvas, int width, int height) {
	width = width > 0 ? width : 1;
	height = height > 0 ? height : 1;
	const size_t count = (size_t)width * (size_t)height;
	if (!canvas->cells || width != canvas->width || height != canvas->height)
		canvas->cells = xreallocarray(canvas->cells, count, sizeof(*canvas->cells));
	canvas->width = width;
	canvas->height = height;
	canvas->cursor_x = canvas->cursor_y = -1;
	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = blank_cell(STYLE_TEXT);
}

int canvas_put(struct canvas *canvas, int x, int y, int width, enum style style, const void *bytes,
               size_t length) {
	const struct area seen = clip(canvas, (struct area){ x, y, width, 1 });
	struct pen pen = {
		.row = seen.width > 0 ? row_of(canvas, y) : NULL,
		.width = canvas->width,
		.left = seen.x,
		.right = (int64_t)seen.x + seen.width,
		.column = x,
		.ascii = canvas->ascii,
		.style = (uint8_t)style,
	};
	put_any(&pen, bytes, length);
	return clamp_to_int(pen.column - x);
}

int canvas_text(struct canvas *canvas, int x, int y, int width, enum style style,
                const char *text) {
	return canvas_put(canvas, x, y, width, style, text, strlen(text));
}

int canvas_printf(struct canvas *canvas, int x, int y, int width, enum style style,
                  const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	char *text = xvasprintf(format, arguments);
	va_end(arguments);
	const int columns = canvas_text(canvas, x, y, width, style, text);
	free(text);
	return columns;
}

void canvas_text_right(struct canvas *canvas, int x, int y, int width, enum style style,
                       const char *text) {
	const int columns = canvas_text_width(canvas, text);
	const int gap = columns < width ? width - columns : 0;
	canvas_text(canvas, x + gap, y, width - gap, style, text);
}

const char *canvas_sort_mark(const struct canvas *canvas, bool descending) {
	if (canvas->ascii)
		return descending ? "v" : "^";
	return descending ? "\u25bc" : "\u25b2";
}

const char *canvas_fold_mark(const struct canvas *canvas, bool open) {
	if (canvas->ascii)
		return open ? "-" : "+";
	return open ? "\u25be" : "\u25b8";
}

void canvas_fill(struct canvas *canvas, struct area area, enum style style) {
	const struct area seen = clip(canvas, area);
	for (int y = seen.y; y < seen.y + seen.height; y++) {
		struct cell *row = row_of(canvas, y);
		split_wide(row, canvas->width, seen.x, seen.x + seen.width);
		for (int x = seen.x; x < seen.x + seen.width; x++)
			row[x] = blank_cell((uint8_t)style);
	}
}

void canvas_restyle(struct canvas *canvas, struct area area, enum style style) {
	const struct area seen = clip(canvas, area);
	for (int y = seen.y; y < seen.y + seen.height; y++) {
		struct cell *row = row_of(canvas, y);
		for (int x = seen.x; x < seen.x + seen.width; x++)
			row[x].style = (uint8_t)style;
	}
}

int canvas_width_of(const struct canvas *canvas, const void *bytes, size_t length) {
	struct pen pen = { .ascii = canvas->ascii };
	put_any(&pen, bytes, length);
	return clamp_to_int(pen.column);
}

int canvas_text_width(const struct canvas *canvas, const char *text) {
	return canvas_width_of(canvas, text, strlen(text));
}

const struct cell *canvas_row(const struct canvas *canvas, int y) {
	return row_of(canvas, y);
}

static bool is_blank(const struct cell *cell) {
	return cell->length == 1 && cell->bytes[0] == ' ';
}

void canvas_write_line(const struct canvas *canvas, int y, struct out *out) {
	const struct cell *row = canvas_row(canvas, y);
	int end = canvas->width;
	while (end > 0 && is_blank(&row[end - 1]))
		end--;
	for (int x = 0; x < end; x++)
		out_bytes(out, row[x].bytes, row[x].length);
}

void canvas_write(const struct canvas *canvas, struct out *out) {
	for (int y = 0; y < canvas->height; y++) {
		canvas_write_line(canvas, y, out);
		out_char(out, '\n');
	}
}

/* The end of the text that takes at most `width` columns. */
static const char *end_of(const struct canvas *canvas, const char *text, size_t length, int width) {
	const char *const end = text + length;
	while (canvas_width_of(canvas, text, (size_t)(end - text)) > width) {
		do
			text++;
		while (((unsigned char)*text & 0xc0) == 0x80);
	}
	return text;
}

void canvas_put_cut(struct canvas *canvas, struct area at, bool keeps_end, enum style style,
                    const char *text, size_t length) {
	const char *const mark = canvas->ascii ? "~" : "\u2026";
	if (at.width <= 1 || canvas_width_of(canvas, text, length) <= at.width) {
		canvas_put(canvas, at.x, at.y, at.width, style, text, length);
	} else if (keeps_end) {
		const char *rest = end_of(canvas, text, length, at.width - 1);
		canvas_text(canvas, at.x, at.y, 1, style, mark);
		canvas_put(canvas, at.x + 1, at.y, at.width - 1, style, rest,
		           length - (size_t)(rest - text));
	} else {
		canvas_put(canvas, at.x, at.y, at.width - 1, style, text, length);
		canvas_text(canvas, at.x + at.width - 1, at.y, 1, style, mark);
	}
}
