#pragma once
/* The feed of another machine, and that of several as one. */

#include <stddef.h>
#include <stdint.h>

#include "feed.h"

enum { REMOTE_HOSTS_MAX = 64 };

/* Of one host (ssh.h), which is looked at each `period_ns`; what comes while nobody asks is
 * skipped. What cannot be had is FEED_TROUBLE and tried again, later and later. The serials of its
 * sockets begin behind `serial`. `host` is borrowed as long as the feed is open. False sets
 * `error`, which the caller frees. feed_thread_stop() closes it. */
bool remote_open(const char *host, uint64_t period_ns, uint64_t serial, struct feed *feed,
                 char **error);

/* Of the hosts whose names stand in `list` with commas between them, each once. None of them is
 * waited for longer than a quarter of a second in a look. False, and feed_close(), as in feeds.h.
 */
bool feed_hosts(const char *list, uint64_t period_ns, struct feed *feed, char **error);
