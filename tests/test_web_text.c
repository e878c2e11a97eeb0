/* Names that are dangerous in HTML and in links, and what the library loses of a path. */

#include "web_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "util.h"
#include "web_target.h"

typedef void writer(struct out *out, const char *bytes, size_t length);

static void expect(writer *write, const char *bytes, size_t length, const char *text) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	write(&out, bytes, length);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, text);
	out_finish(&out);
}

Test(web_text, html_has_no_signs_of_its_own_and_nothing_that_cannot_be_seen) {
	expect(web_text_html, "<b>\"&'", 6, "&lt;b&gt;&quot;&amp;&#39;");
	expect(web_text_html, "grün", 5, "grün");
	expect(web_text_html, "\x1b\xff\n", 3, "\\x1b\\xff\\x0a");
	expect(web_text_html, "", 0, "");
}

Test(web_text, links_are_plain_ascii) {
	expect(web_text_link, "dir/a-b_c.~9", 12, "dir/a-b_c.~9");
	expect(web_text_link, " +&;?#%:\"<\\", 11, "%20%2B%26%3B%3F%23%25%3A%22%3C%5C");
	expect(web_text_link, "\xc3\xbc\0\n", 4, "%C3%BC%00%0A");
	expect(web_text_query, "a=b&c <", 7, "a=b&c%20%3C");
}

Test(web_text, guesses_put_back_what_a_path_may_have_had) {
	static const struct {
		const char *path;
		const char *guesses[WEB_TARGET_GUESSES]; /* NULL: none */
	} cases[] = {
		{ "plain", { "plain" } },
		{ "c  ", { "c  ", "c++" } },
		{ "a&b&c", { "a&b&c", NULL, "a;b;c" } },
		{ "a &b", { "a &b", "a+&b", "a ;b", "a+;b" } },
		{ "a&/", { "a&/", NULL, "a;/", NULL, "a&", NULL, "a;", NULL } },
		{ "&/", { "&/", NULL, ";/", NULL, "&", NULL, ";", NULL } },
		{ "/", { "/" } },
		{ "", { "" } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		for (unsigned guess = 0; guess < WEB_TARGET_GUESSES; guess++) {
			char *path = xasprintf("%s", cases[i].path);
			const char *expected = cases[i].guesses[guess];
			cr_expect_eq(web_target_guess(path, guess), expected != NULL, "%s %u",
			             cases[i].path, guess);
			cr_expect_str_eq(path, expected ? expected : cases[i].path);
			free(path);
		}
	}
}
