/* Themes: every style looks like something that can be read, with colours and without. */

#include <criterion/criterion.h>
#include <string.h>

#include "theme.h"
#include "util.h"

enum { RED = 1, YELLOW = 3, CYAN = 6 };

static const struct theme_look *look(const struct theme *theme, enum style style) {
	return &theme->looks[style];
}

static bool is_same(const struct theme *theme, enum style one, enum style other) {
	return memcmp(look(theme, one), look(theme, other), sizeof(struct theme_look)) == 0;
}

Test(theme, without_colours_there_are_only_attributes) {
	const struct theme *themes[] = { theme_choose(0, false), theme_choose(1, false),
		                         theme_choose(256, true), theme_choose(8, true) };
	for (size_t i = 0; i < ARRAY_LENGTH(themes); i++) {
		for (int style = 0; style < STYLE_COUNT; style++) {
			cr_expect_eq(themes[i]->looks[style].foreground, THEME_COLOR_DEFAULT);
			cr_expect_eq(themes[i]->looks[style].background, THEME_COLOR_DEFAULT);
		}
		cr_expect(look(themes[i], STYLE_SELECTED)->attributes & THEME_REVERSE);
		cr_expect(look(themes[i], STYLE_MENU_SELECTED)->attributes & THEME_REVERSE);
	}
}

Test(theme, no_colour_is_asked_for_that_the_terminal_lacks) {
	static const int colors[] = { 8, 16, 256 };
	for (size_t i = 0; i < ARRAY_LENGTH(colors); i++) {
		const struct theme *theme = theme_choose(colors[i], false);
		for (int style = 0; style < STYLE_COUNT; style++) {
			cr_expect_lt(theme->looks[style].foreground, colors[i]);
			cr_expect_lt(theme->looks[style].background, colors[i]);
		}
	}
}

/* Of black text on the default background a dark terminal shows nothing, and of plain yellow and
 * cyan a light one next to nothing. A table with a style left out would be black on black. */
Test(theme, colours_can_be_read_on_dark_and_light) {
	static const int colors[] = { 8, 16 };
	for (size_t i = 0; i < ARRAY_LENGTH(colors); i++) {
		const struct theme *theme = theme_choose(colors[i], false);
		for (enum style style = 0; style < STYLE_COUNT; style++) {
			const struct theme_look *is = look(theme, style);
			const bool bold = is->attributes & THEME_BOLD;
			cr_expect_neq(is->background, 0, "style %d", (int)style);
			if (is->background == THEME_COLOR_DEFAULT)
				cr_expect(is->foreground != 0 && ((is->foreground != YELLOW &&
				                                   is->foreground != CYAN) ||
				                                  bold),
				          "style %d", (int)style);
			else
				cr_expect_eq(is->foreground, 0, "style %d", (int)style);
		}
	}
}

/* Relative luminance (WCAG 2.2) of a colour in xterm's cube of 6 * 6 * 6, which begins at 16; its
 * levels are 0, 95, 135, 175, 215 and 255. */
static double luminance(int color) {
	static const double linear[] = { 0, 0.1144, 0.2423, 0.4287, 0.6795, 1 };
	const int index = color - 16;
	return 0.2126 * linear[index / 36] + 0.7152 * linear[index / 6 % 6] +
	       0.0722 * linear[index % 6];
}

Test(theme, of_many_colours_those_are_taken_that_contrast_with_black_and_with_white) {
	const struct theme *theme = theme_choose(256, false);
	int seen = 0;
	for (enum style style = 0; style < STYLE_COUNT; style++) {
		const struct theme_look *is = look(theme, style);
		if (is->background != THEME_COLOR_DEFAULT || is->foreground == THEME_COLOR_DEFAULT)
			continue;
		seen++;
		cr_assert(is->foreground >= 16 && is->foreground < 232, "style %d", (int)style);
		const double light = luminance(is->foreground);
		cr_expect_gt((light + 0.05) / 0.05, 2.9, "style %d on black", (int)style);
		cr_expect_gt(1.05 / (light + 0.05), 2.9, "style %d on white", (int)style);
	}
	cr_expect_gt(seen, 4);
}

Test(theme, what_must_be_told_apart_looks_different) {
	static const enum style pairs[][2] = {
		{ STYLE_TEXT, STYLE_SELECTED },     { STYLE_HEADING, STYLE_SORTED },
		{ STYLE_HEADING, STYLE_SELECTED },  { STYLE_MENU, STYLE_MENU_SELECTED },
		{ STYLE_BAR_KEY, STYLE_BAR_LABEL }, { STYLE_NEW, STYLE_GONE },
		{ STYLE_NEW, STYLE_CHANGED },       { STYLE_GONE, STYLE_CHANGED },
		{ STYLE_TEXT, STYLE_ERROR },        { STYLE_TEXT, STYLE_MATCH },
	};
	static const int colors[] = { 0, 8, 16, 256 };
	for (size_t i = 0; i < ARRAY_LENGTH(colors); i++) {
		const struct theme *theme = theme_choose(colors[i], false);
		for (size_t j = 0; j < ARRAY_LENGTH(pairs); j++)
			cr_expect_not(is_same(theme, pairs[j][0], pairs[j][1]), "%s: %d and %d",
			              theme->name, (int)pairs[j][0], (int)pairs[j][1]);
	}
}

Test(theme, received_and_sent_have_hues_of_their_own_and_red_is_bad) {
	static const int colors[] = { 8, 16 };
	for (size_t i = 0; i < ARRAY_LENGTH(colors); i++) {
		const struct theme *theme = theme_choose(colors[i], false);
		cr_expect_neq(look(theme, STYLE_RX)->foreground, look(theme, STYLE_TX)->foreground);
		for (enum style style = 0; style < STYLE_COUNT; style++) {
			if (style != STYLE_GONE && style != STYLE_ERROR)
				cr_expect_neq(look(theme, style)->foreground, RED);
		}
	}
}
