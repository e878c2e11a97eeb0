#pragma once
/* Addresses of host names that a person is typing, in the background: one look-up at a time, and
 * none before the names have been left alone. */

#include <stdbool.h>
#include <stddef.h>

#include "resolve.h"

struct lookup;

struct lookup *lookup_create(void);
void lookup_destroy(struct lookup *lookup);

/* These names instead of those that were asked for before and that nobody began to look up. None:
 * that is all. It begins after `delay_ms`. */
void lookup_ask(struct lookup *lookup, const char *const names[], size_t count, unsigned delay_ms);

/* Readable once there are answers; -1 if that could not be made. */
int lookup_fd(const struct lookup *lookup);

/* The answers since the last call; false: none. lookup_free() is for the caller. */
bool lookup_take(struct lookup *lookup, struct resolve_host **hosts, size_t *count);
void lookup_free(struct resolve_host *hosts, size_t count);
