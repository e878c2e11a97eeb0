#pragma once
/* The live view. */

#include <stdint.h>

#include "feed.h"
#include "filter.h"
#include "session.h"
#include "view.h"

struct group_by;
struct settings;

struct ui_setup {
	struct feed feed;              /* borrowed */
	const struct filter *filter;   /* of the command line */
	const struct view *view;       /* columns and sort keys of the command line; may be empty */
	const struct group_by *groups; /* what to group by; may have no levels */
	const struct settings *settings; /* borrowed */
	const char *fault;               /* of the configuration, one line; NULL: none */
	uint64_t delay_ns; /* between looks; 0: as the settings, or the recording, say */
	uint64_t count;    /* of looks, after which it ends; 0: no end */
	bool host_names;
	const struct session *session; /* that the user sits in */
	bool has_hosts;                /* the sockets are of several machines */
};

/* Until the user or a signal ends it, with standard input and output as the terminal. Returns the
 * exit status, of a signal 128 and its number; `error` for the caller to free. */
int ui_run(const struct ui_setup *setup, char **error);
