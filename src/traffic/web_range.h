#pragma once
/* The header Range of HTTP (RFC 9110, 14.2). Pure. */

#include <stdint.h>

enum web_range {
	WEB_RANGE_WHOLE, /* none, or one that may be ignored */
	WEB_RANGE_PART,
	WEB_RANGE_UNSATISFIABLE,
};

/* Which bytes of `size` are wanted. `header` may be NULL. `offset` and `length` are set for
 * WEB_RANGE_PART only, and lie within `size`. */
enum web_range web_range_parse(const char *header, uint64_t size, uint64_t *offset,
                               uint64_t *length);
