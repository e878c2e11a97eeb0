#pragma once
/* Where the words of a filter get their meaning from: services(5), the configuration and name
 * servers. Each is read when the first word needs it. */

#include <stdbool.h>

#include "config.h"
#include "filter.h"

struct services;

/* Zero-initialise it. */
struct filter_sources {
	struct services *services;
	struct config config;
	bool has_config;
	char *error; /* why the configuration could not be read, or NULL */
};

/* Good as long as `sources` is. */
struct filter_names filter_sources_names(struct filter_sources *sources);
void filter_sources_finish(struct filter_sources *sources);

/* Finds out the addresses of the filter's host names, within RESOLVE_LIMIT_MS. EXIT_STATUS_MATCHED,
 * or another one with an error text that the caller frees. */
enum exit_status filter_look_up(struct filter *filter, char **error);

/* The expression in a file, "-" for standard input, for the caller to free: what stands behind a #
 * at the start of a line or behind a blank is blank. NULL sets `error`. */
char *filter_read_file(const char *path, char **error);
