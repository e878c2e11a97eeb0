/* Counts, sizes, rates and durations of the command line: exact, and refused with a reason. */

#include "quantity.h"

#include <criterion/criterion.h>

#include "util.h"

#define LARGEST "18446744073709551615" /* 2^64 - 1 */
#define DAY_NS UINT64_C(86400000000000)

Test(quantity, counts_and_sizes_are_exact) {
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{ "0", 0 },        { "1", 1 },         { "007", 7 },       { "10K", 10000 },
		{ "10k", 10000 },  { "64Ki", 65536 },  { "64KiB", 65536 }, { "1.5M", 1500000 },
		{ "1.5Ki", 1536 }, { "2MB", 2000000 }, { "0x10", 16 },     { LARGEST, UINT64_MAX },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint64_t value = 77;
		const char *reason = NULL;
		cr_expect(quantity_parse(cases[i].text, UINT64_MAX, &value, &reason), "'%s': %s",
		          cases[i].text, reason);
		cr_expect_eq(value, cases[i].value, "'%s'", cases[i].text);
	}
}

Test(quantity, what_is_no_whole_number_is_refused_and_leaves_the_result) {
	static const char *const texts[] = {
		"",      " ",
		" 1",    "1 ",
		"-1",    "+1",
		"K",     "1.5",
		"1.",    ".5",
		"1..5",  "1e3",
		"1KK",   "1X",
		"1s",    "0x",
		"one",   "1.0001K",
		"1,000", "18446744073709551616",
		"1\n",   "99999999999T",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		uint64_t value = 77;
		const char *reason = NULL;
		cr_expect_not(quantity_parse(texts[i], UINT64_MAX, &value, &reason), "'%s' is %llu",
		              texts[i], (unsigned long long)value);
		cr_expect_eq(value, 77, "'%s'", texts[i]);
		cr_expect(reason && *reason, "'%s' is refused without a reason", texts[i]);
	}
}

Test(quantity, the_most_is_allowed_and_one_more_is_not) {
	uint64_t value = 0;
	const char *reason = NULL;
	cr_expect(quantity_parse("1Ki", 1024, &value, &reason));
	cr_expect_eq(value, 1024);
	cr_expect_not(quantity_parse("1025", 1024, &value, &reason));
	cr_expect_str_eq(reason, "it is too large");
	cr_expect_not(quantity_parse("1.5", 1024, &value, &reason));
	cr_expect_str_eq(reason, "it is not whole");
	cr_expect_eq(value, 1024);
}

Test(quantity, durations_are_in_nanoseconds) {
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{ "0", 0 },
		{ "1", 1000000000 },
		{ "30", 30000000000 },
		{ "0.5", 500000000 },
		{ "1.5s", 1500000000 },
		{ "100ms", 100000000 },
		{ "20us", 20000 },
		{ "1ns", 1 },
		{ "0.001us", 1 },
		{ "2m", 120000000000 },
		{ "2min", 120000000000 },
		{ "1h", 3600000000000 },
		{ "1d", DAY_NS },
		{ "50000d", 50000 * DAY_NS },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint64_t ns = 77;
		const char *reason = NULL;
		cr_expect(quantity_parse_duration(cases[i].text, &ns, &reason), "'%s': %s",
		          cases[i].text, reason);
		cr_expect_eq(ns, cases[i].ns, "'%s' is %llu", cases[i].text,
		             (unsigned long long)ns);
	}
}

Test(quantity, what_is_no_duration_is_refused) {
	static const char *const texts[] = { "",     "s",      "-1s",
		                             "1 s",  "1x",     "1K",
		                             "0x1f", "0x10",   "1.5ns",
		                             "1s1",  "..",     "1.s",
		                             "inf",  "60000d", "99999999999999999999d",
		                             "1ss" };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		uint64_t ns = 77;
		const char *reason = NULL;
		cr_expect_not(quantity_parse_duration(texts[i], &ns, &reason), "'%s' is %llu",
		              texts[i], (unsigned long long)ns);
		cr_expect_eq(ns, 77, "'%s'", texts[i]);
		cr_expect(reason && *reason, "'%s' is refused without a reason", texts[i]);
	}
}

Test(quantity, the_longest_duration_may_be_added_to_any_time) {
	cr_expect_gt(UINT64_MAX - QUANTITY_DURATION_MAX, 100 * 365 * DAY_NS);
}

Test(quantity, rates_need_not_be_whole) {
	static const struct {
		const char *text;
		double rate;
	} cases[] = { { "100", 100 }, { "0.5", 0.5 }, { "10K", 10000 }, { "1.25/s", 1.25 } };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		double rate = 0;
		const char *reason = NULL;
		cr_expect(quantity_parse_rate(cases[i].text, &rate, &reason), "'%s': %s",
		          cases[i].text, reason);
		cr_expect_eq(rate, cases[i].rate, "'%s' is %g", cases[i].text, rate);
	}
}

Test(quantity, what_is_no_rate_is_refused) {
	static const char *const texts[] = { "", "0", "0.0", "-1", "nan", "inf", "1ms", "fast" };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		double rate = 77;
		const char *reason = NULL;
		cr_expect_not(quantity_parse_rate(texts[i], &rate, &reason), "'%s' is %g", texts[i],
		              rate);
		cr_expect_eq(rate, 77, "'%s'", texts[i]);
		cr_expect(reason && *reason, "'%s' is refused without a reason", texts[i]);
	}
}
