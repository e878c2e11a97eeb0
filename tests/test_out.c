/* The buffered writer: numbers, growth, whole delivery, and errors that are remembered. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "digits.h"
#include "out.h"
#include "util.h"

enum { MANY = 300000 }; /* bytes: more than any buffer */

static void expect_text(struct out *out, const char *wanted) {
	out_char(out, '\0');
	cr_expect_str_eq(out->bytes, wanted, "'%s' is not '%s'", out->bytes, wanted);
	out_finish(out);
}

static void write_pattern(struct out *out) {
	for (int i = 0; i < MANY; i++)
		out_char(out, (char)(i % 251));
}

static int count_pattern(const unsigned char *bytes, ssize_t length, int from) {
	for (ssize_t i = 0; i < length; i++)
		cr_assert_eq(bytes[i], (from + i) % 251, "byte %zd", from + i);
	return from + (int)length;
}

Test(out, numbers_are_written_in_decimal) {
	uint64_t power = 1;
	for (int digits = 0; digits < 20; digits++, power *= 10) {
		const uint64_t numbers[] = { power - 1, power, power + 1, power * 9,
			                     UINT64_MAX / power };
		for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
			char wanted[32];
			struct out out;
			snprintf(wanted, sizeof(wanted), "%" PRIu64, numbers[i]);
			out_init(&out, OUT_MEMORY);
			out_number(&out, numbers[i]);
			expect_text(&out, wanted);
		}
	}
}

Test(out, every_small_number_and_the_largest_are_right) {
	char digits[DIGITS_ROOM + 1] = "";
	*digits_put(digits, UINT64_MAX) = '\0';
	cr_assert_str_eq(digits, "18446744073709551615");
	for (unsigned number = 0; number <= 100001; number++) {
		char wanted[16];
		snprintf(wanted, sizeof(wanted), "%u", number);
		*digits_put(digits, number) = '\0';
		cr_assert_str_eq(digits, wanted);
	}
}

Test(out, hex_has_no_prefix_and_no_leading_zeros) {
	static const struct {
		uint64_t number;
		const char *text;
	} rows[] = { { 0, "0" },
		     { 9, "9" },
		     { 10, "a" },
		     { 255, "ff" },
		     { 0x1000, "1000" },
		     { 0xdeadbeef, "deadbeef" },
		     { UINT64_MAX, "ffffffffffffffff" } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct out out;
		out_init(&out, OUT_MEMORY);
		out_hex(&out, rows[i].number);
		expect_text(&out, rows[i].text);
	}
}

Test(out, pieces_follow_one_another) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_text(&out, "a");
	out_text(&out, "");
	out_bytes(&out, "bc", 1);
	out_bytes(&out, NULL, 0);
	out_spaces(&out, 3);
	out_spaces(&out, 0);
	out_printf(&out, "%s=%d", "x", 7);
	out_char(&out, ';');
	expect_text(&out, "ab   x=7;");
}

Test(out, memory_grows_and_keeps_every_byte) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	write_pattern(&out);
	cr_assert_eq(out.used, MANY);
	count_pattern((const unsigned char *)out.bytes, MANY, 0);
	cr_assert_eq(out_flush(&out), 0);
	cr_assert_eq(out.used, MANY, "there is nowhere to flush to");
	out_finish(&out);
}

Test(out, one_piece_may_be_larger_than_the_buffer) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_char(&out, '<');
	out_spaces(&out, MANY);
	out_printf(&out, "%*d", MANY, 1);
	memset(out_reserve(&out, MANY), '.', MANY);
	out_advance(&out, MANY);
	cr_assert_eq(out.used, 3 * MANY + 1);
	cr_assert_eq(strspn(out.bytes + 1, " "), 2 * MANY - 1);
	cr_assert_eq(out.bytes[2 * MANY], '1');
	cr_assert_eq(out.bytes[3 * MANY], '.');
	out_finish(&out);
}

Test(out, a_file_gets_every_byte_in_order) {
	struct out out;
	unsigned char *bytes = xmalloc(MANY + 1);
	const int file = memfd_create("out", MFD_CLOEXEC);
	out_init(&out, file);
	write_pattern(&out);
	cr_assert_eq(out_flush(&out), 0);
	cr_assert_eq(out_flush(&out), 0, "a second time changes nothing");
	out_finish(&out);
	cr_assert_eq(pread(file, bytes, MANY + 1, 0), MANY);
	count_pattern(bytes, MANY, 0);
	close(file);
	free(bytes);
}

Test(out, a_full_pipe_is_waited_for_even_if_it_does_not_block) {
	int ends[2];
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	const pid_t writer = fork();
	if (writer == 0) {
		struct out out;
		out_init(&out, ends[1]);
		write_pattern(&out);
		const int result = out_flush(&out);
		out_finish(&out);
		_exit(-result);
	}
	close(ends[1]);
	usleep(20000); /* let it fill */
	unsigned char bytes[4096];
	int seen = 0;
	for (ssize_t count; (count = read(ends[0], bytes, sizeof(bytes))) > 0;)
		seen = count_pattern(bytes, count, seen);
	int status = -1;
	waitpid(writer, &status, 0);
	close(ends[0]);
	cr_assert_eq(status, 0);
	cr_assert_eq(seen, MANY);
}

Test(out, a_full_disk_is_an_error_that_is_not_forgotten) {
	struct out out;
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	cr_assert_geq(full, 0);
	out_init(&out, full);
	out_text(&out, "x");
	cr_assert_eq(out.error, 0, "it is still in the buffer");
	cr_assert_eq(out_flush(&out), -ENOSPC);
	cr_assert_eq(out.error, ENOSPC);
	out_text(&out, "y");
	cr_assert_eq(out_flush(&out), -ENOSPC);
	out_finish(&out);
	close(full);
}

Test(out, an_error_in_the_middle_is_reported_at_the_end) {
	struct out out;
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	out_init(&out, full);
	write_pattern(&out);
	cr_assert_eq(out.error, ENOSPC);
	cr_assert_lt(out.size, MANY, "what cannot be written is dropped");
	cr_assert_eq(out_flush(&out), -ENOSPC);
	out_finish(&out);
	close(full);
}

Test(out, a_reader_that_left_is_an_error) {
	int ends[2];
	struct out out;
	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	out_init(&out, ends[1]);
	out_text(&out, "x");
	cr_assert_eq(out_flush(&out), -EPIPE);
	out_finish(&out);
	close(ends[1]);
}

Test(out, a_closed_descriptor_is_an_error) {
	struct out out;
	const int closed = dup(STDERR_FILENO);
	close(closed);
	out_init(&out, closed);
	out_text(&out, "x");
	cr_assert_eq(out_flush(&out), -EBADF);
	out_finish(&out);
}

Test(out, a_mapped_file_grows_and_is_as_long_as_what_was_written) {
	struct out out;
	struct stat status;
	const int file = memfd_create("out", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	cr_assert_geq(file, 0);
	cr_assert_eq(out_map(&out, file), 0);
	write_pattern(&out);
	cr_expect_eq(out_flush(&out), 0, "there is nothing to flush");
	cr_expect_eq(out.used, MANY);
	cr_assert_eq(out_unmap(&out), 0);
	cr_assert_eq(fstat(file, &status), 0);
	cr_expect_eq(status.st_size, MANY);
	unsigned char *bytes = mmap(NULL, MANY, PROT_READ, MAP_PRIVATE, file, 0);
	cr_assert_neq(bytes, MAP_FAILED);
	count_pattern(bytes, MANY, 0);
	munmap(bytes, MANY);
	cr_expect_eq(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE), 0, "it is not mapped any more");
	close(file);
}

Test(out, a_mapped_file_that_cannot_grow_is_an_error_that_is_not_forgotten) {
	enum { LIMIT = 200000 };
	const struct rlimit limit = { LIMIT, LIMIT };
	char line[1000];
	struct out out;
	const int file = memfd_create("test", MFD_CLOEXEC);
	memset(line, 'x', sizeof(line));
	cr_assert_eq(out_map(&out, file), 0);
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (int i = 0; i < LIMIT / 100; i++)
		out_bytes(&out, line, sizeof(line));
	cr_expect_eq(out_unmap(&out), -EFBIG);
	close(file);
}

Test(out, what_cannot_be_mapped_is_refused) {
	struct out out;
	int ends[2];
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	cr_expect_eq(out_map(&out, ends[1]), -EINVAL);
	cr_expect_eq(out_map(&out, -1), -EBADF);
	close(ends[0]);
	close(ends[1]);
}
