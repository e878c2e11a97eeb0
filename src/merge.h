#pragma once
/* The frames of several machines as one. Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "frame.h"

/* What there is of one machine. */
struct merge_part {
	const char *host;          /* its name */
	const struct frame *frame; /* the latest; NULL: none yet */
	bool is_new;               /* it was not in the merged frame before */
	const char *trouble; /* why there is no newer one, any bytes; NULL: nothing is wrong */
};

/* Fills `merged`, but for its number, its cost, and its time, as of several clocks none is the
 * right one; its memory is used again. Its sockets point to those of the parts' frames, which must
 * stay as long. Those of a part with trouble are stale. No two parts may have sockets of the same
 * serial. */
void merge_frames(struct frame *merged, const struct merge_part *parts, size_t count);
