/* Strict numbers, spelling hints, memory that never fails quietly, and the clock. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

Test(util, a_number_is_nothing_but_digits_within_its_limit) {
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
		uint64_t number;
	} rows[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 0 },
		{ "9", 8, false, 0 },
		{ "65535", 65535, true, 65535 },
		{ "65536", 65535, false, 0 },
		{ "65540", 65535, false, 0 },
		{ "00022", 65535, true, 22 },
		{ "99999999999999999999", 65535, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "184467440737095516150", UINT64_MAX, false, 0 },
		{ "", 9, false, 0 },
		{ "-1", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "1x", 99, false, 0 },
		{ "0x1", 99, false, 0 },
		{ "1.0", 99, false, 0 },
		{ "\xb2", 99, false, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		uint64_t number = 77;
		const bool good =
		    util_parse_number(rows[i].text, strlen(rows[i].text), rows[i].max, &number);
		cr_expect_eq(good, rows[i].good, "'%s'", rows[i].text);
		cr_expect_eq(number, rows[i].good ? rows[i].number : 77, "'%s'", rows[i].text);
	}
}

Test(util, a_number_ends_where_its_length_says) {
	uint64_t number = 0;
	cr_assert(util_parse_number("1234", 2, 9999, &number));
	cr_assert_eq(number, 12);
}

Test(util, the_closest_word_is_found_if_it_is_close) {
	static const char *const words[] = { "sport", "dport",
		                             "state", "rtt",
		                             "rto",   "a-word-that-is-longer-than-anything-real" };
	static const struct {
		const char *word, *closest;
	} rows[] = {
		{ "sport", "sport" }, { "spotr", "sport" },
		{ "sprt", "sport" },  { "dportt", "dport" },
		{ "stare", "state" }, { "rt", "rtt" },
		{ "zzzzz", NULL },    { "spxyz", NULL },
		{ "xtz", NULL },      { "", NULL },
		{ "xyz", NULL },      { "a-word-that-is-longer-than-anything-real", NULL },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *closest =
		    util_closest(rows[i].word, strlen(rows[i].word), words, ARRAY_LENGTH(words));
		if (rows[i].closest)
			cr_expect(closest && strcmp(closest, rows[i].closest) == 0, "%s: %s",
			          rows[i].word, closest ? closest : "none");
		else
			cr_expect_null(closest, "%s: %s", rows[i].word, closest);
	}
	cr_expect_null(util_closest("sport", 5, words, 0));
}

Test(util, allocations_of_nothing_are_not_null) {
	void *memory = xmalloc(0);
	cr_assert_not_null(memory);
	memory = xreallocarray(memory, 0, 8);
	cr_assert_not_null(memory);
	free(memory);
	memory = xcalloc(0, 0);
	cr_assert_not_null(memory);
	free(memory);
}

Test(util, cleared_memory_is_zero_and_grown_memory_keeps_its_bytes) {
	unsigned char *memory = xcalloc(100, 3);
	for (size_t i = 0; i < 300; i++) {
		cr_assert_eq(memory[i], 0);
		memory[i] = (unsigned char)i;
	}
	memory = xreallocarray(memory, 10000, 3);
	for (size_t i = 0; i < 300; i++)
		cr_assert_eq(memory[i], (unsigned char)i);
	free(memory);
}

Test(util, text_is_put_together_at_any_length) {
	char *text = xasprintf("%s-%05d", "x", 42);
	cr_assert_str_eq(text, "x-00042");
	free(text);
	text = xasprintf("%*s", 100000, "end");
	cr_assert_eq(strlen(text), 100000);
	free(text);
}

Test(util, text_without_a_translation_stays_as_it_is) {
	cr_assert_str_eq(_("no catalogue has this"), "no catalogue has this");
	cr_assert_str_eq(_(""), ""); /* not the header of a catalogue */
}

/* A cut answer must not look like a whole one. */
Test(util, running_out_of_memory_ends_with_the_partial_status, .exit_code = EXIT_STATUS_PARTIAL) {
	util_out_of_memory();
}

Test(util, the_clock_never_runs_backwards) {
	uint64_t before = util_monotonic_ns();
	cr_assert_gt(before, 0);
	for (int i = 0; i < 1000; i++) {
		const uint64_t now = util_monotonic_ns();
		cr_assert_geq(now, before);
		before = now;
	}
}

/* A pipe takes 64 KiB before a write to it must wait. */
Test(util, an_interrupt_ends_a_write_that_waits_and_no_other) {
	enum { FITS = 20000, ROOM = 64 * 1024 };
	static char bytes[2 * ROOM], read_back[ROOM];
	int data[2];
	int interrupt[2];
	cr_assert_eq(pipe(data), 0);
	cr_assert_eq(pipe(interrupt), 0);
	cr_assert_eq(write(interrupt[1], "", 1), 1);
	cr_assert_eq(util_write_all(data[1], bytes, FITS, interrupt[0]), 0);
	cr_expect_eq(read(data[0], read_back, sizeof(read_back)), FITS);
	cr_expect_eq(util_write_all(data[1], bytes, sizeof(bytes), interrupt[0]), -EINTR);
	cr_expect_gt(read(data[0], read_back, sizeof(read_back)), 0);
}

Test(util, bytes_are_compared_as_far_as_both_go_and_then_by_their_number) {
	static const struct {
		const char *a;
		size_t a_length;
		const char *b;
		size_t b_length;
		int order;
	} rows[] = {
		{ NULL, 0, NULL, 0, 0 }, { NULL, 0, "a", 1, -1 },      { "a", 1, "b", 1, -1 },
		{ "ab", 2, "a", 1, 1 },  { "a\0b", 3, "a\0c", 3, -1 }, { "\xff", 1, "a", 1, 1 },
		{ "b", 1, "abc", 3, 1 }, { "same", 4, "same", 4, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const int order =
		    util_compare_bytes(rows[i].a, rows[i].a_length, rows[i].b, rows[i].b_length);
		cr_expect_eq((order > 0) - (order < 0), rows[i].order, "row %zu", i);
	}
}
