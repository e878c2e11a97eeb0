#pragma once
/* A page that may be longer than the screen: it is written line by line from the top, and only the
 * lines that are scrolled to reach the canvas. Pure. */

#include <stddef.h>

#include "canvas.h"

struct page {
	struct canvas *canvas;
	struct area area;
	int scroll; /* lines above the area */
	int line;   /* the one that is written */
};

/* The line of the canvas that the current line is in, or -1 if it is not seen. */
int page_y(const struct page *page);

void page_next(struct page *page);

/* Draws bytes of any content in the current line, `x` columns from the left of the area, and
 * cuts what does not fit into `width` or into the area. Returns the columns that all of it takes.
 */
int page_put(struct page *page, int x, int width, enum style style, const void *bytes,
             size_t length);
int page_text(struct page *page, int x, int width, enum style style, const char *text);

/* Draws all of it from the current line on, broken at blanks, or where there is none, between
 * characters; each line begins `x` columns from the left. The current line is then the one behind
 * it. Draws nothing of no bytes. */
void page_wrap(struct page *page, int x, enum style style, const void *bytes, size_t length);

/* How far so many lines can be scrolled where that height is seen, if so far is wanted. */
int page_clamp(int wanted, int lines, int height);

/* Says at the end of a title, behind what `taken` columns of it have, that so many lines are
 * further down; cut where there is no room, and nothing of none. */
void page_draw_more(struct canvas *canvas, struct area title, int taken, int lines);
