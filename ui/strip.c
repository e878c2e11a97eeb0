/* Each column stands for as many moments as any other, give or take one, and shows the highest of
 * them. Bars begin at the lowest that there is, for a busy machine rarely has half as many sockets
 * or twice as many; what would not be seen is that there were a few more. */

#include "strip.h"

#include "series.h"
#include "timeline.h"

struct span {
	uint64_t lowest, highest;
};

/* Of moments first..end-1, of which there is one at least. */
static struct span span_of(const struct timeline *timeline, size_t first, size_t end) {
	struct span span = { UINT64_MAX, 0 };
	for (size_t i = first; i < end; i++) {
		const uint64_t sockets = timeline->sockets[i];
		span.lowest = sockets < span.lowest ? sockets : span.lowest;
		span.highest = sockets > span.highest ? sockets : span.highest;
	}
	return span;
}

/* The first moment of a column. */
static size_t first_of(const struct timeline *timeline, int column, int width) {
	return (size_t)((uint64_t)column * timeline->count / (uint64_t)width);
}

static unsigned level_of(const struct span *all, uint64_t sockets) {
	const uint64_t range = all->highest - all->lowest;
	if (range == 0)
		return SERIES_LEVELS / 2;
	return (unsigned)((double)(sockets - all->lowest) / (double)range * (SERIES_LEVELS - 1) +
	                  0.5);
}

void strip_draw(const struct timeline *timeline, size_t at, struct canvas *canvas,
                struct area area) {
	if (timeline->count == 0 || area.width <= 0)
		return;
	const struct span all = span_of(timeline, 0, timeline->count);
	for (int column = 0; column < area.width; column++) {
		const size_t first = first_of(timeline, column, area.width);
		const size_t next = first_of(timeline, column + 1, area.width);
		const size_t end = next > first ? next : first + 1;
		const unsigned level = level_of(&all, span_of(timeline, first, end).highest);
		const bool is_here = at >= first && at < end;
		canvas_text(canvas, area.x + column, area.y, 1,
		            is_here ? STYLE_SELECTED : STYLE_FAINT, series_bar(canvas, level));
	}
}

size_t strip_step(const struct timeline *timeline, int width) {
	const size_t step = width > 0 ? timeline->count / (size_t)width : 0;
	return step > 0 ? step : 1;
}
