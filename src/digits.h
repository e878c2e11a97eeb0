#pragma once
/* Decimal digits without a loop: eight at a time, in the bytes of one integer. */

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What digits_put() may write over, whatever the number; no number has more digits. */
enum { DIGITS_ROOM = 20 };

enum { DIGITS_EIGHT = 100000000 }; /* the least number that eight digits cannot hold */

/* Splits a number below 10000, or two of them in the halves, into digits, 0 to 9 each, the first in
 * the lowest byte: first into pairs, then into single ones. The multiplications are divisions by
 * 100 and by 10, exact for numbers this small. */
static inline uint64_t digits_split_fours(uint64_t fours) {
	const uint64_t hundreds = (fours * 5243 >> 19) & 0x0000007f0000007f;
	const uint64_t pairs = hundreds | (fours - hundreds * 100) << 16;
	const uint64_t tens = (pairs * 103 >> 10) & 0x000f000f000f000f;
	return tens | (pairs - tens * 10) << 8;
}

/* The same for a number below DIGITS_EIGHT. */
static inline uint64_t digits_split(uint32_t number) {
	const uint64_t thousands = number / 10000;
	return digits_split_fours(thousands | (number - thousands * 10000) << 32);
}

/* Writes what digits_split() made, as eight characters. */
static inline void digits_store(char *to, uint64_t digits) {
	const uint64_t text = htole64(digits | 0x3030303030303030);
	memcpy(to, &text, sizeof(text));
}

/* Numbers from DIGITS_EIGHT on. */
char *digits_put_long(char *to, uint64_t number);

/* Writes the decimal digits and returns their end. */
static inline char *digits_put(char *to, uint64_t number) {
	if (number < 10) {
		*to = (char)('0' + number);
		return to + 1;
	}
	if (number >= DIGITS_EIGHT)
		return digits_put_long(to, number);
	const bool small = number < 10000;
	const uint64_t digits = small ? digits_split_fours(number) : digits_split((uint32_t)number);
	const int zeros = __builtin_ctzll(digits) / 8;
	digits_store(to, digits >> zeros * 8);
	return to + (small ? 4 : 8) - zeros;
}

/* Writes `count` digits, at most eight, of a fraction, without the zeros at their end, and returns
 * the end. `number` has no more than `count` digits and is not 0. */
static inline char *digits_put_fraction(char *to, uint32_t number, int count) {
	const uint64_t digits = digits_split(number) >> (8 - count) * 8;
	const int zeros = __builtin_clzll(digits) / 8;
	digits_store(to, digits);
	return to + 8 - zeros;
}
