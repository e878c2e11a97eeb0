/* Files that are made here, of every kind that can be made without privilege. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text_file.h"
#include "util.h"

enum { MAX = 100000 };

/* An empty directory that the tests work in. */
static char *new_directory(void) {
	char *path = xasprintf("/tmp/socklens-test-XXXXXX");
	cr_assert_not_null(mkdtemp(path));
	cr_assert_eq(chdir(path), 0);
	return path;
}

static void remove_directory(char *path, const char *file) {
	cr_expect_eq(unlink(file), 0);
	cr_expect_eq(rmdir(path), 0);
	free(path);
}

static void write_file(const char *path, const char *bytes, size_t length) {
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(util_write_all(fd, bytes, length, -1), 0);
	close(fd);
}

static void expect_text(const char *path, const char *wanted, size_t wanted_length) {
	char *text = NULL;
	char *error = NULL;
	size_t length = 77;
	cr_assert_eq(text_file_read(path, MAX, &text, &length, &error), 0, "%s", error);
	cr_assert_eq(length, wanted_length);
	cr_expect_arr_eq(text, wanted, length);
	cr_expect_eq(text[length], '\0');
	cr_expect_null(error);
	free(text);
}

static void expect_error(const char *path, int wanted, const char *wanted_error) {
	char untouched[] = "untouched";
	char *text = untouched;
	char *error = NULL;
	size_t length = 77;
	cr_expect_eq(text_file_read(path, MAX, &text, &length, &error), -wanted);
	cr_expect(text == untouched && length == 77);
	cr_assert_not_null(error);
	cr_expect_str_eq(error, wanted_error);
	free(error);
}

Test(text_file, a_file_is_read_whole_up_to_the_largest_size) {
	static const size_t lengths[] = { 0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, MAX };
	char *directory = new_directory();
	char *bytes = xmalloc(MAX + 1);
	for (size_t i = 0; i <= MAX; i++)
		bytes[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		write_file("file", bytes, lengths[i]);
		expect_text("file", bytes, lengths[i]);
	}
	write_file("file", bytes, MAX + 1);
	expect_error("file", EFBIG, "'file': larger than 100000 bytes");
	free(bytes);
	remove_directory(directory, "file");
}

Test(text_file, a_missing_file_is_told_from_other_failures) {
	char *directory = new_directory();
	expect_error("none", ENOENT, "'none': No such file or directory");
	write_file("file", "", 0);
	expect_error("file/none", ENOTDIR, "'file/none': Not a directory");
	remove_directory(directory, "file");
}

Test(text_file, what_is_no_regular_file_is_refused_without_waiting, .timeout = 60) {
	char *directory = new_directory();
	expect_error(".", ENOTSUP, "'.': not a regular file");
	expect_error("/dev/null", ENOTSUP, "'/dev/null': not a regular file");
	expect_error("/dev/zero", ENOTSUP, "'/dev/zero': not a regular file");
	cr_assert_eq(mkfifo("fifo", 0600), 0);
	expect_error("fifo", ENOTSUP, "'fifo': not a regular file");
	remove_directory(directory, "fifo");
}

Test(text_file, a_nul_is_refused_with_its_line_and_nothing_of_the_content) {
	static const char text[] = "secret\nsecret\nsec\0ret\n";
	char *directory = new_directory();
	write_file("file", text, sizeof(text) - 1);
	expect_error("file", EILSEQ, "'file': line 3: a NUL byte");
	write_file("file", "", 1);
	expect_error("file", EILSEQ, "'file': line 1: a NUL byte");
	remove_directory(directory, "file");
}

Test(text_file, a_name_with_control_characters_is_escaped) {
	expect_error("a\x1b[31m\n", ENOENT, "'a\\x1b[31m\\x0a': No such file or directory");
}

Test(text_file, a_file_that_may_not_be_read_is_an_error) {
	if (geteuid() == 0)
		cr_skip_test("root may read everything");
	char *directory = new_directory();
	write_file("file", "a", 1);
	cr_assert_eq(chmod("file", 0), 0);
	expect_error("file", EACCES, "'file': Permission denied");
	remove_directory(directory, "file");
}

Test(text_file, a_dash_is_standard_input_even_if_that_is_a_pipe, .timeout = 60) {
	int ends[2];
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	cr_assert_eq(util_write_all(ends[1], "one\ntwo", 7, -1), 0);
	close(ends[1]);
	cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	expect_text("-", "one\ntwo", 7);
	expect_text("-", "", 0);
}

Test(text_file, standard_input_without_an_end_is_too_large, .timeout = 60) {
	const int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	cr_assert_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	expect_error("-", EFBIG, "'-': larger than 100000 bytes");
}
