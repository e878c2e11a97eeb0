/* The request for the clipboard: base64 as RFC 4648 section 10 has it, and a bound. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "clipboard.h"
#include "out.h"
#include "util.h"

static void expect(const void *bytes, size_t length, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	clipboard_write(&out, bytes, length);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted);
	out_finish(&out);
}

Test(clipboard, bytes_go_in_base64) {
	static const struct {
		const char *bytes, *wanted;
	} cases[] = {
		{ "", "\033]52;c;\a" },
		{ "f", "\033]52;c;Zg==\a" },
		{ "fo", "\033]52;c;Zm8=\a" },
		{ "foo", "\033]52;c;Zm9v\a" },
		{ "foobar", "\033]52;c;Zm9vYmFy\a" },
		{ "\033]0;x\a\xff\xfe", "\033]52;c;G10wO3gH//4=\a" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		expect(cases[i].bytes, strlen(cases[i].bytes), cases[i].wanted);
	expect("\0\0", 2, "\033]52;c;AAA=\a");
}

Test(clipboard, what_is_beyond_the_bound_is_not_sent) {
	struct out out;
	char *bytes = xcalloc(1, CLIPBOARD_MAX + 10);
	out_init(&out, OUT_MEMORY);
	clipboard_write(&out, bytes, CLIPBOARD_MAX + 10);
	cr_expect_eq(out.used, CLIPBOARD_MAX / 3 * 4 + 8);
	out_finish(&out);
	free(bytes);
}
