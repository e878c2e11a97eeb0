#pragma once
/* From the words of a command line to what is to be done. */

#include <stdbool.h>

#include "act.h"
#include "filter.h"
#include "group_rows.h"
#include "sink.h"
#include "view.h"

enum cli_command {
	CLI_LIST,
	CLI_TOP, /* the live view; with `batch` as text */
	CLI_TOP_HELP,
	CLI_KILL,
	CLI_KILL_HELP,
	CLI_DIFF, /* of two looks */
	CLI_DIFF_HELP,
	CLI_HELP,
	CLI_RECORD_HELP,
	CLI_COLUMNS_HELP,
	CLI_EXPLAIN, /* the filter is shown, and nothing else */
	CLI_VERSION,
	CLI_WRONG, /* `error` says what is wrong */
};

/* cli_finish() frees it. */
struct cli {
	enum cli_command command;
	struct filter filter;
	struct view view;
	const struct sink_class *format;
	const char *netns;        /* borrowed from argv, or NULL */
	struct group_rows groups; /* without levels: the rows are sockets */
	bool header;
	bool summary;
	bool resolve;
	bool verbose;
	bool diff;         /* only what changed since the look before */
	bool batch;        /* the live view as text, look after look */
	bool silent;       /* nothing is shown: it is only recorded */
	bool ascii;        /* on the screen: nothing else is drawn */
	bool bits;         /* likewise: rates in bits */
	const char *ssh;   /* hosts to look at instead, unchecked; NULL: none; borrowed from argv */
	const char *theme; /* likewise: its name, unchecked; NULL: not said; borrowed from argv */
	uint64_t interval_ns; /* from look to look; 0: one look, or for the screen not said */
	uint64_t count;       /* of looks; 0: until a signal comes */
	const char *record;   /* file to record to, or NULL; borrowed from argv */
	const char *replay;   /* file to show instead of this machine, likewise */
	/* CLI_KILL */
	struct act_order order;
	uint32_t allowed; /* enum act_danger */
	bool dry_run;     /* nothing is done, only told */
	/* CLI_DIFF */
	const char *sides[2]; /* what is compared (side.h), likewise; without the second the first
	                       * and the last look of the first */
	char *error;          /* one line, or a line, the filter and a caret */
};

struct cli cli_parse(int argc, char *argv[]);
void cli_finish(struct cli *cli);
