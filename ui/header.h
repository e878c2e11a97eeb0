#pragma once
/* The lines above the table. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "canvas.h"
#include "human.h"
#include "series.h"

struct frame;

/* Histories of the totals. Zero-initialise it. */
struct header {
	struct series rx, tx, retrans, appeared; /* retrans in 1/1000 of the segments */
};

struct header_look {
	uint64_t period_ns; /* between looks, as it is */
	uint64_t wanted_ns; /* as it was asked for; less: it was stretched to spare the machine */
	bool paused, frozen, follows;
	bool ended;          /* a recording has no more looks */
	const char *filter;  /* text, or "" */
	const char *toggles; /* what is toggled, or "" */
	const char *groups;  /* what the rows are in groups by, or "" */
	const char *sort;    /* what they are sorted by; NULL: nothing */
	bool descending;
	uint64_t shown, hidden, tagged;
	enum human_unit unit; /* of rates */
	const char *trouble;  /* what failed, one line; NULL: nothing */
};

/* A frame that was not seen before. */
void header_add(struct header *header, const struct frame *frame);

/* Fewer than four lines leave the less important ones out. Returns how many it used: five if there
 * is trouble to tell. */
int header_draw(const struct header *header, struct canvas *canvas, struct area area,
                const struct frame *frame, const struct header_look *look);
