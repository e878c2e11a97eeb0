#include "quantity.h"

#include <string.h>

#include "filter_value.h"
#include "util.h"

/* The whole number that `number` times `factor` is. */
static bool whole(const struct filter_number *number, uint64_t factor, uint64_t max,
                  uint64_t *value, const char **reason) {
	const unsigned __int128 scaled = number->numerator * factor;
	if (scaled % number->denominator != 0) {
		*reason = _("it is not whole");
		return false;
	}
	if (scaled / number->denominator > max) {
		*reason = _("it is too large");
		return false;
	}
	*value = (uint64_t)(scaled / number->denominator);
	return true;
}

bool quantity_parse(const char *text, uint64_t max, uint64_t *value, const char **reason) {
	struct filter_number number;
	return filter_parse_number(text, strlen(text), UNIT_BYTES, false, &number, reason) &&
	       whole(&number, 1, max, value, reason);
}

bool quantity_parse_rate(const char *text, double *per_second, const char **reason) {
	struct filter_number number;
	if (!filter_parse_number(text, strlen(text), UNIT_BYTES_PER_SECOND, false, &number, reason))
		return false;
	if (number.numerator == 0) {
		*reason = _("it must be more than 0");
		return false;
	}
	*per_second = (double)number.numerator / (double)number.denominator;
	return true;
}

/* A field's time without a unit is in the unit of the field; what people wait for is in seconds. */
bool quantity_parse_duration(const char *text, uint64_t *ns, const char **reason) {
	struct filter_number number;
	const size_t length = strlen(text);
	const bool is_bare = strspn(text, "0123456789.") == length;
	const enum unit unit = is_bare ? UNIT_NONE : UNIT_MICROSECONDS;
	/* Hexadecimal digits would need no unit. */
	if (strpbrk(text, "xX") ||
	    !filter_parse_number(text, length, unit, false, &number, reason)) {
		*reason = _("no time; units are ns, us, ms, s, m, h and d");
		return false;
	}
	return whole(&number, is_bare ? 1000000000 : 1000, QUANTITY_DURATION_MAX, ns, reason);
}
