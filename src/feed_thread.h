#pragma once
/* A thread that makes frames, one for each question, so that who asks never waits. */

#include "feed.h"
#include "frame_make.h"

/* What its thread asks for frames: the collector, or a file. */
struct feed_origin {
	/* Fills `frame` as frame_make() does; may wait. FEED_END and FEED_FAILED are its last
	 * answer. `error` is NULL before, and for the caller to free. */
	enum feed_answer (*make)(void *self, struct frame *frame, const struct frame *before,
	                         struct life *life, uint32_t needs, char **error);
	/* Of another thread: what make() waits for is over, now and later. */
	void (*interrupt)(void *self);
	/* Fills results[i] for deeds[i], likewise; FEED_ACTED, or FEED_FAILED as make() has it.
	 * NULL: it can do nothing. */
	enum feed_answer (*act)(void *self, const struct act_order *order,
	                        const struct act_deed *deeds, struct act_result *results,
	                        size_t count, char **error);
	void (*close)(void *self);   /* frees it */
	void (*suspend)(void *self); /* as in struct feed, from any thread */
	/* Both NULL where nobody can go to and fro. Of the thread: make() makes that moment next,
	 * and those behind it then; returns why not, for the caller to free, or NULL. */
	char *(*seek)(void *self, size_t moment);
	/* As in struct feed, from any thread. */
	bool (*moments)(void *self, struct timeline *timeline);
	/* What hangs up (poll(2)) when nothing more can come, even while nobody asks, and what that
	 * means, a text to translate. NULL: it never does. */
	int (*hangup_fd)(void *self);
	const char *hangup_text;
	bool is_live;
};

/* A feed of its own; `self` is closed with it. False sets `error`, and `self` stays the caller's.
 */
bool feed_thread_start(const struct feed_origin *origin, void *self, struct feed *feed,
                       char **error);
void feed_thread_stop(struct feed *feed);

/* For who stops several: what this one waits for is over, so that it need not be waited for long.
 */
void feed_thread_interrupt(const struct feed *feed);
