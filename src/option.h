#pragma once
/* The table of command line options: getopt, --help, the man page and the shell completions all
 * come from it. */

#include <stdbool.h>
#include <stddef.h>

#include "out.h"

/* What a person wants; the headings of --help. */
enum option_topic {
	OPTION_TOPIC_CHOOSE,
	OPTION_TOPIC_DETAIL,
	OPTION_TOPIC_OUTPUT,
	OPTION_TOPIC_OTHER,
	OPTION_TOPIC_DEFAULT, /* one line in --help */
	OPTION_TOPIC_COUNT,
};

enum option_action {
	OPTION_PROTOCOL, /* value: bits 1u << enum sock_protocol */
	OPTION_PROTOCOL_LIST,
	OPTION_FAMILY, /* value: enum sock_family */
	OPTION_LISTENING,
	OPTION_GROUP, /* value: enum field_group */
	OPTION_NO_HEADER,
	OPTION_SUMMARY,
	OPTION_NETNS,
	OPTION_RESOLVE,
	OPTION_COLUMNS,
	OPTION_SORT,
	OPTION_GROUP_BY,
	OPTION_FORMAT,
	OPTION_JSON,
	OPTION_WATCH, /* value: the most seconds from look to look */
	OPTION_DIFF,
	OPTION_COUNT_OF_LOOKS,
	OPTION_RECORD,
	OPTION_REPLAY,
	OPTION_SSH,
	OPTION_FILTER_FILE,
	OPTION_EXPLAIN_FILTER,
	OPTION_VERBOSE,
	OPTION_BATCH,
	OPTION_SIGNAL,
	OPTION_DRY_RUN,
	OPTION_ALLOW, /* value: enum act_danger */
	OPTION_THEME,
	OPTION_ASCII,
	OPTION_BITS,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_DEFAULT, /* accepted because fingers type it; it is how things are anyway */
};

enum { OPTION_WATCH_MAX = 1000000 };

struct option_row {
	char letter;          /* 0: none */
	const char *name;     /* the long option, or NULL */
	const char *argument; /* what stands for its argument in help, or NULL if it takes none */
	enum option_topic topic;
	const char *help; /* marked with N_ */
	enum option_action action;
	int value;
};

extern const struct option_row options[];
extern const size_t option_count;

/* What only the live view has; a letter here means this there, whatever it means elsewhere. */
extern const struct option_row top_options[];
extern const size_t top_option_count;

/* What only "socklens kill" has, likewise. */
extern const struct option_row kill_options[];
extern const size_t kill_option_count;

/* What it takes of the others; the rest has nothing to do there. */
bool option_is_for_kill(const struct option_row *row);
bool option_is_for_diff(const struct option_row *row);

const char *option_topic_title(enum option_topic topic);

/* The text of --help; it fits 80 columns and one screen. */
void option_write_help(struct out *out);

/* Those of "socklens record", "socklens top", "socklens kill" and "socklens diff". */
void option_write_record_help(struct out *out);
void option_write_diff_help(struct out *out);
void option_write_top_help(struct out *out);
void option_write_kill_help(struct out *out);
