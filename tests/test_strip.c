/* Timelines drawn as a line. */

#include <criterion/criterion.h>
#include <locale.h>
#include <string.h>

#include "out.h"
#include "strip.h"
#include "timeline.h"
#include "util.h"

static struct timeline rising(size_t count) {
	struct timeline timeline = { 0 };
	for (size_t i = 0; i < count; i++)
		timeline_add(&timeline, &(struct timeline_moment){ .sockets = 1000 + i });
	return timeline;
}

/* The line, and at which column moment `at` is marked (-1: at none; -2: at several). */
static int draw(const struct timeline *timeline, size_t at, int width, char line[static 400]) {
	struct canvas canvas;
	struct out out;
	int marked = -1;
	canvas_init(&canvas, width + 2, 1, true);
	out_init(&out, OUT_MEMORY);
	strip_draw(timeline, at, &canvas, (struct area){ 1, 0, width, 1 });
	for (int x = 0; x < canvas.width; x++) {
		if (canvas_row(&canvas, 0)[x].style == STYLE_SELECTED)
			marked = marked == -1 ? x : -2;
	}
	canvas_write_line(&canvas, 0, &out);
	out_char(&out, '\0');
	cr_assert_lt(out.used, 400);
	memcpy(line, out.bytes, out.used);
	out_finish(&out);
	canvas_finish(&canvas);
	return marked;
}

Test(strip, bars_go_from_the_fewest_sockets_to_the_most) {
	char line[400];
	struct timeline timeline = rising(8);
	cr_expect_eq(draw(&timeline, 2, 8, line), 3);
	cr_expect_str_eq(line, " _.:-=+*#");
	timeline_finish(&timeline);
}

Test(strip, a_column_shows_the_highest_of_its_moments) {
	char line[400];
	struct timeline timeline = rising(8);
	timeline.sockets[0] = 1007;
	timeline.sockets[2] = 1000;
	cr_expect_eq(draw(&timeline, 7, 4, line), 4);
	cr_expect_str_eq(line, " #-+#");
	timeline_finish(&timeline);
}

/* However wide the screen and however long the recording. */
Test(strip, every_moment_is_marked_somewhere_inside) {
	char line[400];
	static const size_t counts[] = { 1, 2, 7, 80, 81, 1000 };
	for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
		struct timeline timeline = rising(counts[i]);
		for (int width = 1; width < 120; width += 13) {
			for (size_t at = 0; at < counts[i]; at += 1 + counts[i] / 50) {
				const int marked = draw(&timeline, at, width, line);
				cr_assert(marked == -2 || (marked > 0 && marked <= width),
				          "%zu of %zu in %d: %d", at, counts[i], width, marked);
				cr_assert_geq(strip_step(&timeline, width), 1);
			}
		}
		timeline_finish(&timeline);
	}
}

Test(strip, nothing_is_drawn_of_nothing_or_nowhere) {
	char line[400];
	struct timeline timeline = { 0 };
	cr_expect_eq(draw(&timeline, 0, 10, line), -1);
	cr_expect_str_eq(line, "");
	timeline = rising(3);
	cr_expect_eq(draw(&timeline, 0, 0, line), -1);
	cr_expect_eq(strip_step(&timeline, 0), 1);
	timeline_finish(&timeline);
}
