/* Cells: what stands where, what is cut, and that nothing from outside gets in unescaped. */

#include <criterion/criterion.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "out.h"
#include "util.h"

static void use_utf8(void) {
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
}

/* Compares a line, right halves and all. */
static void expect_line(const struct canvas *canvas, int y, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	canvas_write_line(canvas, y, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
}

/* One text on a canvas of ten columns. */
static void expect(const char *text, size_t length, bool ascii, int columns, const char *wanted) {
	struct canvas canvas;
	canvas_init(&canvas, 10, 1, ascii);
	cr_expect_eq(canvas_width_of(&canvas, text, length), columns, "width of %s", wanted);
	cr_expect_eq(canvas_put(&canvas, 0, 0, 10, STYLE_TEXT, text, length), columns);
	expect_line(&canvas, 0, wanted);
	canvas_finish(&canvas);
}

static const struct cell *cell_at(const struct canvas *canvas, int x, int y) {
	return &canvas->cells[y * canvas->width + x];
}

Test(canvas, a_new_one_is_blank_and_shows_no_cursor) {
	struct canvas canvas;
	struct out out;
	canvas_init(&canvas, 4, 2, true);
	cr_expect_eq(canvas.cursor_x, -1);
	out_init(&out, OUT_MEMORY);
	canvas_write(&canvas, &out);
	cr_expect_eq(out.used, 2);
	cr_expect_arr_eq(out.bytes, "\n\n", 2);
	out_finish(&out);
	canvas_finish(&canvas);
}

Test(canvas, text_is_cut_at_its_width_and_at_the_edges, .init = use_utf8) {
	struct canvas canvas;
	canvas_init(&canvas, 6, 3, false);
	cr_expect_eq(canvas_text(&canvas, 1, 0, 3, STYLE_TEXT, "abcdef"), 6);
	expect_line(&canvas, 0, " abc");
	canvas_text(&canvas, -2, 1, 100, STYLE_TEXT, "0123456789");
	expect_line(&canvas, 1, "234567");
	canvas_text(&canvas, 4, 2, INT_MAX, STYLE_TEXT, "abc");
	canvas_text(&canvas, INT_MAX, 2, INT_MAX, STYLE_TEXT, "abc");
	canvas_text(&canvas, INT_MIN, 2, INT_MAX, STYLE_TEXT, "abc");
	canvas_text(&canvas, 0, 2, -1, STYLE_TEXT, "abc");
	canvas_text(&canvas, 0, -1, 9, STYLE_TEXT, "abc");
	canvas_text(&canvas, 0, 3, 9, STYLE_TEXT, "abc");
	expect_line(&canvas, 2, "    ab");
	canvas_finish(&canvas);
}

Test(canvas, wide_characters_take_two_cells, .init = use_utf8) {
	expect("a世界", 7, false, 5, "a世界");
}

Test(canvas, a_wide_character_that_an_edge_cuts_is_blank, .init = use_utf8) {
	struct canvas canvas;
	canvas_init(&canvas, 4, 3, false);
	cr_expect_eq(canvas_text(&canvas, 1, 0, 100, STYLE_TEXT, "世世"), 4);
	expect_line(&canvas, 0, " 世");
	canvas_text(&canvas, -1, 1, 100, STYLE_TEXT, "世b");
	expect_line(&canvas, 1, " b");
	canvas_text(&canvas, 0, 2, 4, STYLE_TEXT, "wxyz");
	canvas_text(&canvas, 0, 2, 1, STYLE_NEW, "世");
	expect_line(&canvas, 2, " xyz");
	cr_expect_eq(cell_at(&canvas, 0, 2)->style, STYLE_NEW);
	canvas_finish(&canvas);
}

Test(canvas, half_of_a_wide_character_is_never_left, .init = use_utf8) {
	struct canvas canvas;
	canvas_init(&canvas, 6, 1, false);
	canvas_text(&canvas, 0, 0, 6, STYLE_TEXT, "世界世");
	canvas_text(&canvas, 1, 0, 1, STYLE_TEXT, "x");
	expect_line(&canvas, 0, " x界世");
	canvas_text(&canvas, 4, 0, 1, STYLE_TEXT, "y");
	expect_line(&canvas, 0, " x界y");
	canvas_text(&canvas, 0, 0, 6, STYLE_TEXT, "世界世");
	canvas_text(&canvas, 1, 0, 6, STYLE_TEXT, "世");
	expect_line(&canvas, 0, " 世 世");
	canvas_fill(&canvas, (struct area){ 2, 0, 3, 1 }, STYLE_TEXT);
	expect_line(&canvas, 0, "");
	canvas_finish(&canvas);
}

Test(canvas, marks_join_the_character_before_and_only_four_do, .init = use_utf8) {
	expect("e\xcc\x81x", 4, false, 2, "e\xcc\x81x");
	expect("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86x", 14, false, 2,
	       "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x");
}

Test(canvas, a_mark_alone_stands_on_a_dotted_circle, .init = use_utf8) {
	expect("\xcc\x81x", 3, false, 2, "\xe2\x97\x8c\xcc\x81x");
}

Test(canvas, a_mark_whose_character_is_not_seen_is_not_seen, .init = use_utf8) {
	struct canvas canvas;
	canvas_init(&canvas, 3, 1, false);
	canvas_text(&canvas, 0, 0, 3, STYLE_TEXT, "abc");
	canvas_text(&canvas, 3, 0, 3, STYLE_TEXT, "e\xcc\x81");
	canvas_text(&canvas, -1, 0, 3, STYLE_TEXT, "e\xcc\x81");
	expect_line(&canvas, 0, "abc");
	canvas_finish(&canvas);
}

Test(canvas, what_is_not_printable_is_escaped, .init = use_utf8) {
	static const struct {
		const char *bytes;
		size_t length;
		const char *text;
	} cases[] = {
		{ "\x1b[", 2, "\\x1b[" }, { "a\nb", 3, "a\\x0ab" },
		{ "\0", 1, "\\x00" },     { "\x7f", 1, "\\x7f" },
		{ "\\\n", 2, "\\\\x0a" }, { "\xc2\x9b", 2, "\\xc2\\x9b" },
		{ "\xff", 1, "\\xff" },   { "\xe4\xb8", 2, "\\xe4\\xb8" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		expect(cases[i].bytes, cases[i].length, false, (int)strlen(cases[i].text),
		       cases[i].text);
	/* U+202E turns the reading direction. */
	expect("\xe2\x80\xaex", 4, false, 13, "\\xe2\\x80\\x");
}

Test(canvas, without_more_than_ascii_the_rest_is_escaped, .init = use_utf8) {
	expect("e\xcc\x81", 3, true, 9, "e\\xcc\\x81");
	expect("\xc3\xa9", 2, true, 8, "\\xc3\\xa9");
}

Test(canvas, a_locale_without_utf8_is_ascii) {
	setlocale(LC_CTYPE, "C");
	struct canvas canvas;
	canvas_init(&canvas, 10, 1, false);
	cr_expect(canvas.ascii);
	canvas_finish(&canvas);
	expect("\xc3\xa9", 2, false, 8, "\\xc3\\xa9");
}

Test(canvas, a_long_name_is_measured_and_cut, .init = use_utf8) {
	char name[4096];
	memset(name, '\x1b', sizeof(name));
	expect(name, sizeof(name), false, 4 * 4096, "\\x1b\\x1b\\x");
	memset(name, 'a', sizeof(name));
	expect(name, sizeof(name), false, 4096, "aaaaaaaaaa");
}

Test(canvas, text_to_the_right_ends_there) {
	struct canvas canvas;
	canvas_init(&canvas, 8, 2, true);
	canvas_text_right(&canvas, 1, 0, 6, STYLE_TEXT, "abc");
	expect_line(&canvas, 0, "    abc");
	canvas_text_right(&canvas, 1, 1, 6, STYLE_TEXT, "0123456789");
	expect_line(&canvas, 1, " 012345");
	canvas_finish(&canvas);
}

Test(canvas, areas_are_filled_and_styled_only_inside) {
	struct canvas canvas;
	canvas_init(&canvas, 4, 2, true);
	canvas_text(&canvas, 0, 0, 4, STYLE_TEXT, "abcd");
	canvas_fill(&canvas, (struct area){ 2, -5, INT_MAX, INT_MAX }, STYLE_MENU);
	expect_line(&canvas, 0, "ab");
	cr_expect_eq(cell_at(&canvas, 3, 1)->style, STYLE_MENU);
	canvas_restyle(&canvas, (struct area){ -1, 0, 2, 1 }, STYLE_SELECTED);
	cr_expect_eq(cell_at(&canvas, 0, 0)->style, STYLE_SELECTED);
	cr_expect_eq(cell_at(&canvas, 1, 0)->style, STYLE_TEXT);
	expect_line(&canvas, 0, "ab");
	canvas_fill(&canvas, (struct area){ 9, 9, 3, 3 }, STYLE_MENU);
	canvas_finish(&canvas);
}

Test(canvas, it_can_be_as_small_as_one_cell, .init = use_utf8) {
	struct canvas canvas;
	canvas_init(&canvas, 80, 24, false);
	canvas_clear(&canvas, 0, -3);
	cr_expect_eq(canvas.width, 1);
	cr_expect_eq(canvas.height, 1);
	canvas_text(&canvas, 0, 0, 5, STYLE_TEXT, "世x");
	expect_line(&canvas, 0, "");
	canvas_printf(&canvas, 0, 0, 5, STYLE_TEXT, "%d", 7);
	expect_line(&canvas, 0, "7");
	canvas_finish(&canvas);
}
