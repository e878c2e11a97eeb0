/* The line of a group. Sums stand in their columns; what says nothing about a group has room for
 * its name. */

#include "columns_part.h"

#include <string.h>

#include "grouped.h"

/* Nothing if the field is not summed up. */
static void write_sum(struct out *out, const struct slot *slot, const struct grouped *grouped,
                      const struct group *group, enum human_unit unit) {
	for (size_t i = 0; i < grouped->by.sum_count; i++) {
		if (grouped->by.sums[i] != slot->field)
			continue;
		if (group->known >> i & 1)
			cells_write_sum(out, slot->rule, slot->field, group->sums[i], unit);
		else
			out_char(out, '-');
	}
}

void columns_write_sums(const struct columns *columns, const struct canvas *canvas,
                        struct grid *grid, struct span *cells, const struct grouped *grouped,
                        const struct group *group, enum human_unit unit) {
	for (size_t i = 0; i < columns->count; i++) {
		struct span *cell = &cells[i];
		cell->start = grid->text.used;
		write_sum(&grid->text, &columns->slots[i], grouped, group, unit);
		columns_end_cell(grid, canvas, cell);
		cell->least = cell->width;
	}
}

/* Where the first sum stands that the name of a group leaves room for; those before it are not
 * drawn. */
static int draw_sums(const struct columns *columns, struct canvas *canvas, struct area area, int y,
                     const struct grid *grid, const struct span *cells,
                     const struct columns_look *look) {
	enum { NAME_LEAST = 24 };
	int end = area.x + area.width;
	for (size_t i = columns->count; i-- > 0;) {
		const struct area at = columns_area(columns, i, area, y, look);
		if (at.width == 0 || cells[i].length == 0 || at.x < area.x + NAME_LEAST)
			continue;
		columns_draw_cell(columns, canvas, at, i, grid->text.bytes + cells[i].start,
		                  &cells[i], STYLE_STRONG);
		end = at.x < end ? at.x : end;
	}
	return end;
}

/* At the right; a number whose end is missing must not read like a smaller one. */
static void draw_size(struct canvas *canvas, struct area area, int width, enum style style,
                      const char *text) {
	if (width <= area.width)
		canvas_text_right(canvas, area.x, area.y, area.width, style, text);
	else
		canvas_put_cut(canvas, area, false, style, text, strlen(text));
}

void columns_draw_group(const struct columns *columns, struct canvas *canvas, struct area area,
                        int y, const struct grid *grid, const struct span *cells,
                        const struct grouped *grouped, const struct group *group,
                        const struct columns_look *look) {
	enum { INDENT = 2, MARK = 2 };
	const enum style style = look->is_stale                 ? STYLE_FAINT
	                         : group->health == HEALTH_FINE ? STYLE_STRONG
	                                                        : STYLE_WARNING;
	const int end = draw_sums(columns, canvas, area, y, grid, cells, look);
	const int start = area.x + (int)group->level * INDENT;
	struct out text;
	out_init(&text, OUT_MEMORY);
	grouped_write_size(&text, group);
	out_char(&text, '\0');
	const int size_width = canvas_text_width(canvas, text.bytes);
	draw_size(canvas, (struct area){ start + MARK, y, end - start - MARK - 1, 1 }, size_width,
	          style, text.bytes);
	canvas_text(canvas, start, y, 1, style,
	            canvas_fold_mark(canvas, grouped_is_open(grouped, group)));
	text.used = 0;
	group_write_key(&text, grouped->by.levels[group->level], group);
	/* Of paths and addresses the end tells most. */
	canvas_put_cut(canvas,
	               (struct area){ start + MARK, y, end - start - MARK - size_width - 3, 1 },
	               true, style, text.bytes, text.used);
	out_finish(&text);
}
