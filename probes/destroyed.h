#pragma once
/* Whether any TCP or UDP socket of a network namespace has ended in a stretch of time. The kernel
 * tells of every end (4.2), to anybody who asks, but a little later: a worker of the processor on
 * which it happened does it. So the answer is certain only once a socket that we end ourselves on
 * each processor has been told of. */

#include <stdbool.h>
#include <stdint.h>

struct destroyed_watch;
struct netns;

/* Must be called inside the namespace. NULL if it cannot be had. It listens from then on. */
struct destroyed_watch *destroyed_open(void);
void destroyed_close(struct destroyed_watch *watch);

/* To be told of an end costs the kernel more than the end itself, so between two looks nobody
 * listens; the socket stays, and is no new one at each look. False if it cannot be had any more. */
void destroyed_rest(struct destroyed_watch *watch);
bool destroyed_listen(struct destroyed_watch *watch);

/* The stretch of time begins. */
void destroyed_begin(struct destroyed_watch *watch);

/* True if none has ended since destroyed_begin(). False if one has, or if finding out for certain
 * would take longer than `patience_ns`, or cannot be had: we may not run on every processor. */
bool destroyed_none(struct destroyed_watch *watch, const struct netns *netns, uint64_t patience_ns);
