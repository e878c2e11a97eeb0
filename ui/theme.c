/* A theme is the looks of all styles, in inks, and what the inks are on terminals of 8, 16 and 256
 * colours. All keep to the background of the terminal, and red is for what is bad, or gone. What is
 * filled is black on a light hue, which can be read on any background. */

#include "theme.h"

#include <string.h>

#include "util.h"

enum { DEFAULT = THEME_COLOR_DEFAULT };

enum {
	BLACK,
	RED,
	GREEN,
	YELLOW,
	BLUE,
	MAGENTA,
	CYAN,
	WHITE,
	BRIGHT = 8, /* to be added */
};

enum ink {
	INK_DEFAULT, /* of the terminal */
	INK_FILLED,  /* on what is filled */
	INK_ALARM,   /* the same, on the fill that is red */
	/* To fill with. */
	INK_HEADING,
	INK_CURSOR,
	INK_FOUND,
	INK_PANEL,
	/* On the background of the terminal, but for the theme of high contrast, which fills. */
	INK_NEW,
	INK_GONE,
	INK_CHANGED,
	INK_RX,
	INK_TX,
	INK_COUNT,
};

enum depth { DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_COUNT };

/* A style in inks. */
struct drawing {
	enum ink foreground, background;
	uint8_t attributes;
};

/* What is drawn with colours. */
static const struct drawing colored[] = {
	[STYLE_TEXT] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_FAINT] = { INK_DEFAULT, INK_DEFAULT, THEME_DIM },
	[STYLE_STRONG] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_LABEL] = { INK_DEFAULT, INK_DEFAULT, THEME_DIM },
	[STYLE_HEADING] = { INK_FILLED, INK_HEADING, 0 },
	[STYLE_SORTED] = { INK_FILLED, INK_CURSOR, THEME_UNDERLINE },
	[STYLE_SELECTED] = { INK_FILLED, INK_CURSOR, 0 },
	[STYLE_NEW] = { INK_NEW, INK_DEFAULT, 0 },
	[STYLE_GONE] = { INK_GONE, INK_DEFAULT, 0 },
	[STYLE_CHANGED] = { INK_CHANGED, INK_DEFAULT, THEME_BOLD },
	[STYLE_RX] = { INK_RX, INK_DEFAULT, 0 },
	[STYLE_TX] = { INK_TX, INK_DEFAULT, 0 },
	[STYLE_GOOD] = { INK_NEW, INK_DEFAULT, 0 },
	[STYLE_WARNING] = { INK_CHANGED, INK_DEFAULT, THEME_BOLD },
	[STYLE_ERROR] = { INK_GONE, INK_DEFAULT, THEME_BOLD },
	[STYLE_MATCH] = { INK_FILLED, INK_FOUND, 0 },
	[STYLE_BAR_KEY] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_BAR_LABEL] = { INK_FILLED, INK_CURSOR, 0 },
	[STYLE_PROMPT] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_MENU] = { INK_FILLED, INK_PANEL, 0 },
	[STYLE_MENU_SELECTED] = { INK_FILLED, INK_CURSOR, 0 },
};

/* Nothing is dim, and no hue stands on a background that is not known. */
static const struct drawing contrasting[] = {
	[STYLE_TEXT] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_FAINT] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_STRONG] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_LABEL] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_HEADING] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD | THEME_REVERSE },
	[STYLE_SORTED] = { INK_FILLED, INK_CURSOR, THEME_BOLD | THEME_UNDERLINE },
	[STYLE_SELECTED] = { INK_FILLED, INK_CURSOR, THEME_BOLD },
	[STYLE_NEW] = { INK_FILLED, INK_NEW, 0 },
	[STYLE_GONE] = { INK_ALARM, INK_GONE, 0 },
	[STYLE_CHANGED] = { INK_FILLED, INK_CHANGED, 0 },
	[STYLE_RX] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_TX] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD | THEME_UNDERLINE },
	[STYLE_GOOD] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_WARNING] = { INK_FILLED, INK_CHANGED, THEME_BOLD },
	[STYLE_ERROR] = { INK_ALARM, INK_GONE, THEME_BOLD },
	[STYLE_MATCH] = { INK_FILLED, INK_FOUND, THEME_BOLD | THEME_UNDERLINE },
	[STYLE_BAR_KEY] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_BAR_LABEL] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD | THEME_REVERSE },
	[STYLE_PROMPT] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_MENU] = { INK_DEFAULT, INK_DEFAULT, THEME_REVERSE },
	[STYLE_MENU_SELECTED] = { INK_FILLED, INK_CURSOR, THEME_BOLD },
};

static const struct drawing plain[] = {
	[STYLE_TEXT] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_FAINT] = { INK_DEFAULT, INK_DEFAULT, THEME_DIM },
	[STYLE_STRONG] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_LABEL] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_HEADING] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD | THEME_UNDERLINE },
	[STYLE_SORTED] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD | THEME_UNDERLINE | THEME_REVERSE },
	[STYLE_SELECTED] = { INK_DEFAULT, INK_DEFAULT, THEME_REVERSE },
	[STYLE_NEW] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_GONE] = { INK_DEFAULT, INK_DEFAULT, THEME_DIM },
	[STYLE_CHANGED] = { INK_DEFAULT, INK_DEFAULT, THEME_UNDERLINE },
	[STYLE_RX] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_TX] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_GOOD] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_WARNING] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_ERROR] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD | THEME_REVERSE },
	[STYLE_MATCH] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD | THEME_UNDERLINE },
	[STYLE_BAR_KEY] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_BAR_LABEL] = { INK_DEFAULT, INK_DEFAULT, THEME_REVERSE },
	[STYLE_PROMPT] = { INK_DEFAULT, INK_DEFAULT, THEME_BOLD },
	[STYLE_MENU] = { INK_DEFAULT, INK_DEFAULT, 0 },
	[STYLE_MENU_SELECTED] = { INK_DEFAULT, INK_DEFAULT, THEME_REVERSE },
};

_Static_assert(ARRAY_LENGTH(colored) == STYLE_COUNT, "a look for each");
_Static_assert(ARRAY_LENGTH(contrasting) == STYLE_COUNT, "a look for each");
_Static_assert(ARRAY_LENGTH(plain) == STYLE_COUNT, "a look for each");

/* In the order of enum ink. Plain yellow and cyan can be read on a dark background only. Of the 256
 * colours those of THEME_AUTO have a contrast of about 3 and more on white and on black. */
/* clang-format off */
static const struct {
	const char *name, *help; /* help: marked with N_ */
	const struct drawing *drawings;
	int16_t inks[DEPTH_COUNT][INK_COUNT];
} themes[] = {
	[THEME_AUTO] = {
		"auto", N_("as the background of the terminal is"), colored,
		{ { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    GREEN, RED, YELLOW, BLUE, MAGENTA },
		  { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    GREEN, RED, YELLOW, BRIGHT + BLUE, MAGENTA },
		  { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    34, 167, 136, 69, 170 } },
	},
	[THEME_DARK] = {
		"dark", N_("bright hues for a dark background"), colored,
		{ { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    GREEN, RED, YELLOW, CYAN, MAGENTA },
		  { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    BRIGHT + GREEN, BRIGHT + RED, BRIGHT + YELLOW, BRIGHT + CYAN, BRIGHT + MAGENTA },
		  { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    114, 210, 221, 117, 213 } },
	},
	/* A yellow that can be read on white is none of the sixteen. */
	[THEME_LIGHT] = {
		"light", N_("dark hues for a light background"), colored,
		{ { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    GREEN, RED, MAGENTA, BLUE, MAGENTA },
		  { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    GREEN, RED, MAGENTA, BLUE, MAGENTA },
		  { DEFAULT, BLACK, BLACK, GREEN, CYAN, YELLOW, WHITE,
		    28, 160, 130, 25, 127 } },
	},
	[THEME_CONTRAST] = {
		"contrast", N_("high contrast, nothing dim"), contrasting,
		{ { DEFAULT, BLACK, WHITE, WHITE, CYAN, WHITE, WHITE,
		    GREEN, RED, YELLOW, DEFAULT, DEFAULT },
		  { DEFAULT, BLACK, BRIGHT + WHITE, WHITE, BRIGHT + CYAN, BRIGHT + WHITE, WHITE,
		    BRIGHT + GREEN, RED, BRIGHT + YELLOW, DEFAULT, DEFAULT },
		  { DEFAULT, 16, 231, 231, 51, 231, 231,
		    46, 124, 226, DEFAULT, DEFAULT } },
	},
	/* Blue and orange are told apart by all but very few eyes (Okabe and Ito); where there is no
	 * orange, blue and red are. */
	[THEME_COLOR_BLIND] = {
		"colour-blind", N_("blue and orange in place of green and red"), colored,
		{ { DEFAULT, BLACK, BLACK, WHITE, CYAN, YELLOW, WHITE,
		    BLUE, RED, MAGENTA, BLUE, MAGENTA },
		  { DEFAULT, BLACK, BLACK, WHITE, CYAN, YELLOW, WHITE,
		    BRIGHT + BLUE, RED, MAGENTA, BRIGHT + BLUE, MAGENTA },
		  { DEFAULT, BLACK, BLACK, WHITE, CYAN, YELLOW, WHITE,
		    33, 166, 133, 69, 136 } },
	},
	[THEME_MONO] = { "mono", N_("no colours"), plain, { { DEFAULT } } },
};
/* clang-format on */
_Static_assert(ARRAY_LENGTH(themes) == THEME_COUNT, "a row for each");

static enum theme_kind kind_for(enum theme_kind kind, const struct theme_terminal *terminal) {
	if (terminal->colors < 8 || (kind == THEME_AUTO && terminal->no_color))
		return THEME_MONO;
	if (kind != THEME_AUTO)
		return kind;
	switch (terminal->background) {
	case THEME_BACKGROUND_DARK:
		return THEME_DARK;
	case THEME_BACKGROUND_LIGHT:
		return THEME_LIGHT;
	case THEME_BACKGROUND_UNKNOWN:
		break;
	}
	return THEME_AUTO;
}

static enum depth depth_of(int colors) {
	return colors < 16 ? DEPTH_8 : colors < 256 ? DEPTH_16 : DEPTH_256;
}

/* Dark blue is hardly seen on black; bold makes that of eight colours bright. */
static uint8_t attributes_for(enum theme_kind kind, enum depth depth, int16_t foreground) {
	return kind != THEME_LIGHT && depth == DEPTH_8 && foreground == BLUE ? THEME_BOLD : 0;
}

struct theme theme_make(enum theme_kind kind, const struct theme_terminal *terminal) {
	const enum theme_kind shown = kind_for(kind, terminal);
	const enum depth depth = shown == THEME_MONO ? DEPTH_8 : depth_of(terminal->colors);
	const int16_t *inks = themes[shown].inks[depth];
	struct theme theme = { 0 };
	for (int style = 0; style < STYLE_COUNT; style++) {
		const struct drawing *drawing = &themes[shown].drawings[style];
		const int16_t foreground = inks[drawing->foreground];
		theme.looks[style] = (struct theme_look){
			.foreground = foreground,
			.background = inks[drawing->background],
			.attributes =
			    drawing->attributes | attributes_for(shown, depth, foreground),
		};
	}
	return theme;
}

bool theme_is_same(const struct theme *one, const struct theme *other) {
	for (int style = 0; style < STYLE_COUNT; style++) {
		const struct theme_look *a = &one->looks[style], *b = &other->looks[style];
		if (a->foreground != b->foreground || a->background != b->background ||
		    a->attributes != b->attributes)
			return false;
	}
	return true;
}

const char *theme_name(enum theme_kind kind) {
	return themes[kind].name;
}

const char *theme_help(enum theme_kind kind) {
	return themes[kind].help;
}

bool theme_find(const char *name, enum theme_kind *kind) {
	for (int i = 0; i < THEME_COUNT; i++) {
		if (strcmp(themes[i].name, name) == 0) {
			*kind = (enum theme_kind)i;
			return true;
		}
	}
	return false;
}

enum theme_background theme_background_of(const char *variable) {
	const char *last = variable ? strrchr(variable, ';') : NULL;
	uint64_t number = 0;
	if (!last || !util_parse_number(last + 1, strlen(last + 1), 15, &number))
		return THEME_BACKGROUND_UNKNOWN;
	return number == WHITE || number > BRIGHT ? THEME_BACKGROUND_LIGHT : THEME_BACKGROUND_DARK;
}

/* ITU-R BT.709: how light each part is; in thousandths. */
enum theme_background theme_background_of_rgb(const uint32_t rgb[3], uint32_t most) {
	const uint64_t light =
	    UINT64_C(213) * rgb[0] + UINT64_C(715) * rgb[1] + UINT64_C(72) * rgb[2];
	return light > UINT64_C(500) * most ? THEME_BACKGROUND_LIGHT : THEME_BACKGROUND_DARK;
}

/* A cube of 6 * 6 * 6 from 16 on, and grey from 232. */
uint32_t theme_rgb(int color) {
	static const uint32_t sixteen[] = {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	};
	static const uint32_t levels[] = { 0, 95, 135, 175, 215, 255 };
	const int index = color - (int)ARRAY_LENGTH(sixteen);
	if (index < 0)
		return sixteen[color & 15];
	if (color >= 232)
		return (8 + 10 * (uint32_t)(color - 232)) * 0x010101;
	return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}
