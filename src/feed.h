#pragma once
/* Where the live view gets its frames: from the collector, from a recording, or in a test. Nothing
 * here waits: a frame is asked for, made in the background, and taken once `fd` can be read. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "act.h"

struct frame;
struct timeline;

enum feed_answer {
	FEED_NOTHING, /* not yet */
	FEED_FRAME,
	FEED_ACTED,   /* what act() asked for is done: results() */
	FEED_TROUBLE, /* this look failed, `error` says why; another may not */
	FEED_END,     /* a recording has no more */
	FEED_FAILED,  /* `error` says why; nothing more will come */
};

struct feed {
	void *self;
	int fd; /* for poll(); readable when take() has an answer */
	/* One more frame, with so much known (enum sock_need). At most one may be on its way. */
	void (*ask)(void *self, uint32_t needs);
	/* FEED_FRAME: the frame is the caller's to read until the ask() after the next
	 * FEED_FRAME, so that of two frames the older one is given back by asking for a third.
	 * `error` is for the caller to free. */
	enum feed_answer (*take)(void *self, const struct frame **frame, char **error);
	/* Stops the process group, as Ctrl-Z does, whoever has the right to; NULL: the caller does
	 * it. */
	void (*suspend)(void *self);
	/* Of a recording in which one can go to and fro; else both are NULL. The next ask() is for
	 * that moment, 0 is the first. It must not be on its way yet. */
	void (*seek)(void *self, size_t moment);
	/* The moments that are known by now: as timeline_follow(). */
	bool (*moments)(void *self, struct timeline *timeline);
	/* Does something to sockets, likewise in the background. At most one order may be on its
	 * way, beside a frame. Nothing is borrowed. NULL: nothing can be done to what it tells of.
	 */
	void (*act)(void *self, const struct act_order *order, const struct act_deed *deeds,
	            size_t count);
	/* What came of the deeds, one for each, after FEED_ACTED; borrowed until the next act(). */
	const struct act_result *(*results)(void *self, size_t *count);
	bool is_live; /* false: a recording, which is not asked for more than it has */
};
