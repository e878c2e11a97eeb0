/* The themes. All keep to the background of the terminal, light or dark, and to hues that both can
 * show: plain yellow and cyan never stand on it. What is filled is black on a light hue. Red is for
 * what is bad, or gone. */

#include "theme.h"

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
	BRIGHT_BLUE = 8 + BLUE,
};

/* Numbers of xterm's 256 colours. Each has a contrast of about 3 and more on white and on black. */
enum {
	XTERM_GREEN = 34,
	XTERM_BLUE = 69,
	XTERM_AMBER = 136,
	XTERM_RED = 167,
	XTERM_PINK = 170,
};

/* What looks the same in all themes with colours. */
#define COMMON                                                                                     \
	[STYLE_TEXT] = { DEFAULT, DEFAULT, 0 }, [STYLE_FAINT] = { DEFAULT, DEFAULT, THEME_DIM },   \
	[STYLE_STRONG] = { DEFAULT, DEFAULT, THEME_BOLD },                                         \
	[STYLE_LABEL] = { DEFAULT, DEFAULT, THEME_DIM }, [STYLE_HEADING] = { BLACK, GREEN, 0 },    \
	[STYLE_SORTED] = { BLACK, CYAN, THEME_UNDERLINE }, [STYLE_SELECTED] = { BLACK, CYAN, 0 },  \
	[STYLE_MATCH] = { BLACK, YELLOW, 0 }, [STYLE_BAR_KEY] = { DEFAULT, DEFAULT, 0 },           \
	[STYLE_BAR_LABEL] = { BLACK, CYAN, 0 }, [STYLE_PROMPT] = { DEFAULT, DEFAULT, THEME_BOLD }, \
	[STYLE_MENU] = { BLACK, WHITE, 0 }, [STYLE_MENU_SELECTED] = { BLACK, CYAN, 0 }

/* Bold makes the dark blue of eight colours bright. */
static const struct theme eight = {
	.name = "8 colours",
	.looks = {
		COMMON,
		[STYLE_NEW] = { GREEN, DEFAULT, 0 },
		[STYLE_GONE] = { RED, DEFAULT, 0 },
		[STYLE_CHANGED] = { YELLOW, DEFAULT, THEME_BOLD },
		[STYLE_RX] = { BLUE, DEFAULT, THEME_BOLD },
		[STYLE_TX] = { MAGENTA, DEFAULT, 0 },
		[STYLE_GOOD] = { GREEN, DEFAULT, 0 },
		[STYLE_WARNING] = { YELLOW, DEFAULT, THEME_BOLD },
		[STYLE_ERROR] = { RED, DEFAULT, THEME_BOLD },
	},
};

static const struct theme sixteen = {
	.name = "16 colours",
	.looks = {
		COMMON,
		[STYLE_NEW] = { GREEN, DEFAULT, 0 },
		[STYLE_GONE] = { RED, DEFAULT, 0 },
		[STYLE_CHANGED] = { YELLOW, DEFAULT, THEME_BOLD },
		[STYLE_RX] = { BRIGHT_BLUE, DEFAULT, 0 },
		[STYLE_TX] = { MAGENTA, DEFAULT, 0 },
		[STYLE_GOOD] = { GREEN, DEFAULT, 0 },
		[STYLE_WARNING] = { YELLOW, DEFAULT, THEME_BOLD },
		[STYLE_ERROR] = { RED, DEFAULT, THEME_BOLD },
	},
};

/* A yellow that can be read on white is none of the sixteen. */
static const struct theme many = {
	.name = "256 colours",
	.looks = {
		COMMON,
		[STYLE_NEW] = { XTERM_GREEN, DEFAULT, 0 },
		[STYLE_GONE] = { XTERM_RED, DEFAULT, 0 },
		[STYLE_CHANGED] = { XTERM_AMBER, DEFAULT, THEME_BOLD },
		[STYLE_RX] = { XTERM_BLUE, DEFAULT, 0 },
		[STYLE_TX] = { XTERM_PINK, DEFAULT, 0 },
		[STYLE_GOOD] = { XTERM_GREEN, DEFAULT, 0 },
		[STYLE_WARNING] = { XTERM_AMBER, DEFAULT, THEME_BOLD },
		[STYLE_ERROR] = { XTERM_RED, DEFAULT, THEME_BOLD },
	},
};

#undef COMMON

static const struct theme mono = {
	.name = "mono",
	.looks = {
		[STYLE_TEXT] = { DEFAULT, DEFAULT, 0 },
		[STYLE_FAINT] = { DEFAULT, DEFAULT, THEME_DIM },
		[STYLE_STRONG] = { DEFAULT, DEFAULT, THEME_BOLD },
		[STYLE_LABEL] = { DEFAULT, DEFAULT, 0 },
		[STYLE_HEADING] = { DEFAULT, DEFAULT, THEME_BOLD | THEME_UNDERLINE },
		[STYLE_SORTED] = { DEFAULT, DEFAULT, THEME_BOLD | THEME_UNDERLINE | THEME_REVERSE },
		[STYLE_SELECTED] = { DEFAULT, DEFAULT, THEME_REVERSE },
		[STYLE_NEW] = { DEFAULT, DEFAULT, THEME_BOLD },
		[STYLE_GONE] = { DEFAULT, DEFAULT, THEME_DIM },
		[STYLE_CHANGED] = { DEFAULT, DEFAULT, THEME_UNDERLINE },
		[STYLE_RX] = { DEFAULT, DEFAULT, 0 },
		[STYLE_TX] = { DEFAULT, DEFAULT, 0 },
		[STYLE_GOOD] = { DEFAULT, DEFAULT, 0 },
		[STYLE_WARNING] = { DEFAULT, DEFAULT, THEME_BOLD },
		[STYLE_ERROR] = { DEFAULT, DEFAULT, THEME_BOLD | THEME_REVERSE },
		[STYLE_MATCH] = { DEFAULT, DEFAULT, THEME_BOLD | THEME_UNDERLINE },
		[STYLE_BAR_KEY] = { DEFAULT, DEFAULT, 0 },
		[STYLE_BAR_LABEL] = { DEFAULT, DEFAULT, THEME_REVERSE },
		[STYLE_PROMPT] = { DEFAULT, DEFAULT, THEME_BOLD },
		[STYLE_MENU] = { DEFAULT, DEFAULT, 0 },
		[STYLE_MENU_SELECTED] = { DEFAULT, DEFAULT, THEME_REVERSE },
	},
};

const struct theme *theme_choose(int colors, bool no_color) {
	if (no_color || colors < 8)
		return &mono;
	if (colors < 16)
		return &eight;
	return colors < 256 ? &sixteen : &many;
}
