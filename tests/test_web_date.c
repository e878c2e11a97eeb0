/* Dates of HTTP: one form, there and back. */

#include "web_date.h"

#include <criterion/criterion.h>

#include "util.h"

Test(web_date, a_time_is_written_and_read) {
	static const struct {
		time_t time;
		const char *text;
	} cases[] = {
		{ 784111777, "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ -1, "Wed, 31 Dec 1969 23:59:59 GMT" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 GMT" },
		{ 253402300799, "Fri, 31 Dec 9999 23:59:59 GMT" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		time_t time = 77;
		cr_expect_str_eq(web_date_text(cases[i].time).text, cases[i].text);
		cr_expect(web_date_parse(cases[i].text, &time), "%s", cases[i].text);
		cr_expect_eq(time, cases[i].time, "%s", cases[i].text);
	}
}

Test(web_date, what_is_written_in_another_way_is_none) {
	static const char *const texts[] = {
		"",
		"yesterday",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 6 Nov 1994 08:49:37 GMT",
		"Mon, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 31 Feb 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
		"Sun, 06 Nov 99999999999 08:49:37 GMT",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		time_t time = 77;
		cr_expect_not(web_date_parse(texts[i], &time), "%s", texts[i]);
		cr_expect_eq(time, 77, "%s", texts[i]);
	}
}

Test(web_date, a_time_beyond_all_calendars_has_some_text) {
	cr_expect(web_date_text(INT64_MAX).text[39] == '\0');
	cr_expect(web_date_text(INT64_MIN).text[39] == '\0');
}
