#pragma once
/* What the files of the columns share. Nobody else includes it. */

#include "columns.h"

#include "cells.h"
#include "out.h"

struct group;
struct grouped;

struct slot {
	const struct field *field;
	const struct cells_rule *rule;
	bool is_extra;
	/* The widest that it has been since the last reset(), and would be if it were cut. */
	int grown, least;
	bool is_known; /* of any socket, since then */
};

struct columns {
	struct slot *slots;
	struct layout_column *layout; /* one per slot */
	size_t count;
	/* What the widths are for. */
	int width, height;
	bool host_names, port_names;
	enum human_unit unit;
};

/* The text of a cell in the memory of its grid, ended by NUL. */
struct span {
	size_t start, length;
	int width, least; /* columns */
};

/* The cells on the screen, row by row. */
struct grid {
	struct out text;
	struct span *cells;
	size_t first, rows; /* of the table */
};

/* Where the column lies on the canvas, as far as it is inside of the area. */
struct area columns_area(const struct columns *columns, size_t index, struct area area, int y,
                         const struct columns_look *look);

/* What was written to the grid since its start is the cell. */
void columns_end_cell(struct grid *grid, const struct canvas *canvas, struct span *cell);

void columns_draw_cell(const struct columns *columns, struct canvas *canvas, struct area at,
                       size_t index, const char *text, const struct span *cell, enum style style);

/* columns_group.c: the cells of a group are sums where there are any; the rest of the line is for
 * its name and the number of its sockets, which go over the columns up to the first sum. */
void columns_write_sums(const struct columns *columns, const struct canvas *canvas,
                        struct grid *grid, struct span *cells, const struct grouped *grouped,
                        const struct group *group, enum human_unit unit);
void columns_draw_group(const struct columns *columns, struct canvas *canvas, struct area area,
                        int y, const struct grid *grid, const struct span *cells,
                        const struct grouped *grouped, const struct group *group,
                        const struct columns_look *look);
