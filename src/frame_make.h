#pragma once
/* From what a source tells to a frame. */

#include "frame.h"
#include "life.h"
#include "source.h"

/* Fills `frame`, whose memory is used again, from a look of `source` at every socket of every
 * family; `before` is the frame made last, or NULL. */
void frame_make(struct frame *frame, const struct frame *before, struct life *life,
                const struct source *source, uint32_t needs);

/* Both take zeroed memory. */
void frame_finish(struct frame *frame);
