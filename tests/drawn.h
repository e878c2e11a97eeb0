#pragma once
/* For tests of what is drawn: canvases as text, compared with golden files. */

#include <stdbool.h>

#include "canvas.h"

/* A blank one in the character set of the test: UTF-8 or ASCII. The caller finishes it. */
struct canvas drawn_canvas(int width, int height, bool ascii);

/* All of it as text, which the caller frees. */
char *drawn_text(const struct canvas *canvas);

/* Compares with tests/golden/NAME-WIDTHxHEIGHT.txt, or -ascii.txt: the canvas, or a text that was
 * made from several of its size. With UPDATE_GOLDEN in the environment the file is written instead.
 */
void drawn_expect(const struct canvas *canvas, const char *name);
void drawn_expect_text(const struct canvas *canvas, const char *name, const char *text);
