/* Numbers are kept as fractions until the field's unit is known, so that 1.5ms of a field in whole
 * microseconds is exact, and 0.5us is more than 0 and less than 1. */

#include "filter_value.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "util.h"

struct suffix {
	const char *name;
	uint64_t factor;
};

static const struct suffix multiples[] = {
	{ "", 1 },
	{ "K", 1000 },
	{ "M", 1000000 },
	{ "G", 1000000000 },
	{ "T", 1000000000000 },
	{ "Ki", 1ull << 10 },
	{ "Mi", 1ull << 20 },
	{ "Gi", 1ull << 30 },
	{ "Ti", 1ull << 40 },
};

/* In nanoseconds. */
static const struct suffix durations[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "min", 60000000000 },
	{ "h", 3600000000000 },
	{ "d", 86400000000000 },
};

static const struct suffix *find_suffix(const struct suffix *suffixes, size_t count,
                                        const char *name, size_t length) {
	for (size_t i = 0; i < count; i++) {
		if (strlen(suffixes[i].name) == length &&
		    strncasecmp(suffixes[i].name, name, length) == 0)
			return &suffixes[i];
	}
	return NULL;
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

/* The part before and behind the point; returns how many bytes that are, 0 if it is no number. */
static size_t parse_decimal(const char *text, size_t length, struct filter_number *number) {
	enum { DIGITS_MAX = 20 };
	size_t digits = 0;
	size_t i = 0;
	bool in_fraction = false;
	*number = (struct filter_number){ 0, 1 };
	for (; i < length && (is_digit(text[i]) || (text[i] == '.' && !in_fraction)); i++) {
		if (text[i] == '.') {
			in_fraction = true;
			continue;
		}
		if (number->numerator > 0 || text[i] != '0')
			digits++;
		if (digits > DIGITS_MAX || (in_fraction && number->denominator >= 1000000000))
			return 0;
		number->numerator = number->numerator * 10 + (unsigned)(text[i] - '0');
		if (in_fraction)
			number->denominator *= 10;
	}
	return i > 0 && is_digit(text[i - 1]) ? i : 0;
}

bool filter_parse_integer(const char *text, size_t length, uint64_t max, uint64_t *number) {
	const bool is_hex = length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
	uint64_t value = 0;
	if (!is_hex)
		return util_parse_number(text, length, max, number);
	for (size_t i = 2; i < length; i++) {
		const int digit = util_hex_digit(text[i]);
		if (digit < 0 || value > max >> 4)
			return false;
		value = value << 4 | (unsigned)digit;
	}
	*number = value;
	return value <= max;
}

static bool parse_hex_digits(const char *text, size_t length, struct filter_number *number) {
	char digits[sizeof("0x") + 16];
	uint64_t value = 0;
	if (length == 0 || length > 16)
		return false;
	digits[0] = '0';
	digits[1] = 'x';
	memcpy(digits + 2, text, length);
	if (!filter_parse_integer(digits, length + 2, UINT64_MAX, &value))
		return false;
	*number = (struct filter_number){ value, 1 };
	return true;
}

static bool apply_duration(const char *suffix, size_t length, enum unit unit,
                           struct filter_number *number) {
	const uint64_t own = unit == UNIT_MILLISECONDS ? 1000000 : 1000;
	const struct suffix *found =
	    find_suffix(durations, ARRAY_LENGTH(durations), suffix, length);
	if (length == 0)
		return true;
	if (!found)
		return false;
	number->numerator *= found->factor;
	number->denominator *= own;
	return true;
}

/* "K", "KiB", "MB/s": what is counted is known, so it may be said or not. */
static bool apply_multiple(const char *suffix, size_t length, struct filter_number *number) {
	if (length >= 2 && strncasecmp(suffix + length - 2, "/s", 2) == 0)
		length -= 2;
	if (length >= 1 && (suffix[length - 1] | 0x20) == 'b')
		length--;
	const struct suffix *found =
	    find_suffix(multiples, ARRAY_LENGTH(multiples), suffix, length);
	if (found)
		number->numerator *= found->factor;
	return found != NULL;
}

bool filter_parse_number(const char *text, size_t length, enum unit unit, bool is_hex,
                         struct filter_number *number, const char **reason) {
	uint64_t whole = 0;
	*reason = _("no number");
	const bool has_prefix = length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
	if (has_prefix && filter_parse_integer(text, length, UINT64_MAX, &whole)) {
		*number = (struct filter_number){ whole, 1 };
		return true;
	}
	if (is_hex)
		return parse_hex_digits(text, length, number);
	const size_t used = parse_decimal(text, length, number);
	if (used == 0)
		return false;
	if (unit_is_time(unit)) {
		*reason = _("no time; units are ns, us, ms, s, m, h and d");
		return apply_duration(text + used, length - used, unit, number);
	}
	*reason = _("no number; multiples are K, M, G, T, Ki, Mi, Gi and Ti");
	return apply_multiple(text + used, length - used, number);
}

struct range filter_range(enum filter_comparison comparison, const struct filter_number *number) {
	const struct range none = { 1, 0 };
	const unsigned __int128 whole = number->numerator / number->denominator;
	const bool exact = whole * number->denominator == number->numerator;
	if (whole > UINT64_MAX) {
		const bool below = comparison == FILTER_LT || comparison == FILTER_LE;
		return below ? (struct range){ 0, UINT64_MAX } : none;
	}
	const uint64_t value = (uint64_t)whole;
	switch (comparison) {
	case FILTER_GT:
		return value == UINT64_MAX ? none : (struct range){ value + 1, UINT64_MAX };
	case FILTER_GE:
		if (exact)
			return (struct range){ value, UINT64_MAX };
		return value == UINT64_MAX ? none : (struct range){ value + 1, UINT64_MAX };
	case FILTER_LT:
		if (!exact)
			return (struct range){ 0, value };
		return value == 0 ? none : (struct range){ 0, value - 1 };
	case FILTER_LE:
		return (struct range){ 0, value };
	case FILTER_EQ:
	case FILTER_NE:
	case FILTER_MATCH:
	case FILTER_NO_MATCH:
	case FILTER_COMPARISON_COUNT:
		break;
	}
	return exact ? (struct range){ value, value } : none;
}

/* "10", "10.1": the rest is zero, as in ss. */
static bool parse_ipv4(const char *text, size_t length, uint8_t bytes[16]) {
	size_t count = 0;
	for (size_t at = 0; at <= length;) {
		const char *dot = at < length ? memchr(text + at, '.', length - at) : NULL;
		const size_t stop = dot ? (size_t)(dot - text) : length;
		uint64_t number = 0;
		if (count == 4 || stop - at > 3 ||
		    !util_parse_number(text + at, stop - at, UINT8_MAX, &number))
			return false;
		bytes[count++] = (uint8_t)number;
		at = stop + 1;
	}
	return true;
}

static bool parse_ipv6(const char *text, size_t length, uint8_t bytes[16]) {
	char copy[INET6_ADDRSTRLEN];
	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return inet_pton(AF_INET6, copy, bytes) == 1;
}

/* "255.255.0.0": ones, then zeros. */
static bool parse_mask(const char *text, size_t length, uint64_t *prefix) {
	uint8_t bytes[16] = { 0 };
	if (!parse_ipv4(text, length, bytes))
		return false;
	const uint32_t mask = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	                      (uint32_t)bytes[2] << 8 | bytes[3];
	*prefix = (uint64_t)__builtin_popcount(mask);
	return mask == (*prefix == 0 ? 0 : UINT32_MAX << (32 - *prefix));
}

static bool parse_prefix(const char *text, size_t length, struct filter_address *address) {
	const bool is_ipv4 = address->family == SOCK_FAMILY_INET;
	uint64_t prefix = 0;
	if (!util_parse_number(text, length, is_ipv4 ? 32 : 128, &prefix) &&
	    !(is_ipv4 && memchr(text, '.', length) && parse_mask(text, length, &prefix)))
		return false;
	address->prefix = (uint8_t)prefix;
	return true;
}

bool filter_parse_address(const char *text, size_t length, struct filter_address *address) {
	struct filter_address parsed = { .family = SOCK_FAMILY_INET, .prefix = 32 };
	const char *slash;
	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	} else if (length > 0 && text[0] == '[') { /* "[::1]/64" */
		const char *close = memchr(text, ']', length);
		if (!close || close + 1 == text + length || close[1] != '/')
			return false;
		parsed.family = SOCK_FAMILY_INET6;
		if (!parse_ipv6(text + 1, (size_t)(close - text) - 1, parsed.bytes) ||
		    !parse_prefix(close + 2, length - (size_t)(close + 2 - text), &parsed))
			return false;
		*address = parsed;
		return true;
	}
	slash = memchr(text, '/', length);
	const size_t own = slash ? (size_t)(slash - text) : length;
	if (!parse_ipv4(text, own, parsed.bytes)) {
		parsed = (struct filter_address){ .family = SOCK_FAMILY_INET6, .prefix = 128 };
		if (!parse_ipv6(text, own, parsed.bytes))
			return false;
	}
	if (slash && !parse_prefix(slash + 1, length - own - 1, &parsed))
		return false;
	*address = parsed;
	return true;
}
