/* Columns by name, groups as details, and the order of rows. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "life.h"
#include "sock.h"
#include "util.h"
#include "view.h"

static void expect_columns(const struct view *view, const char *wanted) {
	char names[4096] = "";
	for (size_t i = 0; i < view->column_count; i++) {
		strcat(names, i > 0 ? "," : "");
		strcat(names, view->columns[i]->column.name);
	}
	cr_expect_str_eq(names, wanted, "'%s'", names);
}

static struct view view_of(const char *columns, const char *sort) {
	struct view view = { 0 };
	char *error = NULL;
	cr_assert(!columns || view_set_columns(&view, columns, &error), "%s", error);
	cr_assert(!sort || view_set_sort(&view, sort, &error), "%s", error);
	return view;
}

Test(view, text_shows_the_columns_of_ss_and_then_the_owners) {
	struct view view = { 0 };
	view_add_defaults(&view, FIELD_IN_TEXT);
	expect_columns(&view, "proto,state,recvq,sendq,local,peer,owners");
	cr_assert_eq(view.detail_count, 0);
	view_finish(&view);
}

Test(view, data_has_keys_where_text_has_composed_columns) {
	static const char *const keys[] = { "proto", "family", "state", "src",   "sport", "dst",
		                            "dport", "iface",  "recvq", "sendq", "uid",   "user",
		                            "inode", "cookie", "netns", "owners" };
	struct view view = { 0 };
	view_add_defaults(&view, FIELD_IN_DATA);
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		size_t found = 0;
		for (size_t j = 0; j < view.column_count; j++) {
			found += strcmp(view.columns[j]->column.name, keys[i]) == 0;
			cr_expect_str_neq(view.columns[j]->column.name, "local");
		}
		cr_expect_eq(found, 1, "%s is there %zu times", keys[i], found);
	}
	view_finish(&view);
}

Test(view, columns_stand_in_the_order_asked_for) {
	struct view view = view_of("peer,rtt_us,proto,cookie", NULL);
	expect_columns(&view, "peer,rtt,proto,cookie");
	view_finish(&view);
}

Test(view, a_column_asked_for_twice_is_kept_once) {
	struct view view = view_of("state,rtt,proto,state,rtt_us,proto", NULL);
	expect_columns(&view, "state,rtt,proto");
	view_finish(&view);
}

Test(view, new_columns_replace_the_old_ones) {
	struct view view = view_of("state", NULL);
	char *error = NULL;
	view_add_group(&view, FIELD_GROUP_TIMER);
	cr_assert(view_set_columns(&view, "proto", &error));
	expect_columns(&view, "proto");
	cr_assert_eq(view.detail_count, 0);
	view_finish(&view);
}

Test(view, a_group_adds_what_is_not_there_yet) {
	struct view view = view_of("timer_left,state", NULL);
	view_add_group(&view, FIELD_GROUP_TIMER);
	expect_columns(&view, "timer_left,state,timer,timer_retrans");
	cr_assert_eq(view.detail_count, 2);
	view_add_group(&view, FIELD_GROUP_TIMER);
	expect_columns(&view, "timer_left,state,timer,timer_retrans");
	cr_assert_eq(view.detail_count, 2);
	view_finish(&view);
}

Test(view, an_unknown_field_is_named_and_the_view_stays_as_it_was) {
	static const struct {
		const char *list, *says;
	} rows[] = {
		{ "spotr", "spotr" },         { "spotr", "sport" },
		{ "state,spotr", "sport" },   { "", "''" },
		{ "state,,peer", "''" },      { "state,", "''" },
		{ "state, peer", "' peer'" }, { "\x1b[2J", "'\\x1b[2J'" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct view view = view_of("proto", "rtt");
		char *errors[2] = { NULL, NULL };
		cr_expect_not(view_set_columns(&view, rows[i].list, &errors[0]));
		cr_expect_not(view_set_sort(&view, rows[i].list, &errors[1]));
		for (size_t j = 0; j < 2; j++) {
			cr_expect(errors[j] && strstr(errors[j], rows[i].says), "'%s': %s",
			          rows[i].list, errors[j]);
			free(errors[j]);
		}
		expect_columns(&view, "proto");
		cr_expect(view.key_count == 1 && view.keys[0].field == field_find("rtt", 3));
		view_finish(&view);
	}
}

Test(view, columns_and_sort_keys_say_what_must_be_asked_for) {
	struct view view = view_of("state,owners,rtt", NULL);
	cr_expect_eq(view_needs(&view), SOCK_NEED_OWNERS | SOCK_NEED_INFO);
	view_finish(&view);
	view = view_of("state,peer", "-pid,user");
	cr_expect_eq(view_needs(&view),
	             SOCK_NEED_OWNERS | SOCK_NEED_USER | SOCK_NEED_UID | SOCK_NEED_PEER);
	view_finish(&view);
	view = view_of("state,recvq,src,cookie", "sport");
	cr_expect_eq(view_needs(&view), 0);
	view_finish(&view);
}

/* The order of `rows` by their local ports, which are their names here. */
static void expect_order(const struct sock *rows, size_t count, const char *sort,
                         const uint16_t *wanted) {
	const struct sock *socks[16];
	struct view view = view_of(NULL, sort);
	for (size_t i = 0; i < count; i++)
		socks[i] = &rows[i];
	view_sort(&view, socks, count);
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(socks[i]->local.port, wanted[i], "by %s: %u at %zu", sort ? sort : "-",
		             socks[i]->local.port, i);
	view_finish(&view);
}

static const struct process ant = { .pid = 900,
	                            .start_time = 1,
	                            .comm = "ant",
	                            .comm_length = 3,
	                            .exe = "zebra",
	                            .exe_length = 5 };
static const struct process bee = {
	.pid = 1000, .start_time = 1, .comm = "bee", .comm_length = 3, .exe = "an", .exe_length = 2
};
static const struct owner owned_by_ant = { &ant, 3 };
static const struct owner owned_by_bee = { &bee, 20 };

static const struct sock rows[] = {
	{ .known = SOCK_KNOWS_UID | SOCK_KNOWS_PORTS,
	  .uid = 5,
	  .state = SOCK_STATE_LISTEN,
	  .user = "b",
	  .local = { .port = 1, .address = { 10, 0, 0, 10 } },
	  .owners = &owned_by_bee,
	  .owner_count = 1 },
	{ .known = SOCK_KNOWS_PORTS,
	  .local = { .port = 2, .address = { 10, 0, 0, 2 } },
	  .state = SOCK_STATE_ESTABLISHED },
	{ .known = SOCK_KNOWS_UID | SOCK_KNOWS_PORTS,
	  .uid = UINT32_MAX,
	  .state = SOCK_STATE_ESTABLISHED,
	  .user = "ab",
	  .local = { .port = 3, .address = { 9, 255, 0, 1 } },
	  .owners = &owned_by_ant,
	  .owner_count = 1 },
	{ .known = SOCK_KNOWS_UID | SOCK_KNOWS_PORTS,
	  .uid = 5,
	  .state = SOCK_STATE_ESTABLISHED,
	  .user = "a",
	  .local = { .port = 4, .address = { 10, 0, 0, 2 } } },
	{ .known = SOCK_KNOWS_PORTS,
	  .local = { .port = 5 },
	  .family = SOCK_FAMILY_INET6,
	  .state = SOCK_STATE_CLOSING },
};

Test(view, rows_are_sorted_by_each_kind_of_value) {
	static const struct {
		const char *sort;
		uint16_t order[ARRAY_LENGTH(rows)];
	} orders[] = {
		{ NULL, { 1, 2, 3, 4, 5 } },
		{ "sport", { 1, 2, 3, 4, 5 } },
		{ "-sport", { 5, 4, 3, 2, 1 } },
		{ "local", { 3, 2, 4, 1, 5 } }, /* as numbers: .2 is before .10 */
		{ "-local", { 5, 1, 4, 2, 3 } },
		{ "src", { 3, 2, 4, 1, 5 } },
		{ "state", { 5, 2, 3, 4, 1 } }, /* as words */
		{ "user", { 4, 3, 1, 2, 5 } },
		{ "pid", { 3, 1, 2, 4, 5 } }, /* as numbers */
		{ "owners", { 3, 1, 2, 4, 5 } },
		{ "comm", { 3, 1, 2, 4, 5 } },
		{ "process", { 1, 3, 2, 4, 5 } },
		{ "-fd", { 1, 3, 2, 4, 5 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++)
		expect_order(rows, ARRAY_LENGTH(rows), orders[i].sort, orders[i].order);
}

/* Names are bytes of a stated length, not strings. */
Test(view, names_are_compared_up_to_their_length) {
	static const struct sock named[] = {
		{ .local.port = 1, .algorithm = "bbrz", .algorithm_length = 3 },
		{ .local.port = 2, .algorithm = "bbra", .algorithm_length = 3 },
		{ .local.port = 3, .algorithm = "bba", .algorithm_length = 2 },
		{ .local.port = 4, .algorithm = "bbr", .algorithm_length = 2 },
		{ .local.port = 5, .algorithm = "\xff", .algorithm_length = 1 },
	};
	expect_order(named, ARRAY_LENGTH(named), "cong", (const uint16_t[]){ 3, 4, 1, 2, 5 });
}

Test(view, unknown_comes_last_in_both_directions) {
	expect_order(rows, ARRAY_LENGTH(rows), "uid", (const uint16_t[]){ 1, 4, 3, 2, 5 });
	expect_order(rows, ARRAY_LENGTH(rows), "-uid", (const uint16_t[]){ 3, 1, 4, 2, 5 });
}

/* What is not known of a life is behind everything, and no 0. */
Test(view, rows_are_sorted_by_what_several_looks_tell) {
	static const struct sock_life lives[] = {
		{ .known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX,
		  .rx = 5,
		  .tx = 900,
		  .rate = 905,
		  .age_ms = 9 },
		{ .known = SOCK_LIFE_KNOWS_RX_BYTES, .rx_bytes = 7, .rx = 1, .age_ms = 8 },
		{ .known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX | SOCK_LIFE_KNOWS_RX_BYTES,
		  .rx = 6,
		  .rate = 6,
		  .rx_bytes = 3,
		  .age_ms = 70 },
	};
	static const struct sock socks[] = {
		{ .local.port = 1, .life = &lives[0] },
		{ .local.port = 2, .life = &lives[1] },
		{ .local.port = 3, .life = &lives[2] },
		{ .local.port = 4 },
	};
	static const struct {
		const char *sort;
		uint16_t order[ARRAY_LENGTH(socks)];
	} orders[] = {
		{ "rx", { 1, 3, 2, 4 } },           { "-rx", { 3, 1, 2, 4 } },
		{ "-tx", { 1, 3, 2, 4 } },          { "-rate", { 1, 3, 2, 4 } },
		{ "rate", { 3, 1, 2, 4 } },         { "rx_bytes", { 3, 2, 1, 4 } },
		{ "-age", { 3, 1, 2, 4 } },         { "age", { 2, 1, 3, 4 } },
		{ "retrans_rate", { 1, 2, 3, 4 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++)
		expect_order(socks, ARRAY_LENGTH(socks), orders[i].sort, orders[i].order);
}

Test(view, a_later_key_decides_between_equals_alone) {
	expect_order(rows, ARRAY_LENGTH(rows), "uid,-sport", (const uint16_t[]){ 4, 1, 3, 5, 2 });
	expect_order(rows, ARRAY_LENGTH(rows), "-family,state,-uid",
	             (const uint16_t[]){ 5, 3, 4, 2, 1 });
}

Test(view, equal_rows_keep_their_order_however_many_there_are) {
	enum { COUNT = 5000 };
	struct sock *many = xcalloc(COUNT, sizeof(*many));
	const struct sock **socks = xcalloc(COUNT, sizeof(const struct sock *));
	struct view view = view_of(NULL, "-recvq,state");
	for (size_t i = 0; i < COUNT; i++) {
		many[i] = (struct sock){ .state = SOCK_STATE_ESTABLISHED,
			                 .known = SOCK_KNOWS_RECVQ,
			                 .recvq = (uint32_t)(i * 7919 % 3) };
		socks[i] = &many[i];
	}
	view_sort(&view, socks, COUNT);
	for (size_t i = 1; i < COUNT; i++) {
		cr_assert_geq(socks[i - 1]->recvq, socks[i]->recvq);
		cr_assert(socks[i - 1]->recvq > socks[i]->recvq || socks[i - 1] < socks[i]);
	}
	view_finish(&view);
	free(socks);
	free(many);
}

Test(view, an_empty_view_and_an_empty_list_are_fine) {
	struct view view = { 0 };
	view_sort(&view, NULL, 0);
	cr_assert_eq(view_needs(&view), 0);
	view_finish(&view);
	view_finish(&view);
	view = view_of(NULL, "rtt");
	view_sort(&view, NULL, 0);
	view_finish(&view);
}
