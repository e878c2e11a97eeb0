#pragma once
/* What is wrong with a filter, and where. */

#include <stddef.h>

#include "util.h"

struct filter_error {
	char *message;    /* one line; the caller frees it, like `expression` */
	char what[128];   /* the same without anything of the expression in it */
	char *expression; /* as it was parsed */
	size_t column;    /* bytes before the offending character in `expression` */
};
