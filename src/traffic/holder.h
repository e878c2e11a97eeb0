#pragma once
/* Who has an address that somebody else wants. */

#include "address.h"

/* "4242/python3,4243/python3", or "a process of the user ..." if that is all that may be seen, for
 * the caller to free; NULL if it cannot be seen. `type` is SOCK_STREAM or the like. */
char *holder_of(const struct address *address, int type);
