/* The table of pairs, and the digits of numbers too long to be written in line. */

#include "digits.h"

enum { DIGITS_EIGHT = 100000000 }; /* the least number that eight digits cannot hold */

const char digits_pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

static char *put_four(char *to, uint32_t number) {
	return digits_put_pair(digits_put_pair(to, number / 100), number % 100);
}

static char *put_eight(char *to, uint32_t number) {
	return put_four(put_four(to, number / 10000), number % 10000);
}

char *digits_put_long(char *to, uint64_t number) {
	if (number < DIGITS_EIGHT) {
		const uint32_t middle = (uint32_t)number;
		return put_four(digits_put(to, middle / 10000), middle % 10000);
	}
	return put_eight(digits_put(to, number / DIGITS_EIGHT), (uint32_t)(number % DIGITS_EIGHT));
}

char *digits_put_millionths(char *to, uint32_t number) {
	digits_put_pair(put_four(to, number / 100), number % 100);
	size_t count = 6;
	while (to[count - 1] == '0')
		count--;
	return to + count;
}

char *digits_put_hex(char *to, const void *bytes, size_t length) {
	const uint8_t *byte = bytes;
	for (size_t i = 0; i < length; i++) {
		*to++ = "0123456789abcdef"[byte[i] >> 4];
		*to++ = "0123456789abcdef"[byte[i] & 15];
	}
	return to;
}
