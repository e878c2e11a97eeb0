#pragma once
/* Where a look was made. */

#include <stdbool.h>
#include <stdint.h>

/* Of texts "" or NULL, and the number 0, are not known. */
struct origin {
	const char *host, *boot;
	uint32_t netns; /* inode of the network namespace */
};

/* False if a cookie of one is known to mean nothing in the other. */
bool origin_shares_cookies(const struct origin *a, const struct origin *b);
