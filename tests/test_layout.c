/* Which columns fit, and how wide they are. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "util.h"

/* A column that may be cut, two that may not, and one that nobody misses. */
static const struct layout_column usual[] = {
	{ .wanted = 12, .least = 6, .priority = 50, .claim = 2 },
	{ .wanted = 20, .least = 20, .priority = 90 },
	{ .wanted = 5, .least = 5, .priority = 80 },
	{ .wanted = 8, .least = 4, .priority = 10, .claim = 1 },
};

enum { USUAL_COUNT = ARRAY_LENGTH(usual) };

static void expect_widths(int width, const int *wanted) {
	struct layout_column columns[USUAL_COUNT];
	memcpy(columns, usual, sizeof(usual));
	layout_fit(columns, USUAL_COUNT, width);
	for (size_t i = 0; i < USUAL_COUNT; i++)
		cr_expect_eq(columns[i].width, wanted[i], "at %d: column %zu is %d wide", width, i,
		             columns[i].width);
}

Test(layout, columns_are_cut_by_claim_before_any_is_dropped) {
	static const struct {
		int width;
		int widths[USUAL_COUNT];
	} rows[] = {
		{ 200, { 12, 20, 5, 8 } }, { 48, { 12, 20, 5, 8 } }, { 46, { 12, 20, 5, 6 } },
		{ 44, { 12, 20, 5, 4 } },  { 41, { 9, 20, 5, 4 } },  { 38, { 6, 20, 5, 4 } },
		{ 37, { 10, 20, 5, 0 } },  { 33, { 6, 20, 5, 0 } },  { 32, { 6, 20, 0, 4 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_widths(rows[i].width, rows[i].widths);
}

Test(layout, one_that_does_not_fit_makes_room_for_narrower_ones) {
	expect_widths(26, (const int[]){ 12, 0, 5, 7 });
	expect_widths(12, (const int[]){ 6, 0, 5, 0 });
}

Test(layout, the_first_column_stays_whatever_happens) {
	expect_widths(5, (const int[]){ 6, 0, 0, 0 });
	expect_widths(0, (const int[]){ 6, 0, 0, 0 });
	expect_widths(-3, (const int[]){ 6, 0, 0, 0 });
}

Test(layout, of_equals_the_leftmost_stays) {
	struct layout_column columns[] = {
		{ .wanted = 1, .least = 1, .priority = 1 },
		{ .wanted = 4, .least = 4, .priority = 1 },
		{ .wanted = 4, .least = 4, .priority = 1 },
	};
	layout_fit(columns, ARRAY_LENGTH(columns), 6);
	cr_expect_eq(columns[1].width, 4);
	cr_expect_eq(columns[2].width, 0);
}

/* Three that are needed, of which the first may be cut down to a third, and two extras. */
Test(layout, nothing_is_cut_below_its_full_width_for_an_extra_column) {
	static const struct layout_column columns[] = {
		{ .wanted = 40, .least = 10, .full = 30, .priority = 90, .claim = 1 },
		{ .wanted = 8, .least = 8, .full = 8, .priority = 50 },
		{ .wanted = 5, .least = 5, .priority = 40, .is_extra = true },
		{ .wanted = 3, .least = 2, .full = 3, .priority = 95, .is_extra = true },
		{ .wanted = 6, .least = 6, .priority = 10 },
	};
	static const struct {
		int width;
		int widths[ARRAY_LENGTH(columns)];
	} rows[] = {
		{ 26, { 10, 8, 0, 0, 6 } }, { 46, { 30, 8, 0, 0, 6 } }, { 49, { 33, 8, 0, 0, 6 } },
		{ 50, { 30, 8, 0, 3, 6 } }, { 56, { 30, 8, 5, 3, 6 } }, { 60, { 34, 8, 5, 3, 6 } },
		{ 80, { 40, 8, 5, 3, 6 } }, { 25, { 16, 8, 0, 0, 0 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct layout_column now[ARRAY_LENGTH(columns)];
		memcpy(now, columns, sizeof(columns));
		layout_fit(now, ARRAY_LENGTH(now), rows[i].width);
		for (size_t j = 0; j < ARRAY_LENGTH(now); j++)
			cr_expect_eq(now[j].width, rows[i].widths[j],
			             "at %d: column %zu is %d wide", rows[i].width, j,
			             now[j].width);
	}
}

Test(layout, columns_stand_side_by_side_with_a_blank_between) {
	struct layout_column columns[USUAL_COUNT];
	memcpy(columns, usual, sizeof(usual));
	cr_expect_eq(layout_fit(columns, USUAL_COUNT, 26), 26);
	cr_expect_eq(columns[0].x, 0);
	cr_expect_eq(columns[2].x, 13);
	cr_expect_eq(columns[3].x, 19);
}

Test(layout, for_scrolling_all_are_there_at_full_width) {
	struct layout_column columns[USUAL_COUNT];
	memcpy(columns, usual, sizeof(usual));
	cr_expect_eq(layout_all(columns, USUAL_COUNT), 48);
	cr_expect_eq(columns[3].x, 40);
	cr_expect_eq(layout_all(columns, 0), 0);
	cr_expect_eq(layout_fit(columns, 0, 10), 0);
}

/* Of columns of any width: they fit, none is cut below its least, and a dropped one would not have
 * fitted beside those that are more important. */
Test(layout, whatever_the_columns_are_they_fit_and_no_room_is_given_away) {
	enum { ROUNDS = 2000, COUNT = 9 };
	srandom(6);
	for (int round = 0; round < ROUNDS; round++) {
		struct layout_column columns[COUNT] = { 0 };
		for (size_t i = 0; i < COUNT; i++) {
			columns[i].least = 1 + (int)(random() % 20);
			columns[i].wanted = columns[i].least + (int)(random() % 10);
			columns[i].priority = (int)(random() % 5);
			columns[i].claim = (int)(random() % 3);
		}
		const int width = 20 + (int)(random() % 150);
		const int used = layout_fit(columns, COUNT, width);
		cr_assert_leq(used, width);
		int least = -1;
		for (size_t i = 0; i < COUNT; i++) {
			if (columns[i].width == 0)
				continue;
			least += columns[i].least + 1;
			cr_assert_geq(columns[i].width, columns[i].least);
			cr_assert_leq(columns[i].width, columns[i].wanted);
			cr_assert(columns[i].width == columns[i].wanted || used == width);
		}
		for (size_t i = 0; i < COUNT; i++)
			cr_assert(columns[i].width > 0 || least + 1 + columns[i].least > width);
	}
}
