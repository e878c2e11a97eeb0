/* Lines of bars: where the newest stands, how high each is, and what unknown looks like. */

#include <criterion/criterion.h>
#include <locale.h>
#include <string.h>

#include "out.h"
#include "series.h"
#include "util.h"

static void expect(const struct series *series, int width, bool ascii, const char *wanted) {
	struct canvas canvas;
	struct out out;
	canvas_init(&canvas, 20, 1, ascii);
	canvas_text(&canvas, 0, 0, 20, STYLE_TEXT, "[                  ]");
	series_draw(series, &canvas, 1, 0, width, STYLE_RX);
	out_init(&out, OUT_MEMORY);
	canvas_write_line(&canvas, 0, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
	canvas_finish(&canvas);
}

static void use_utf8(void) {
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
}

Test(series, an_empty_one_draws_nothing) {
	const struct series series = { 0 };
	expect(&series, 18, true, "[                  ]");
}

Test(series, the_highest_is_full_and_zero_is_the_lowest_bar, .init = use_utf8) {
	struct series series = { 0 };
	for (uint64_t value = 0; value < 8; value++)
		series_add(&series, true, value * 100);
	expect(&series, 18, false, "[          ▁▂▃▄▅▆▇█]");
	expect(&series, 18, true, "[          _.:-=+*#]");
}

Test(series, little_is_more_than_nothing, .init = use_utf8) {
	struct series series = { 0 };
	series_add(&series, true, 1);
	series_add(&series, true, 0);
	series_add(&series, true, UINT64_MAX);
	expect(&series, 18, false, "[               ▂▁█]");
}

Test(series, nothing_but_zeros_are_low_bars, .init = use_utf8) {
	struct series series = { 0 };
	series_add(&series, true, 0);
	series_add(&series, true, 0);
	expect(&series, 18, false, "[                ▁▁]");
}

Test(series, what_is_unknown_is_a_gap_and_sets_no_scale, .init = use_utf8) {
	struct series series = { 0 };
	series_add(&series, true, 7);
	series_add(&series, false, 1000000);
	series_add(&series, true, 7);
	expect(&series, 18, false, "[               █ █]");
}

Test(series, what_left_the_line_sets_no_scale, .init = use_utf8) {
	struct series series = { 0 };
	series_add(&series, true, 1000000);
	for (int i = 0; i < 3; i++)
		series_add(&series, true, 1);
	expect(&series, 3, false, "[███               ]");
	expect(&series, 4, false, "[█▂▂▂              ]");
}

Test(series, only_the_last_values_are_kept, .init = use_utf8) {
	struct series series = { 0 };
	for (uint64_t value = 0; value < 3 * SERIES_LENGTH + 5; value++)
		series_add(&series, true, value % 2 ? 7 : 0);
	expect(&series, 4, false, "[█▁█▁              ]");
	struct canvas canvas;
	canvas_init(&canvas, 300, 1, false);
	series_draw(&series, &canvas, 0, 0, 300, STYLE_RX);
	cr_expect_eq(canvas.cells[300 - SERIES_LENGTH - 1].bytes[0], ' ');
	cr_expect_neq(canvas.cells[300 - SERIES_LENGTH].bytes[0], ' ');
	canvas_finish(&canvas);
}

Test(series, the_newest_and_the_highest_are_told_if_they_are_known) {
	struct series series = { .count = 0 };
	uint32_t value = 7;
	cr_expect_not(series_newest(&series, &value));
	cr_expect_not(series_highest(&series, &value));
	series_add(&series, false, 0);
	cr_expect_not(series_highest(&series, &value));
	cr_expect_eq(value, 7, "untouched");
	series_add(&series, true, 5);
	series_add(&series, true, 3);
	cr_expect(series_highest(&series, &value) && value == 5);
	cr_expect(series_newest(&series, &value) && value == 3);
	for (int i = 0; i < SERIES_LENGTH - 1; i++)
		series_add(&series, true, 4);
	cr_expect(series_highest(&series, &value) && value == 4, "what has left does not count");
	series_add(&series, false, 0);
	cr_expect_not(series_newest(&series, &value));
	cr_expect_eq(series_length(&series), SERIES_LENGTH);
}
