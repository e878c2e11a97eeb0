/* The page of a directory. */

#include "web_listing.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "util.h"

static char *page(const char *path, struct web_entry *entries, size_t count, bool is_cut) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	web_listing_write(&out, path, entries, count, is_cut);
	out_char(&out, '\0');
	return out.bytes;
}

Test(web_listing, directories_come_first_and_all_is_sorted_and_escaped) {
	char b[] = "b";
	char a[] = "<a>";
	char z[] = "z z";
	struct web_entry entries[] = {
		{ .name = b, .has_size = true, .size = 12 },
		{ .name = z, .is_directory = true },
		{ .name = a },
	};
	char *text = page("x&y/", entries, ARRAY_LENGTH(entries), false);
	cr_expect_not_null(strstr(text, "<title>/x&amp;y/</title>"));
	cr_expect_not_null(strstr(text,
	                          "<tr><td><a href=\"../\">../</a></td><td></td></tr>\n"
	                          "<tr><td><a href=\"./z%20z/\">z z/</a></td><td></td></tr>\n"
	                          "<tr><td><a href=\"./%3Ca%3E\">&lt;a&gt;</a></td><td></td></tr>\n"
	                          "<tr><td><a href=\"./b\">b</a></td><td>12</td></tr>\n"
	                          "</table>\n</body>"),
	                   "%s", text);
	free(text);
}

Test(web_listing, an_empty_root_has_no_way_up_and_a_cut_one_says_so) {
	char *text = page("", NULL, 0, false);
	cr_expect_null(strstr(text, "<a "));
	cr_expect_null(strstr(text, "There are more"));
	free(text);
	text = page("", NULL, 0, true);
	cr_expect_not_null(strstr(text, "There are more"));
	free(text);
}

Test(web_listing, files_directories_and_links_are_read_and_nothing_else) {
	char path[] = "/tmp/web_listing.XXXXXX";
	cr_assert_not_null(mkdtemp(path));
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(fd, 0);
	const int file = openat(fd, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	cr_assert_eq(write(file, "123", 3), 3);
	close(file);
	cr_assert_eq(mkdirat(fd, "dir", 0700), 0);
	cr_assert_eq(symlinkat("/etc/passwd", fd, "link"), 0);
	cr_assert_eq(mkfifoat(fd, "fifo", 0600), 0);
	struct web_entry *entries = NULL;
	bool is_cut = true;
	const long count = web_listing_read(fd, 10, &entries, &is_cut);
	cr_assert_eq(count, 3);
	cr_expect_not(is_cut);
	for (long i = 0; i < count; i++) {
		const struct web_entry *entry = &entries[i];
		cr_expect_eq(entry->is_directory, strcmp(entry->name, "dir") == 0);
		cr_expect_eq(entry->has_size, strcmp(entry->name, "file") == 0);
		if (entry->has_size)
			cr_expect_eq(entry->size, 3);
	}
	web_listing_free(entries, (size_t)count);
	lseek(fd, 0, SEEK_SET);
	const long few = web_listing_read(fd, 2, &entries, &is_cut);
	cr_expect_eq(few, 2);
	cr_expect(is_cut);
	web_listing_free(entries, (size_t)few);
	unlinkat(fd, "file", 0);
	unlinkat(fd, "link", 0);
	unlinkat(fd, "fifo", 0);
	unlinkat(fd, "dir", AT_REMOVEDIR);
	close(fd);
	rmdir(path);
}
