/* A golden screen is text without its styles; what a style says is tested by hand. */

#include "drawn.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "util.h"

struct canvas drawn_canvas(int width, int height, bool ascii) {
	struct canvas canvas;
	cr_assert_not_null(setlocale(LC_CTYPE, ascii ? "C" : "C.UTF-8"));
	canvas_init(&canvas, width, height, ascii);
	return canvas;
}

char *drawn_text(const struct canvas *canvas) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	canvas_write(canvas, &out);
	out_char(&out, '\0');
	return out.bytes;
}

static char *read_file(const char *path) {
	struct out out;
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "%s", path);
	out_init(&out, OUT_MEMORY);
	for (int c = fgetc(file); c != EOF; c = fgetc(file))
		out_char(&out, (char)c);
	fclose(file);
	out_char(&out, '\0');
	return out.bytes;
}

static void write_file(const char *path, const char *text) {
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file, "%s", path);
	cr_assert_geq(fputs(text, file), 0);
	cr_assert_eq(fclose(file), 0);
}

static void expect_ascii(const char *text) {
	for (const char *at = text; *at; at++)
		cr_assert_geq(*at, 0, "a byte that is not ASCII:\n%s", text);
}

/* The line in which they differ first, for a message that can be read. */
static void expect_same(const char *path, const char *text, const char *golden) {
	int number = 1;
	size_t start = 0;
	size_t at = 0;
	for (; text[at] == golden[at] && text[at]; at++) {
		if (text[at] == '\n') {
			start = at + 1;
			number++;
		}
	}
	cr_expect(text[at] == golden[at], "%s:%d:\n%.*s\nis not\n%.*s\nin\n%.8000s", path, number,
	          (int)strcspn(text + start, "\n"), text + start,
	          (int)strcspn(golden + start, "\n"), golden + start, text);
}

void drawn_expect_text(const struct canvas *canvas, const char *name, const char *text) {
	char *path = xasprintf("%s/%s-%dx%d%s.txt", TEST_GOLDEN, name, canvas->width,
	                       canvas->height, canvas->ascii ? "-ascii" : "");
	if (canvas->ascii)
		expect_ascii(text);
	if (getenv("UPDATE_GOLDEN")) {
		write_file(path, text);
	} else {
		char *golden = read_file(path);
		expect_same(path, text, golden);
		free(golden);
	}
	free(path);
}

void drawn_expect(const struct canvas *canvas, const char *name) {
	char *text = drawn_text(canvas);
	drawn_expect_text(canvas, name, text);
	free(text);
}
