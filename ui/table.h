#pragma once
/* The rows of the table: which sockets are shown, in which order, and which one is selected. Knows
 * no screen. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "view.h"

struct frame;
struct sock;

/* What decides which rows there are. Borrowed by table_update(). */
struct table_choice {
	const struct filter *filter; /* what was typed or given at the start */
	bool only_established;       /* beside the filter */
	const struct field *sort;    /* NULL: in the order of first sight */
	bool descending;
	bool show_closed; /* those that are gone stay for LIFE_MARK_LOOKS */
	bool frozen;      /* the order stays; new rows come last */
};

/* Zero-initialise it; table_finish() frees it. */
struct table {
	const struct sock **rows; /* borrowed from the frame */
	size_t count;
	size_t hidden;   /* sockets that are there and that the filter refuses */
	size_t selected; /* index of the row; 0 if there are none */
	uint64_t serial; /* identity of the selected socket; 0: none */
	bool follows;    /* the selection stays with the socket, wherever it goes; else it stays
	                  * with the socket while that is there */
	size_t top;      /* index of the first row on the screen */
	/* The rest is the table's own. */
	void *order;
	size_t order_capacity;
};

void table_finish(struct table *table);

/* Takes the rows from another frame, or by another choice. Rows that compare equal keep their
 * order; rates compare by what they are held at (life.h). The selection stays with its socket; if
 * that is gone, with its place. */
void table_update(struct table *table, const struct frame *frame,
                  const struct table_choice *choice);

/* Moves the selection by so many rows, as far as there are rows. */
void table_move(struct table *table, long by);
void table_select(struct table *table, size_t index);

/* Scrolls just so far that the selection is among `height` rows. */
void table_scroll(struct table *table, size_t height);

/* NULL if there are no rows. */
const struct sock *table_selected(const struct table *table);
