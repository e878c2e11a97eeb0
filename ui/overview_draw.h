#pragma once
/* The page of the overview: a panel for each kind of rows, and one for the states of TCP. Pure. */

#include "canvas.h"
#include "human.h"
#include "overview.h"
#include "overview_cursor.h"
#include "sock.h"
#include "totals.h"

/* Histories of the states of TCP. Zero-initialise it. */
struct overview_states {
	struct series counts[SOCK_STATE_COUNT];
};

/* A look that was not seen before. */
void overview_states_add(struct overview_states *states, const struct totals *totals);

/* What is drawn, all of it borrowed. */
struct overview_look {
	struct overview *overview;
	const struct overview_states *states;
	const struct totals *totals;
	struct overview_cursor *cursor; /* is told which rows there are, and follows its own */
	enum human_unit unit;           /* of rates */
	struct namer *namer;            /* NULL: numbers only */
	bool host_names, port_names;
};

void overview_draw(const struct overview_look *look, struct canvas *canvas, struct area area);
