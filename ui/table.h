#pragma once
/* The rows of the table: which sockets are shown, in which order and in which groups, and which
 * row is selected. Knows no screen. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "grouped.h"
#include "view.h"

struct frame;
struct order_row;
struct sock;

/* What decides which rows there are. Borrowed by table_update(). */
struct table_choice {
	const struct filter *filter; /* what was typed or given at the start; NULL: everything */
	bool only_established;       /* beside the filter */
	const struct field *sort;    /* NULL: in the order of first sight */
	bool descending;
	bool show_closed; /* those that are gone stay for LIFE_MARK_LOOKS */
	bool frozen;      /* the order stays; new rows come last */
};

/* Zero-initialise it; table_finish() frees it. */
struct table {
	const struct sock **rows; /* borrowed from the frame; NULL: the row is a group */
	size_t count;
	size_t sockets;  /* that are shown, or would be if all groups were open */
	size_t gone;     /* sockets shown that are not there any more, or were not in this look */
	size_t hidden;   /* sockets that are there and that the filter refuses */
	size_t selected; /* index of the row; 0 if there are none */
	uint64_t serial; /* identity of the selected row; 0: none */
	struct grouped grouped; /* set `by` for sockets to be in groups */
	/* The selection stays with its socket through every order. Until it is moved, and back in
	 * the first row, it stays there instead; if its socket is not shown any more, it stays in
	 * its place and belongs to whoever is there. With `follows` it stays with its socket from
	 * the first row, too, on the same line of the screen if that can be, and finds it again if
	 * it comes back. */
	bool follows;
	size_t top; /* index of the first row on the screen */
	/* The rest is the table's own. */
	bool moved;              /* the selection was moved away from the first row */
	struct order_row *order; /* of the sockets, then room for as many */
	size_t capacity;         /* of each of both halves */
	size_t row_capacity;
};

void table_finish(struct table *table);

/* Takes the rows from another frame, or by another choice. Rows that compare equal keep the order
 * of first sight; rates compare by what they are held at (life.h); what is not known comes last in
 * either direction. */
void table_update(struct table *table, const struct frame *frame,
                  const struct table_choice *choice);

/* Moves the selection by so many rows, as far as there are rows. */
void table_move(struct table *table, long by);
void table_select(struct table *table, size_t index);
/* The identity of the selected row, of a socket or a group; 0: there is none. */
uint64_t table_selected_serial(const struct table *table);
/* The row with that serial, of a socket or a group, if there is one. */
void table_select_serial(struct table *table, uint64_t serial);

/* Scrolls just so far that the selection is among `height` rows, and that no line stays empty
 * while there are rows for it. */
void table_scroll(struct table *table, size_t height);

/* NULL if there are no rows, or if it is a group. */
const struct sock *table_selected(const struct table *table);

/* The group that the row is, or NULL; the selected one, likewise. */
const struct group *table_group(const struct table *table, size_t row);
const struct group *table_selected_group(const struct table *table);

/* The sockets that are shown, also those in closed groups, in the order of the rows. */
const struct sock *const *table_sockets(const struct table *table);
