/* What the table looks like. */

#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "columns.h"
#include "drawn.h"
#include "fake_namer.h"
#include "frame.h"
#include "life.h"
#include "out.h"
#include "sock.h"
#include "table.h"
#include "tcp_info.h"
#include "util.h"
#include "view.h"

static void use_utf8(void) {
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
}

TestSuite(columns, .init = use_utf8);

static const struct process python = { .pid = 4242,
	                               .start_time = 1,
	                               .comm = "python3",
	                               .comm_length = 7,
	                               .exe = "python3",
	                               .exe_length = 7 };
static const struct process nc = {
	.pid = 4251, .start_time = 1, .comm = "nc", .comm_length = 2, .exe = "nc", .exe_length = 2
};
static const struct process hostile = { .pid = 1,
	                                .start_time = 1,
	                                .comm = "a\x1b[31m\n",
	                                .comm_length = 7,
	                                .exe = "a\x1b[31m\n b\xff",
	                                .exe_length = 10 };
static const struct owner by_python[] = { { &python, 3 } };
static const struct owner by_nc[] = { { &nc, 3 } };
static const struct owner by_many[] = { { &python, 3 }, { &python, 4 }, { &nc, 3 } };
static const struct owner by_hostile[] = { { &hostile, 3 } };

static const struct sock_life quiet = { .serial = 1, .mark_looks = 9, .age_ms = 120000 };
static const struct sock_life fresh = { .known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX |
	                                         SOCK_LIFE_KNOWS_RX_BYTES |
	                                         SOCK_LIFE_KNOWS_TX_BYTES,
	                                .serial = 2,
	                                .age_ms = 3000,
	                                .rx = 1229,
	                                .tx = 3482,
	                                .rx_bytes = 1229,
	                                .tx_bytes = 4000000 };
static const struct sock_life ending = { .serial = 3, .age_ms = 9000, .missing = 2 };
static const struct tcp_counters counters = { .rtt = 31 };

/* The wireframe of the design. */
static const struct sock wireframe[] = {
	{ .known = SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
	  .state = SOCK_STATE_LISTEN,
	  .local = { .address = { 127, 0, 0, 1 }, .port = 1234 },
	  .user = "ana",
	  .ownership = SOCK_OWNERSHIP_EXACT,
	  .owners = by_python,
	  .owner_count = 1,
	  .sendq = 5,
	  .life = &quiet },
	{ .known = SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
	  .state = SOCK_STATE_ESTABLISHED,
	  .local = { .address = { 127, 0, 0, 1 }, .port = 1234 },
	  .peer = { .address = { 127, 0, 0, 1 }, .port = 50312 },
	  .user = "ana",
	  .change = SOCK_CHANGE_NEW,
	  .ownership = SOCK_OWNERSHIP_EXACT,
	  .owners = by_python,
	  .owner_count = 1,
	  .tcp = &counters,
	  .tcp_length = sizeof(counters),
	  .life = &fresh },
	{ .known = SOCK_KNOWS_PORTS,
	  .state = SOCK_STATE_TIME_WAIT,
	  .local = { .address = { 127, 0, 0, 1 }, .port = 50298 },
	  .peer = { .address = { 127, 0, 0, 1 }, .port = 1234 },
	  .change = SOCK_CHANGE_GONE,
	  .ownership = SOCK_OWNERSHIP_REMEMBERED,
	  .owners = by_nc,
	  .owner_count = 1,
	  .life = &ending },
};

/* A screen with nothing but the table. */
struct screen {
	struct frame frame;
	struct table table;
	struct view view;
	struct columns *columns;
	struct canvas canvas;
	struct columns_look look;
};

static void open_screen(struct screen *screen, const struct sock *socks, size_t count,
                        const char *columns) {
	char *error = NULL;
	*screen = (struct screen){ 0 };
	snapshot_init(&screen->frame.snapshot);
	for (size_t i = 0; i < count; i++)
		*snapshot_add(&screen->frame.snapshot) = socks[i];
	if (columns)
		cr_assert(view_set_columns(&screen->view, columns, &error), "%s", error);
	table_update(&screen->table, &screen->frame, &(struct table_choice){ .show_closed = true });
	screen->columns = columns_create(&screen->view);
	canvas_init(&screen->canvas, 80, 5, false);
}

static void close_screen(struct screen *screen) {
	canvas_finish(&screen->canvas);
	columns_destroy(screen->columns);
	view_finish(&screen->view);
	table_finish(&screen->table);
	snapshot_finish(&screen->frame.snapshot);
}

/* For the caller to free. */
static char *draw(struct screen *screen, int width, int height) {
	struct out out;
	canvas_clear(&screen->canvas, width, height);
	columns_draw(
	    screen->columns, &screen->canvas,
	    (struct area){ .width = screen->canvas.width, .height = screen->canvas.height },
	    &screen->table, &screen->look);
	out_init(&out, OUT_MEMORY);
	canvas_write(&screen->canvas, &out);
	out_char(&out, '\0');
	return out.bytes;
}

static void expect_screen(struct screen *screen, int width, int height, const char *wanted) {
	char *text = draw(screen, width, height);
	cr_expect_str_eq(text, wanted, "at %d:\n%s", width, text);
	free(text);
}

static enum style style_at(const struct screen *screen, int x, int y) {
	return (enum style)screen->canvas.cells[y * screen->canvas.width + x].style;
}

/* Where the text begins in that line. */
static int find(const struct screen *screen, int y, const char *text) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	canvas_write_line(&screen->canvas, y, &out);
	out_char(&out, '\0');
	const char *found = strstr(out.bytes, text);
	cr_assert(found, "no '%s' in '%s'", text, out.bytes);
	const int at = (int)(found - out.bytes);
	out_finish(&out);
	return at;
}

Test(columns, the_wireframe_fits_into_eighty_columns) {
	struct screen screen;
	open_screen(&screen, wireframe, 3, "owners,proto,state,local,peer,rtt");
	expect_screen(&screen, 80, 5,
	              " PID/PROCESS  PROTO STATE     LOCAL           PEER             RTT\n"
	              " 4242/python3 tcp   LISTEN    127.0.0.1:1234  0.0.0.0:*          -\n"
	              "+4242/python3 tcp   ESTAB     127.0.0.1:1234  127.0.0.1:50312 31us\n"
	              "-(4251/nc)    tcp   TIME-WAIT 127.0.0.1:50298 127.0.0.1:1234     -\n"
	              "\n");
	close_screen(&screen);
}

Test(columns, what_does_not_fit_is_cut_or_dropped_but_never_an_address) {
	struct screen screen;
	open_screen(&screen, wireframe, 3, "owners,proto,state,local,peer,rtt");
	expect_screen(&screen, 65, 5,
	              " PID/PROCESS PROTO STATE     LOCAL           PEER             RTT\n"
	              " 4242/pytho\u2026 tcp   LISTEN    127.0.0.1:1234  0.0.0.0:*          -\n"
	              "+4242/pytho\u2026 tcp   ESTAB     127.0.0.1:1234  127.0.0.1:50312 31us\n"
	              "-(4251/nc)   tcp   TIME-WAIT 127.0.0.1:50298 127.0.0.1:1234     -\n"
	              "\n");
	expect_screen(&screen, 38, 4,
	              " PID/PROCESS STATE     LOCAL\n"
	              " 4242/pytho\u2026 LISTEN    127.0.0.1:1234\n"
	              "+4242/pytho\u2026 ESTAB     127.0.0.1:1234\n"
	              "-(4251/nc)   TIME-WAIT 127.0.0.1:50298\n");
	close_screen(&screen);
}

Test(columns, a_long_ipv6_address_is_there_whole_or_not_at_all) {
	struct sock sock = wireframe[1];
	sock.family = SOCK_FAMILY_INET6;
	for (size_t i = 0; i < 16; i++)
		sock.local.address[i] = sock.peer.address[i] = (uint8_t)(0x21 + i);
	const char *address = "[2122:2324:2526:2728:292a:2b2c:2d2e:2f30]:";
	struct screen screen;
	open_screen(&screen, &sock, 1, NULL);
	for (int width = 1; width < 260; width++) {
		char *text = draw(&screen, width, 3);
		const char *row = strchr(text, '\n') + 1;
		for (const char *at = row; (at = strstr(at, "[2")) != NULL; at++) {
			cr_expect_eq(strncmp(at, address, strlen(address)), 0, "at %d: %s", width,
			             text);
			cr_expect(strncmp(at + strlen(address), "1234", 4) == 0 ||
			              strncmp(at + strlen(address), "50312", 5) == 0,
			          "at %d: %s", width, text);
		}
		cr_expect(width < 140 || strstr(row, "50312"), "at %d: %s", width, text);
		free(text);
	}
	close_screen(&screen);
}

/* One of these on the screen must not push the addresses of all others out of it. */
Test(columns, a_long_name_is_cut_at_its_beginning_where_an_address_is_not) {
	static const char path[] = "/run/user/1000/some/very/long/path/to/a/place/\xe5\xb0\x8f/bus";
	struct sock_unix un = { .name = { .bytes = path, .length = sizeof(path) - 1 } };
	struct sock socks[] = { wireframe[1], { .known = SOCK_KNOWS_INODE, .inode = 4711 } };
	socks[1].family = SOCK_FAMILY_UNIX;
	socks[1].protocol = SOCK_PROTOCOL_UNIX_STREAM;
	socks[1].state = SOCK_STATE_LISTEN;
	socks[1].un = &un;
	struct screen screen;
	open_screen(&screen, socks, 2, "proto,state,local,peer");
	expect_screen(&screen, 54, 3,
	              " PROTO STATE  LOCAL                    PEER\n"
	              "+tcp   ESTAB  127.0.0.1:1234           127.0.0.1:50312\n"
	              " u_str LISTEN \u2026/to/a/place/\u5c0f/bus:4711 *:*\n");
	expect_screen(&screen, 56, 3,
	              " PROTO STATE  LOCAL                      PEER\n"
	              "+tcp   ESTAB  127.0.0.1:1234             127.0.0.1:50312\n"
	              " u_str LISTEN \u2026th/to/a/place/\u5c0f/bus:4711 *:*\n");
	screen.look.search = "bus";
	free(draw(&screen, 56, 3));
	cr_expect_eq(style_at(&screen, 0, 2), STYLE_MATCH);
	close_screen(&screen);
}

Test(columns, a_long_name_of_a_machine_is_cut_before_anything_is_dropped_for_it) {
	struct sock sock = wireframe[1];
	struct screen screen;
	sock.host = "database-1.production.eu-west.example.com";
	open_screen(&screen, &sock, 1, "machine,state,local,peer");
	expect_screen(
	    &screen, 90, 2,
	    " HOST                                      STATE LOCAL          PEER\n"
	    "+database-1.production.eu-west.example.com ESTAB 127.0.0.1:1234 127.0.0.1:50312\n");
	expect_screen(&screen, 66, 2,
	              " HOST                         STATE LOCAL          PEER\n"
	              "+database-1.production.eu-we… ESTAB 127.0.0.1:1234 127.0.0.1:50312\n");
	expect_screen(&screen, 40, 2,
	              " HOST               STATE LOCAL\n"
	              "+database-1.produc… ESTAB 127.0.0.1:1234\n");
	close_screen(&screen);
}

/* The names of the wireframe are 12 wide, and 11 where they are cut. */
Test(columns, no_name_is_cut_for_a_column_that_nobody_asked_for) {
	struct screen screen;
	open_screen(&screen, wireframe, 2, NULL);
	for (int width = 60; width < 200; width++) {
		char *text = draw(&screen, width, 3);
		cr_expect(!strstr(text, "RECV-Q") || strstr(text, " 4242/python3 "), "at %d:\n%s",
		          width, text);
		cr_expect(width < 140 || strstr(text, "TX-BYTES"), "at %d:\n%s", width, text);
		free(text);
	}
	close_screen(&screen);
	open_screen(&screen, wireframe, 2, "owners,state,local,recvq,cong");
	expect_screen(&screen, 41, 3,
	              " PID/PROCESS STATE  LOCAL          RECV-Q\n"
	              " 4242/pytho\u2026 LISTEN 127.0.0.1:1234      0\n"
	              "+4242/pytho\u2026 ESTAB  127.0.0.1:1234      0\n");
	close_screen(&screen);
}

Test(columns, of_what_nothing_is_known_there_is_a_column_only_where_there_is_room) {
	struct screen screen;
	open_screen(&screen, wireframe, 3, "owners,local,user,rx,rtt");
	screen.table.top = 2; /* nothing is known of the last but who held it */
	expect_screen(&screen, 40, 2,
	              " PID/PROCESS LOCAL           RX/s RTT\n"
	              "-(4251/nc)   127.0.0.1:50298    -   -\n");
	expect_screen(&screen, 35, 2,
	              " PID/PROCESS LOCAL           RX/s\n"
	              "-(4251/nc)   127.0.0.1:50298    -\n");
	screen.table.top = 0;
	free(draw(&screen, 46, 4));
	screen.table.top = 2;
	expect_screen(&screen, 46, 4,
	              " PID/PROCESS  LOCAL           USER RX/s  RTT\n"
	              "-(4251/nc)    127.0.0.1:50298 -       -    -\n"
	              "\n\n");
	close_screen(&screen);
}

/* There is hardly room for anything else. */
Test(columns, what_the_rows_are_sorted_by_is_seen_before_others) {
	struct screen screen;
	open_screen(&screen, wireframe, 2, NULL);
	screen.look.sort = field_find("cong", 4);
	expect_screen(&screen, 33, 3,
	              " PID/PROCESS LOCAL          CONG\u25b2\n"
	              " 4242/pytho\u2026 127.0.0.1:1234 -\n"
	              "+4242/pytho\u2026 127.0.0.1:1234 -\n");
	close_screen(&screen);
}

Test(columns, scrolled_sideways_all_are_there_in_full) {
	struct screen screen;
	open_screen(&screen, wireframe, 2, "owners,proto,state,local,peer,rtt");
	screen.look.scroll = 14;
	expect_screen(&screen, 40, 3,
	              "PROTO STATE  LOCAL          PEER\n"
	              "tcp   LISTEN 127.0.0.1:1234 0.0.0.0:*\n"
	              "tcp   ESTAB  127.0.0.1:1234 127.0.0.1:50\n");
	screen.look.scroll = 5000;
	expect_screen(&screen, 40, 3, "\n\n\n");
	close_screen(&screen);
}

Test(columns, nothing_is_too_small_to_draw_on) {
	static const int sizes[][2] = { { 1, 1 },  { 2, 2 },   { 40, 10 },
		                        { 1, 50 }, { 300, 1 }, { 7, 3 } };
	struct screen screen;
	open_screen(&screen, wireframe, 3, NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		for (int scroll = 0; scroll < 30; scroll += 7) {
			screen.look.scroll = scroll;
			screen.look.search = "a";
			free(draw(&screen, sizes[i][0], sizes[i][1]));
		}
	}
	columns_draw(screen.columns, &screen.canvas, (struct area){ 0 }, &screen.table,
	             &screen.look);
	close_screen(&screen);
}

Test(columns, widths_grow_at_once_and_shrink_with_the_area_only) {
	struct screen screen;
	struct sock socks[] = { wireframe[0], wireframe[0] };
	socks[1].local.address[1] = 100;
	socks[1].local.address[2] = 100;
	open_screen(&screen, socks, 2, "state,local,peer");
	char *narrow = draw(&screen, 80, 2);
	cr_expect_eq(find(&screen, 0, "PEER"), 23);
	screen.table.top = 1;
	char *wide = draw(&screen, 80, 2);
	cr_expect_eq(find(&screen, 0, "PEER"), 27);
	screen.table.top = 0;
	char *still = draw(&screen, 80, 2);
	cr_expect_eq(find(&screen, 0, "PEER"), 27);
	char *other = draw(&screen, 81, 2);
	cr_expect_eq(find(&screen, 0, "PEER"), 23);
	free(narrow);
	free(wide);
	free(still);
	free(other);
	close_screen(&screen);
}

Test(columns, owners_say_how_sure_they_are) {
	static const struct {
		const struct owner *owners;
		uint32_t count;
		enum sock_ownership ownership;
		const char *wanted;
	} rows[] = {
		{ by_python, 1, SOCK_OWNERSHIP_EXACT, "4242/python3" },
		{ by_many, 2, SOCK_OWNERSHIP_EXACT, "4242/python3" },
		{ by_many, 3, SOCK_OWNERSHIP_SEVERAL, "4242/python3+1" },
		{ by_many, 3, SOCK_OWNERSHIP_REMEMBERED, "(4242/python3+1)" },
		{ NULL, 0, SOCK_OWNERSHIP_HIDDEN, "?" },
		{ NULL, 0, SOCK_OWNERSHIP_NONE, "-" },
		{ NULL, 0, SOCK_OWNERSHIP_UNKNOWN, "-" },
		{ by_hostile, 1, SOCK_OWNERSHIP_EXACT, "1/a\\x1b[31m\\x0a\\x20b\\xff" },
	};
	const struct field *field = field_find("owners", 6);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock sock = { .owners = rows[i].owners,
			                   .owner_count = rows[i].count,
			                   .ownership = (uint8_t)rows[i].ownership };
		struct out out;
		out_init(&out, OUT_MEMORY);
		const struct field_source source = field_source(&sock);
		cells_write(&out, cells_rule_of(field), field, &source, HUMAN_BYTES);
		out_char(&out, '\0');
		cr_expect_str_eq(out.bytes, rows[i].wanted, "'%s'", out.bytes);
		out_finish(&out);
	}
}

Test(columns, hostile_names_move_nothing_and_are_measured_right) {
	struct sock socks[2] = { wireframe[0], wireframe[0] };
	socks[0].owners = by_hostile;
	socks[0].user = "\xe2\x80\xaeover\xe5\xb0\x8f";
	struct screen screen;
	open_screen(&screen, socks, 2, "owners,user,proto");
	expect_screen(&screen, 80, 3,
	              " PID/PROCESS              USER               PROTO\n"
	              " 1/a\\x1b[31m\\x0a\\x20b\\xff \\xe2\\x80\\xaeover\u5c0f tcp\n"
	              " 4242/python3             ana                tcp\n");
	close_screen(&screen);
}

Test(columns, a_row_is_coloured_by_what_became_of_it) {
	static const struct {
		enum sock_change change;
		struct sock_life life;
		enum style style;
		const char *mark;
	} rows[] = {
		{ SOCK_CHANGE_NONE, { .mark_looks = 9 }, STYLE_TEXT, " " },
		{ SOCK_CHANGE_NEW, { 0 }, STYLE_NEW, "+" },
		{ SOCK_CHANGE_NEW, { .mark_looks = LIFE_MARK_LOOKS }, STYLE_TEXT, " " },
		{ SOCK_CHANGE_CHANGED, { .mark_looks = 1 }, STYLE_CHANGED, "*" },
		{ SOCK_CHANGE_GONE, { .missing = 2 }, STYLE_GONE, "-" },
		{ SOCK_CHANGE_GONE,
		  { .missing = 4, .mark_looks = LIFE_MARK_LOOKS - 1 },
		  STYLE_FAINT,
		  "-" },
		{ SOCK_CHANGE_NEW, { .stale = true }, STYLE_FAINT, "+" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock sock = { .change = (uint8_t)rows[i].change,
			                   .life = &rows[i].life };
		cr_expect_eq(cells_row_style(&sock), rows[i].style, "row %zu", i);
		cr_expect_str_eq(cells_mark(&sock), rows[i].mark, "row %zu", i);
	}
	const struct sock lifeless = { .change = SOCK_CHANGE_NEW };
	cr_expect_eq(cells_row_style(&lifeless), STYLE_NEW);
}

Test(columns, styles_say_what_is_selected_sorted_and_found) {
	struct screen screen;
	open_screen(&screen, wireframe, 3, "owners,proto,state,local,peer,rtt");
	table_select(&screen.table, 2);
	screen.look.sort = field_find("rtt", 3);
	screen.look.descending = true;
	screen.look.search = "ESTAB";
	free(draw(&screen, 80, 5));
	cr_expect_eq(style_at(&screen, 1, 0), STYLE_HEADING);
	cr_expect_eq(style_at(&screen, find(&screen, 0, "RTT\u25bc"), 0), STYLE_SORTED);
	cr_expect_eq(style_at(&screen, 1, 1), STYLE_TEXT);
	cr_expect_eq(style_at(&screen, 0, 2), STYLE_NEW);
	cr_expect_eq(style_at(&screen, 1, 2), STYLE_NEW);
	const int found = find(&screen, 2, "ESTAB");
	cr_expect_eq(style_at(&screen, found - 1, 2), STYLE_TEXT);
	cr_expect_eq(style_at(&screen, found, 2), STYLE_MATCH);
	cr_expect_eq(style_at(&screen, found + 4, 2), STYLE_MATCH);
	cr_expect_eq(style_at(&screen, 0, 3), STYLE_SELECTED);
	cr_expect_eq(style_at(&screen, 79, 3), STYLE_SELECTED);
	cr_expect_eq(style_at(&screen, 0, 4), STYLE_TEXT);
	close_screen(&screen);
}

Test(columns, a_match_that_cannot_be_seen_marks_its_row) {
	struct screen screen;
	open_screen(&screen, wireframe, 3, "owners,proto,state,local,peer,rtt");
	screen.look.search = "50312";
	table_select(&screen.table, 2);
	free(draw(&screen, 40, 4));
	cr_expect_eq(style_at(&screen, 0, 2), STYLE_MATCH);
	cr_expect_eq(style_at(&screen, 39, 2), STYLE_MATCH);
	cr_expect_eq(style_at(&screen, 1, 1), STYLE_TEXT);
	close_screen(&screen);
}

Test(columns, without_other_characters_marks_are_ascii) {
	struct screen screen;
	open_screen(&screen, wireframe, 2, "owners,proto,state,local,peer,rtt");
	screen.canvas.ascii = true;
	screen.look.sort = field_find("state", 5);
	expect_screen(&screen, 61, 3,
	              " PID/PROCESS PROTO STATE^ LOCAL          PEER             RTT\n"
	              " 4242/pytho~ tcp   LISTEN 127.0.0.1:1234 0.0.0.0:*          -\n"
	              "+4242/pytho~ tcp   ESTAB  127.0.0.1:1234 127.0.0.1:50312 31us\n");
	close_screen(&screen);
}

Test(columns, trouble_has_a_style_of_its_own) {
	static const struct {
		const char *field;
		struct sock sock;
		enum style style;
	} rows[] = {
		{ "state", { .state = SOCK_STATE_CLOSE_WAIT }, STYLE_WARNING },
		{ "state", { .state = SOCK_STATE_ESTABLISHED }, STYLE_TEXT },
		{ "recvq",
		  { .state = SOCK_STATE_LISTEN,
		    .known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
		    .recvq = 4,
		    .sendq = 3 },
		  STYLE_WARNING },
		{ "recvq",
		  { .state = SOCK_STATE_LISTEN,
		    .known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
		    .recvq = 3,
		    .sendq = 3 },
		  STYLE_TEXT },
		{ "recvq",
		  { .state = SOCK_STATE_ESTABLISHED, .known = SOCK_KNOWS_RECVQ, .recvq = 4 },
		  STYLE_TEXT },
		{ "drops", { .known = SOCK_KNOWS_DROPS, .drops = 1 }, STYLE_WARNING },
		{ "drops", { .drops = 1 }, STYLE_TEXT },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct field *field = field_find(rows[i].field, strlen(rows[i].field));
		const struct field_source source = field_source(&rows[i].sock);
		cr_expect_eq(cells_style(cells_rule_of(field), field, &source), rows[i].style,
		             "row %zu", i);
	}
}

Test(columns, the_age_of_what_was_there_before_is_told_coarsely) {
	static const struct {
		uint64_t ms;
		bool at_start;
		const char *text;
	} ages[] = {
		{ 9999, true, ">0s" }, { 19999, true, ">10s" }, { 61000, true, ">1m" },
		{ 9999, false, "9s" }, { 19999, false, "19s" },
	};
	const struct field *field = field_find("age", 3);
	for (size_t i = 0; i < ARRAY_LENGTH(ages); i++) {
		const struct sock_life life = { .serial = 1,
			                        .age_ms = ages[i].ms,
			                        .seen_at_start = ages[i].at_start };
		const struct sock sock = { .life = &life };
		const struct field_source source = field_source(&sock);
		struct out out;
		out_init(&out, OUT_MEMORY);
		cells_write(&out, cells_rule_of(field), field, &source, HUMAN_BYTES);
		out_char(&out, '\0');
		cr_expect_str_eq(out.bytes, ages[i].text);
		out_finish(&out);
	}
}

Test(columns, a_row_is_written_in_full_whatever_the_screen_shows) {
	struct screen screen;
	struct out out;
	open_screen(&screen, wireframe, 3, "owners,user,state,local,peer,rtt");
	out_init(&out, OUT_MEMORY);
	columns_write_row(screen.columns, &out, &wireframe[1], &screen.look);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, "4242/python3 ana ESTAB 127.0.0.1:1234 127.0.0.1:50312 31us");
	out_finish(&out);
	close_screen(&screen);
}

Test(columns, the_default_ones_stand_in_the_order_of_the_design) {
	static const char *const names[] = { "owners", "user", "proto", "state", "local", "peer" };
	struct columns *columns = columns_create(NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		cr_expect_str_eq(columns_field(columns, i)->column.name, names[i]);
	const uint32_t needs = SOCK_NEED_OWNERS | SOCK_NEED_USER | SOCK_NEED_INFO;
	cr_expect_eq(columns_needs(columns) & needs, needs);
	columns_destroy(columns);
	columns_destroy(NULL);
}

Test(columns, names_are_asked_for_rows_on_the_screen_only) {
	struct sock socks[20];
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++) {
		socks[i] = wireframe[1];
		socks[i].peer.address[0] = 10;
		socks[i].peer.port = 80;
	}
	struct namer namer = { 0 };
	struct screen screen;
	open_screen(&screen, socks, ARRAY_LENGTH(socks), "state,local,peer");
	screen.look.namer = &namer;
	screen.look.host_names = true;
	expect_screen(&screen, 80, 2,
	              " STATE LOCAL          PEER\n"
	              "+ESTAB 127.0.0.1:1234 a\\x1b[2J.example:80\n");
	cr_expect_eq(namer.questions, 2, "%d", namer.questions);
	screen.look.host_names = false;
	screen.look.port_names = true;
	expect_screen(&screen, 80, 2,
	              " STATE LOCAL          PEER\n"
	              "+ESTAB 127.0.0.1:1234 10.0.0.1:http\n");
	cr_expect_eq(namer.questions, 4, "%d", namer.questions);
	screen.look.port_names = false;
	free(draw(&screen, 80, 10));
	cr_expect_eq(namer.questions, 4, "%d", namer.questions);
	close_screen(&screen);
}

Test(columns, a_wildcard_has_no_name) {
	struct namer namer = { 0 };
	struct screen screen;
	open_screen(&screen, wireframe, 1, "local,peer");
	screen.look =
	    (struct columns_look){ .namer = &namer, .host_names = true, .port_names = true };
	free(draw(&screen, 80, 2));
	cr_expect_eq(namer.questions, 2, "%d", namer.questions); /* of the local end */
	close_screen(&screen);
}

/* Of every kind one. */
static void open_mixed(struct screen *screen, const char *columns) {
	static const char path[] = "/run/user/1000/pulse/native-with-a-long-name-that-goes-on";
	static struct sock_unix un = { .name = { .bytes = path, .length = sizeof(path) - 1 } };
	static const struct tcp_counters slow = { .rtt = 120345 };
	static const struct sock_life lives[] = {
		{ .serial = 4 },
		{ .known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX,
		  .serial = 5,
		  .mark_looks = 1,
		  .age_ms = 86400000,
		  .seen_at_start = true,
		  .tx = 12897485 },
		{ .serial = 6, .age_ms = 7200000 },
		{ .serial = 7, .mark_looks = 9 },
		{ .serial = 8, .stale = true },
	};
	struct sock socks[8] = { wireframe[0], wireframe[1], wireframe[2] };
	socks[3] = (struct sock){ .protocol = SOCK_PROTOCOL_UDP,
		                  .state = SOCK_STATE_CLOSE,
		                  .known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
		                  .local = { .address = { 127, 0, 0, 53 }, .port = 53 },
		                  .user = "systemd-resolve",
		                  .ownership = SOCK_OWNERSHIP_HIDDEN,
		                  .life = &lives[0] };
	socks[4] = wireframe[1];
	socks[4].family = SOCK_FAMILY_INET6;
	memcpy(socks[4].local.address, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	memcpy(socks[4].peer.address, "\x20\x01\x0d\xb8\0\0\0\0\xab\xcd\0\0\0\0\0\2", 16);
	socks[4].state = SOCK_STATE_CLOSE_WAIT;
	socks[4].change = SOCK_CHANGE_CHANGED;
	socks[4].tcp = &slow;
	socks[4].life = &lives[1];
	socks[5] = (struct sock){ .protocol = SOCK_PROTOCOL_UNIX_STREAM,
		                  .family = SOCK_FAMILY_UNIX,
		                  .state = SOCK_STATE_LISTEN,
		                  .inode = 4711,
		                  .un = &un,
		                  .owners = by_many,
		                  .owner_count = 3,
		                  .ownership = SOCK_OWNERSHIP_SEVERAL,
		                  .life = &lives[2] };
	socks[6] = wireframe[1];
	socks[6].owners = by_hostile;
	socks[6].change = SOCK_CHANGE_NONE;
	socks[6].life = &lives[3];
	socks[7] = wireframe[1];
	socks[7].user = "\xe5\xb0\x8f\xe6\x98\x8e";
	socks[7].life = &lives[4];
	open_screen(screen, socks, ARRAY_LENGTH(socks), columns);
	screen->look.sort = field_find("rtt", 3);
	screen->look.descending = true;
}

static void expect_golden(int width, int height, bool ascii) {
	struct screen screen;
	open_mixed(&screen, NULL);
	struct canvas canvas = drawn_canvas(width, height, ascii);
	columns_draw(screen.columns, &canvas, (struct area){ .width = width, .height = height },
	             &screen.table, &screen.look);
	drawn_expect(&canvas, "table");
	canvas_finish(&canvas);
	close_screen(&screen);
}

Test(columns, every_size_of_screen_has_a_table_to_be_read) {
	static const int sizes[][2] = { { 40, 10 }, { 80, 10 }, { 100, 10 }, { 200, 10 } };
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		expect_golden(sizes[i][0], sizes[i][1], false);
		expect_golden(sizes[i][0], sizes[i][1], true);
	}
}
