#pragma once
/* Decimal digits, two at a time from a table, and bytes in hex. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What digits_put() may write over, whatever the number; no number has more digits. */
enum { DIGITS_ROOM = 20 };

/* "000102...99". */
extern const char digits_pairs[201];

/* A number below 100, with its leading 0. Returns the end. */
static inline char *digits_put_pair(char *to, uint32_t number) {
	memcpy(to, &digits_pairs[2 * number], 2);
	return to + 2;
}

/* A number below 100, without one. It writes two bytes even if it keeps one. */
static inline char *digits_put_short(char *to, uint32_t number) {
	const uint32_t skip = number < 10;
	memcpy(to, &digits_pairs[2 * number + skip], 2);
	return to + 2 - skip;
}

/* digits_put() for numbers from 10000 on. */
char *digits_put_long(char *to, uint64_t number);

/* Writes the decimal digits and returns their end. */
static inline char *digits_put(char *to, uint64_t number) {
	if (number < 100)
		return digits_put_short(to, (uint32_t)number);
	if (number >= 10000)
		return digits_put_long(to, number);
	const uint32_t small = (uint32_t)number;
	return digits_put_pair(digits_put_short(to, small / 100), small % 100);
}

/* Writes six digits, leading zeros too, but none of those at the end; `number` is not 0. Returns
 * the end. */
char *digits_put_millionths(char *to, uint32_t number);

/* Two hex digits for each byte, in lower case. Returns the end. */
char *digits_put_hex(char *to, const void *bytes, size_t length);
