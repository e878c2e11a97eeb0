#pragma once
/* Words of a line of /proc, separated by blanks, and the numbers they spell. Numbers are read
 * strictly, so a torn line is refused, not guessed at. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
	const char *bytes;
	size_t length;
};

/* The first `max` words; returns how many there are. */
size_t words_split(const char *line, size_t length, struct word *words, size_t max);

/* At most `digits_max` hexadecimal digits in either case. */
bool word_parse_hex(struct word word, size_t digits_max, uint64_t *number);

/* A decimal number that fits. */
bool word_parse_u32(struct word word, uint32_t *number);
