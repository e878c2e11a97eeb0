/* The pattern of RFC 864, and how much of it a rate allows. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "chargen.h"

Test(chargen, each_line_has_72_printable_characters_and_begins_one_further) {
	char *pattern = chargen_create();
	for (size_t line = 0; line < 200; line++) {
		const char *start = chargen_at(pattern, line * CHARGEN_LINE);
		for (size_t i = 0; i < 72; i++)
			cr_assert_eq(start[i], ' ' + (char)((line + i) % 95), "line %zu, %zu", line,
			             i);
		cr_assert_eq(memcmp(start + 72, "\r\n", 2), 0, "line %zu", line);
	}
	free(pattern);
}

Test(chargen, a_chunk_goes_on_where_the_one_before_ended) {
	char *pattern = chargen_create();
	for (uint64_t offset = 0; offset < 2 * CHARGEN_PERIOD; offset += 61) {
		const char *here = chargen_at(pattern, offset);
		const char *next = chargen_at(pattern, offset + CHARGEN_CHUNK - 1000);
		cr_assert_eq(memcmp(here + CHARGEN_CHUNK - 1000, next, 1000), 0, "%llu",
		             (unsigned long long)offset);
	}
	cr_expect_eq(chargen_at(pattern, UINT64_MAX) - pattern, UINT64_MAX % CHARGEN_PERIOD);
	free(pattern);
}

Test(chargen, no_more_is_allowed_than_the_rate_gives) {
	const uint64_t second_ns = 1000000000;
	cr_expect_eq(chargen_allowance(1000, 0, 0), 0);
	cr_expect_eq(chargen_allowance(1000, second_ns, 0), 1000);
	cr_expect_eq(chargen_allowance(1000, second_ns, 400), 600);
	cr_expect_eq(chargen_allowance(1000, second_ns, 1000), 0);
	cr_expect_eq(chargen_allowance(1000, second_ns, 5000), 0);
	cr_expect_eq(chargen_allowance(INT64_MAX, UINT64_MAX, 0), CHARGEN_CHUNK);
	cr_expect_eq(chargen_allowance(1, UINT64_MAX, 0), CHARGEN_CHUNK);
}

Test(chargen, it_waits_for_the_next_byte_but_not_shorter_than_5_ms) {
	cr_expect_eq(chargen_pause_ns(1), 1000000000);
	cr_expect_eq(chargen_pause_ns(100), 10000000);
	cr_expect_eq(chargen_pause_ns(1000000), 5000000);
}
