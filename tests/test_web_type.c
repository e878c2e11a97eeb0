/* Content types by the names of files. */

#include "web_type.h"

#include <criterion/criterion.h>

#include "util.h"

Test(web_type, the_last_extension_decides_whatever_its_case) {
	static const struct {
		const char *name, *type;
	} cases[] = {
		{ "index.html", "text/html; charset=utf-8" },
		{ "a/b.c/page.HTM", "text/html; charset=utf-8" },
		{ "x.tar.gz", "application/gzip" },
		{ "photo.JPeG", "image/jpeg" },
		{ "a.json", "application/json" },
		{ "a.zst", "application/zstd" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_str_eq(web_type_of(cases[i].name), cases[i].type, "%s", cases[i].name);
}

Test(web_type, without_a_known_extension_it_is_bytes) {
	static const char *const names[] = {
		"", ".", "html", ".html", "a.", "a.htmlx", "dir.html/file", "a.html/", "a.html.bak",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		cr_expect_str_eq(web_type_of(names[i]), "application/octet-stream", "%s", names[i]);
}
