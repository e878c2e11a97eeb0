/* Numbers with units, exact at every limit; addresses with prefixes and masks. */

#include "filter_value.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util.h"

#define US UNIT_MICROSECONDS
#define MS UNIT_MILLISECONDS
#define NONE UNIT_NONE
#define BYTES UNIT_BYTES
#define MAX UINT64_MAX
#define NOTHING                                                                                    \
	{ 1, 0 }
/* 2^64 - 1 */
#define LARGEST "18446744073709551615"

static bool parse(const char *text, enum unit unit, struct filter_number *number) {
	const char *reason = NULL;
	const bool good = filter_parse_number(text, strlen(text), unit, false, number, &reason);
	cr_expect(good || (reason && *reason), "'%s' is refused without a reason", text);
	return good;
}

Test(filter_value, a_number_is_exact_in_the_unit_of_its_field) {
	static const struct {
		const char *text;
		enum unit unit;
		struct range equal, less; /* the numbers that are = and < */
	} cases[] = {
		{ "0", NONE, { 0, 0 }, NOTHING },
		{ "1", NONE, { 1, 1 }, { 0, 0 } },
		{ "007", NONE, { 7, 7 }, { 0, 6 } },
		{ "1.5", NONE, NOTHING, { 0, 1 } },
		{ "1.0", NONE, { 1, 1 }, { 0, 0 } },
		{ "0.5", NONE, NOTHING, { 0, 0 } },
		{ "0.000000001", NONE, NOTHING, { 0, 0 } },
		{ "1.000000000", NONE, { 1, 1 }, { 0, 0 } },
		{ "0x1f", NONE, { 31, 31 }, { 0, 30 } },
		{ "0X1F", NONE, { 31, 31 }, { 0, 30 } },
		{ "0xffffffffffffffff", NONE, { MAX, MAX }, { 0, MAX - 1 } },
		{ LARGEST, NONE, { MAX, MAX }, { 0, MAX - 1 } },
		{ "18446744073709551616", NONE, NOTHING, { 0, MAX } },
		{ "1844674407370955161.5", NONE, NOTHING, { 0, 1844674407370955161u } },
		{ "99999999999999999999", NONE, NOTHING, { 0, MAX } },
		{ "1K", BYTES, { 1000, 1000 }, { 0, 999 } },
		{ "1k", NONE, { 1000, 1000 }, { 0, 999 } },
		{ "1KB", BYTES, { 1000, 1000 }, { 0, 999 } },
		{ "1Ki", BYTES, { 1024, 1024 }, { 0, 1023 } },
		{ "1KiB", BYTES, { 1024, 1024 }, { 0, 1023 } },
		{ "1.5Ki", BYTES, { 1536, 1536 }, { 0, 1535 } },
		{ "5B", BYTES, { 5, 5 }, { 0, 4 } },
		{ "2MB/s", UNIT_BYTES_PER_SECOND, { 2000000, 2000000 }, { 0, 1999999 } },
		{ "1G", NONE, { 1000000000, 1000000000 }, { 0, 999999999 } },
		{ "1T", NONE, { 1000000000000, 1000000000000 }, { 0, 999999999999 } },
		{ "1Gi", NONE, { 1u << 30, 1u << 30 }, { 0, (1u << 30) - 1 } },
		{ "1Ti", NONE, { 1ull << 40, 1ull << 40 }, { 0, (1ull << 40) - 1 } },
		{ "0.001K", NONE, { 1, 1 }, { 0, 0 } },
		{ "0.0001K", NONE, NOTHING, { 0, 0 } },
		{ "16777215.999999999Ti", NONE, NOTHING, { 0, 18446744073709550516u } },
		{ "16777216Ti", NONE, NOTHING, { 0, MAX } },
		{ LARGEST "T", NONE, NOTHING, { 0, MAX } },
		{ "5", US, { 5, 5 }, { 0, 4 } },
		{ "5us", US, { 5, 5 }, { 0, 4 } },
		{ "1ms", US, { 1000, 1000 }, { 0, 999 } },
		{ "1.5ms", US, { 1500, 1500 }, { 0, 1499 } },
		{ "1MS", US, { 1000, 1000 }, { 0, 999 } },
		{ "500ns", US, NOTHING, { 0, 0 } },
		{ "2000ns", US, { 2, 2 }, { 0, 1 } },
		{ "1500ns", US, NOTHING, { 0, 1 } },
		{ "1s", MS, { 1000, 1000 }, { 0, 999 } },
		{ "0.0005s", MS, NOTHING, { 0, 0 } },
		{ "1m", MS, { 60000, 60000 }, { 0, 59999 } },
		{ "1min", MS, { 60000, 60000 }, { 0, 59999 } },
		{ "1h", MS, { 3600000, 3600000 }, { 0, 3599999 } },
		{ "1d", MS, { 86400000, 86400000 }, { 0, 86399999 } },
		{ "1us", MS, NOTHING, { 0, 0 } },
		{ LARGEST "d", US, NOTHING, { 0, MAX } },
		{ LARGEST "us", US, { MAX, MAX }, { 0, MAX - 1 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct filter_number number;
		cr_assert(parse(cases[i].text, cases[i].unit, &number), "'%s'", cases[i].text);
		const struct range equal = filter_range(FILTER_EQ, &number);
		const struct range less = filter_range(FILTER_LT, &number);
		cr_expect(equal.first == cases[i].equal.first && equal.last == cases[i].equal.last,
		          "= '%s' is %ju to %ju", cases[i].text, (uintmax_t)equal.first,
		          (uintmax_t)equal.last);
		cr_expect(less.first == cases[i].less.first && less.last == cases[i].less.last,
		          "< '%s' is %ju to %ju", cases[i].text, (uintmax_t)less.first,
		          (uintmax_t)less.last);
	}
}

static bool has(enum filter_comparison comparison, const struct filter_number *number,
                uint64_t whole) {
	const struct range range = filter_range(comparison, number);
	return range.first <= whole && whole <= range.last;
}

Test(filter_value, every_number_is_less_equal_or_greater) {
	static const char *const texts[] = {
		"0",          "0.5", "1",     "1.5",    "999.5",
		"1K",         "1T",  LARGEST, "0.999K", "1844674407370955161.5",
		"9999999999T"
	};
	static const uint64_t wholes[] = { 0, 1, 2, 999, 1000, 1001, 1000000000000, MAX - 1, MAX };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct filter_number number;
		cr_assert(parse(texts[i], NONE, &number), "'%s'", texts[i]);
		for (size_t j = 0; j < ARRAY_LENGTH(wholes); j++) {
			const uint64_t whole = wholes[j];
			const bool less = has(FILTER_LT, &number, whole);
			const bool equal = has(FILTER_EQ, &number, whole);
			const bool greater = has(FILTER_GT, &number, whole);
			cr_expect_eq(less + equal + greater, 1, "%zu and '%s'", j, texts[i]);
			cr_expect_eq(has(FILTER_LE, &number, whole), less || equal, "%zu <= '%s'",
			             j, texts[i]);
			cr_expect_eq(has(FILTER_GE, &number, whole), greater || equal,
			             "%zu >= '%s'", j, texts[i]);
			cr_expect_eq(has(FILTER_NE, &number, whole), equal, "%zu != '%s'", j,
			             texts[i]);
		}
	}
}

Test(filter_value, what_is_no_number_is_refused) {
	static const struct {
		const char *text;
		enum unit unit;
	} cases[] = {
		{ "", NONE },
		{ ".", NONE },
		{ "5.", NONE },
		{ "1.2.3", NONE },
		{ "-1", NONE },
		{ "+1", NONE },
		{ " 1", NONE },
		{ "1 ", NONE },
		{ "1e3", NONE },
		{ "0x", NONE },
		{ "0xg", NONE },
		{ "0x10000000000000000", NONE },
		{ "100000000000000000000", NONE }, /* 21 digits */
		{ LARGEST ".5", NONE },
		{ "0.0000000001", NONE }, /* ten behind the point */
		{ "K", NONE },
		{ "1Kk", NONE },
		{ "1iB", NONE },
		{ "1BB", NONE },
		{ "1K/", NONE },
		{ "1ms", NONE },
		{ "1K", US },
		{ "1x", US },
		{ "1 s", US },
		{ "s", US },
		{ "1ss", MS },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct filter_number number;
		cr_expect_not(parse(cases[i].text, cases[i].unit, &number), "'%s' is taken",
		              cases[i].text);
	}
}

Test(filter_value, an_integer_is_decimal_or_hexadecimal_up_to_its_limit) {
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
		uint64_t number;
	} cases[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 0 },
		{ "65535", UINT16_MAX, true, 65535 },
		{ "65536", UINT16_MAX, false, 0 },
		{ "0xffff", UINT16_MAX, true, 65535 },
		{ "0x10000", UINT16_MAX, false, 0 },
		{ "0x00000000000000000000ffff", UINT16_MAX, true, 65535 },
		{ "0xFfFfFfFf", UINT32_MAX, true, UINT32_MAX },
		{ "0x100000000", UINT32_MAX, false, 0 },
		{ "0xffffffffffffffff", MAX, true, MAX },
		{ "0x1ffffffffffffffff", MAX, false, 0 },
		{ LARGEST, MAX, true, MAX },
		{ "18446744073709551616", MAX, false, 0 },
		{ "0x6", 5, false, 0 },
		{ "", MAX, false, 0 },
		{ "x", MAX, false, 0 },
		{ "1x", MAX, false, 0 },
		{ "0x", MAX, false, 0 },
		{ "ff", MAX, false, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint64_t number = 0;
		cr_expect_eq(filter_parse_integer(cases[i].text, strlen(cases[i].text),
		                                  cases[i].max, &number),
		             cases[i].good, "'%s'", cases[i].text);
		cr_expect(!cases[i].good || number == cases[i].number, "'%s' is %ju", cases[i].text,
		          (uintmax_t)number);
	}
}

Test(filter_value, addresses_may_be_short_and_have_a_prefix_or_a_mask) {
	static const struct {
		const char *text;
		enum sock_family family;
		uint8_t prefix;
		uint8_t bytes[16];
	} cases[] = {
		{ "127.0.0.1", SOCK_FAMILY_INET, 32, { 127, 0, 0, 1 } },
		{ "10", SOCK_FAMILY_INET, 32, { 10 } },
		{ "10/8", SOCK_FAMILY_INET, 8, { 10 } },
		{ "10.1/16", SOCK_FAMILY_INET, 16, { 10, 1 } },
		{ "0/0", SOCK_FAMILY_INET, 0, { 0 } },
		{ "1.2.3.4/31", SOCK_FAMILY_INET, 31, { 1, 2, 3, 4 } },
		{ "1.2.3.4/255.255.255.254", SOCK_FAMILY_INET, 31, { 1, 2, 3, 4 } },
		{ "1.2.3.4/0.0.0.0", SOCK_FAMILY_INET, 0, { 1, 2, 3, 4 } },
		{ "1.2.3.4/255.255.255.255", SOCK_FAMILY_INET, 32, { 1, 2, 3, 4 } },
		{ "1.2.3.4/128.0", SOCK_FAMILY_INET, 1, { 1, 2, 3, 4 } },
		{ "[1.2.3.4]", SOCK_FAMILY_INET, 32, { 1, 2, 3, 4 } },
		{ "::", SOCK_FAMILY_INET6, 128, { 0 } },
		{ "[::]", SOCK_FAMILY_INET6, 128, { 0 } },
		{ "::1", SOCK_FAMILY_INET6, 128, { [15] = 1 } },
		{ "[::1]/64", SOCK_FAMILY_INET6, 64, { [15] = 1 } },
		{ "[::1/64]", SOCK_FAMILY_INET6, 64, { [15] = 1 } },
		{ "fe80::/10", SOCK_FAMILY_INET6, 10, { 0xfe, 0x80 } },
		{ "::/0", SOCK_FAMILY_INET6, 0, { 0 } },
		{ "::ffff:1.2.3.4", SOCK_FAMILY_INET6, 128, { [10] = 255, 255, 1, 2, 3, 4 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct filter_address address;
		cr_assert(filter_parse_address(cases[i].text, strlen(cases[i].text), &address),
		          "'%s'", cases[i].text);
		cr_expect_eq(address.family, cases[i].family, "'%s'", cases[i].text);
		cr_expect_eq(address.prefix, cases[i].prefix, "'%s'", cases[i].text);
		cr_expect_arr_eq(address.bytes, cases[i].bytes, sizeof(address.bytes), "'%s'",
		                 cases[i].text);
	}
}

Test(filter_value, what_is_no_address_is_refused) {
	static const char *const texts[] = {
		"",
		".",
		"1.",
		".1",
		"1..2",
		"1.2.3.4.5",
		"256.0.0.0",
		"1.2.3.0004",
		"1.2.3.x",
		"0x7f.0.0.1",
		"1.2.3.4/",
		"1.2.3.4/33",
		"1.2.3.4/-1",
		"1.2.3.4/1/1",
		"1.2.3.4/255.0.255.0",
		"1.2.3.4/1.2",
		"1.2.3.4/0.0.0.255",
		"::/129",
		"::/",
		"::/255.0.0.0",
		"[",
		"[]",
		"]",
		"[::1",
		"::1]",
		"[::1]x",
		"[::1]/",
		"[::1]/129",
		"[::1/64]/64",
		"[1.2.3.4]/8",
		":::",
		":",
		"1::2::3",
		"12345::",
		"::1%lo",
		"localhost",
		" ::1",
		"1:2:3:4:5:6:7:8:9",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct filter_address address;
		cr_expect_not(filter_parse_address(texts[i], strlen(texts[i]), &address),
		              "'%s' is taken", texts[i]);
	}
}
