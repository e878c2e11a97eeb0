/* Patterns over any bytes, and that hostile ones do not take long. */

#include "glob.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util.h"

/* Text with its length, so that it may hold a NUL. */
#define BYTES(text)                                                                                \
	{ text, sizeof(text) - 1 }

Test(glob, patterns_match_what_they_say) {
	static const struct {
		struct {
			const char *bytes;
			size_t length;
		} pattern, text;
		bool matches;
	} cases[] = {
		{ BYTES(""), BYTES(""), true },
		{ BYTES(""), BYTES("a"), false },
		{ BYTES("a"), BYTES(""), false },
		{ BYTES("*"), BYTES(""), true },
		{ BYTES("***"), BYTES(""), true },
		{ BYTES("*?"), BYTES(""), false },
		{ BYTES("?"), BYTES("a"), true },
		{ BYTES("?"), BYTES("ab"), false },
		{ BYTES("??"), BYTES("a"), false },
		{ BYTES("a*"), BYTES("a"), true },
		{ BYTES("a*"), BYTES("ba"), false },
		{ BYTES("*a"), BYTES("ba"), true },
		{ BYTES("*a"), BYTES("ab"), false },
		{ BYTES("*a*"), BYTES("bab"), true },
		{ BYTES("a*b*c"), BYTES("aXbXbXc"), true },
		{ BYTES("a*b*c"), BYTES("aXcXb"), false },
		{ BYTES("*ab"), BYTES("aab"), true },
		{ BYTES("*aab"), BYTES("aaab"), true },
		{ BYTES("*a?c"), BYTES("abcabdc"), false },
		{ BYTES("*a?c"), BYTES("abdcabc"), true },
		{ BYTES("/run/*.sock"), BYTES("/run/user/0/a.sock"), true },
		{ BYTES("/run/*.sock"), BYTES("/run/.sock"), true },
		{ BYTES("/run/*.sock"), BYTES("/run/sock"), false },
		{ BYTES("[a]"), BYTES("a"), true },
		{ BYTES("[a]"), BYTES("[a]"), false },
		{ BYTES("[a"), BYTES("[a"), true },
		{ BYTES("[!a]"), BYTES("a"), false },
		{ BYTES("[!a]"), BYTES("\0"), true },
		{ BYTES("[]a]"), BYTES("]"), true },
		{ BYTES("[a-c]*[x-]"), BYTES("bq-"), true },
		{ BYTES("[a-c]"), BYTES("d"), false },
		{ BYTES("*[0-9]"), BYTES("a1b22"), true },
		{ BYTES("aBc"), BYTES("AbC"), true },
		{ BYTES("[A-C]"), BYTES("b"), true },
		{ BYTES("\\*"), BYTES("*"), true },
		{ BYTES("\\*"), BYTES("\\x"), false },
		{ BYTES("\\"), BYTES("\\"), true },
		{ BYTES("a\0b"), BYTES("a\0b"), true },
		{ BYTES("a\0b"), BYTES("a\0c"), false },
		{ BYTES("a"), BYTES("a\0"), false },
		{ BYTES("a?b"), BYTES("a\0b"), true },
		{ BYTES("*b"), BYTES("\0\0b"), true },
		{ BYTES("\xff*"), BYTES("\xff\xfe"), true },
		{ BYTES("?"), BYTES("\xff"), true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_eq(glob_matches(cases[i].pattern.bytes, cases[i].pattern.length,
		                          cases[i].text.bytes, cases[i].text.length),
		             cases[i].matches, "case %zu: %s", i, cases[i].pattern.bytes);
}

/* Going back to every star would take longer than the universe is old. */
Test(glob, many_stars_take_no_longer_than_the_lengths_multiplied, .timeout = 20) {
	static char pattern[2001];
	static char text[100000];
	for (size_t i = 0; i + 1 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	memset(text, 'a', sizeof(text));
	cr_assert(glob_matches(pattern, sizeof(pattern) - 1, text, sizeof(text)));
	pattern[sizeof(pattern) - 1] = 'b';
	cr_assert_not(glob_matches(pattern, sizeof(pattern), text, sizeof(text)));
	text[sizeof(text) - 1] = 'b';
	cr_assert(glob_matches(pattern, sizeof(pattern), text, sizeof(text)));
}

/* All patterns and texts of a small alphabet against the definition. */

static bool matches_slowly(const char *pattern, const char *text) {
	if (*pattern == '*')
		return matches_slowly(pattern + 1, text) ||
		       (*text && matches_slowly(pattern, text + 1));
	if (!*pattern || !*text)
		return !*pattern && !*text;
	return (*pattern == '?' || *pattern == *text) && matches_slowly(pattern + 1, text + 1);
}

/* The word of that number over an alphabet; shorter ones have smaller numbers. */
static size_t spell(size_t number, const char *alphabet, char *word) {
	const size_t letters = strlen(alphabet);
	size_t length = 0;
	for (; number > 0; number = (number - 1) / letters)
		word[length++] = alphabet[(number - 1) % letters];
	word[length] = '\0';
	return length;
}

Test(glob, every_short_pattern_matches_as_defined) {
	enum { PATTERNS = 1365, TEXTS = 127 }; /* up to five and six letters */
	for (size_t i = 0; i < PATTERNS; i++) {
		char pattern[8];
		const size_t pattern_length = spell(i, "ab*?", pattern);
		for (size_t j = 0; j < TEXTS; j++) {
			char text[8];
			const size_t length = spell(j, "ab", text);
			cr_expect_eq(glob_matches(pattern, pattern_length, text, length),
			             matches_slowly(pattern, text), "'%s' of '%s'", pattern, text);
		}
	}
}
