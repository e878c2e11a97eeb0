#pragma once
/* The columns of the table: which there are, how wide each one is, which fit. What a cell says is
 * in cells.h. */

#include <stdbool.h>
#include <stddef.h>

#include "canvas.h"
#include "field.h"
#include "human.h"
#include "layout.h"

struct namer;
struct out;
struct sock;
struct table;
struct tags;
struct view;

struct columns;

/* The default ones of the live view, or those of `view` if it has any; NULL is a view without. */
struct columns *columns_create(const struct view *view);

/* Before all others, unless it is one of them. */
void columns_put_first(struct columns *columns, const struct field *field);
void columns_destroy(struct columns *columns);

size_t columns_count(const struct columns *columns);
const struct field *columns_field(const struct columns *columns, size_t index);
/* Which one it is; their count if it is none of them. */
size_t columns_find(const struct columns *columns, const struct field *field);

/* enum sock_need of all of them. */
uint32_t columns_needs(const struct columns *columns);

/* What is drawn of the table beside the table itself. */
struct columns_look {
	const struct field *sort; /* or NULL */
	bool descending;
	int scroll;          /* 0: what fits; n: everything, moved left by n columns */
	const char *search;  /* what is found of it, in any case, is marked; NULL: none */
	struct namer *namer; /* NULL: numbers only */
	bool host_names, port_names;
	enum human_unit unit;    /* of rates */
	const struct tags *tags; /* of sockets; NULL: none */
	bool is_stale;           /* no newer look could be had: all rows are faint */
};

/* The heading in the first line of the area, then rows from table->top on. Widths are those of the
 * rows on the screen, and grow only, until the area or what is named is another. The first column
 * of the terminal holds the marks of changes. A row that holds what is searched for where it cannot
 * be seen is marked as a whole. The area begins at the left edge of the canvas. */
void columns_draw(struct columns *columns, struct canvas *canvas, struct area area,
                  const struct table *table, const struct columns_look *look);

/* The field of the column that columns_draw() last put there, in this area; NULL: none. */
const struct field *columns_field_at(const struct columns *columns, struct area area, int x,
                                     const struct columns_look *look);

/* One row as text, cells separated by a blank, nothing cut: for searching and copying. With a namer
 * each call asks it; a search through many rows goes without. */
void columns_write_row(const struct columns *columns, struct out *out, const struct sock *sock,
                       const struct columns_look *look);
