#pragma once
/* The live view. */

#include <stdint.h>

#include "app.h"
#include "feed.h"

struct ui_setup {
	struct feed feed; /* borrowed */
	uint64_t count;   /* of looks, after which it ends; 0: no end */
	/* But for what the feed says: can_act, is_live and can_seek. */
	struct app_setup app;
};

/* Until the user or a signal ends it, with standard input and output as the terminal. Returns the
 * exit status, of a signal 128 and its number; `error` for the caller to free. */
int ui_run(const struct ui_setup *setup, char **error);
