#pragma once
/* A moment that is read again, as a source. */

#include "source.h"

struct replay;

/* Good as long as the replay. When it was on the monotonic clock it does not tell. */
struct source replay_source(struct replay *replay);
