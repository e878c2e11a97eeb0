/* Which moment of a recording is meant by what people write. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"
#include "when.h"

/* 2026-11-28T10:00:15Z */
static const uint64_t start = 1795860015;

static bool parse(const char *text, struct when *when) {
	return when_parse(text, strlen(text), when);
}

static void set_zone(const char *zone) {
	setenv("TZ", zone, 1);
	tzset();
}

Test(when, every_form_is_understood) {
	static const struct {
		const char *text;
		enum when_kind kind;
		uint64_t number;
	} rows[] = {
		{ "1", WHEN_NUMBER, 1 },
		{ "4294967295", WHEN_NUMBER, UINT32_MAX },
		{ "0:00", WHEN_CLOCK, 0 },
		{ "00:01", WHEN_CLOCK, 60 },
		{ "9:05:07", WHEN_CLOCK, 32707 },
		{ "23:59:59", WHEN_CLOCK, 86399 },
		{ "1970-01-01T00:00Z", WHEN_DATE, 0 },
		{ "2026-11-28T10:00:15Z", WHEN_DATE, start * SECOND_NS },
		{ "2026-11-28T11:00:15", WHEN_DATE, start * SECOND_NS },
		{ "2028-02-29T00:00Z", WHEN_DATE, 1835395200 * SECOND_NS },
		{ "+0", WHEN_AFTER_FIRST, 0 },
		{ "+30", WHEN_AFTER_FIRST, 30 * SECOND_NS },
		{ "+30s", WHEN_AFTER_FIRST, 30 * SECOND_NS },
		{ "+0.5", WHEN_AFTER_FIRST, SECOND_NS / 2 },
		{ "-2m", WHEN_BEFORE_LAST, 120 * SECOND_NS },
		{ "-1.5h", WHEN_BEFORE_LAST, 5400 * SECOND_NS },
		{ "-2d", WHEN_BEFORE_LAST, 172800 * SECOND_NS },
	};
	set_zone("XXX-1"); /* an hour ahead of UTC */
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct when when = { 0 };
		cr_expect(parse(rows[i].text, &when), "%s", rows[i].text);
		cr_expect_eq(when.kind, rows[i].kind, "%s", rows[i].text);
		cr_expect_eq(when.number, rows[i].number, "%s: %llu", rows[i].text,
		             (unsigned long long)when.number);
	}
}

Test(when, what_is_no_moment_is_refused_and_leaves_everything_as_it_was) {
	static const char *const texts[] = {
		"",
		"0",
		"-",
		"+",
		"s",
		"+s",
		"++1",
		"-1x",
		"+1ms",
		"4294967296",
		"1a",
		" 1",
		"1 ",
		"24:00",
		"12:60",
		"12:00:60",
		"12:0",
		"12:",
		":30",
		"123:00",
		"12:30:",
		"12:30:5",
		"12:30Z",
		"12:30 ",
		"2026-11-28",
		"2026-11-28T",
		"2026-13-01T00:00Z",
		"2026-02-29T00:00Z",
		"2026-00-01T00:00Z",
		"2026-11-00T00:00Z",
		"26-11-28T00:00Z",
		"2026-11-28T10:00z",
		"2026-11-28T10:00ZZ",
		"1969-12-31T23:00Z",
		"now",
		"\xff",
		"+99999999999999999999999999999999999999999",
		"-1000001d",
		"-1000000d",
		"2501-01-01T00:00Z",
		"+1e3",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct when when = { .number = 77 };
		cr_expect_not(parse(texts[i], &when), "'%s'", texts[i]);
		cr_expect_eq(when.number, 77, "'%s'", texts[i]);
	}
}

Test(when, only_so_many_bytes_are_read) {
	struct when when;
	cr_expect(when_parse("12", 1, &when));
	cr_expect_eq(when.number, 1);
	cr_expect_not(when_parse("12:30", 3, &when));
	cr_expect_not(when_parse("", 0, &when));
}

/* Moments each ten seconds from 10:00:15 UTC on. */
Test(when, a_moment_is_the_first_that_is_not_earlier) {
	static const struct {
		const char *text;
		size_t index;
	} rows[] = {
		{ "1", 0 },
		{ "5", 4 },
		{ "6", 5 },
		{ "11:00", 0 },
		{ "11:00:15", 0 },
		{ "11:00:16", 1 },
		{ "11:00:25", 1 },
		{ "11:00:55", 4 },
		{ "11:00:56", 5 },
		{ "11:01", 5 },
		{ "10:59", 5 },
		{ "11:00:14", 5 },
		{ "+0", 0 },
		{ "+1s", 1 },
		{ "+10s", 1 },
		{ "+40", 4 },
		{ "+41", 5 },
		{ "-0s", 4 },
		{ "-1s", 4 },
		{ "-10s", 3 },
		{ "-1m", 0 },
		{ "-100000d", 0 },
		{ "2026-11-28T10:00:20Z", 1 },
		{ "1970-01-01T00:00Z", 0 },
		{ "2026-11-29T00:00Z", 5 },
	};
	uint64_t times[5];
	set_zone("XXX-1");
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++)
		times[i] = (start + 10 * i) * SECOND_NS;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct when when = { 0 };
		cr_assert(parse(rows[i].text, &when), "%s", rows[i].text);
		cr_expect_eq(when_find(&when, times, ARRAY_LENGTH(times)), rows[i].index, "%s: %zu",
		             rows[i].text, when_find(&when, times, ARRAY_LENGTH(times)));
	}
}

Test(when, a_time_of_day_that_is_over_is_that_of_the_next_day) {
	const uint64_t evening = start + 13 * 3600; /* 23:00:15 UTC */
	const uint64_t times[] = { evening * SECOND_NS, (evening + 3600) * SECOND_NS,
		                   (evening + 7200) * SECOND_NS };
	struct when when = { 0 };
	set_zone("UTC");
	cr_assert(parse("0:30", &when));
	cr_expect_eq(when_find(&when, times, 3), 2);
	cr_assert(parse("23:30", &when));
	cr_expect_eq(when_find(&when, times, 3), 1);
	cr_assert(parse("22:59", &when));
	cr_expect_eq(when_find(&when, times, 3), 3);
}

/* Where summer time ends at 3:00 it was 2:30 at 00:30 and at 01:30 UTC; where it begins at 2:00 it
 * never was. 2025-10-26 and 2025-03-30. */
Test(when, an_hour_that_is_there_twice_is_the_first_of_the_two_that_is_not_over) {
	static const struct {
		const char *text;
		uint64_t first, wanted; /* since 1970; 0: there is no such moment */
	} rows[] = {
		{ "2:30", 1761436800, 1761438600 }, /* from 2:00, the first time */
		{ "2:29", 1761438601, 1761442140 }, /* from 2:30:01 */
		{ "2:10", 1761440400, 1761441000 }, /* from 2:00, the second time */
		{ "3:00", 1761436800, 1761444000 },
		{ "2025-10-26T02:30", 1761436800, 1761438600 },
		{ "2025-10-26T02:30Z", 1761436800, 1761445800 },
		{ "2:30", 1743294600, 1743298200 }, /* from 1:30, a minute before 3:00 */
		{ "1:29", 1743294600, 0 },
	};
	enum { MINUTES = 240 };
	uint64_t times[MINUTES];
	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct when when = { 0 };
		for (uint64_t j = 0; j < MINUTES; j++)
			times[j] = (rows[i].first + 60 * j) * SECOND_NS;
		cr_assert(parse(rows[i].text, &when), "%s", rows[i].text);
		const size_t found = when_find(&when, times, MINUTES);
		const uint64_t time = found < MINUTES ? times[found] / SECOND_NS : 0;
		cr_expect_eq(time / 60, rows[i].wanted / 60, "row %zu: %llu", i,
		             (unsigned long long)time);
	}
}

Test(when, without_times_only_numbers_find_a_moment) {
	static const uint64_t times[2];
	struct when when = { 0 };
	cr_assert(parse("2", &when));
	cr_expect_eq(when_find(&when, times, 2), 1);
	cr_expect_eq(when_find(&when, NULL, 0), 0);
	static const char *const texts[] = { "10:00", "2026-11-28T10:00Z", "+0", "-0" };
	static const uint64_t late[] = { UINT64_MAX, UINT64_MAX };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		cr_assert(parse(texts[i], &when));
		cr_expect_eq(when_find(&when, times, 2), 2, "%s", texts[i]);
	}
	cr_assert(parse("+1", &when));
	cr_expect_eq(when_find(&when, late, 2), 2, "it does not wrap");
	cr_assert(parse("10:00", &when));
	cr_expect_leq(when_find(&when, late, 2), 2);
}

Test(when, a_moment_stands_behind_the_last_sign_of_a_word) {
	static const struct {
		const char *word;
		size_t length; /* of the file; 0: it is all of the word */
		enum when_kind kind;
	} rows[] = {
		{ "a.rec", 0, WHEN_NUMBER },      { "a.rec#3", 5, WHEN_NUMBER },
		{ "a.rec@12:30", 5, WHEN_CLOCK }, { "a.rec@-5m", 5, WHEN_BEFORE_LAST },
		{ "-@+1", 1, WHEN_AFTER_FIRST },  { "a@b#1", 3, WHEN_NUMBER },
		{ "a#1@10:00", 3, WHEN_CLOCK },   { "a.rec#12:30", 0, WHEN_NUMBER },
		{ "a.rec@3", 0, WHEN_NUMBER },    { "a.rec#0", 0, WHEN_NUMBER },
		{ "a.rec#", 0, WHEN_NUMBER },     { "a.rec@", 0, WHEN_NUMBER },
		{ "#1", 0, WHEN_NUMBER },         { "@10:00", 0, WHEN_NUMBER },
		{ "", 0, WHEN_NUMBER },           { "user@host", 0, WHEN_NUMBER },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		size_t length = 0;
		struct when when = { .kind = WHEN_NUMBER };
		cr_expect_eq(when_split(rows[i].word, &length, &when), rows[i].length > 0, "%s",
		             rows[i].word);
		cr_expect_eq(length, rows[i].length, "%s", rows[i].word);
		cr_expect_eq(when.kind, rows[i].kind, "%s", rows[i].word);
	}
	cr_expect(when_is_now("now"));
	cr_expect_not(when_is_now("now.rec"));
}
