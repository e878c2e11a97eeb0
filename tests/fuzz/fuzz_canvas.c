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

enum { WIDTH = 9, HEIGHT = 3 };

/* Escaping finds nothing that it must change, but for the backslash. */
static void check_printable(const struct cell *cell) {
	struct out out;
	if (cell->length == 1 && cell->bytes[0] == '\\')
		return;
	out_init(&out, OUT_MEMORY);
	escape_write(&out, cell->bytes, cell->length, ESCAPE_TEXT);
	assert(out.used == cell->length && memcmp(out.bytes, cell->bytes, out.used) == 0);
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

/* Three bytes say where, one how long; then comes the text. Returns what it took. */
static size_t put_one(struct canvas *canvas, const uint8_t *data, size_t size) {
	enum { HEAD = 4 };
	if (size < HEAD)
		return size;
	const size_t length = data[3] < size - HEAD ? data[3] : size - HEAD;
	const int x = (int8_t)data[0], y = data[1] % (HEIGHT + 2) - 1, width = (int8_t)data[2];
	const enum style style = (enum style)(data[0] % STYLE_COUNT);
	const int columns = canvas_put(canvas, x, y, width, style, data + HEAD, length);
	assert(columns == canvas_width_of(canvas, data + HEAD, length));
	check(canvas);
	if (data[1] & 0x80)
		canvas_fill(canvas, (struct area){ x, y, width, 2 }, style);
	if (data[1] & 0x40)
		canvas_restyle(canvas, (struct area){ x, y, width, 2 }, style);
	check(canvas);
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
