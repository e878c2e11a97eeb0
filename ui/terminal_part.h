#pragma once
/* Between the parts of the terminal, which alone know curses. Curses works on the one that was
 * opened last, which `terminal` always is. */

#define NCURSES_NOMACROS

#include <curses.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "canvas.h"
#include "sequence.h"
#include "theme.h"

/* More pairs of colours than a theme has. */
enum { PAIRS_MAX = 64 };

struct terminal {
	FILE *input, *output; /* of descriptors of their own */
	SCREEN *screen;
	struct sigaction pipe_action; /* before terminal_open() */
	int width, height;
	int colors;
	bool has_default_colors;
	bool is_gone;
	bool is_suspended;
	struct {
		int16_t foreground, background; /* as in theme.h */
	} pairs[PAIRS_MAX];                     /* pair n of curses is the one before n */
	short pair_count;
	struct theme theme;       /* of what is shown */
	struct cell *shown;       /* width * height cells as drawn last; NULL: all is to be drawn */
	struct sequence sequence; /* behind an escape, as far as it came */
	struct mouse mouse;       /* what was done last */
	enum theme_background background;
	bool is_asked;            /* for its background, and has not said yet what it is */
	bool was_asked;           /* once is enough */
	bool has_mouse;           /* it was asked to report it */
	unsigned char partial[4]; /* of a character of several bytes */
	size_t partial_length;
};

/* Sets is_gone if the other end has hung up. */
void terminal_check_gone(struct terminal *terminal, FILE *file);

/* Tells the terminal whose the mouse is, unless the shell has it. */
void terminal_tell_mouse(struct terminal *terminal, bool is_ours);

/* Codes of curses for what it knows nothing of. */
enum { KEY_OF_PASTE_BEGIN = KEY_MAX + 1, KEY_OF_PASTE_END };

/* Tells curses of keys that its description of the terminal may lack. */
void terminal_define_keys(void);
