#pragma once
/* Numbers, ports, addresses and marks as people write them in a filter. Pure, but for the names of
 * services, which the caller looks up. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter_lexer.h"
#include "filter_tree.h"
#include "value.h"

/* A number that need not be whole: `numerator` / `denominator`. */
struct filter_number {
	unsigned __int128 numerator, denominator;
};

/* "1500", "1.5K", "2MiB", "50ms", "0x1f" in the unit of a field. Multiples are by 1000, with an i
 * by 1024. Without a unit it is one of the field's own; a hexadecimal field takes digits without
 * 0x. False with a reason, translated. */
bool filter_parse_number(const char *text, size_t length, enum unit unit, bool is_hex,
                         struct filter_number *number, const char **reason);

/* The whole numbers that compare so with `number`; `=` and `!=` both mean those that are equal. */
struct range filter_range(enum filter_comparison comparison, const struct filter_number *number);

/* "127.0.0.1", "10/8", "10.0.0.0/255.0.0.0", "fe80::1", "[::1]", "[::]/0", "[::1/128]". */
bool filter_parse_address(const char *text, size_t length, struct filter_address *address);

/* "5", "0x1f". At most `max`. */
bool filter_parse_integer(const char *text, size_t length, uint64_t max, uint64_t *number);
