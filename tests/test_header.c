/* The lines above the table: what they say, and what gives way where there is no room. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drawn.h"
#include "frame.h"
#include "header.h"
#include "out.h"
#include "util.h"

static const uint64_t second = 1000000000;

/* 12:34:56 UTC of a day in 2026, and the numbers of the manual's picture. */
static struct frame example(void) {
	struct frame frame = { .number = 2,
		               .time_ns = UINT64_C(1767270896) * second,
		               .needs = SOCK_NEED_OWNERS,
		               .host = "web1" };
	struct totals *totals = &frame.totals;
	totals->sockets = 1204;
	totals->appeared = 12;
	totals->gone = 9;
	totals->protocols[SOCK_PROTOCOL_TCP] = 782;
	totals->protocols[SOCK_PROTOCOL_UDP] = 57;
	totals->protocols[SOCK_PROTOCOL_UNIX_STREAM] = 300;
	totals->protocols[SOCK_PROTOCOL_UNIX_DGRAM] = 65;
	totals->states[SOCK_STATE_ESTABLISHED] = 632;
	totals->states[SOCK_STATE_LISTEN] = 48;
	totals->states[SOCK_STATE_TIME_WAIT] = 90;
	totals->states[SOCK_STATE_CLOSE_WAIT] = 12;
	totals->rx = 12897485;
	totals->tx = 1153434;
	totals->retrans = 2;
	totals->sent = 1000;
	totals->elapsed_ns = second;
	totals->owned = 1000;
	return frame;
}

static struct header_look plain(void) {
	return (struct header_look){ .period_ns = second,
		                     .wanted_ns = second,
		                     .filter = "tcp and port 1234",
		                     .toggles = "",
		                     .groups = "",
		                     .shown = 3,
		                     .hidden = 1201 };
}

/* A minute of looks in which everything goes up and down. */
static struct header minute(void) {
	struct header header = { 0 };
	for (uint64_t i = 0; i < 60; i++) {
		struct frame frame = example();
		frame.totals.rx = i % 8 * 1000;
		frame.totals.tx = i % 5 * 100;
		frame.totals.retrans = i % 3;
		frame.totals.appeared = i % 10;
		header_add(&header, &frame);
	}
	return header;
}

static int draw(struct canvas *canvas, const struct frame *frame, const struct header_look *look) {
	const struct header header = minute();
	const struct area area = { 0, 0, canvas->width, canvas->height };
	setenv("TZ", "UTC", 1);
	tzset();
	return header_draw(&header, canvas, area, frame, look);
}

/* The line that is drawn on a screen of that size; the caller frees it. */
static char *line_of(const struct frame *frame, const struct header_look *look, int width, int line,
                     int height) {
	struct canvas canvas = drawn_canvas(width, height, false);
	struct out out;
	draw(&canvas, frame, look);
	out_init(&out, OUT_MEMORY);
	canvas_write_line(&canvas, line, &out);
	out_char(&out, '\0');
	canvas_finish(&canvas);
	return out.bytes;
}

static void expect_line(const struct frame *frame, const struct header_look *look, int width,
                        int line, const char *wanted) {
	char *text = line_of(frame, look, width, line, 5);
	cr_expect_str_eq(text, wanted, "%s", text);
	free(text);
}

static void expect_in_line(const struct frame *frame, const struct header_look *look, int width,
                           int line, const char *wanted) {
	char *text = line_of(frame, look, width, line, 5);
	cr_expect_not_null(strstr(text, wanted), "%s", text);
	free(text);
}

static enum style style_of(const struct canvas *canvas, int line, const char *character, int skip) {
	for (int x = 0; x < canvas->width; x++) {
		const struct cell *cell = &canvas->cells[line * canvas->width + x];
		if (cell->length == strlen(character) &&
		    memcmp(cell->bytes, character, cell->length) == 0 && skip-- == 0)
			return (enum style)cell->style;
	}
	cr_assert_fail("there is no %s", character);
	return STYLE_COUNT;
}

Test(header, looks_as_it_does_in_the_manual_on_every_width) {
	static const int widths[] = { 200, 120, 100, 80, 60, 40 };
	const struct frame frame = example();
	const struct header_look look = plain();
	for (size_t i = 0; i < 2 * ARRAY_LENGTH(widths); i++) {
		struct canvas canvas = drawn_canvas(widths[i / 2], 4, i % 2);
		cr_expect_eq(draw(&canvas, &frame, &look), 4);
		drawn_expect(&canvas, "header");
		canvas_finish(&canvas);
	}
}

Test(header, everything_that_can_be_said_at_once) {
	static const int widths[] = { 200, 100, 80, 40 };
	struct frame frame = example();
	struct header_look look = plain();
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		frame.totals.protocols[i] = 1000 + (uint64_t)i;
	for (int i = 1; i < SOCK_STATE_COUNT; i++)
		frame.totals.states[i] = 2000 + (uint64_t)i;
	frame.totals.owner_hidden = 600;
	look.period_ns = 1300000000;
	look.paused = look.frozen = look.follows = look.ended = true;
	look.toggles = "listening only";
	look.trouble = "the collector ended: it was killed";
	for (size_t i = 0; i < 2 * ARRAY_LENGTH(widths); i++) {
		struct canvas canvas = drawn_canvas(widths[i / 2], 5, i % 2);
		cr_expect_eq(draw(&canvas, &frame, &look), 5);
		drawn_expect(&canvas, "header-full");
		canvas_finish(&canvas);
	}
}

Test(header, in_the_first_look_rates_are_not_known) {
	struct frame frame = example();
	const struct header_look look = plain();
	frame.totals.elapsed_ns = 0;
	frame.totals.rx = frame.totals.tx = frame.totals.retrans = frame.totals.sent = 0;
	const struct header header = { 0 };
	struct canvas canvas = drawn_canvas(80, 4, false);
	header_draw(&header, &canvas, (struct area){ 0, 0, 80, 4 }, &frame, &look);
	char *text = drawn_text(&canvas);
	cr_expect_not_null(strstr(text, " RX -"), "%s", text);
	cr_expect_not_null(strstr(text, "TX -"), "%s", text);
	cr_expect_not_null(strstr(text, "retrans -"), "%s", text);
	cr_expect_not_null(strstr(text, "new -"), "%s", text);
	cr_expect_null(strstr(text, "+12"), "%s", text);
	free(text);
	canvas_finish(&canvas);
}

Test(header, what_was_not_known_is_a_gap_in_the_histories) {
	struct header header = { 0 };
	struct frame frame = example();
	header_add(&header, &frame);
	frame.totals.elapsed_ns = 0;
	header_add(&header, &frame);
	cr_expect(header.rx.known[0]);
	cr_expect_eq(header.rx.values[0], 12897485);
	cr_expect_eq(header.tx.values[0], 1153434);
	cr_expect_eq(header.retrans.values[0], 2);
	cr_expect_eq(header.appeared.values[0], 12);
	cr_expect_eq(header.rx.count, 2);
	cr_expect_not(header.rx.known[1] || header.tx.known[1]);
	cr_expect_not(header.retrans.known[1] || header.appeared.known[1]);
}

Test(header, the_share_of_segments_sent_again_never_leaves_its_range) {
	struct frame frame = example();
	const struct header_look look = plain();
	frame.totals.retrans = UINT64_MAX;
	frame.totals.sent = UINT64_MAX;
	expect_in_line(&frame, &look, 100, 2, "retrans 100.0%");
	frame.totals.sent = 5;
	expect_in_line(&frame, &look, 100, 2, "retrans 100.0%");
	frame.totals.sent = 0;
	expect_in_line(&frame, &look, 100, 2, "retrans 100.0%");
	frame.totals.retrans = 0;
	expect_in_line(&frame, &look, 100, 2, "retrans 0.0%");
}

Test(header, sockets_appear_by_the_second_whatever_the_time_between_looks) {
	struct frame frame = example();
	const struct header_look look = plain();
	frame.totals.elapsed_ns = 5 * second;
	frame.totals.appeared = 50;
	expect_in_line(&frame, &look, 100, 2, "new 10/s");
}

Test(header, owners_are_rounded_down_and_say_what_is_missing) {
	struct frame frame = example();
	const struct header_look look = plain();
	frame.totals.owned = 9999;
	frame.totals.owner_hidden = 1;
	expect_in_line(&frame, &look, 120, 0, "owners 99% (others' need root)");
	expect_in_line(&frame, &look, 80, 0, " owners 99%");
	frame.owners.privileged = true;
	expect_in_line(&frame, &look, 140, 0, "owners 99% (others' are hidden even from root)");
	frame.needs = 0;
	char *text = line_of(&frame, &look, 200, 0, 5);
	cr_expect_null(strstr(text, "owners"), "%s", text);
	free(text);
}

Test(header, a_stretched_period_says_what_was_asked) {
	const struct frame frame = example();
	struct header_look look = plain();
	look.period_ns = 1300000000;
	expect_in_line(&frame, &look, 120, 0, "  every 1.3s (asked 1.0s)  ");
	expect_in_line(&frame, &look, 80, 0, "  every 1.3s  ");
	look.wanted_ns = look.period_ns;
	expect_in_line(&frame, &look, 120, 0, "  every 1.3s  ");
	look.wanted_ns = 2 * second;
	expect_in_line(&frame, &look, 120, 0, "  every 1.3s  ");
	look.period_ns = look.wanted_ns = 250000000;
	expect_in_line(&frame, &look, 120, 0, "  every 0.25s  ");
	look.period_ns = look.wanted_ns = 60 * second;
	expect_in_line(&frame, &look, 120, 0, "  every 60.0s  ");
}

Test(header, one_socket_is_one) {
	struct frame frame = example();
	const struct header_look look = plain();
	frame.totals.sockets = 1;
	expect_in_line(&frame, &look, 100, 0, "  1 socket +12 -9");
}

Test(header, a_host_with_bytes_that_no_terminal_should_see_is_escaped) {
	struct frame frame = example();
	const struct header_look look = plain();
	strcpy(frame.host, "a\033[2Jb\xff");
	expect_in_line(&frame, &look, 200, 0, "a\\x1b[2Jb\\xff");
}

Test(header, a_long_host_name_gives_way_to_its_first_label_and_then_goes) {
	struct frame frame = example();
	const struct header_look look = plain();
	strcpy(frame.host, "web1.customers.example.com");
	expect_in_line(&frame, &look, 120, 0, " web1.customers.example.com ");
	expect_in_line(&frame, &look, 80, 0, " web1  12:34:56");
	memset(frame.host, 'x', sizeof(frame.host) - 1);
	expect_in_line(&frame, &look, 80, 0, "  1,204 sockets");
}

Test(header, so_do_those_of_several_machines_but_not_their_addresses) {
	const struct frame_host hosts[] = { { .name = "web1.customers.example.com" },
		                            { .name = "web2.customers.example.com",
		                              .trouble = "it is away" },
		                            { .name = "192.168.7.10" } };
	struct frame frame = example();
	const struct header_look look = plain();
	frame.host[0] = '\0';
	frame.hosts = hosts;
	frame.host_count = ARRAY_LENGTH(hosts);
	expect_in_line(&frame, &look, 200, 0,
	               " web1.customers.example.com  web2.customers.example.com!  192.168.7.10 ");
	expect_in_line(&frame, &look, 100, 0, " web1  web2!  192.168.7.10 ");
}

Test(header, hidden_sockets_are_counted_on_every_width) {
	const struct frame frame = example();
	struct header_look look = plain();
	char filter[4000];
	memset(filter, 'x', sizeof(filter) - 1);
	filter[sizeof(filter) - 1] = '\0';
	look.toggles = "tcp off, listening only, established only";
	for (int width = 12; width <= 300; width++) {
		look.filter = width % 2 ? filter : "";
		expect_in_line(&frame, &look, width, 3, "1,201 hidden");
	}
}

Test(header, a_filter_that_is_too_long_says_so) {
	const struct frame frame = example();
	struct header_look look = plain();
	look.filter = "tcp and port 1234 and not dst 10.0.0.0/8 and state established";
	expect_line(&frame, &look, 60, 3,
	            " filter: tcp and port 1234 and not d>  3 shown, 1,201 hidden");
}

Test(header, what_the_rows_are_sorted_by_is_said_where_there_is_room) {
	const struct frame frame = example();
	struct header_look look = plain();
	look.sort = "rate";
	look.descending = true;
	expect_line(&frame, &look, 80, 3,
	            " filter: tcp and port 1234                      by rate \u25bc  3 shown, "
	            "1,201 hidden");
	look.descending = false;
	expect_line(&frame, &look, 60, 3,
	            " filter: tcp and port 1234  by rate \u25b2  3 shown, 1,201 hidden");
	expect_line(&frame, &look, 59, 3,
	            " filter: tcp and port 1234            3 shown, 1,201 hidden");
	look.toggles = "listening only";
	expect_line(
	    &frame, &look, 78, 3,
	    " filter: tcp and port 1234  [listening only]  by rate \u25b2  3 shown, 1,201 hidden");
	expect_line(
	    &frame, &look, 77, 3,
	    " filter: tcp and port 1234  [listening only]            3 shown, 1,201 hidden");
}

Test(header, what_the_rows_are_grouped_by_is_said_before_the_order) {
	const struct frame frame = example();
	struct header_look look = plain();
	look.groups = "process, state";
	expect_line(&frame, &look, 90, 3,
	            " filter: tcp and port 1234                 groups by process, state  3 shown, "
	            "1,201 hidden");
	look.sort = "rate";
	expect_line(&frame, &look, 86, 3,
	            " filter: tcp and port 1234  groups by process, state  by rate \u25b2  "
	            "3 shown, 1,201 hidden");
	expect_line(&frame, &look, 85, 3,
	            " filter: tcp and port 1234            groups by process, state  3 shown, "
	            "1,201 hidden");
}

Test(header, toggles_stand_behind_the_filter) {
	const struct frame frame = example();
	struct header_look look = plain();
	look.toggles = "listening only";
	expect_in_line(&frame, &look, 100, 3, " filter: tcp and port 1234  [listening only]  ");
	look.filter = "";
	expect_in_line(&frame, &look, 100, 3, " no filter  [listening only]  ");
}

Test(header, what_is_least_important_goes_first_where_lines_are_few) {
	static const char *const first_words[][6] = {
		{ "filter:" },
		{ "filter:", "!" },
		{ "socklens", "filter:", "!" },
		{ "socklens", "TCP", "filter:", "!" },
		{ "socklens", "TCP", "RX", "filter:", "!" },
		{ "socklens", "TCP", "RX", "filter:", "!" },
	};
	const struct frame frame = example();
	struct header_look look = plain();
	look.trouble = "something failed";
	for (int height = 1; height <= 6; height++) {
		const int used = height < 5 ? height : 5;
		struct canvas canvas = drawn_canvas(80, height, false);
		cr_expect_eq(draw(&canvas, &frame, &look), used);
		canvas_finish(&canvas);
		for (int line = 0; line < used; line++) {
			const char *wanted = first_words[height - 1][line];
			char *text = line_of(&frame, &look, 80, line, height);
			cr_expect_eq(strncmp(text + 1, wanted, strlen(wanted)), 0, "%d: %s", height,
			             text);
			free(text);
		}
	}
	look.trouble = NULL;
	for (int height = 1; height <= 6; height++) {
		struct canvas canvas = drawn_canvas(80, height, false);
		cr_expect_eq(draw(&canvas, &frame, &look), height < 4 ? height : 4);
		canvas_finish(&canvas);
	}
}

Test(header, warnings_do_not_rely_on_colour_but_have_one) {
	struct frame frame = example();
	struct header_look look = plain();
	struct canvas canvas = drawn_canvas(100, 5, false);
	look.trouble = "something failed";
	draw(&canvas, &frame, &look);
	cr_expect_eq(style_of(&canvas, 0, "+", 0), STYLE_NEW);
	cr_expect_eq(style_of(&canvas, 1, "!", 0), STYLE_WARNING);
	cr_expect_eq(style_of(&canvas, 4, "!", 0), STYLE_ERROR);
	cr_expect_eq(style_of(&canvas, 0, "%", 0), STYLE_GOOD);
	cr_expect_eq(style_of(&canvas, 2, "%", 0), STYLE_WARNING);
	frame.totals.sent = 1000000;
	canvas_clear(&canvas, 100, 5);
	draw(&canvas, &frame, &look);
	cr_expect_eq(style_of(&canvas, 2, "%", 0), STYLE_TEXT, "less than is shown is no trouble");
	frame.totals.owner_hidden = 1;
	canvas_clear(&canvas, 100, 5);
	draw(&canvas, &frame, &look);
	cr_expect_eq(style_of(&canvas, 0, "%", 0), STYLE_WARNING);
	canvas_finish(&canvas);
}

Test(header, no_size_is_too_small) {
	struct frame frame = example();
	struct header_look look = plain();
	look.trouble = "something failed";
	look.toggles = "listening only";
	look.paused = true;
	for (int width = 1; width < 60; width++) {
		for (int height = 1; height < 6; height++) {
			struct canvas canvas = drawn_canvas(width, height, width % 2);
			cr_expect_leq(draw(&canvas, &frame, &look), height);
			canvas_finish(&canvas);
		}
	}
}
