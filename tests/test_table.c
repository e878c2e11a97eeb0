/* Which sockets are rows, in which order, and which of them is selected. */

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "life.h"
#include "order.h"
#include "sock.h"
#include "table.h"
#include "util.h"

/* A socket that is known by its serial. */
struct given {
	uint64_t serial;
	uint32_t recvq;
	uint8_t missing;
	enum sock_state state;
};

static void add(struct frame *frame, const struct given *given) {
	struct sock_life *life = arena_alloc(&frame->snapshot.arena, sizeof(*life));
	*life = (struct sock_life){ .serial = given->serial, .missing = given->missing };
	struct sock *sock = snapshot_add(&frame->snapshot);
	sock->known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_PORTS;
	sock->recvq = given->recvq;
	sock->state = (uint8_t)(given->state ? given->state : SOCK_STATE_ESTABLISHED);
	sock->local.port = (uint32_t)given->serial;
	sock->life = life;
}

static void make_frame(struct frame *frame, const struct given *given, size_t count) {
	*frame = (struct frame){ 0 };
	snapshot_init(&frame->snapshot);
	for (size_t i = 0; i < count; i++)
		add(frame, &given[i]);
}

static const struct field *field(const char *name) {
	const struct field *found = field_find(name, strlen(name));
	cr_assert(found, "%s", name);
	return found;
}

/* "3 1 2": the serials of the rows. */
static void expect_rows(const struct table *table, const char *wanted) {
	char rows[256] = "";
	for (size_t i = 0; i < table->count; i++)
		sprintf(rows + strlen(rows), "%s%u", i > 0 ? " " : "", table->rows[i]->local.port);
	cr_expect_str_eq(rows, wanted, "'%s', not '%s'", rows, wanted);
}

static void look(struct table *table, const struct table_choice *choice, const struct given *given,
                 size_t count, const char *wanted) {
	struct frame frame;
	make_frame(&frame, given, count);
	table_update(table, &frame, choice);
	expect_rows(table, wanted);
	snapshot_finish(&frame.snapshot);
}

static const struct given four[] = {
	{ 3, 10, 0, 0 }, { 1, 30, 0, 0 }, { 4, 10, 0, 0 }, { 2, 20, 0, 0 }
};
/* Later: 2 has moved, 1 is gone, 5 is new. */
static const struct given later[] = {
	{ 2, 90, 0, 0 }, { 5, 50, 0, 0 }, { 4, 10, 0, 0 }, { 3, 10, 0, 0 }
};

Test(table, without_a_sort_rows_stand_in_the_order_of_first_sight) {
	struct table table = { 0 };
	look(&table, &(struct table_choice){ 0 }, four, 4, "1 2 3 4");
	look(&table, &(struct table_choice){ 0 }, later, 4, "2 3 4 5");
	table_finish(&table);
}

Test(table, rows_that_compare_equal_keep_the_order_of_first_sight) {
	struct table table = { 0 };
	struct table_choice choice = { .sort = field("recvq") };
	look(&table, &choice, four, 4, "3 4 2 1");
	choice.descending = true;
	look(&table, &choice, four, 4, "1 2 3 4");
	look(&table, &choice, later, 4, "2 5 3 4");
	table_finish(&table);
}

Test(table, frozen_rows_hold_still_and_new_ones_come_last) {
	static const struct given newest[] = { { 7, 1, 0, 0 }, { 6, 1, 0, 0 }, { 4, 1, 0, 0 } };
	struct table table = { 0 };
	struct table_choice choice = { .sort = field("recvq"), .descending = true };
	look(&table, &choice, four, 4, "1 2 3 4");
	choice.frozen = true;
	choice.descending = false;
	look(&table, &choice, later, 4, "2 3 4 5");
	look(&table, &choice, newest, 3, "4 6 7");
	choice.frozen = false;
	choice.sort = NULL;
	look(&table, &choice, newest, 3, "4 6 7");
	table_finish(&table);
}

Test(table, may_have_no_rows_from_the_start) {
	struct table table = { 0 };
	struct table_choice choice = { .sort = field("recvq") };
	look(&table, &choice, NULL, 0, "");
	choice.frozen = true;
	look(&table, &choice, NULL, 0, "");
	cr_expect_null(table_selected(&table));
	table_finish(&table);
}

Test(table, frozen_from_the_start_is_the_order_of_first_sight) {
	struct table table = { 0 };
	look(&table, &(struct table_choice){ .sort = field("recvq"), .frozen = true }, four, 4,
	     "1 2 3 4");
	table_finish(&table);
}

Test(table, what_is_hidden_is_counted_if_it_is_there) {
	static const struct given mixed[] = { { 1, 0, 0, SOCK_STATE_LISTEN },
		                              { 2, 0, 0, SOCK_STATE_ESTABLISHED },
		                              { 3, 0, 1, SOCK_STATE_LISTEN },
		                              { 4, 0, 2, SOCK_STATE_ESTABLISHED },
		                              { 5, 0, 1, SOCK_STATE_ESTABLISHED } };
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	cr_assert(filter_parse("state established", &(struct filter_names){ 0 }, &filter, &error));
	struct table table = { 0 };
	struct table_choice choice = { .filter = &filter, .show_closed = true };
	look(&table, &choice, mixed, 5, "2 4 5");
	cr_expect_eq(table.hidden, 1);
	cr_expect_eq(table.gone, 2);
	choice.show_closed = false;
	look(&table, &choice, mixed, 5, "2 5");
	cr_expect_eq(table.hidden, 1);
	choice = (struct table_choice){ .only_established = true };
	look(&table, &choice, mixed, 5, "2 5");
	cr_expect_eq(table.hidden, 1);
	table_finish(&table);
	filter_finish(&filter);
}

Test(table, the_selection_stays_in_the_first_row_until_it_is_moved) {
	struct table table = { 0 };
	struct table_choice choice = { .sort = field("recvq") };
	look(&table, &choice, four, 4, "3 4 2 1");
	cr_expect_eq(table.serial, 3);
	choice.descending = true;
	look(&table, &choice, four, 4, "1 2 3 4");
	cr_expect_eq(table.serial, 1);
	cr_expect_eq(table.selected, 0);
	table_finish(&table);
}

Test(table, the_selection_follows_its_socket_through_every_sort) {
	struct table table = { 0 };
	struct table_choice choice = { .sort = field("recvq") };
	look(&table, &choice, four, 4, "3 4 2 1");
	table_move(&table, 2);
	cr_expect_eq(table.serial, 2);
	choice.descending = true;
	look(&table, &choice, later, 4, "2 5 3 4");
	cr_expect_eq(table.selected, 0);
	choice.sort = NULL;
	choice.descending = false;
	look(&table, &choice, four, 4, "1 2 3 4");
	cr_expect_eq(table.selected, 1, "it was moved, so the first row is no home");
	table_move(&table, -5);
	look(&table, &choice, later, 4, "2 3 4 5");
	cr_expect_eq(table.serial, 2, "back in the first row it stays there");
	table_finish(&table);
}

Test(table, a_selection_whose_socket_is_gone_keeps_its_place) {
	struct table table = { 0 };
	struct table_choice choice = { 0 };
	look(&table, &choice, later, 4, "2 3 4 5");
	table_select(&table, 3);
	look(&table, &choice, four, 4, "1 2 3 4");
	cr_expect_eq(table.selected, 3);
	cr_expect_eq(table.serial, 4);
	look(&table, &choice, four, 2, "1 3");
	cr_expect_eq(table.selected, 1);
	look(&table, &choice, four, 0, "");
	cr_expect_null(table_selected(&table));
	cr_expect_eq(table.selected, 0);
	cr_expect_eq(table.serial, 0);
	table_finish(&table);
}

Test(table, following_sticks_to_the_socket_from_the_first_row_and_finds_it_again) {
	struct table table = { .follows = true };
	struct table_choice choice = { .sort = field("recvq"), .descending = true };
	look(&table, &choice, four, 4, "1 2 3 4");
	choice.descending = false;
	look(&table, &choice, four, 4, "3 4 2 1");
	cr_expect_eq(table.selected, 3);
	look(&table, &choice, later, 4, "3 4 5 2");
	cr_expect_eq(table.serial, 1);
	look(&table, &choice, four, 4, "3 4 2 1");
	cr_expect_eq(table.selected, 3);
	table_finish(&table);
}

Test(table, a_followed_socket_keeps_its_line_of_the_screen) {
	struct given many[40];
	for (uint32_t i = 0; i < ARRAY_LENGTH(many); i++)
		many[i] = (struct given){ .serial = i + 1, .recvq = i };
	struct frame frame;
	struct table table = { .follows = true };
	make_frame(&frame, many, ARRAY_LENGTH(many));
	struct table_choice choice = { .sort = field("recvq") };
	table_update(&table, &frame, &choice);
	table_select(&table, 12);
	table.top = 10;
	choice.descending = true;
	table_update(&table, &frame, &choice);
	table_scroll(&table, 8);
	cr_expect_eq(table.selected, 27);
	cr_expect_eq(table.top, 25);
	snapshot_finish(&frame.snapshot);
	table_finish(&table);
}

Test(table, the_selection_moves_as_far_as_there_are_rows_and_the_screen_with_it) {
	struct table table = { 0 };
	look(&table, &(struct table_choice){ 0 }, four, 4, "1 2 3 4");
	table_move(&table, LONG_MAX);
	cr_expect_eq(table.selected, 3);
	table_scroll(&table, 2);
	cr_expect_eq(table.top, 2);
	table_move(&table, -1);
	table_scroll(&table, 2);
	cr_expect_eq(table.top, 2);
	table_move(&table, LONG_MIN);
	cr_expect_eq(table.selected, 0);
	table_scroll(&table, 2);
	cr_expect_eq(table.top, 0);
	table.top = 3;
	table.selected = 3;
	table_scroll(&table, 100);
	cr_expect_eq(table.top, 0, "no line stays empty");
	table_scroll(&table, 0);
	cr_expect_eq(table.top, 3);
	table_finish(&table);
}

Test(table, sockets_without_a_life_are_rows_too) {
	static const struct sock socks[] = {
		{ .known = SOCK_KNOWS_RECVQ, .recvq = 2, .local.port = 1 },
		{ .local.port = 2 },
		{ .known = SOCK_KNOWS_RECVQ, .recvq = 1, .local.port = 3 },
	};
	struct frame frame = { 0 };
	snapshot_init(&frame.snapshot);
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++)
		*snapshot_add(&frame.snapshot) = socks[i];
	struct table table = { 0 };
	table_update(&table, &frame, &(struct table_choice){ 0 });
	expect_rows(&table, "1 2 3");
	struct table_choice choice = { .sort = field("recvq") };
	table_update(&table, &frame, &choice);
	expect_rows(&table, "3 1 2");
	choice.descending = true;
	table_update(&table, &frame, &choice);
	expect_rows(&table, "1 3 2");
	table_finish(&table);
	snapshot_finish(&frame.snapshot);
}

/* Rates that only look as if they had changed change nothing. */
Test(table, rates_compare_by_what_they_are_held_at) {
	const struct field rate = { .column.name = "rx",
		                    .access = { .number = { .size = 4,
		                                            .offset = offsetof(struct sock, recvq),
		                                            .end = sizeof(struct sock) } } };
	struct sock_life lives[] = { { .serial = 1, .rx = 105, .rx_held = 90 },
		                     { .serial = 2, .rx = 100, .rx_held = 100 },
		                     { .serial = 3, .rx = 5, .rx_held = 95 } };
	struct frame frame = { 0 };
	snapshot_init(&frame.snapshot);
	for (size_t i = 0; i < ARRAY_LENGTH(lives); i++) {
		struct sock *sock = snapshot_add(&frame.snapshot);
		sock->life = &lives[i];
		sock->recvq = (uint32_t)lives[i].rx;
		sock->local.port = (uint32_t)lives[i].serial;
	}
	struct table table = { 0 };
	table_update(&table, &frame, &(struct table_choice){ .sort = &rate, .descending = true });
	expect_rows(&table, "2 3 1");
	table_finish(&table);
	snapshot_finish(&frame.snapshot);
}

static const char *const texts[] = {
	"",          "a",          "aa",          "aaaaaaa", "aaaaaaaa", "aaaaaaab",
	"aaaaaaaaa", "aaaaaaaaab", "b",           "\x7f",    "\xc3\xa9", "/run/user/1000/bus",
	"/run/user", "/run/user/", "/run/user/1", "ab\tc",   "TIME",     "aaaaaaabb",
};

static const char *any_text(void) {
	return texts[(size_t)random() % ARRAY_LENGTH(texts)];
}

static void set_unix_name(struct sock_unix_name *name) {
	const char *text = any_text();
	*name = (struct sock_unix_name){ .bytes = text[0] ? text : NULL,
		                         .length = (uint32_t)strlen(text) };
}

/* A socket with few values for everything, so that there are equals. */
static void add_random(struct frame *frame, const struct process *processes, size_t count) {
	struct arena *arena = &frame->snapshot.arena;
	struct owner *owner = arena_alloc(arena, sizeof(*owner));
	struct sock_life *life = arena_alloc(arena, sizeof(*life));
	struct sock_unix *un = arena_alloc(arena, sizeof(*un));
	*owner = (struct owner){ &processes[(size_t)random() % count], (uint32_t)random() % 3 };
	*life = (struct sock_life){ .serial = frame->snapshot.count + 1 };
	*un = (struct sock_unix){ .peer_inode = (uint32_t)random() % 3 };
	set_unix_name(&un->name);
	set_unix_name(&un->peer_name);
	struct sock *sock = snapshot_add(&frame->snapshot);
	*sock = (struct sock){ .known = (uint32_t)random(), .life = life };
	sock->family = (uint8_t)(random() % 3);
	sock->protocol =
	    sock->family == SOCK_FAMILY_UNIX ? SOCK_PROTOCOL_UNIX_STREAM : SOCK_PROTOCOL_TCP;
	sock->state = (uint8_t)(1 + random() % (SOCK_STATE_COUNT - 1));
	sock->recvq = (uint32_t)random() % 3 * 1000;
	sock->cookie = (uint64_t)(random() % 3) << 40 | (uint64_t)(random() % 3);
	sock->inode = (uint32_t)random() % 3 * 256;
	sock->local.address[random() % 4] = (uint8_t)random();
	sock->local.port = (uint32_t)random() % 3 * 500;
	if (sock->family == SOCK_FAMILY_INET6) {
		sock->peer.address[random() % 16] = (uint8_t)(random() % 3);
		sock->peer.address[15] = (uint8_t)(random() % 3);
	}
	sock->peer.port = (uint32_t)random() % 3 * 300;
	if (sock->family == SOCK_FAMILY_UNIX)
		sock->un = un;
	sock->owners = random() % 3 ? owner : NULL;
	sock->owner_count = sock->owners ? 1 : 0;
	sock->user = random() % 4 ? any_text() : NULL;
	sock->algorithm = any_text();
	sock->algorithm_length = (uint32_t)strlen(sock->algorithm);
}

static void expect_order_of_view(const struct frame *frame, const struct field *by,
                                 bool descending) {
	const size_t count = frame->snapshot.count;
	const struct sock **wanted = xcalloc(count, sizeof(*wanted));
	struct sort_key key = { .field = by, .descending = descending };
	const struct view view = { .keys = &key, .key_count = 1 };
	for (size_t i = 0; i < count; i++)
		wanted[i] = &frame->snapshot.socks[i];
	view_sort(&view, wanted, count);
	struct table table = { 0 };
	table_update(&table, frame, &(struct table_choice){ .sort = by, .descending = descending });
	cr_assert_eq(table.count, count);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(table.rows[i], wanted[i], "by %s: row %zu", by->column.name, i);
	table_finish(&table);
	free(wanted);
}

/* The list sorts by comparing, the table by spelling keys: two ways to one order. */
Test(table, any_rows_stand_as_the_list_would_sort_them) {
	static const char *const names[] = { "local",  "peer",   "state",   "proto", "recvq",
		                             "cookie", "owners", "process", "comm",  "fd",
		                             "user",   "cong",   "inode",   "sport", "src",
		                             "dst",    "family" };
	const struct process processes[] = {
		{ .pid = 900,
		  .start_time = 1,
		  .comm = "ant",
		  .comm_length = 3,
		  .exe = "zebra",
		  .exe_length = 5 },
		{ .pid = 70000, .start_time = 1, .comm = "bee", .comm_length = 3 },
		{ .pid = 900,
		  .start_time = 2,
		  .comm = "beetles-and-others",
		  .comm_length = 18,
		  .exe = "beetles-and-others-with-long-names",
		  .exe_length = 34 },
		{ .pid = 5,
		  .start_time = 2,
		  .comm = "beetles",
		  .comm_length = 7,
		  .exe = "beetles-and-others-with-long-name",
		  .exe_length = 33 },
		{ .pid = 255,
		  .start_time = 2,
		  .comm = "",
		  .comm_length = 0,
		  .exe = "",
		  .exe_length = 0 },
	};
	srandom(1234);
	for (size_t round = 0; round < 6; round++) {
		struct frame frame = { 0 };
		snapshot_init(&frame.snapshot);
		for (size_t i = 0; i < (round < 3 ? 20 : 1500); i++)
			add_random(&frame, processes, ARRAY_LENGTH(processes));
		for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
			expect_order_of_view(&frame, field(names[i]), false);
			expect_order_of_view(&frame, field(names[i]), true);
		}
		snapshot_finish(&frame.snapshot);
	}
}
