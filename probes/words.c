/* Splitting lines. */

#include "words.h"

#include "util.h"

size_t words_split(const char *line, size_t length, struct word *words, size_t max) {
	size_t count = 0;
	size_t at = 0;
	while (count < max) {
		while (at < length && line[at] == ' ')
			at++;
		const size_t start = at;
		while (at < length && line[at] != ' ')
			at++;
		if (at == start)
			break;
		words[count++] = (struct word){ line + start, at - start };
	}
	return count;
}

bool word_parse_hex(struct word word, size_t digits_max, uint64_t *number) {
	uint64_t value = 0;
	if (word.length == 0 || word.length > digits_max)
		return false;
	for (size_t i = 0; i < word.length; i++) {
		const int digit = util_hex_digit(word.bytes[i]);
		if (digit < 0)
			return false;
		value = value << 4 | (unsigned)digit;
	}
	*number = value;
	return true;
}

bool word_parse_u32(struct word word, uint32_t *number) {
	uint64_t value = 0;
	if (!util_parse_number(word.bytes, word.length, UINT32_MAX, &value))
		return false;
	*number = (uint32_t)value;
	return true;
}
