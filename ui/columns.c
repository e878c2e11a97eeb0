/* Cells become text first, all that are on the screen and no others; then columns get their widths
 * from that, and then the text is drawn. An address is shown whole or not at all. */

#include "columns.h"

#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "columns_part.h"
#include "life.h"
#include "named.h"
#include "out.h"
#include "table.h"
#include "tags.h"
#include "util.h"
#include "view.h"

/* Names are not cut below that for the sake of columns that nobody asked for. The local address,
 * which tells sockets apart, is still more important than what they are sorted by. */
enum { FULL_WIDTH = 32, SORTED_PRIORITY = 99 };

/* In this order; those from recvq on are for wide screens. */
static const char *const default_names[] = {
	"owners", "user", "proto", "state", "local",        "peer",     "rx",       "tx",
	"rtt",    "age",  "recvq", "sendq", "retrans_rate", "rx_bytes", "tx_bytes", "cong",
};

static struct slot *add(struct columns *columns, const struct field *field) {
	columns->slots = xreallocarray(columns->slots, columns->count + 1, sizeof(*columns->slots));
	struct slot *slot = &columns->slots[columns->count++];
	*slot = (struct slot){ .field = field, .rule = cells_rule_of(field) };
	return slot;
}

static void add_defaults(struct columns *columns) {
	for (size_t i = 0; i < ARRAY_LENGTH(default_names); i++) {
		const struct field *field = field_named(default_names[i]);
		if (!field)
			continue;
		struct slot *slot = add(columns, field);
		slot->is_extra = slot->rule->is_extra;
	}
}

struct columns *columns_create(const struct view *view) {
	struct columns *columns = xcalloc(1, sizeof(*columns));
	for (size_t i = 0; view && i < view->column_count; i++)
		add(columns, view->columns[i]);
	if (columns->count == 0)
		add_defaults(columns);
	columns->layout = xcalloc(columns->count, sizeof(*columns->layout));
	return columns;
}

size_t columns_find(const struct columns *columns, const struct field *field) {
	size_t i = 0;
	while (i < columns->count && columns->slots[i].field != field)
		i++;
	return i;
}

void columns_put_first(struct columns *columns, const struct field *field) {
	if (columns_find(columns, field) < columns->count)
		return;
	const struct slot first = *add(columns, field);
	memmove(columns->slots + 1, columns->slots, (columns->count - 1) * sizeof(*columns->slots));
	columns->slots[0] = first;
	columns->layout = xreallocarray(columns->layout, columns->count, sizeof(*columns->layout));
}

void columns_destroy(struct columns *columns) {
	if (!columns)
		return;
	free(columns->slots);
	free(columns->layout);
	free(columns);
}

size_t columns_count(const struct columns *columns) {
	return columns->count;
}

const struct field *columns_field(const struct columns *columns, size_t index) {
	return columns->slots[index].field;
}

uint32_t columns_needs(const struct columns *columns) {
	uint32_t needs = 0;
	for (size_t i = 0; i < columns->count; i++)
		needs |= columns->slots[i].field->needs;
	return needs;
}

void columns_write_row(const struct columns *columns, struct out *out, const struct sock *sock,
                       const struct columns_look *look) {
	struct named named;
	const struct field_source source =
	    field_source(named_init(&named, sock, look->namer, look->host_names, look->port_names));
	for (size_t i = 0; i < columns->count; i++) {
		if (i > 0)
			out_char(out, ' ');
		cells_write(out, columns->slots[i].rule, columns->slots[i].field, &source,
		            look->unit);
	}
	named_finish(&named);
}

void columns_end_cell(struct grid *grid, const struct canvas *canvas, struct span *cell) {
	cell->length = grid->text.used - cell->start;
	cell->width = canvas_width_of(canvas, grid->text.bytes + cell->start, cell->length);
	out_char(&grid->text, '\0');
}

static void write_cells(const struct columns *columns, const struct canvas *canvas,
                        struct grid *grid, struct span *cells, const struct sock *sock,
                        const struct columns_look *look) {
	struct named named;
	const struct field_source source =
	    field_source(named_init(&named, sock, look->namer, look->host_names, look->port_names));
	for (size_t i = 0; i < columns->count; i++) {
		const struct cells_rule *rule = columns->slots[i].rule;
		struct span *cell = &cells[i];
		cell->start = grid->text.used;
		cells_write(&grid->text, rule, columns->slots[i].field, &source, look->unit);
		columns_end_cell(grid, canvas, cell);
		cell->least = cells_least(rule, source.sock, cell->width);
	}
	named_finish(&named);
}

static void write_line(const struct columns *columns, const struct canvas *canvas,
                       struct grid *grid, const struct table *table, size_t line,
                       const struct columns_look *look) {
	struct span *cells = &grid->cells[line * columns->count];
	const struct group *group = table_group(table, grid->first + line);
	if (group)
		columns_write_sums(columns, canvas, grid, cells, &table->grouped, group,
		                   look->unit);
	else
		write_cells(columns, canvas, grid, cells, table->rows[grid->first + line], look);
}

static void grid_init(struct grid *grid, const struct columns *columns, const struct canvas *canvas,
                      const struct table *table, size_t lines, const struct columns_look *look) {
	const size_t left = table->top < table->count ? table->count - table->top : 0;
	*grid = (struct grid){ .first = table->top, .rows = left < lines ? left : lines };
	out_init(&grid->text, OUT_MEMORY);
	grid->cells = xcalloc(grid->rows * columns->count, sizeof(*grid->cells));
	for (size_t i = 0; i < grid->rows; i++)
		write_line(columns, canvas, grid, table, i, look);
}

static void grid_finish(struct grid *grid) {
	out_finish(&grid->text);
	free(grid->cells);
}

static void reset(struct columns *columns, struct area area, const struct columns_look *look) {
	if (columns->width == area.width && columns->height == area.height &&
	    columns->host_names == look->host_names && columns->port_names == look->port_names &&
	    columns->unit == look->unit)
		return;
	columns->width = area.width;
	columns->height = area.height;
	columns->host_names = look->host_names;
	columns->port_names = look->port_names;
	columns->unit = look->unit;
	for (size_t i = 0; i < columns->count; i++) {
		columns->slots[i].grown = columns->slots[i].least = 0;
		columns->slots[i].is_known = false;
	}
}

/* The title of the column that rows are sorted by has its direction behind it. */
static int heading_width(const struct slot *slot, const struct columns_look *look) {
	return (int)strlen(slot->field->column.title) + (slot->field == look->sort);
}

static int max(int a, int b) {
	return a > b ? a : b;
}

static bool is_unknown(const struct grid *grid, const struct span *cell) {
	return cell->length == 1 && grid->text.bytes[cell->start] == '-';
}

static void grow(struct columns *columns, const struct grid *grid) {
	for (size_t i = 0; i < grid->rows * columns->count; i++) {
		struct slot *slot = &columns->slots[i % columns->count];
		slot->grown = max(slot->grown, grid->cells[i].width);
		slot->least = max(slot->least, grid->cells[i].least);
		slot->is_known |= !is_unknown(grid, &grid->cells[i]);
	}
}

/* What the rows are sorted by is seen if any way possible; of what nobody knows anything, only
 * where nothing else wants the room. */
static struct layout_column wishes_of(const struct slot *slot, const struct columns_look *look) {
	const bool sorted = slot->field == look->sort;
	const int heading = heading_width(slot, look);
	const int least = max(slot->least, heading);
	return (struct layout_column){
		.wanted = max(slot->grown, heading),
		.least = least,
		.full = max(least, FULL_WIDTH),
		.priority = sorted ? SORTED_PRIORITY : slot->rule->priority,
		.claim = slot->rule->claim,
		.is_extra =
		    !sorted && (slot->is_extra || (!slot->is_known && !slot->rule->is_soon_known)),
	};
}

static void place(struct columns *columns, int width, const struct columns_look *look) {
	for (size_t i = 0; i < columns->count; i++)
		columns->layout[i] = wishes_of(&columns->slots[i], look);
	if (look->scroll > 0)
		layout_all(columns->layout, columns->count);
	else
		layout_fit(columns->layout, columns->count, width);
}

struct area columns_area(const struct columns *columns, size_t index, struct area area, int y,
                         const struct columns_look *look) {
	const struct layout_column *column = &columns->layout[index];
	const int x = area.x + 1 + column->x - look->scroll;
	const int room = area.x + area.width - x;
	const int width = column->width < room ? column->width : room;
	return (struct area){ .x = x, .y = y, .width = width > 0 ? width : 0, .height = 1 };
}

const struct field *columns_field_at(const struct columns *columns, struct area area, int x,
                                     const struct columns_look *look) {
	for (size_t i = 0; i < columns->count; i++) {
		const struct area at = columns_area(columns, i, area, area.y, look);
		if (x >= at.x && x < at.x + at.width)
			return columns->slots[i].field;
	}
	return NULL;
}

static void draw_heading(const struct columns *columns, struct canvas *canvas, struct area area,
                         const struct columns_look *look) {
	canvas_fill(canvas, (struct area){ area.x, area.y, area.width, 1 }, STYLE_HEADING);
	for (size_t i = 0; i < columns->count; i++) {
		const struct slot *slot = &columns->slots[i];
		const bool sorted = slot->field == look->sort;
		const struct area at = columns_area(columns, i, area, area.y, look);
		const int gap = slot->field->column.align_right
		                    ? columns->layout[i].width - heading_width(slot, look)
		                    : 0;
		const int x = at.x + (gap > 0 ? gap : 0);
		if (columns->layout[i].width > 0)
			canvas_printf(canvas, x, at.y, at.x + at.width - x,
			              sorted ? STYLE_SORTED : STYLE_HEADING, "%s%s",
			              slot->field->column.title,
			              sorted ? canvas_sort_mark(canvas, look->descending) : "");
	}
}

void columns_draw_cell(const struct columns *columns, struct canvas *canvas, struct area at,
                       size_t index, const char *text, const struct span *cell, enum style style) {
	const struct slot *slot = &columns->slots[index];
	const int width = columns->layout[index].width;
	const bool right = slot->field->column.align_right;
	const int gap = right && cell->width < width ? width - cell->width : 0;
	if (cell->width > width && at.width == width)
		canvas_put_cut(canvas, at, slot->rule->keeps_end, style, text, cell->length);
	else
		canvas_put(canvas, at.x + gap, at.y, at.width - gap, style, text, cell->length);
}

/* That it is tagged is said before what changed, of which the colour of the row speaks, too. */
static void draw_mark(struct canvas *canvas, struct area area, int y, enum style row_style,
                      const struct sock *sock, const struct columns_look *look) {
	const bool is_tagged = look->tags && sock->life && tags_has(look->tags, sock->life->serial);
	canvas_text(canvas, area.x, y, area.width, is_tagged ? STYLE_WARNING : row_style,
	            is_tagged ? "#" : cells_mark(sock));
}

static void draw_row(const struct columns *columns, struct canvas *canvas, struct area area, int y,
                     const struct grid *grid, const struct span *cells, const struct sock *sock,
                     const struct columns_look *look) {
	const enum style row_style = look->is_stale ? STYLE_FAINT : cells_row_style(sock);
	const struct field_source source = field_source(sock);
	if (look->scroll == 0)
		draw_mark(canvas, area, y, row_style, sock, look);
	for (size_t i = 0; i < columns->count; i++) {
		const struct slot *slot = &columns->slots[i];
		const struct area at = columns_area(columns, i, area, y, look);
		if (at.width == 0)
			continue;
		const enum style own = cells_style(slot->rule, slot->field, &source);
		columns_draw_cell(columns, canvas, at, i, grid->text.bytes + cells[i].start,
		                  &cells[i], row_style == STYLE_TEXT ? own : row_style);
	}
}

static void draw_line(const struct columns *columns, struct canvas *canvas, struct area area, int y,
                      const struct grid *grid, const struct span *cells, const struct table *table,
                      size_t row, const struct columns_look *look) {
	const struct group *group = table_group(table, row);
	if (group)
		columns_draw_group(columns, canvas, area, y, grid, cells, &table->grouped, group,
		                   look);
	else
		draw_row(columns, canvas, area, y, grid, cells, table->rows[row], look);
}

/* Marks what is found in a cell that is not cut, as far as it can be seen. True if anything was. */
static bool mark_cell(const struct columns *columns, struct canvas *canvas, struct area at,
                      size_t index, const char *text, const struct span *cell, const char *search) {
	const bool right = columns->slots[index].field->column.align_right;
	const int gap = columns->layout[index].width - cell->width;
	const int x = at.x + (right && gap > 0 ? gap : 0);
	bool seen = false;
	for (const char *found = strcasestr(text, search); found;
	     found = strcasestr(found + 1, search)) {
		const int before = canvas_width_of(canvas, text, (size_t)(found - text));
		const int width = canvas_width_of(canvas, found, strlen(search));
		const int room = at.x + at.width - (x + before);
		if (room <= 0)
			break;
		canvas_restyle(canvas,
		               (struct area){ x + before, at.y, width < room ? width : room, 1 },
		               STYLE_MATCH);
		seen = true;
	}
	return seen;
}

/* In the row as columns_write_row() writes it, from its cells. */
static bool row_has(const struct columns *columns, const struct grid *grid,
                    const struct span *cells, const char *search) {
	struct out row;
	out_init(&row, OUT_MEMORY);
	for (size_t i = 0; i < columns->count; i++) {
		out_bytes(&row, grid->text.bytes + cells[i].start, cells[i].length);
		out_char(&row, ' ');
	}
	out_char(&row, '\0');
	const bool has = strcasestr(row.bytes, search) != NULL;
	out_finish(&row);
	return has;
}

static void mark_row(const struct columns *columns, struct canvas *canvas, struct area area, int y,
                     const struct grid *grid, const struct span *cells,
                     const struct columns_look *look) {
	bool seen = false;
	for (size_t i = 0; i < columns->count; i++) {
		const struct area at = columns_area(columns, i, area, y, look);
		if (at.width > 0 && cells[i].width <= columns->layout[i].width)
			seen |= mark_cell(columns, canvas, at, i, grid->text.bytes + cells[i].start,
			                  &cells[i], look->search);
	}
	if (!seen && row_has(columns, grid, cells, look->search))
		canvas_restyle(canvas, (struct area){ area.x, y, area.width, 1 }, STYLE_MATCH);
}

void columns_draw(struct columns *columns, struct canvas *canvas, struct area area,
                  const struct table *table, const struct columns_look *look) {
	struct grid grid;
	if (area.width <= 0 || area.height <= 0)
		return;
	reset(columns, area, look);
	grid_init(&grid, columns, canvas, table, (size_t)area.height - 1, look);
	grow(columns, &grid);
	place(columns, area.width - 1, look);
	canvas_fill(canvas, area, STYLE_TEXT);
	draw_heading(columns, canvas, area, look);
	for (size_t i = 0; i < grid.rows; i++) {
		const int y = area.y + 1 + (int)i;
		const struct span *cells = &grid.cells[i * columns->count];
		draw_line(columns, canvas, area, y, &grid, cells, table, grid.first + i, look);
		if (grid.first + i == table->selected)
			canvas_restyle(canvas, (struct area){ area.x, y, area.width, 1 },
			               STYLE_SELECTED);
		if (look->search && look->search[0])
			mark_row(columns, canvas, area, y, &grid, cells, look);
	}
	grid_finish(&grid);
}
