/* What a line says of an event, in both forms. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"
#include "util.h"

static char *written(int fd) {
	const off_t size = lseek(fd, 0, SEEK_END);
	char *text = xcalloc((size_t)size + 1, 1);
	cr_assert_eq(pread(fd, text, (size_t)size, 0), size);
	close(fd);
	return text;
}

static char *told(const struct event *event, enum report_format format) {
	const int fd = memfd_create("report", MFD_CLOEXEC);
	struct report *report = report_create(fd, format, -1);
	report_event(report, event);
	cr_assert_eq(report_flush(report), 0);
	report_destroy(report);
	return written(fd);
}

static struct address peer_address(void) {
	struct address peer;
	cr_assert(address_parse("127.0.0.1", 50312, &peer));
	return peer;
}

Test(report, each_event_is_a_line) {
	const struct address peer = peer_address();
	const struct {
		struct event event;
		const char *text;
	} rows[] = {
		{ { .kind = EVENT_LISTENING, .service = "tcp", .address = &peer },
		  "listening on tcp 127.0.0.1:50312\n" },
		{ { .kind = EVENT_CONNECTED, .address = &peer }, "connected 127.0.0.1:50312\n" },
		{ { .kind = EVENT_RECEIVED, .bytes = "Hello, world", .length = 12 },
		  "received 12 bytes \"Hello, world\"\n" },
		{ { .kind = EVENT_RECEIVED, .bytes = "\n", .length = 1, .address = &peer },
		  "received 1 byte \"\\x0a\" from 127.0.0.1:50312\n" },
		{ { .kind = EVENT_REQUEST,
		    .bytes = "GET /\x1b",
		    .length = 6,
		    .status = 200,
		    .out = 7 },
		  "GET /\\x1b 200 7 bytes\n" },
		{ { .kind = EVENT_CLOSED, .elapsed_ns = 3140000000, .in = 12, .out = 13 },
		  "closed after 3.1s, 12 in, 13 out\n" },
		{ { .kind = EVENT_CLOSED,
		    .address = &peer,
		    .error = ECONNRESET,
		    .elapsed_ns = 420000 },
		  "closed 127.0.0.1:50312 after 0.4ms, 0 in, 0 out: Connection reset by peer\n" },
		{ { .kind = EVENT_PAUSED, .error = EMFILE },
		  "not accepting for now: Too many open files\n" },
		{ { .kind = EVENT_RESUMED }, "accepting again\n" },
		{ { .kind = EVENT_REFUSED, .address = &peer },
		  "turned away 127.0.0.1:50312: there are as many clients as --max-clients "
		  "allows\n" },
		{ { .kind = EVENT_FAILED, .text = "cannot answer", .error = EPERM },
		  "cannot answer: Operation not permitted\n" },
	};
	_Static_assert(ARRAY_LENGTH(rows) >= EVENT_COUNT, "each kind");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *text = told(&rows[i].event, REPORT_TEXT);
		cr_expect_str_eq(text, rows[i].text);
		free(text);
		text = told(&rows[i].event, REPORT_QUIET);
		cr_expect_str_eq(text, "");
		free(text);
	}
}

Test(report, a_long_message_is_cut_for_people_and_whole_for_programs) {
	char bytes[1000];
	memset(bytes, 'a', sizeof(bytes));
	const struct event event = { .kind = EVENT_RECEIVED, .bytes = bytes, .length = 1000 };
	char *text = told(&event, REPORT_TEXT);
	cr_expect_not_null(strstr(text, "received 1000 bytes \"aaa"));
	cr_expect_str_eq(text + strlen(text) - 5, "\"...\n");
	cr_expect_lt(strlen(text), 400);
	free(text);
	text = told(&event, REPORT_JSON);
	cr_expect_gt(strlen(text), 1000);
	free(text);
}

Test(report, json_has_what_there_is_and_nothing_else) {
	const struct address peer = peer_address();
	const struct event event = { .kind = EVENT_CLOSED,
		                     .service = "tcp",
		                     .address = &peer,
		                     .in = 1,
		                     .out = 2,
		                     .elapsed_ns = 3000,
		                     .error = ECONNRESET };
	char *text = told(&event, REPORT_JSON);
	const char *rest = strstr(text, "Z\"");
	cr_assert_eq(strncmp(text, "{\"event\":\"closed\",\"time\":\"20", 28), 0, "%s", text);
	cr_assert_not_null(rest);
	cr_expect_str_eq(rest, "Z\",\"service\":\"tcp\",\"peer\":\"127.0.0.1:50312\",\"in\":1,"
	                       "\"out\":2,\"elapsed_us\":3,\"error\":\"ECONNRESET\"}\n");
	free(text);
}

Test(report, the_summary_adds_up) {
	const int fd = memfd_create("report", MFD_CLOEXEC);
	struct report *report = report_create(fd, REPORT_TEXT, -1);
	for (int i = 0; i < 2; i++) {
		report_event(report, &(struct event){ .kind = EVENT_CONNECTED });
		report_event(report,
		             &(struct event){ .kind = EVENT_RECEIVED, .bytes = "x", .length = 1 });
		report_event(report, &(struct event){ .kind = EVENT_CLOSED, .in = 1, .out = 10 });
	}
	report_count(report, 3, 4);
	report_summary(report);
	cr_assert_eq(report_flush(report), 0);
	report_destroy(report);
	char *text = written(fd);
	cr_expect_not_null(
	    strstr(text, "\n2 connections, 2 messages, 5 bytes in, 24 bytes out in "), "%s", text);
	free(text);
}

Test(report, the_bytes_of_an_answer_are_counted_with_its_connection_only) {
	const int fd = memfd_create("report", MFD_CLOEXEC);
	struct report *report = report_create(fd, REPORT_TEXT, -1);
	report_event(report, &(struct event){ .kind = EVENT_CONNECTED });
	report_event(report, &(struct event){ .kind = EVENT_REQUEST, .bytes = "GET /", .out = 7 });
	report_event(report, &(struct event){ .kind = EVENT_CLOSED, .in = 40, .out = 100 });
	report_summary(report);
	cr_assert_eq(report_flush(report), 0);
	report_destroy(report);
	char *text = written(fd);
	cr_expect_not_null(strstr(text, ", 40 bytes in, 100 bytes out in "), "%s", text);
	free(text);
}

Test(report, a_full_disk_is_an_error) {
	const int fd = open("/dev/full", O_WRONLY);
	struct report *report = report_create(fd, REPORT_TEXT, -1);
	report_event(report, &(struct event){ .kind = EVENT_RESUMED });
	cr_expect_eq(report_flush(report), -ENOSPC);
	cr_expect_eq(report_flush(report), -ENOSPC);
	report_destroy(report);
	close(fd);
}

/* Adds what is there. */
static size_t read_all(int fd, char *text, size_t size, size_t used) {
	for (;;) {
		const ssize_t length = read(fd, text + used, size - used);
		if (length <= 0)
			return used;
		used += (size_t)length;
	}
}

Test(report, a_reader_that_stops_holds_up_nobody_and_learns_what_it_missed, .timeout = 60) {
	enum { EVENTS = 100000, ROOM = 4 << 20 };
	int fds[2];
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	struct report *report = report_create(fds[1], REPORT_TEXT, -1);
	for (int i = 0; i < EVENTS; i++) {
		report_event(report, &(struct event){ .kind = EVENT_RESUMED });
		cr_assert_eq(report_flush(report), 0);
	}
	cr_expect_eq(report_stuck_fd(report), fds[1]);
	cr_assert_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	char *text = xcalloc(ROOM, 1);
	size_t used = 0;
	while (report_stuck_fd(report) >= 0) {
		used = read_all(fds[0], text, ROOM - 1, used);
		cr_assert_eq(report_flush(report), 0);
	}
	report_event(report, &(struct event){ .kind = EVENT_RESUMED });
	cr_assert_eq(report_drain(report, -1), 0);
	used = read_all(fds[0], text, ROOM - 1, used);
	static const char line[] = "accepting again\n";
	unsigned long long shown = 0;
	unsigned long long lost = 0;
	const char *rest = text;
	for (; strncmp(rest, line, strlen(line)) == 0; rest += strlen(line))
		shown++;
	cr_assert_eq(sscanf(rest, "%llu events not shown\n", &lost), 1);
	cr_expect_eq(shown + lost, EVENTS);
	cr_expect(used > 1 << 20 && used < (1 << 20) + 200000, "%zu bytes", used);
	cr_expect_str_eq(strchr(rest, '\n') + 1, line);
	free(text);
	report_destroy(report);
	close(fds[0]);
	close(fds[1]);
}

Test(report, what_waits_at_the_end_can_be_interrupted, .timeout = 60) {
	int fds[2];
	int interrupt[2];
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(interrupt, O_CLOEXEC), 0);
	struct report *report = report_create(fds[1], REPORT_JSON, interrupt[0]);
	for (int i = 0; i < 10000; i++)
		report_event(report, &(struct event){ .kind = EVENT_RESUMED });
	cr_assert_eq(report_flush(report), 0);
	cr_assert_geq(report_stuck_fd(report), 0);
	cr_expect_eq(report_drain(report, 1), -EINTR);
	cr_assert_eq(write(interrupt[1], "x", 1), 1);
	cr_expect_eq(report_drain(report, -1), -EINTR);
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	cr_expect_eq(report_flush(report), -EPIPE);
	cr_expect_lt(report_stuck_fd(report), 0);
	report_destroy(report);
	close(fds[1]);
}
