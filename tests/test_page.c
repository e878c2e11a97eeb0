/* Lines of a page that is longer than the screen, and how text is broken into them. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "drawn.h"
#include "page.h"
#include "util.h"

static void expect_wrapped(const char *text, size_t length, int width, const char *wanted) {
	struct canvas canvas = drawn_canvas(width, 6, false);
	struct page page = { .canvas = &canvas, .area = { 0, 0, width, 6 } };
	page_wrap(&page, 0, STYLE_TEXT, text, length);
	char *drawn = drawn_text(&canvas);
	char *all = xasprintf("%s%.*s", wanted, 6 - page.line, "\n\n\n\n\n\n");
	cr_expect_str_eq(drawn, all, "'%s' is not '%s'", drawn, all);
	free(all);
	free(drawn);
	canvas_finish(&canvas);
}

Test(page, text_is_broken_at_blanks_or_else_between_characters) {
	static const struct {
		const char *text;
		int width;
		const char *wanted;
	} cases[] = {
		{ "", 5, "" },
		{ "one two", 7, "one two\n" },
		{ "one two", 6, "one\ntwo\n" },
		{ "one two", 3, "one\ntwo\n" },
		{ "one two three", 8, "one two\nthree\n" },
		{ "abcdefgh ij", 4, "abcd\nefgh\nij\n" },
		{ "a\nb", 5, "a\nb\n" },
		{ "a\n", 5, "a\n" },
		{ "世界世界", 5, "世界\n世界\n" },
		{ "é ü", 1, "é\nü\n" },
		{ "世", 1, "\n" },
		{ "\033\033", 4, "\\x1b\n\\x1b\n" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		expect_wrapped(cases[i].text, strlen(cases[i].text), cases[i].width,
		               cases[i].wanted);
	expect_wrapped("a\0b\xff", 4, 9, "a\\x00b\n\\xff\n");
}

Test(page, only_lines_that_are_scrolled_to_are_drawn) {
	struct canvas canvas = drawn_canvas(10, 4, false);
	struct page page = { .canvas = &canvas, .area = { 1, 1, 8, 2 }, .scroll = 3 };
	for (int i = 0; i < 9; i++) {
		const char digit = (char)('0' + i);
		cr_expect_eq(page_put(&page, 2, 8, STYLE_TEXT, &digit, 1), 1);
		cr_expect_eq(page_y(&page), i == 3 ? 1 : i == 4 ? 2 : -1);
		page_next(&page);
	}
	char *drawn = drawn_text(&canvas);
	cr_expect_str_eq(drawn, "\n   3\n   4\n\n", "%s", drawn);
	cr_expect_eq(page.line, 9);
	free(drawn);
	canvas_finish(&canvas);
}

Test(page, what_is_too_wide_for_the_area_is_cut) {
	struct canvas canvas = drawn_canvas(10, 1, false);
	struct page page = { .canvas = &canvas, .area = { 1, 0, 5, 1 } };
	cr_expect_eq(page_text(&page, 2, 100, STYLE_TEXT, "abcdef"), 6);
	cr_expect_eq(page_text(&page, 9, 100, STYLE_TEXT, "xyz"), 3);
	char *drawn = drawn_text(&canvas);
	cr_expect_str_eq(drawn, "   abc\n", "%s", drawn);
	free(drawn);
	canvas_finish(&canvas);
}
