/* The units. */

#include "value.h"

#include "util.h"

static const struct {
	const char *suffix;
	const char *name;
} units[] = {
	[UNIT_NONE] = { "", "" },
	[UNIT_BYTES] = { "", "bytes" },
	[UNIT_SEGMENTS] = { "", "" },
	[UNIT_MICROSECONDS] = { "_us", "microseconds" },
	[UNIT_MILLISECONDS] = { "_ms", "milliseconds" },
	[UNIT_BYTES_PER_SECOND] = { "", "bytes per second" },
};
_Static_assert(ARRAY_LENGTH(units) == UNIT_COUNT, "a row for each unit");

const char *unit_key_suffix(enum unit unit) {
	return units[unit].suffix;
}

const char *unit_name(enum unit unit) {
	return units[unit].name;
}
