/* Reading line by line files whose lines do not end where a buffer does. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "util.h"

/* What the reader of a file was given. */
struct given {
	size_t count, stop_after, bytes;
	uint64_t sum; /* of the bytes with their places, so that a shift is noticed */
};

static bool take(void *context, const char *line, size_t length) {
	struct given *given = context;
	for (size_t i = 0; i < length; i++)
		given->sum += (uint64_t)(unsigned char)line[i] * (i + 1);
	given->bytes += length;
	return ++given->count != given->stop_after;
}

static int read_text(const char *text, size_t length, struct given *given) {
	FILE *file = tmpfile();
	cr_assert_not_null(file);
	cr_assert_eq(fwrite(text, 1, length, file), length);
	rewind(file);
	const int result = lines_read(fileno(file), take, given);
	fclose(file);
	return result;
}

Test(lines, a_file_is_read_line_by_line) {
	static const struct {
		const char *text;
		int result;
		size_t count, bytes;
	} rows[] = {
		{ "", 0, 0, 0 },
		{ "a\n", 0, 1, 1 },
		{ "a\n\nbcd\n", 0, 3, 4 },
		{ "a\nbcd", -EBADMSG, 1, 1 }, /* without its end a line may be torn */
		{ "a", -EBADMSG, 0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct given given = { 0 };
		cr_expect_eq(read_text(rows[i].text, strlen(rows[i].text), &given), rows[i].result,
		             "row %zu", i);
		cr_expect_eq(given.count, rows[i].count, "row %zu", i);
		cr_expect_eq(given.bytes, rows[i].bytes, "row %zu", i);
	}
	struct given given = { .stop_after = 2 };
	cr_expect_eq(read_text("a\nb\nc", 5, &given), 0, "stopping is no error");
	cr_expect_eq(given.count, 2);
}

Test(lines, lines_may_cross_the_buffer_anywhere) {
	enum { LINES = 3000, LONGEST = 211 };
	char *text = xmalloc(LINES * (LONGEST + 1) + 8);
	struct given expected = { 0 }, given = { 0 };
	size_t length = 0;
	for (size_t i = 0; i < LINES; i++) {
		const size_t line_length = i % (LONGEST + 1);
		for (size_t j = 0; j < line_length; j++)
			text[length + j] = (char)('!' + (i + j) % 90);
		take(&expected, text + length, line_length);
		length += line_length;
		text[length++] = '\n';
	}
	cr_assert_gt(length, 4 * 65536);
	cr_expect_eq(read_text(text, length, &given), 0);
	cr_expect_eq(given.count, LINES);
	cr_expect_eq(given.bytes, expected.bytes);
	cr_expect_eq(given.sum, expected.sum);
	free(text);
}

Test(lines, a_line_longer_than_the_buffer_is_refused) {
	enum { BUFFER = 64 * 1024 };
	static const struct {
		size_t length; /* without the line break */
		int result;
	} rows[] = { { BUFFER - 1, 0 }, { BUFFER, -EBADMSG }, { 3 * BUFFER, -EBADMSG } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *text = xmalloc(rows[i].length + 1);
		struct given given = { 0 };
		memset(text, 'x', rows[i].length);
		text[rows[i].length] = '\n';
		cr_expect_eq(read_text(text, rows[i].length + 1, &given), rows[i].result, "%zu", i);
		cr_expect_eq(given.bytes, rows[i].result ? 0 : rows[i].length);
		free(text);
	}
}

Test(lines, a_file_that_comes_in_pieces_is_read_whole) {
	static const char *const pieces[] = { "ab", "c\n", "de\nf", "\n" };
	int ends[2];
	struct given given = { 0 };
	cr_assert_eq(pipe2(ends, O_DIRECT), 0); /* each read() gets one piece */
	for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++)
		cr_assert_eq(write(ends[1], pieces[i], strlen(pieces[i])),
		             (ssize_t)strlen(pieces[i]));
	close(ends[1]);
	cr_expect_eq(lines_read(ends[0], take, &given), 0);
	cr_expect_eq(given.count, 3);
	cr_expect_eq(given.bytes, 6);
	close(ends[0]);
	cr_expect_eq(lines_read(-1, take, &given), -EBADF);
}
