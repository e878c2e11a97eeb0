#pragma once
/* Who has an address that somebody else wants. */

#include "address.h"

/* "tcp 127.0.0.1:1234 is in use by 4242/python3; ...", or by "a process of the user ..." if that is
 * all that may be seen, for the caller to free; NULL if nobody can be seen. `type` is SOCK_STREAM
 * or the like, `kind` what people call that. */
char *holder_explain(const char *kind, const struct address *address, int type);
