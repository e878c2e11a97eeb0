#pragma once
/* What the kernel lets this process have. */

/* Many connections need many descriptors: as many as the hard limit allows from now on. */
void descriptors_raise_limit(void);
