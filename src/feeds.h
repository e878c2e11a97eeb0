#pragma once
/* The feeds: of the collector, and of a file. Each makes its frames in a thread of its own. */

#include "feed.h"

struct cli;

/* Of the collector at the other end of `channel`, which is closed in the end. */
struct feed feed_collector(int channel);

/* The moments of a recording, or of `ss -D`, one for each question. False sets `error`. */
bool feed_replay(const char *path, struct feed *feed, char **error);

/* Ends the thread and frees all frames. */
void feed_close(struct feed *feed);
