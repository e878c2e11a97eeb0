/* Themes: every style looks like something that can be read, with colours and without. */

#include <criterion/criterion.h>
#include <string.h>

#include "theme.h"
#include "util.h"

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

static struct theme make(enum theme_kind kind, int colors) {
	return theme_make(kind, &(struct theme_terminal){ .colors = colors });
}

static const struct theme_look *look(const struct theme *theme, enum style style) {
	return &theme->looks[style];
}

static bool is_same(const struct theme *theme, enum style one, enum style other) {
	const struct theme_look *a = look(theme, one), *b = look(theme, other);
	return a->foreground == b->foreground && a->background == b->background &&
	       a->attributes == b->attributes;
}

static void expect_plain(const struct theme *theme) {
	for (int style = 0; style < STYLE_COUNT; style++) {
		cr_expect_eq(theme->looks[style].foreground, THEME_COLOR_DEFAULT);
		cr_expect_eq(theme->looks[style].background, THEME_COLOR_DEFAULT);
	}
	cr_expect(look(theme, STYLE_SELECTED)->attributes & THEME_REVERSE);
	cr_expect(look(theme, STYLE_MENU_SELECTED)->attributes & THEME_REVERSE);
}

Test(theme, without_colours_there_are_only_attributes) {
	for (int kind = 0; kind < THEME_COUNT; kind++) {
		const struct theme none = make((enum theme_kind)kind, 0);
		const struct theme one = make((enum theme_kind)kind, 1);
		expect_plain(&none);
		expect_plain(&one);
	}
	const struct theme mono = make(THEME_MONO, 256);
	expect_plain(&mono);
}

Test(theme, no_color_is_overridden_by_who_names_a_theme) {
	const struct theme_terminal terminal = { .colors = 256,
		                                 .no_color = true,
		                                 .background = THEME_BACKGROUND_DARK };
	const struct theme automatic = theme_make(THEME_AUTO, &terminal);
	const struct theme named = theme_make(THEME_DARK, &terminal);
	expect_plain(&automatic);
	cr_expect_neq(look(&named, STYLE_NEW)->foreground, THEME_COLOR_DEFAULT);
}

Test(theme, the_background_chooses_where_nobody_does) {
	static const struct {
		enum theme_background background;
		enum theme_kind as;
	} cases[] = {
		{ THEME_BACKGROUND_DARK, THEME_DARK },
		{ THEME_BACKGROUND_LIGHT, THEME_LIGHT },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct theme_terminal terminal = { .colors = 256,
			                                 .background = cases[i].background };
		const struct theme chosen = theme_make(THEME_AUTO, &terminal);
		const struct theme as = make(cases[i].as, 256);
		const struct theme other = make(THEME_AUTO, 256);
		cr_expect_eq(look(&chosen, STYLE_NEW)->foreground,
		             look(&as, STYLE_NEW)->foreground);
		cr_expect_neq(look(&chosen, STYLE_NEW)->foreground,
		              look(&other, STYLE_NEW)->foreground);
	}
}

static const int depths[] = { 8, 16, 88, 256, 0x1000000 };

Test(theme, no_colour_is_asked_for_that_the_terminal_lacks) {
	for (int kind = 0; kind < THEME_COUNT; kind++) {
		for (size_t i = 0; i < ARRAY_LENGTH(depths); i++) {
			const struct theme theme = make((enum theme_kind)kind, depths[i]);
			for (int style = 0; style < STYLE_COUNT; style++) {
				cr_expect_lt(theme.looks[style].foreground, depths[i]);
				cr_expect_lt(theme.looks[style].background, depths[i]);
			}
		}
	}
}

/* Of black text on the default background a dark terminal shows nothing, and of plain yellow and
 * cyan a light one next to nothing. A table with a style left out would be black on black. */
static void expect_hues(enum theme_kind kind, int colors, bool on_light) {
	const struct theme theme = make(kind, colors);
	for (enum style style = 0; style < STYLE_COUNT; style++) {
		const struct theme_look *is = look(&theme, style);
		const bool is_pale = is->foreground == YELLOW || is->foreground == CYAN;
		const bool bold = is->attributes & THEME_BOLD;
		cr_expect_neq(is->background, BLACK, "%s: style %d", theme_name(kind), (int)style);
		if (is->background != THEME_COLOR_DEFAULT)
			continue;
		cr_expect_neq(is->foreground, BLACK, "%s: style %d", theme_name(kind), (int)style);
		cr_expect(!on_light || !is_pale || bold, "%s: style %d", theme_name(kind),
		          (int)style);
	}
}

Test(theme, few_colours_can_be_read_on_the_background_that_they_are_for) {
	static const int colors[] = { 8, 16 };
	for (size_t i = 0; i < ARRAY_LENGTH(colors); i++) {
		expect_hues(THEME_AUTO, colors[i], true);
		expect_hues(THEME_DARK, colors[i], false);
		expect_hues(THEME_LIGHT, colors[i], true);
		expect_hues(THEME_CONTRAST, colors[i], true);
		expect_hues(THEME_COLOR_BLIND, colors[i], true);
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

static double contrast(double one, double other) {
	return one > other ? (one + 0.05) / (other + 0.05) : (other + 0.05) / (one + 0.05);
}

Test(theme, of_many_colours_those_are_taken_that_contrast_with_their_background) {
	static const struct {
		enum theme_kind kind;
		double on_black, on_white;
	} cases[] = {
		{ THEME_AUTO, 2.9, 2.9 },
		{ THEME_DARK, 7, 0 },
		{ THEME_LIGHT, 0, 4.5 },
		{ THEME_COLOR_BLIND, 2.9, 2.9 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct theme theme = make(cases[i].kind, 256);
		const char *name = theme_name(cases[i].kind);
		int seen = 0;
		for (enum style style = 0; style < STYLE_COUNT; style++) {
			const struct theme_look *is = look(&theme, style);
			if (is->background != THEME_COLOR_DEFAULT ||
			    is->foreground == THEME_COLOR_DEFAULT)
				continue;
			seen++;
			cr_assert(is->foreground >= 16 && is->foreground < 232, "style %d",
			          (int)style);
			const double light = luminance(is->foreground);
			cr_expect_gt(contrast(light, 0), cases[i].on_black, "%s: %d on black", name,
			             (int)style);
			cr_expect_gt(contrast(light, 1), cases[i].on_white, "%s: %d on white", name,
			             (int)style);
		}
		cr_expect_gt(seen, 4);
	}
}

Test(theme, high_contrast_is_high_whatever_the_background_is) {
	const struct theme theme = make(THEME_CONTRAST, 256);
	int filled = 0;
	for (enum style style = 0; style < STYLE_COUNT; style++) {
		const struct theme_look *is = look(&theme, style);
		cr_expect_not(is->attributes & THEME_DIM);
		if (is->background == THEME_COLOR_DEFAULT) {
			cr_expect_eq(is->foreground, THEME_COLOR_DEFAULT, "style %d", (int)style);
			continue;
		}
		filled++;
		cr_expect_gt(contrast(luminance(is->foreground), luminance(is->background)), 7,
		             "style %d", (int)style);
	}
	cr_expect_gt(filled, 4);
}

Test(theme, what_must_be_told_apart_looks_different) {
	static const enum style pairs[][2] = {
		{ STYLE_TEXT, STYLE_SELECTED },     { STYLE_HEADING, STYLE_SORTED },
		{ STYLE_HEADING, STYLE_SELECTED },  { STYLE_MENU, STYLE_MENU_SELECTED },
		{ STYLE_BAR_KEY, STYLE_BAR_LABEL }, { STYLE_NEW, STYLE_GONE },
		{ STYLE_NEW, STYLE_CHANGED },       { STYLE_GONE, STYLE_CHANGED },
		{ STYLE_TEXT, STYLE_ERROR },        { STYLE_TEXT, STYLE_MATCH },
		{ STYLE_WARNING, STYLE_ERROR },     { STYLE_TEXT, STYLE_WARNING },
	};
	for (int kind = 0; kind < THEME_COUNT; kind++) {
		for (size_t i = 0; i < ARRAY_LENGTH(depths); i++) {
			const struct theme theme = make((enum theme_kind)kind, depths[i]);
			for (size_t j = 0; j < ARRAY_LENGTH(pairs); j++)
				cr_expect_not(is_same(&theme, pairs[j][0], pairs[j][1]),
				              "%s of %d: %d and %d",
				              theme_name((enum theme_kind)kind), depths[i],
				              (int)pairs[j][0], (int)pairs[j][1]);
		}
	}
}

Test(theme, received_and_sent_look_different_and_red_is_bad) {
	for (int kind = 0; kind < THEME_MONO; kind++) {
		for (size_t i = 0; i < 2; i++) {
			const struct theme theme = make((enum theme_kind)kind, depths[i]);
			cr_expect_not(is_same(&theme, STYLE_RX, STYLE_TX));
			for (enum style style = 0; style < STYLE_COUNT; style++) {
				const struct theme_look *is = look(&theme, style);
				if (style != STYLE_GONE && style != STYLE_ERROR)
					cr_expect(is->foreground != RED && is->background != RED);
			}
		}
	}
}

Test(theme, each_is_found_by_its_name_and_has_a_sentence) {
	enum theme_kind found = THEME_COUNT;
	for (int kind = 0; kind < THEME_COUNT; kind++) {
		cr_expect(theme_find(theme_name((enum theme_kind)kind), &found));
		cr_expect_eq((int)found, kind);
		cr_expect(theme_help((enum theme_kind)kind)[0]);
	}
	cr_expect_not(theme_find("", &found));
	cr_expect_not(theme_find("Dark", &found));
}

Test(theme, a_variable_may_tell_the_background) {
	static const struct {
		const char *value;
		enum theme_background is;
	} cases[] = {
		{ "15;0", THEME_BACKGROUND_DARK },    { "0;15", THEME_BACKGROUND_LIGHT },
		{ "0;7", THEME_BACKGROUND_LIGHT },    { "0;default;15", THEME_BACKGROUND_LIGHT },
		{ "15;8", THEME_BACKGROUND_DARK },    { NULL, THEME_BACKGROUND_UNKNOWN },
		{ "", THEME_BACKGROUND_UNKNOWN },     { "15", THEME_BACKGROUND_UNKNOWN },
		{ "15;", THEME_BACKGROUND_UNKNOWN },  { "15;default", THEME_BACKGROUND_UNKNOWN },
		{ "1;99", THEME_BACKGROUND_UNKNOWN }, { "1;-1", THEME_BACKGROUND_UNKNOWN },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_eq(theme_background_of(cases[i].value), cases[i].is, "%s",
		             cases[i].value ? cases[i].value : "none");
}

Test(theme, a_colour_tells_the_background) {
	static const uint32_t light[][3] = { { 255, 255, 255 }, { 253, 246, 227 }, { 0, 255, 0 } };
	static const uint32_t dark[][3] = { { 0, 0, 0 }, { 0, 43, 54 }, { 0, 0, 255 } };
	for (size_t i = 0; i < ARRAY_LENGTH(light); i++) {
		cr_expect_eq(theme_background_of_rgb(light[i], 255), THEME_BACKGROUND_LIGHT);
		cr_expect_eq(theme_background_of_rgb(dark[i], 255), THEME_BACKGROUND_DARK);
		cr_expect_eq(theme_background_of_rgb(light[i], UINT32_MAX), THEME_BACKGROUND_DARK);
	}
}

Test(theme, the_256_colours_are_those_of_xterm) {
	cr_expect_eq(theme_rgb(1), 0xcd0000);
	cr_expect_eq(theme_rgb(16), 0);
	cr_expect_eq(theme_rgb(34), 0x00af00);
	cr_expect_eq(theme_rgb(231), 0xffffff);
	cr_expect_eq(theme_rgb(232), 0x080808);
	cr_expect_eq(theme_rgb(255), 0xeeeeee);
}
