#pragma once
/* From the words of "connect" to whom to connect to, and what to do there. */

#include <stdbool.h>

#include "dial.h"
#include "exchange.h"
#include "load.h"

struct connect_plan {
	struct dial_target target;
	struct exchange exchange; /* but for its signal_fd */
	bool is_load;
	struct load_plan load; /* but for its targets */
	bool help;             /* nothing else is wanted */
};

/* False sets `error`, one line that the caller frees. Strings are borrowed from `argv`. */
bool connect_parse(int argc, char *argv[], struct connect_plan *plan, char **error);
