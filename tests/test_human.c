/* Numbers for a glance: three digits and a unit, never more than there is. */

#include <criterion/criterion.h>
#include <string.h>

#include "human.h"
#include "util.h"

Test(human, sizes_have_three_digits_and_are_rounded_down) {
	static const struct {
		uint64_t number;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1.0K" },
		{ 1299, "1.2K" },
		{ 9999, "9.9K" },
		{ 99999, "99.9K" },
		{ 100000, "100K" },
		{ 999999, "999K" },
		{ 1000000, "1.0M" },
		{ 12399999, "12.3M" },
		{ UINT64_C(1000000000000), "1.0T" },
		{ UINT64_MAX, "18.4E" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_str_eq(human_size(cases[i].number).text, cases[i].text);
}

Test(human, no_size_is_longer_than_five_characters) {
	for (unsigned shift = 0; shift < 64; shift++) {
		for (uint64_t part = 0; part < 3; part++) {
			const uint64_t number = (UINT64_MAX >> shift) / (1 + part);
			const struct human human = human_size(number);
			cr_expect_leq(strlen(human.text), 5, "%s", human.text);
		}
	}
}

Test(human, counts_are_exact_and_in_groups_of_three) {
	static const struct {
		uint64_t number;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 812, "812" },
		{ 1204, "1,204" },
		{ 999999, "999,999" },
		{ 1234567, "1,234,567" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_str_eq(human_count(cases[i].number).text, cases[i].text);
}

Test(human, ages_have_one_unit_and_say_when_they_may_be_more) {
	static const struct {
		uint64_t ms;
		bool at_least;
		const char *text;
	} cases[] = {
		{ 0, false, "0s" },
		{ 999, true, ">0s" },
		{ 3999, false, "3s" },
		{ 59999, false, "59s" },
		{ 60000, false, "1m" },
		{ 150000, true, ">2m" },
		{ 3600000, false, "1h" },
		{ 86399999, false, "23h" },
		{ UINT64_C(12) * 86400000, false, "12d" },
		{ UINT64_MAX, true, ">213503982334d" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_str_eq(human_age(cases[i].ms, cases[i].at_least).text, cases[i].text);
}

Test(human, times_go_from_microseconds_to_seconds) {
	static const struct {
		uint64_t us;
		const char *text;
	} cases[] = {
		{ 0, "0us" },        { 31, "31us" },
		{ 999, "999us" },    { 1000, "1.0ms" },
		{ 1599, "1.5ms" },   { 120900, "120ms" },
		{ 2199999, "2.1s" }, { UINT64_MAX, "18446744073709s" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_str_eq(human_time(cases[i].us).text, cases[i].text);
}

Test(human, rates_are_sizes_a_second) {
	cr_expect_str_eq(human_rate(0).text, "0/s");
	cr_expect_str_eq(human_rate(12897485).text, "12.8M/s");
	cr_expect_str_eq(human_rate(UINT64_MAX).text, "18.4E/s");
}

Test(human, periods_are_seconds_rounded_to_the_hundredth) {
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 1000000000, "1.0s" },  { 250000000, "0.25s" }, { 104999999, "0.1s" },
		{ 105000000, "0.11s" },  { 1995000000, "2.0s" }, { 60000000000, "60.0s" },
		{ 1050000000, "1.05s" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_str_eq(human_period(cases[i].ns).text, cases[i].text);
}

Test(human, a_flow_is_told_in_bytes_or_in_bits) {
	cr_expect_str_eq(human_flow(12897485, HUMAN_BYTES).text, "12.8M");
	cr_expect_str_eq(human_flow(12897485, HUMAN_BITS).text, "103Mb");
	cr_expect_str_eq(human_flow(0, HUMAN_BITS).text, "0b");
	cr_expect_str_eq(human_flow_rate(125, HUMAN_BITS).text, "1.0Kb/s");
	cr_expect_str_eq(human_flow_rate(125, HUMAN_BYTES).text, "125/s");
	cr_expect_str_eq(human_flow_rate(UINT64_MAX, HUMAN_BITS).text, "18.4Eb/s");
	cr_expect_str_eq(human_flow_rate(UINT64_MAX / 8 + 1, HUMAN_BITS).text, "18.4Eb/s");
}
