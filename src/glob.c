/* Only the last star is ever taken back to, which is enough: an earlier one could not help. */

#include "glob.h"

#include "util.h"

/* One element of a pattern that stands for one byte. */
struct element {
	size_t length; /* of the pattern */
	bool fits;
};

static unsigned char fold(char c) {
	return (unsigned char)util_to_lower(c);
}

static bool is_within(char byte, char first, char last) {
	return fold(byte) >= fold(first) && fold(byte) <= fold(last);
}

/* "[a-z]", "[!x]", "[]x]": as in fnmatch(3). One without an end is a bracket. */
static struct element set_element(const char *pattern, size_t length, char byte) {
	size_t at = 1;
	const bool inverted = at < length && (pattern[at] == '!' || pattern[at] == '^');
	at += inverted;
	const size_t start = at;
	bool found = false;
	for (; at < length && (pattern[at] != ']' || at == start); at++) {
		const bool is_range =
		    at + 2 < length && pattern[at + 1] == '-' && pattern[at + 2] != ']';
		const char last = is_range ? pattern[at + 2] : pattern[at];
		found |= is_within(byte, pattern[at], last);
		at += is_range ? 2 : 0;
	}
	if (at >= length)
		return (struct element){ 1, byte == '[' };
	return (struct element){ at + 1, found != inverted };
}

static struct element element_at(const char *pattern, size_t length, char byte) {
	switch (pattern[0]) {
	case '?':
		return (struct element){ 1, true };
	case '[':
		return set_element(pattern, length, byte);
	case '\\':
		if (length > 1)
			return (struct element){ 2, fold(pattern[1]) == fold(byte) };
		break;
	default:
		break;
	}
	return (struct element){ 1, fold(pattern[0]) == fold(byte) };
}

bool glob_matches(const char *pattern, size_t pattern_length, const char *text, size_t length) {
	size_t at = 0;
	size_t star = pattern_length; /* none yet */
	size_t taken = 0;             /* of the text, when the last star was met or lengthened */
	size_t i = 0;
	while (i < length) {
		struct element element = { 0, false };
		if (at < pattern_length && pattern[at] == '*') {
			star = at++;
			taken = i;
			continue;
		}
		if (at < pattern_length)
			element = element_at(pattern + at, pattern_length - at, text[i]);
		if (element.fits) {
			at += element.length;
			i++;
		} else if (star < pattern_length) {
			at = star + 1;
			i = ++taken;
		} else {
			return false;
		}
	}
	while (at < pattern_length && pattern[at] == '*')
		at++;
	return at == pattern_length;
}
