#pragma once
/* Why a socket cannot be used, in words. Each text is one line that the caller frees. */

#include <stdint.h>

#include "address.h"

/* `error` is what connecting a socket of this type to `address`, or sending to it, came to. */
char *reason_of(const struct address *address, int type, int error);

/* "0.25s" */
struct reason_time {
	char text[32];
};
struct reason_time reason_time(uint64_t ns);
