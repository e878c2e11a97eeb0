#pragma once
/* A grid of character cells that pages draw on. What comes from outside is made printable here, and
 * measured as the terminal will show it: wide characters take two cells, combining marks none (of
 * those a cell keeps four).
 * Pure, but for the character set of the locale (LC_CTYPE). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out;

/* What a cell means; theme.h says how that looks. */
enum style {
	STYLE_TEXT,
	STYLE_FAINT, /* beside the point, or not up to date */
	STYLE_STRONG,
	STYLE_LABEL,   /* names of values */
	STYLE_HEADING, /* column titles */
	STYLE_SORTED,  /* the title of the column that the rows are sorted by */
	STYLE_SELECTED,
	STYLE_NEW,
	STYLE_GONE,
	STYLE_CHANGED,
	STYLE_RX,
	STYLE_TX,
	STYLE_GOOD,
	STYLE_WARNING,
	STYLE_ERROR,
	STYLE_MATCH,     /* found by a search */
	STYLE_BAR_KEY,   /* the function bar: "F1" */
	STYLE_BAR_LABEL, /* "Help" */
	STYLE_PROMPT,
	STYLE_MENU,
	STYLE_MENU_SELECTED,
	STYLE_COUNT,
};

enum { CELL_BYTES = 22 };

/* One character with its combining marks. */
struct cell {
	char bytes[CELL_BYTES]; /* not ended by NUL */
	uint8_t length;         /* 0: the right half of the wide character before it */
	uint8_t style;          /* enum style */
};

struct area {
	int x, y, width, height;
};

/* Takes lines off an area, at most all of it; returns what was taken. */
struct area area_take_top(struct area *area, int height);
struct area area_take_bottom(struct area *area, int height);
bool area_has(const struct area *area, int x, int y);

/* canvas_init(), canvas_finish(). */
struct canvas {
	int width, height;
	struct cell *cells;     /* rows from the top, each from the left */
	int cursor_x, cursor_y; /* -1: not shown */
	bool ascii;             /* nothing but ASCII may be drawn */
};

/* `ascii` is wanted, or all that the locale has. */
void canvas_init(struct canvas *canvas, int width, int height, bool ascii);
void canvas_finish(struct canvas *canvas);

/* Blank everywhere, STYLE_TEXT, no cursor. May change the size, down to 1x1. */
void canvas_clear(struct canvas *canvas, int width, int height);

/* Draws bytes of any content at (x, y), at most `width` columns and never outside of the canvas; x
 * may be negative. What is not printable is escaped, a backslash is not: the text may have
 * been through escape.h. Returns the columns that the whole text takes, also of what is outside.
 * Text that does not fit is cut, without a mark. */
int canvas_put(struct canvas *canvas, int x, int y, int width, enum style style, const void *bytes,
               size_t length);
int canvas_text(struct canvas *canvas, int x, int y, int width, enum style style, const char *text);
int canvas_printf(struct canvas *canvas, int x, int y, int width, enum style style,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));

/* In the first line of the area. What does not fit is cut, and a mark says so at the end where
 * something is missing, if there is room for more than that. */
void canvas_put_cut(struct canvas *canvas, struct area at, bool keeps_end, enum style style,
                    const char *text, size_t length);

/* Ends at column x + width - 1. */
void canvas_text_right(struct canvas *canvas, int x, int y, int width, enum style style,
                       const char *text);

/* What stands behind the name of what rows are sorted by. One column wide. */
const char *canvas_sort_mark(const struct canvas *canvas, bool descending);

/* What stands in front of something that can be opened and closed. One column wide. */
const char *canvas_fold_mark(const struct canvas *canvas, bool open);

/* Blanks. */
void canvas_fill(struct canvas *canvas, struct area area, enum style style);
/* Another style for what is there. */
void canvas_restyle(struct canvas *canvas, struct area area, enum style style);

/* The columns that bytes of any content take once they are drawn. */
int canvas_width_of(const struct canvas *canvas, const void *bytes, size_t length);
int canvas_text_width(const struct canvas *canvas, const char *text);

/* The cells of a line. */
const struct cell *canvas_row(const struct canvas *canvas, int y);

/* A line of the canvas, or all of it with a line break behind each, without trailing blanks. */
void canvas_write_line(const struct canvas *canvas, int y, struct out *out);
void canvas_write(const struct canvas *canvas, struct out *out);
