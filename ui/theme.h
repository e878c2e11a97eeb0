#pragma once
/* How styles look. Colour is never alone: marks and attributes say the same. Pure. */

#include <stdbool.h>
#include <stddef.h>
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
	struct theme_look looks[STYLE_COUNT];
};

enum theme_kind {
	THEME_AUTO, /* dark or light as the terminal is; what suits both where that is not known */
	THEME_DARK,
	THEME_LIGHT,
	THEME_CONTRAST,
	THEME_COLOR_BLIND,
	THEME_MONO,
	THEME_COUNT,
};

enum theme_background {
	THEME_BACKGROUND_UNKNOWN,
	THEME_BACKGROUND_DARK,
	THEME_BACKGROUND_LIGHT,
};

/* What is known of a terminal. */
struct theme_terminal {
	int colors; /* that it has; 0 or 1: none */
	/* NO_COLOR is set in the environment, to whatever is not empty. Who names a theme overrides
	 * it (no-color.org). */
	bool no_color;
	enum theme_background background;
};

struct theme theme_make(enum theme_kind kind, const struct theme_terminal *terminal);

bool theme_is_same(const struct theme *one, const struct theme *other);

/* "dark"; a sentence, marked with N_. */
const char *theme_name(enum theme_kind kind);
const char *theme_help(enum theme_kind kind);

/* False if no theme is called so. */
bool theme_find(const char *name, enum theme_kind *kind);

/* What COLORFGBG says, which some terminals set ("15;0", "0;default;15"); NULL: it is not set. */
enum theme_background theme_background_of(const char *variable);

/* Of three parts of light, each at most `most`. */
enum theme_background theme_background_of_rgb(const uint32_t rgb[3], uint32_t most);

/* 0xRRGGBB of one of xterm's 256 colours. */
uint32_t theme_rgb(int color);
