#pragma once
/* The feeds: of the collector, and of a file. Each makes its frames in a thread of its own. */

#include "feed.h"

/* Of the collector at the other end of `channel`, which is closed with it. False sets `error`,
 * which the caller frees, and the channel stays the caller's. */
bool feed_collector(int channel, struct feed *feed, char **error);

/* The moments of a recording, or of `ss -D`, one for each question; "-" is standard input. Waits
 * for the first bytes of the file. False sets `error`, likewise. */
bool feed_replay(const char *path, struct feed *feed, char **error);

/* Ends the thread and frees all frames; nothing on zeroed memory. */
void feed_close(struct feed *feed);
