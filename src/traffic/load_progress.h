#pragma once
/* One line on a terminal that says each second how a load goes on. */

#include <stdint.h>

#include "loop.h"

struct load_result;

/* All but the timer is the caller's to set, before load_progress_start(). */
struct load_progress {
	int fd; /* -1: nothing is shown */
	struct loop *loop;
	const struct load_result *result;
	uint64_t started_ns;
	uint64_t messages; /* when the line was drawn */
	struct loop_timer timer;
};

void load_progress_start(struct load_progress *progress);

/* Removes the line, for something else or for good; it comes back with the next second. */
void load_progress_clear(const struct load_progress *progress);
