/* Range as clients write it, and as nobody should. */

#include "web_range.h"

#include <criterion/criterion.h>

#include "util.h"

Test(web_range, one_range_is_cut_to_the_file) {
	static const struct {
		const char *header;
		uint64_t size, offset, length;
	} cases[] = {
		{ "bytes=0-0", 10, 0, 1 },
		{ "bytes=0-9", 10, 0, 10 },
		{ "bytes=0-10", 10, 0, 10 },
		{ "bytes=9-", 10, 9, 1 },
		{ "bytes=3-5", 10, 3, 3 },
		{ "bytes=-1", 10, 9, 1 },
		{ "bytes=-10", 10, 0, 10 },
		{ "bytes=-11", 10, 0, 10 },
		{ "Bytes= 3-5 ", 10, 3, 3 },
		{ "bytes=0-18446744073709551616", 10, 0, 10 },
		{ "bytes=-99999999999999999999999", 10, 0, 10 },
		{ "bytes=1-18446744073709551615", UINT64_MAX, 1, UINT64_MAX - 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint64_t offset = 77;
		uint64_t length = 77;
		cr_expect_eq(web_range_parse(cases[i].header, cases[i].size, &offset, &length),
		             WEB_RANGE_PART, "%s", cases[i].header);
		cr_expect_eq(offset, cases[i].offset, "%s", cases[i].header);
		cr_expect_eq(length, cases[i].length, "%s", cases[i].header);
	}
}

Test(web_range, what_lies_behind_the_end_cannot_be_had) {
	static const struct {
		const char *header;
		uint64_t size;
	} cases[] = {
		{ "bytes=10-", 10 }, { "bytes=10-20", 10 },
		{ "bytes=-0", 10 },  { "bytes=0-", 0 },
		{ "bytes=-5", 0 },   { "bytes=99999999999999999999999-", 10 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint64_t offset = 77;
		uint64_t length = 77;
		cr_expect_eq(web_range_parse(cases[i].header, cases[i].size, &offset, &length),
		             WEB_RANGE_UNSATISFIABLE, "%s", cases[i].header);
		cr_expect(offset == 77 && length == 77, "%s", cases[i].header);
	}
}

Test(web_range, all_else_is_ignored) {
	static const char *const headers[] = {
		NULL,         "",           "bytes",      "bytes=",      "bytes=-",   "bytes=a-b",
		"lines=0-1",  "bytes=5-4",  "bytes=1",    "bytes=0-1,3", "bytes=--1", "bytes=1--2",
		"bytes=+1-2", "bytes=1-2x", "bytes=1 -2", "byte=1-2",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
		uint64_t offset = 77;
		uint64_t length = 77;
		cr_expect_eq(web_range_parse(headers[i], 10, &offset, &length), WEB_RANGE_WHOLE,
		             "%s", headers[i] ? headers[i] : "(none)");
		cr_expect(offset == 77 && length == 77, "%s", headers[i] ? headers[i] : "(none)");
	}
}
