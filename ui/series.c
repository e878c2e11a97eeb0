/* A line of bars. The newest value is always at the right and the scale is that of what can be
 * seen, so that a peak that left the line does not flatten it for long. */

#include "series.h"

/* U+2581 to U+2588. */
static const char *const bars[SERIES_LEVELS] = {
	"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84",
	"\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88",
};
static const char *const ascii_bars[SERIES_LEVELS] = { "_", ".", ":", "-", "=", "+", "*", "#" };

const char *series_bar(const struct canvas *canvas, unsigned level) {
	return canvas->ascii ? ascii_bars[level] : bars[level];
}

void series_add(struct series *series, bool known, uint64_t value) {
	const size_t at = series->count++ % SERIES_LENGTH;
	series->known[at] = known;
	series->values[at] = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

size_t series_length(const struct series *series) {
	return series->count < SERIES_LENGTH ? series->count : SERIES_LENGTH;
}

static size_t shown_of(const struct series *series, int width) {
	const size_t length = series_length(series);
	if (width <= 0)
		return 0;
	return length < (size_t)width ? length : (size_t)width;
}

/* The place of the value before which `age` newer ones stand. */
static size_t place_of(const struct series *series, size_t age) {
	return (series->count - 1 - age) % SERIES_LENGTH;
}

/* Of the newest `shown` ones. False if none of them is known. */
static bool find_highest(const struct series *series, size_t shown, uint32_t *highest) {
	bool known = false;
	*highest = 0;
	for (size_t age = 0; age < shown; age++) {
		const size_t at = place_of(series, age);
		known |= series->known[at];
		if (series->known[at] && series->values[at] > *highest)
			*highest = series->values[at];
	}
	return known;
}

bool series_newest(const struct series *series, uint32_t *value) {
	if (series->count == 0 || !series->known[place_of(series, 0)])
		return false;
	*value = series->values[place_of(series, 0)];
	return true;
}

bool series_highest(const struct series *series, uint32_t *value) {
	uint32_t highest;
	if (!find_highest(series, series_length(series), &highest))
		return false;
	*value = highest;
	return true;
}

/* Rounded up, so that only nothing looks like nothing. */
static unsigned level_of(uint32_t value, uint32_t highest) {
	if (highest == 0)
		return 0;
	return (unsigned)(((uint64_t)value * (SERIES_LEVELS - 1) + highest - 1) / highest);
}

void series_draw(const struct series *series, struct canvas *canvas, int x, int y, int width,
                 enum style style) {
	const size_t shown = shown_of(series, width);
	uint32_t highest;
	find_highest(series, shown, &highest);
	for (size_t age = 0; age < shown; age++) {
		const size_t at = place_of(series, age);
		const unsigned level = level_of(series->values[at], highest);
		canvas_text(canvas, x + width - 1 - (int)age, y, 1, style,
		            series->known[at] ? series_bar(canvas, level) : " ");
	}
}
