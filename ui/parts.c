/* Invariant: the parts that are left take as much room as there is, or nothing is left to shorten.
 */

#include "parts.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Fewer columns of bars say nothing. */
enum { BARS_LEAST = 4 };

struct part *parts_add(struct parts *parts, enum style style, uint8_t rank, const char *format,
                       ...) {
	assert(parts->count < PARTS_MAX);
	struct part *part = &parts->parts[parts->count++];
	*part = (struct part){ .style = style, .rank = rank, .gap = 2 };
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(part->text, sizeof(part->text), format, arguments);
	va_end(arguments);
	return part;
}

static const char *text_of(const struct part *part) {
	return part->brief_is_used ? part->brief : part->text;
}

static int gap_of(const struct parts *parts, size_t index) {
	return index == 0 ? 1 : parts->parts[index].gap;
}

static int width_of(const struct canvas *canvas, const struct parts *parts, size_t index) {
	const struct part *part = &parts->parts[index];
	const int width = canvas_text_width(canvas, text_of(part));
	return gap_of(parts, index) + (width > part->least ? width : part->least);
}

static int width_of_all(const struct canvas *canvas, const struct parts *parts) {
	int width = 0;
	for (size_t i = 0; i < parts->count; i++)
		width += width_of(canvas, parts, i);
	return width;
}

static bool is_shortened(const struct part *part) {
	return part->brief_is_used || part->brief[0] == '\0';
}

/* What can be shortened first has most: any brief form comes before anything goes, but for that of
 * a part that never does. 0: it stays as it is. */
static int dispensability(const struct part *part) {
	if (part->rank == 0)
		return is_shortened(part) ? 0 : 1;
	return part->rank + 1 + (is_shortened(part) ? 0 : UINT8_MAX);
}

/* The part to shorten next; NULL: there is none. */
static struct part *most_dispensable(struct parts *parts) {
	struct part *best = NULL;
	for (size_t i = 0; i < parts->count; i++) {
		struct part *part = &parts->parts[i];
		if (dispensability(part) > (best ? dispensability(best) : 0))
			best = part;
	}
	return best;
}

static void drop(struct parts *parts, struct part *part) {
	const size_t behind = parts->count - (size_t)(part - parts->parts) - 1;
	memmove(part, part + 1, behind * sizeof(*part));
	parts->count--;
}

static void fit(struct parts *parts, const struct canvas *canvas, int width) {
	while (width_of_all(canvas, parts) > width) {
		struct part *part = most_dispensable(parts);
		if (!part)
			return;
		if (is_shortened(part))
			drop(parts, part);
		else
			part->brief_is_used = true;
	}
}

/* Columns for the bars of each part that has some, with the blank in front of them. */
static int share_of_bars(const struct parts *parts, const struct canvas *canvas, int width) {
	int count = 0;
	for (size_t i = 0; i < parts->count; i++)
		count += parts->parts[i].series != NULL;
	const int share = count > 0 ? (width - width_of_all(canvas, parts)) / count : 0;
	if (share > SERIES_LENGTH + 1)
		return SERIES_LENGTH + 1;
	return share > BARS_LEAST ? share : 0;
}

void parts_draw(struct parts *parts, struct canvas *canvas, struct area area) {
	fit(parts, canvas, area.width);
	const int share = share_of_bars(parts, canvas, area.width);
	int x = 0;
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *part = &parts->parts[i];
		const int gap = gap_of(parts, i);
		const int width = width_of(canvas, parts, i);
		if (part->at_right && x + width < area.width)
			x = area.width - width;
		canvas_text(canvas, area.x + x + gap, area.y, area.width - x - gap, part->style,
		            text_of(part));
		x += width;
		if (!part->series || share == 0)
			continue;
		series_draw(part->series, canvas, area.x + x + 1, area.y, share - 1, part->style);
		x += share;
	}
}
