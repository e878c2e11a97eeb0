/* Escaping: what may be shown, what must not, and that nothing is lost. The sets of characters are
 * those of RFC 3629 and of Unicode 15 (DerivedGeneralCategory.txt). */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "json.h"
#include "util.h"

struct range {
	uint32_t first;
	uint32_t last;
};

/* General categories Cf, Zl and Zp. */
static const struct range format_characters[] = {
	{ 0x00ad, 0x00ad },   { 0x0600, 0x0605 },   { 0x061c, 0x061c },   { 0x06dd, 0x06dd },
	{ 0x070f, 0x070f },   { 0x0890, 0x0891 },   { 0x08e2, 0x08e2 },   { 0x180e, 0x180e },
	{ 0x200b, 0x200f },   { 0x2028, 0x2029 },   { 0x202a, 0x202e },   { 0x2060, 0x2064 },
	{ 0x2066, 0x206f },   { 0xfeff, 0xfeff },   { 0xfff9, 0xfffb },   { 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f },
};

static const enum escape_style text_styles[] = { ESCAPE_TEXT, ESCAPE_WORD, ESCAPE_NAME };

static char *escaped(const void *bytes, size_t length, enum escape_style style) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	escape_write(&out, bytes, length, style);
	out_char(&out, '\0');
	return out.bytes;
}

static void expect(const void *bytes, size_t length, enum escape_style style, const char *wanted) {
	char *text = escaped(bytes, length, style);
	cr_expect_str_eq(text, wanted, "style %d: '%s' is not '%s'", (int)style, text, wanted);
	free(text);
}

/* UTF-8 as RFC 3629 section 3 draws it, also of what it forbids. */
static size_t encode(uint32_t code_point, unsigned char *to) {
	if (code_point < 0x80) {
		to[0] = (unsigned char)code_point;
		return 1;
	}
	const size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = length - 1; i > 0; i--) {
		to[i] = (unsigned char)(0x80 | (code_point & 0x3f));
		code_point >>= 6;
	}
	to[0] = (unsigned char)(leads[length] | code_point);
	return length;
}

/* In text as \xNN for each byte, in JSON as \uNNNN for each UTF-16 unit. */
static void expect_escaped(uint32_t code_point) {
	unsigned char bytes[4];
	char hex[17] = "";
	char json[24];
	const size_t length = encode(code_point, bytes);
	for (size_t i = 0; i < length; i++)
		snprintf(hex + 4 * i, 5, "\\x%02x", bytes[i]);
	if (code_point < 0x10000)
		snprintf(json, sizeof(json), "\\u%04x", code_point);
	else
		snprintf(json, sizeof(json), "\\u%04x\\u%04x",
		         0xd7c0 + (unsigned)(code_point >> 10),
		         0xdc00 + (unsigned)(code_point & 0x3ff));
	for (size_t i = 0; i < ARRAY_LENGTH(text_styles); i++)
		expect(bytes, length, text_styles[i], hex);
	expect(bytes, length, ESCAPE_JSON, json);
}

static void expect_all_escaped(struct range range) {
	for (uint32_t c = range.first; c <= range.last; c++)
		expect_escaped(c);
}

Test(escape, printable_text_passes_in_every_style) {
	static const char *const texts[] = {
		"", "~!#$%&'()*+-./0:;<=>?@A[]^_`a{|}",
		"\u00a1\u00ac\u00ae\u00f1\u2010\u2027\u65e5\ufffc\ufffd\U0001f600"
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(text_styles); j++)
			expect(texts[i], strlen(texts[i]), text_styles[j], texts[i]);
		expect(texts[i], strlen(texts[i]), ESCAPE_JSON, texts[i]);
	}
}

Test(escape, each_style_escapes_what_is_special_to_it) {
	static const struct {
		const char *plain, *text, *word, *name, *json;
	} rows[] = {
		{ "a b", "a b", "a\\x20b", "a\\x20b", "a b" },
		{ "a,b", "a,b", "a,b", "a\\x2cb", "a,b" },
		{ "a\\b", "a\\x5cb", "a\\x5cb", "a\\x5cb", "a\\\\b" },
		{ "a\"b", "a\"b", "a\"b", "a\"b", "a\\\"b" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		expect(rows[i].plain, 3, ESCAPE_TEXT, rows[i].text);
		expect(rows[i].plain, 3, ESCAPE_WORD, rows[i].word);
		expect(rows[i].plain, 3, ESCAPE_NAME, rows[i].name);
		expect(rows[i].plain, 3, ESCAPE_JSON, rows[i].json);
	}
}

Test(escape, c0_and_del_are_escaped) {
	expect_all_escaped((struct range){ 0, 0x1f });
	expect_escaped(0x7f);
}

Test(escape, c1_is_escaped) {
	expect_all_escaped((struct range){ 0x80, 0x9f });
}

Test(escape, bidi_controls_are_escaped) {
	static const uint32_t controls[] = { 0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c,
		                             0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069 };
	for (size_t i = 0; i < ARRAY_LENGTH(controls); i++)
		expect_escaped(controls[i]);
}

Test(escape, format_characters_and_line_separators_are_escaped) {
	for (size_t i = 0; i < ARRAY_LENGTH(format_characters); i++)
		expect_all_escaped(format_characters[i]);
}

Test(escape, what_cannot_be_seen_is_escaped) {
	/* Default_Ignorable_Code_Point of Unicode 15, and the blank Braille pattern. */
	static const uint32_t invisible[] = { 0x034f, 0x115f, 0x1160, 0x17b4, 0x2800,
		                              0x3164, 0xfe0f, 0xffa0, 0xe0100 };
	for (size_t i = 0; i < ARRAY_LENGTH(invisible); i++)
		expect_escaped(invisible[i]);
}

Test(escape, a_word_has_no_blank_of_any_width) {
	static const struct {
		const char *plain, *word;
	} rows[] = {
		{ "a\u00a0b", "a\\xc2\\xa0b" },
		{ "a\u2003b", "a\\xe2\\x80\\x83b" },
		{ "a\u3000b", "a\\xe3\\x80\\x80b" },
		{ "a\u202fb", "a\\xe2\\x80\\xafb" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		expect(rows[i].plain, strlen(rows[i].plain), ESCAPE_WORD, rows[i].word);
		expect(rows[i].plain, strlen(rows[i].plain), ESCAPE_NAME, rows[i].word);
		expect(rows[i].plain, strlen(rows[i].plain), ESCAPE_TEXT, rows[i].plain);
	}
}

Test(escape, a_copy_for_a_message_has_a_bound) {
	char longest[ESCAPE_COPY_MAX + 1];
	memset(longest, 'x', sizeof(longest));
	char *whole = escape_copy(longest, ESCAPE_COPY_MAX);
	char *cut = escape_copy(longest, sizeof(longest));
	cr_expect_eq(strlen(whole), ESCAPE_COPY_MAX);
	cr_expect_eq(strlen(cut), ESCAPE_COPY_MAX + 3);
	cr_expect_str_eq(cut + ESCAPE_COPY_MAX, "...");
	free(whole);
	free(cut);
}

Test(escape, noncharacters_are_escaped) {
	expect_all_escaped((struct range){ 0xfdd0, 0xfdef });
	for (uint32_t plane = 0; plane <= 0x10; plane++)
		expect_all_escaped((struct range){ plane << 16 | 0xfffe, plane << 16 | 0xffff });
}

Test(escape, invalid_bytes_are_escaped_one_by_one) {
	static const struct {
		const char *bytes, *text, *json;
	} rows[] = {
		{ "\xff", "\\xff", "\\ufffd" },
		{ "a\x80z", "a\\x80z", "a\\ufffdz" },
		{ "\xc0\xaf", "\\xc0\\xaf", "\\ufffd\\ufffd" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\ufffd\\ufffd\\ufffd" },
		{ "\xe2\x82-", "\\xe2\\x82-", "\\ufffd\\ufffd-" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\ufffd\\ufffd\\ufffd\\ufffd" },
		{ "\xf0\x9f\x98", "\\xf0\\x9f\\x98", "\\ufffd\\ufffd\\ufffd" },
		{ "\xe2\xc3\xb1", "\\xe2\xc3\xb1", "\\ufffd\xc3\xb1" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		expect(rows[i].bytes, strlen(rows[i].bytes), ESCAPE_TEXT, rows[i].text);
		expect(rows[i].bytes, strlen(rows[i].bytes), ESCAPE_JSON, rows[i].json);
	}
}

Test(escape, every_code_point_but_the_surrogates_is_decoded) {
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		unsigned char bytes[4];
		uint32_t decoded = 0;
		const size_t length = encode(c, bytes);
		const bool surrogate = c >= 0xd800 && c <= 0xdfff;
		const size_t taken = escape_decode(bytes, length, &decoded);
		cr_assert_eq(taken, surrogate ? 0 : length, "U+%04X takes %zu bytes", c, taken);
		cr_assert(surrogate || decoded == c, "U+%04X became U+%04X", c, decoded);
	}
}

Test(escape, overlong_truncated_and_too_large_sequences_are_not_decoded) {
	static const char *const refused[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xc2 ",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xe2\x82",
		"\xe2(\xa1",
		"\xe2\x82(",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x9f\x98",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xfe",
		"\xff",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"",
		"\xf0",
		"\xe0",
		"\xf8\x88\x80\x80\x80",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		uint32_t decoded = 0;
		const size_t taken =
		    escape_decode((const unsigned char *)refused[i], strlen(refused[i]), &decoded);
		cr_expect_eq(taken, 0, "row %zu is taken as U+%04X", i, decoded);
	}
}

/* RFC 3629 section 4 has 30 * 64 sequences of two bytes and 61440 of three. */
Test(escape, nothing_but_the_sequences_of_the_rfc_is_decoded) {
	size_t counts[4] = { 0 };
	for (uint32_t number = 0x800000; number <= 0xffffff; number++) {
		const unsigned char bytes[] = { (unsigned char)(number >> 16),
			                        (unsigned char)(number >> 8),
			                        (unsigned char)number };
		uint32_t decoded = 0;
		counts[escape_decode(bytes, sizeof(bytes), &decoded)]++;
	}
	cr_assert_eq(counts[1], 0);
	cr_assert_eq(counts[2], 30 * 64 * 256, "%zu", counts[2]);
	cr_assert_eq(counts[3], 0x10000 - 0x800 - 0x800, "%zu", counts[3]);
}

static size_t read_back(const char *text, unsigned char *to) {
	size_t length = 0;
	for (; *text; length++) {
		if (text[0] == '\\') {
			const char digits[] = { text[2], text[3], '\0' };
			cr_assert_eq(text[1], 'x');
			to[length] = (unsigned char)strtoul(digits, NULL, 16);
			text += 4;
		} else {
			to[length] = (unsigned char)*text++;
		}
	}
	return length;
}

static void expect_round_trip(const unsigned char *bytes, size_t length) {
	for (size_t i = 0; i < ARRAY_LENGTH(text_styles); i++) {
		unsigned char again[64];
		char *text = escaped(bytes, length, text_styles[i]);
		const size_t count = read_back(text, again);
		cr_assert(count == length && memcmp(again, bytes, length) == 0,
		          "'%s' does not read back", text);
		free(text);
	}
}

/* Bytes that are often the beginning or the middle of something. */
static size_t random_bytes(unsigned short seed[3], unsigned char bytes[32]) {
	const size_t length = (size_t)nrand48(seed) % 33;
	for (size_t i = 0; i < length; i++) {
		const long random = nrand48(seed);
		bytes[i] = (unsigned char)(random >> 8 & 1 ? random : 0x80 | (random & 0x7f));
	}
	return length;
}

Test(escape, text_can_be_read_back_to_the_same_bytes) {
	unsigned short seed[3] = { 1, 2, 3 };
	for (unsigned byte = 0; byte < 256; byte++)
		expect_round_trip(&(const unsigned char){ (unsigned char)byte }, 1);
	for (size_t i = 0; i < 20000; i++) {
		unsigned char bytes[32];
		expect_round_trip(bytes, random_bytes(seed, bytes));
	}
}

/* The inside of a JSON string (RFC 8259 section 7) in UTF-8. */
static bool is_json_text(const char *text) {
	size_t rest = strlen(text);
	while (rest > 0) {
		uint32_t code_point = 0;
		size_t taken = escape_decode((const unsigned char *)text, rest, &code_point);
		if (taken == 0 || code_point < 0x20 || code_point == '"')
			return false;
		if (code_point == '\\' && (text[1] == '"' || text[1] == '\\'))
			taken = 2;
		else if (code_point == '\\' && text[1] == 'u' &&
		         strspn(text + 2, "0123456789abcdef") >= 4)
			taken = 6;
		else if (code_point == '\\')
			return false;
		text += taken;
		rest -= taken;
	}
	return true;
}

Test(escape, json_is_valid_utf_8_whatever_the_bytes_are) {
	unsigned short seed[3] = { 4, 5, 6 };
	for (size_t i = 0; i < 20000; i++) {
		unsigned char bytes[32];
		const size_t length = random_bytes(seed, bytes);
		char *text = escaped(bytes, length, ESCAPE_JSON);
		cr_assert(is_json_text(text), "%s", text);
		const bool replaced = strstr(text, "\\ufffd") != NULL;
		cr_assert_eq(escape_is_lossy_in_json(bytes, length), replaced, "%s", text);
		free(text);
	}
}

Test(escape, a_copy_for_a_message_reads_as_text_does) {
	char *copy = escape_copy("a b\x1b\\,\0", 7);
	cr_assert_str_eq(copy, "a b\\x1b\\x5c,\\x00");
	free(copy);
}

Test(escape, json_repeats_in_hex_only_what_it_cannot_hold) {
	static const struct {
		const char *bytes, *member;
	} rows[] = {
		{ "", "\"k\":\"\"" },
		{ "a\x1b\n", "\"k\":\"a\\u001b\\u000a\"" },
		{ "\xe2\x80\xae", "\"k\":\"\\u202e\"" },
		{ "\xef\xbf\xbd", "\"k\":\"\xef\xbf\xbd\"" },
		{ "a\xff", "\"k\":\"a\\ufffd\",\"k_hex\":\"61ff\"" },
		{ "\xc3", "\"k\":\"\\ufffd\",\"k_hex\":\"c3\"" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct out out;
		out_init(&out, OUT_MEMORY);
		json_text_member(&out, "k", rows[i].bytes, strlen(rows[i].bytes));
		out_char(&out, '\0');
		cr_expect_str_eq(out.bytes, rows[i].member, "'%s'", out.bytes);
		out_finish(&out);
	}
}

Test(escape, what_is_encoded_is_decoded_to_the_same) {
	for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
		char bytes[4];
		uint32_t decoded = 0;
		if (code_point >= 0xd800 && code_point < 0xe000) /* no characters */
			continue;
		const size_t length = escape_encode(code_point, bytes);
		cr_assert_eq(escape_decode((const unsigned char *)bytes, length, &decoded), length,
		             "U+%X", code_point);
		cr_assert_eq(decoded, code_point);
	}
}
