#pragma once
/* From the words of "serve" to the servers that are wanted. */

#include <stdbool.h>
#include <stddef.h>

#include "report.h"
#include "service.h"

struct serve_plan {
	struct service *services; /* for the caller to free */
	size_t count;
	enum report_format format;
	bool help; /* nothing else is wanted */
};

/* False sets `error`, one line that the caller frees. Strings are borrowed from `argv`. */
bool serve_parse(int argc, char *argv[], struct serve_plan *plan, char **error);
