#pragma once
/* How styles look. Colour is never alone: marks and attributes say the same. */

#include <stdbool.h>
#include <stdint.h>

#include "canvas.h"

enum theme_attribute {
	THEME_BOLD = 1u << 0,
	THEME_DIM = 1u << 1,
	THEME_UNDERLINE = 1u << 2,
	THEME_REVERSE = 1u << 3,
};

enum { THEME_COLOR_DEFAULT = -1 };

/* Colours of the eight of ECMA-48, 8 to 15 the bright ones, further ones as xterm has them. */
struct theme_look {
	int16_t foreground, background;
	uint8_t attributes; /* enum theme_attribute */
};

struct theme {
	const char *name;
	struct theme_look looks[STYLE_COUNT];
};

/* For a terminal with so many colours (0 or 1: none); NO_COLOR set in the environment, to whatever
 * is not empty, is none too (no-color.org). */
const struct theme *theme_choose(int colors, bool no_color);
