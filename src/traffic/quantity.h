#pragma once
/* Numbers as people write them on the command line. Each function is false with a reason,
 * translated, and leaves the result alone, if the text is none. Multiples are by 1000, with an i by
 * 1024. */

#include <stdbool.h>
#include <stdint.h>

/* Counts and sizes, whole and at most `max`: "100", "10K", "1.5Mi", "64KiB". */
bool quantity_parse(const char *text, uint64_t max, uint64_t *value, const char **reason);

/* So many in a second, more than 0: "100", "0.5", "10K". */
bool quantity_parse_rate(const char *text, double *per_second, const char **reason);

/* In nanoseconds: "30s", "100ms", "1.5m"; seconds if there is no unit. At most
 * QUANTITY_DURATION_MAX, which can be added to any time of day without overflow. */
#define QUANTITY_DURATION_MAX (UINT64_C(1) << 62)
bool quantity_parse_duration(const char *text, uint64_t *ns, const char **reason);
