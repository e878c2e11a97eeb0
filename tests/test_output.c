/* What of a peer's bytes reaches a terminal, however they are cut. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "util.h"

/* What is written of `text` if it comes in pieces of `step` bytes. */
static void show(const char *text, size_t length, size_t step, bool is_terminal, char *shown,
                 size_t size) {
	struct output output;
	int fds[2];
	cr_assert_eq(pipe2(fds, O_NONBLOCK), 0);
	output_open(&output, fds[1]);
	output.is_terminal = is_terminal;
	for (size_t i = 0; i < length; i += step)
		output_put(&output, text + i, step < length - i ? step : length - i);
	while (!output_is_empty(&output))
		cr_assert_eq(output_write(&output), 0);
	output_finish(&output);
	close(fds[1]);
	const ssize_t got = read(fds[0], shown, size - 1);
	cr_assert_geq(got, 0);
	shown[got] = '\0';
	close(fds[0]);
}

static const struct {
	const char *text, *shown;
} rows[] = {
	{ "", "" },
	{ "Hello", "Hello\n" },
	{ "Hello\n", "Hello\n" },
	{ "a\tb\nc", "a\tb\nc\n" },
	{ "a\r\nb\r\n", "a\r\nb\r\n" },
	{ "a\rb", "a\\x0db\n" },
	{ "a\r", "a\\x0d\n" },
	{ "\r\r\n", "\\x0d\r\n" },
	{ "\r\r\r\n", "\\x0d\\x0d\r\n" },
	{ "\x1b[2J", "\\x1b[2J\n" },
	{ "\x1b]0;owned\x07", "\\x1b]0;owned\\x07\n" },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n" },
	{ "\xe2\x80\xae", "\\xe2\\x80\\xae\n" },
	{ "\xc2\x9b", "\\xc2\\x9b\n" },
	{ "\x9b", "\\x9b\n" },
	{ "\xe2\x82", "\\xe2\\x82\n" },
	{ "\xf0\x9f\x98", "\\xf0\\x9f\\x98\n" },
	{ "\xe2\n", "\\xe2\n" },
	{ "\xf0\x9f\r\n", "\\xf0\\x9f\r\n" },
	{ "\xe2\x82z", "\\xe2\\x82z\n" },
	{ "\xff\xfe", "\\xff\\xfe\n" },
	{ "a\\b", "a\\x5cb\n" },
};

Test(output, a_terminal_is_commanded_by_nobody_however_the_bytes_are_cut) {
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (size_t step = 1; step <= 5; step++) {
			char shown[200];
			show(rows[i].text, strlen(rows[i].text), step, true, shown, sizeof(shown));
			cr_expect_str_eq(shown, rows[i].shown, "row %zu by %zu: %s", i, step,
			                 shown);
		}
	}
}

Test(output, elsewhere_the_bytes_are_as_they_came) {
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char shown[200];
		show(rows[i].text, strlen(rows[i].text), 3, false, shown, sizeof(shown));
		cr_expect_str_eq(shown, rows[i].text);
	}
}

Test(output, what_a_pipe_does_not_take_stays_pending) {
	enum { LENGTH = 1000000 };
	static char bytes[LENGTH];
	static char back[LENGTH];
	int fds[2];
	struct output output;
	size_t read_so_far = 0;
	for (size_t i = 0; i < LENGTH; i++)
		bytes[i] = (char)(i * 7919 >> 5);
	cr_assert_eq(pipe2(fds, O_NONBLOCK), 0);
	output_open(&output, fds[1]);
	output_put(&output, bytes, LENGTH);
	while (!output_is_empty(&output)) {
		cr_assert_eq(output_write(&output), 0);
		const ssize_t length = read(fds[0], back + read_so_far, 3000);
		read_so_far += length > 0 ? (size_t)length : 0;
	}
	for (ssize_t length = 1; length > 0 && read_so_far < LENGTH;) {
		length = read(fds[0], back + read_so_far, LENGTH - read_so_far);
		read_so_far += length > 0 ? (size_t)length : 0;
	}
	cr_expect_eq(read_so_far, LENGTH);
	cr_expect_arr_eq(back, bytes, LENGTH);
	output_finish(&output);
	close(fds[0]);
	close(fds[1]);
}
