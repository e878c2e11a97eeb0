/* The digits of great numbers. */

#include "digits.h"

char *digits_put_long(char *to, uint64_t number) {
	to = digits_put(to, number / DIGITS_EIGHT);
	digits_store(to, digits_split((uint32_t)(number % DIGITS_EIGHT)));
	return to + 8;
}
