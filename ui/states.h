#pragma once
/* The state machine of TCP (RFC 9293, figure 5) with what is going on in it: how many sockets are
 * in each state, and how many went which way. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas.h"
#include "totals.h"
#include "transitions.h"

struct out;

/* How it is drawn: what there is room for. */
enum states_form {
	STATES_FORM_LIST,
	STATES_FORM_COMPACT,
	STATES_FORM_LARGE,
	STATES_FORM_COUNT,
};

enum states_direction { STATES_UP, STATES_DOWN, STATES_LEFT, STATES_RIGHT };

/* A state in the figure. */
struct states_place {
	enum sock_state state;
	uint8_t row, column; /* of a grid of 7 by 3 */
	const char *name;    /* in the figure */
	const char *meaning; /* two sentences, marked with N_ */
	const char *section; /* of RFC 9293 */
	const char *lab;     /* the condition of "socklens lab" that makes one */
};

enum { STATES_PLACES = 11 };
extern const struct states_place states_places[STATES_PLACES];

/* An expression that lets those pass that are in the state. */
void states_write_filter(struct out *out, enum sock_state state);

/* An arrow of the figure. A socket that appears or goes has no state of its own before or after:
 * where the figure says CLOSED, or LISTEN for whom a SYN brings. */
struct states_arrow {
	uint16_t from, to; /* bits 1u << enum sock_state; bit 0: TRANSITION_NOTHING */
	struct {
		uint8_t x, y;
	} labels[STATES_FORM_COUNT]; /* where its number begins */
};

extern const struct states_arrow states_arrows[];
extern const size_t states_arrow_count;

/* Looks for which the number on an arrow stays; it fades meanwhile. */
enum { STATES_LOOKS = 4 };

/* Zero-initialise it: the first place is selected. */
struct states {
	size_t selected; /* index of states_places[] */
	bool explains;   /* what the selected state means is shown */
	/* The rest belongs to these functions. */
	struct transitions recent;                          /* the latest that were not 0 */
	uint8_t ages[TRANSITION_STATES][TRANSITION_STATES]; /* looks since they were, and 1 */
	enum states_form form;                              /* of the last drawing */
	struct area area;                                   /* likewise */
	size_t first;                                       /* likewise: at the top of a list */
};

/* A look that was not seen before. */
void states_add(struct states *states, const struct transitions *transitions);

/* What the looks before had; what is selected stays. */
void states_forget(struct states *states);

/* The place to which a key in that direction leads from place `from`; `from` if there is none. */
size_t states_neighbour(enum states_form form, size_t from, enum states_direction direction);

/* How many went over an arrow in the latest look in which any did, and how many looks ago that was.
 * 0: none for STATES_LOOKS. */
uint64_t states_count(const struct states *states, const struct states_arrow *arrow, uint8_t *age);

/* What has no arrow, for things went faster than looks are made: "new > ESTAB 3". The pair after
 * `*from` and `*to`, which begin at 0; false behind the last one. */
bool states_next_jump(const struct states *states, unsigned *from, unsigned *to);

/* The largest form that fits, the number of sockets in each state, the numbers on the arrows. */
void states_draw(struct states *states, const struct totals *totals, struct canvas *canvas,
                 struct area area);

/* Selects the state that was drawn at that place of the canvas. False if none was. */
bool states_point(struct states *states, int x, int y);
