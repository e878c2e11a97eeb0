#pragma once
/* A recording as one line of bars: how many sockets there were, from its first moment to its last.
 * Pure. */

#include <stddef.h>

#include "canvas.h"

struct timeline;

/* In the first line of the area, with moment `at` marked. */
void strip_draw(const struct timeline *timeline, size_t at, struct canvas *canvas,
                struct area area);

/* How many moments a column of so many stands for, at least 1. */
size_t strip_step(const struct timeline *timeline, int width);
