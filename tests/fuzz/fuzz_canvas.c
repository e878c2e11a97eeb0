/* Texts of any bytes at any place of a small canvas: each cell holds one character that moves no
 * cursor, with its marks; a right half has its wide character to the left, and the measure is what
 * was drawn. */

#include <assert.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "canvas.h"
#include "escape.h"
#include "out.h"
#include "util.h"

enum { WIDTH = 9, HEIGHT = 3 };

/* Escaping finds nothing that it must change, but for the backslash. */
static void check_printable(const struct cell *cell) {
	struct out out;
	const size_t skipped = cell->bytes[0] == '\\';
	const size_t length = cell->length - skipped;
	out_init(&out, OUT_MEMORY);
	escape_write(&out, cell->bytes + skipped, length, ESCAPE_TEXT);
	assert(out.used == length && memcmp(out.bytes, cell->bytes + skipped, length) == 0);
	out_finish(&out);
}

/* Returns the columns of the cell. */
static int check_character(const struct cell *cell, bool ascii) {
	int columns = 0;
	size_t at = 0;
	assert(cell->length <= CELL_BYTES);
	for (size_t count = 0; at < cell->length; count++) {
		uint32_t code_point = 0;
		const unsigned char *bytes = (const unsigned char *)cell->bytes + at;
		const size_t length = escape_decode(bytes, cell->length - at, &code_point);
		assert(length > 0 && count < 5 && (!ascii || code_point < 0x80));
		const int width = wcwidth((wchar_t)code_point);
		assert(count == 0 ? width > 0 : width == 0);
		columns += width;
		at += length;
	}
	return columns;
}

static void check(const struct canvas *canvas) {
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *row = &canvas->cells[y * canvas->width];
		for (int x = 0; x < canvas->width;) {
			assert(row[x].length > 0 && row[x].style < STYLE_COUNT);
			check_printable(&row[x]);
			const int columns = check_character(&row[x], canvas->ascii);
			assert(columns == 1 || columns == 2);
			assert(x + columns <= canvas->width);
			if (columns == 2)
				assert(row[x + 1].length == 0);
			x += columns;
		}
	}
}

static void put_and_check(struct canvas *canvas, const uint8_t *head, const void *text,
                          size_t length) {
	const int x = (int8_t)head[0] % (2 * WIDTH), y = head[1] % (HEIGHT + 2) - 1;
	const int width = (int8_t)head[2] % (2 * WIDTH);
	const enum style style = (enum style)(head[0] % STYLE_COUNT);
	const int columns = canvas_put(canvas, x, y, width, style, text, length);
	assert(columns == canvas_width_of(canvas, text, length));
	check(canvas);
	if (head[1] & 0x80)
		canvas_fill(canvas, (struct area){ x, y, width, 2 }, style);
	if (head[1] & 0x40)
		canvas_restyle(canvas, (struct area){ x, y, width, 2 }, style);
	check(canvas);
}

/* Each byte chooses what random ones seldom hit upon. */
static void put_pieces(struct canvas *canvas, const uint8_t *head, const uint8_t *data,
                       size_t length) {
	static const char *const pieces[] = {
		"a",        "\xe4\xb8\x96", "\xcc\x81", "\xf0\x9f\x98\x80",
		" ",        "\\",           "\x1b[2J",  "\xe2\x80\xae",
		"\xc2\x9b", "\xe2\x80\x8d", "\xff",     "\xe4\xb8",
		"\xc2\xa0", "\xe1\x84\x80", "\n",       "\xf3\xa0\x84\x80",
		"z",        "\xe2\x96\x88", "\x7f",     "\xf4\x8f\xbf\xbf",
	};
	struct out text;
	out_init(&text, OUT_MEMORY);
	for (size_t i = 0; i < length; i++)
		out_text(&text, pieces[data[i] % ARRAY_LENGTH(pieces)]);
	put_and_check(canvas, head, text.bytes, text.used);
	out_finish(&text);
}

/* Three bytes say where and how, one how long; then comes the text. Returns what it took. */
static size_t put_one(struct canvas *canvas, const uint8_t *data, size_t size) {
	enum { HEAD = 4 };
	if (size < HEAD)
		return size;
	const size_t wanted = data[3] % 64;
	const size_t length = wanted < size - HEAD ? wanted : size - HEAD;
	if (data[3] & 0x80)
		put_and_check(canvas, data, data + HEAD, length);
	else
		put_pieces(canvas, data, data + HEAD, length);
	return HEAD + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct canvas canvas;
	if (size == 0 || !setlocale(LC_CTYPE, "C.UTF-8"))
		return 0;
	canvas_init(&canvas, WIDTH, HEIGHT, data[0] & 1);
	for (size_t at = 1; at < size;)
		at += put_one(&canvas, data + at, size - at);
	canvas_finish(&canvas);
	return 0;
}
