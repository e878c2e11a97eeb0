#pragma once
/* What the kernel lets this process have. */

#include <stdbool.h>

/* Many connections need many descriptors: as many as the hard limit allows from now on. */
void descriptors_raise_limit(void);

/* Whether this errno of socket() or accept() says that there is none left, or no memory: later
 * there may be. */
bool descriptors_are_short(int error);
