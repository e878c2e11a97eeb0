#pragma once
/* One of the two that are compared: a moment of a recording, or this machine now. */

#include "compare.h"
#include "frame_make.h"
#include "util.h"
#include "when.h"

/* What to look at: "now"; or a file, "-" being standard input, with a moment of it behind # or @. A
 * file that has the whole word for its name is meant before that. */
struct side_wish {
	const char *word;
	const char *netns; /* of this machine, as in probe_open(); NULL: our own */
	const struct want *want;
};

/* side_look() fills it, side_finish() frees it. */
struct side {
	struct frame frame;
	uint32_t needs; /* enum sock_need: what it can tell of at all */
	char *fault;    /* one line if the file is not whole; what stands before that was taken */
};

/* Looks at the moment that is wished for, or the last one. 0, or with `error`, which the caller
 * frees, the exit status. */
enum exit_status side_look(struct side *side, const struct side_wish *wish, char **error);

/* The same of two moments of one recording: the one that is wished for, or the first; and the last.
 */
enum exit_status side_look_alone(struct side *before, struct side *now,
                                 const struct side_wish *wish, char **error);
void side_finish(struct side *side);

struct compare_side side_compared(struct side *side);
