#pragma once
/* From what a source tells to a frame. */

#include "frame.h"
#include "life.h"
#include "origin.h"
#include "source.h"

/* Fills `frame`, whose memory is used again, from a look of `source` at every socket of every
 * family. Then the source is not needed any more. */
void frame_look(struct frame *frame, const struct source *source, uint32_t needs);

/* The same of what `want` asks for, and perhaps more. */
void frame_look_for(struct frame *frame, const struct source *source, const struct want *want);

/* Where it was made; borrowed from it. */
struct origin frame_origin(const struct frame *frame);
bool frame_shares_cookies(const struct frame *a, const struct frame *b);

/* Adds what comes of comparing it with `before`, the frame made last, or NULL. If the two share no
 * cookies it is a first look. */
void frame_compare(struct frame *frame, const struct frame *before, struct life *life);

/* Both, one after the other. */
void frame_make(struct frame *frame, const struct frame *before, struct life *life,
                const struct source *source, uint32_t needs);

/* Takes zeroed memory. */
void frame_finish(struct frame *frame);
