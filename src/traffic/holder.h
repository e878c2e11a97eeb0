#pragma once
/* Who has an address that somebody else wants. */

#include "address.h"

/* "4242/python3, 4243/python3", for the caller to free; NULL if it cannot be seen. `type` is
 * SOCK_STREAM or the like. */
char *holder_of(const struct address *address, int type);
