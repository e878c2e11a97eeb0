#pragma once
/* The last values of something, and how they look as a line of bars. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas.h"

enum { SERIES_LENGTH = 120, SERIES_LEVELS = 8 };

/* A bar of one column, of level 0 to SERIES_LEVELS - 1. */
const char *series_bar(const struct canvas *canvas, unsigned level);

/* Zero-initialise it. Unknown values are gaps. */
struct series {
	uint32_t values[SERIES_LENGTH]; /* what does not fit is the largest */
	uint8_t known[SERIES_LENGTH];
	size_t count; /* of values ever added */
};

void series_add(struct series *series, bool known, uint64_t value);

/* How many values it has. */
size_t series_length(const struct series *series);

/* The latest value, and the highest of all. False if it is not known, or none is. */
bool series_newest(const struct series *series, uint32_t *value);
bool series_highest(const struct series *series, uint32_t *value);

/* The newest `width` values, the newest at the right, the highest of them as high as can be; in
 * ASCII another alphabet. An empty one draws nothing. */
void series_draw(const struct series *series, struct canvas *canvas, int x, int y, int width,
                 enum style style);
