/* Columns are taken in by priority for as long as they fit at their least, and then get as much
 * more as there is room for; extra ones come in between, once the others have their full width.
 * Whatever the widths are, those that stay fit, unless the first one alone does not. */

#include "layout.h"

/* Room that all but one column leave; the blank in front of it is its own. */
static int used_by(const struct layout_column *columns, size_t count) {
	int used = -1;
	for (size_t i = 0; i < count; i++)
		used += columns[i].width > 0 ? columns[i].width + 1 : 0;
	return used;
}

static int priority_of(const struct layout_column *column) {
	return column->priority;
}

static int claim_of(const struct layout_column *column) {
	return column->claim;
}

/* The first in rank of those that have not been looked at, of several the leftmost; `count` if
 * there is none. Those looked at have an `x` of 0. */
static size_t next_by(const struct layout_column *columns, size_t count,
                      int (*rank)(const struct layout_column *column)) {
	size_t best = count;
	for (size_t i = 0; i < count; i++) {
		if (columns[i].x < 0 && (best == count || rank(&columns[i]) > rank(&columns[best])))
			best = i;
	}
	return best;
}

static int wanted_of(const struct layout_column *column) {
	return column->wanted;
}

static int full_of(const struct layout_column *column) {
	return column->full < column->wanted ? column->full : column->wanted;
}

/* An extra one is never cut. */
static int least_of(const struct layout_column *column) {
	return column->is_extra ? column->wanted : column->least;
}

static void take_in(struct layout_column *columns, size_t count, int width, bool extra) {
	for (size_t i = 0; i < count; i++)
		columns[i].x = columns[i].width == 0 && columns[i].is_extra == extra ? -1 : 0;
	size_t next;
	while ((next = next_by(columns, count, priority_of)) < count) {
		const int least = least_of(&columns[next]);
		columns[next].x = 0;
		if (used_by(columns, count) + 1 + least <= width)
			columns[next].width = least;
	}
}

static void widen(struct layout_column *columns, size_t count, int width,
                  int (*goal)(const struct layout_column *column)) {
	for (size_t i = 0; i < count; i++)
		columns[i].x = columns[i].width > 0 ? -1 : 0;
	size_t next;
	while ((next = next_by(columns, count, claim_of)) < count) {
		struct layout_column *column = &columns[next];
		const int room = width - used_by(columns, count);
		const int more = goal(column) - column->width;
		column->x = 0;
		if (room > 0 && more > 0)
			column->width += more < room ? more : room;
	}
}

static int place(struct layout_column *columns, size_t count) {
	int x = 0;
	for (size_t i = 0; i < count; i++) {
		columns[i].x = x;
		x += columns[i].width > 0 ? columns[i].width + 1 : 0;
	}
	return x > 0 ? x - 1 : 0;
}

int layout_fit(struct layout_column *columns, size_t count, int width) {
	for (size_t i = 0; i < count; i++)
		columns[i].width = i == 0 ? columns[i].least : 0;
	take_in(columns, count, width, false);
	widen(columns, count, width, full_of);
	take_in(columns, count, width, true);
	widen(columns, count, width, wanted_of);
	return place(columns, count);
}

int layout_all(struct layout_column *columns, size_t count) {
	for (size_t i = 0; i < count; i++)
		columns[i].width = columns[i].wanted;
	return place(columns, count);
}
