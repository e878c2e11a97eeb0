#pragma once
/* From the words of "lab" to what is to be made. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report.h"

struct lab_condition;

enum lab_action {
	LAB_HOLD,
	LAB_VERIFY,
	LAB_LIST,
};

struct lab_plan {
	enum lab_action action;
	const struct lab_condition **conditions; /* each once; for the caller to free */
	size_t count;
	uint64_t hold_ns; /* 0: until a signal */
	uint16_t port;    /* of the first condition that has one, the next has the next; 0: any */
	enum report_format format;
	bool help; /* nothing else is wanted */
};

/* False sets `error`, one line that the caller frees. */
bool lab_parse(int argc, char *argv[], struct lab_plan *plan, char **error);
