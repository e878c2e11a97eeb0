#pragma once
/* From the words of the command line to a host and a port. Pure: nothing is looked up. Each
 * function sets its part of `target`; false sets `error`, one line that the caller frees. */

#include <stdbool.h>
#include <stddef.h>

struct dial_target;

/* "HOST:PORT", "[V6]:PORT", or "PORT" for this machine. */
bool target_parse(const char *text, struct dial_target *target, char **error);

/* A name or a number, which may have brackets. */
bool target_parse_host(const char *text, size_t length, struct dial_target *target, char **error);

/* A number from 1 to 65535, or what may be the name of a service. */
bool target_parse_port(const char *text, struct dial_target *target, char **error);
