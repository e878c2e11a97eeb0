#pragma once
/* The page of the overview: a panel for each kind of rows, and one for the states of TCP. Pure. */

#include "canvas.h"
#include "overview.h"
#include "sock.h"
#include "totals.h"

/* Histories of the states of TCP. Zero-initialise it. */
struct overview_states {
	struct series counts[SOCK_STATE_COUNT];
};

/* A look that was not seen before. */
void overview_states_add(struct overview_states *states, const struct totals *totals);

void overview_draw(struct overview *overview, const struct overview_states *states,
                   const struct totals *totals, struct canvas *canvas, struct area area);
