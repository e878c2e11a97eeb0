#pragma once
/* Which row of the overview is selected. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas.h"
#include "overview.h"

struct out;

/* The panels: a list for each kind, and the states of TCP. */
enum { OVERVIEW_STATES = OVERVIEW_KINDS, OVERVIEW_PANELS };

/* The rows that a panel was drawn with. */
struct overview_drawn {
	int panel;
	struct area area; /* the first row is its first line */
	size_t count;
	struct tally_key keys[OVERVIEW_ROWS];
};

/* Zero-initialise it: the first row of the first panel is selected. */
struct overview_cursor {
	int panel;
	size_t row;           /* of the panel */
	struct tally_key key; /* of that row, with which the selection stays */
	struct overview_drawn drawn[OVERVIEW_PANELS];
	size_t drawn_count;
};

/* A drawing begins, and then each of its panels, with rows of these keys: at most OVERVIEW_ROWS. */
void overview_cursor_begin(struct overview_cursor *cursor);
void overview_cursor_note(struct overview_cursor *cursor, int panel, struct area area,
                          const struct tally_key *keys, size_t count);

bool overview_cursor_is_on(const struct overview_cursor *cursor, int panel, size_t row);

/* A row up (-1) or down (1), and on to the next panel; to the panel drawn before or behind. Panels
 * without rows are passed over. */
void overview_cursor_move(struct overview_cursor *cursor, int rows);
void overview_cursor_turn(struct overview_cursor *cursor, int panels);

/* Selects the row that was drawn at that place of the canvas. False if none was. */
bool overview_cursor_point(struct overview_cursor *cursor, int x, int y);

/* Appends the filter that finds the sockets of the selected row. False if there is none. */
bool overview_cursor_filter(const struct overview_cursor *cursor, struct overview *overview,
                            struct out *out);
