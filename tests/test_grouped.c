/* Groups as rows of the table: what folds, in which order they come, and what the selection does.
 * A socket is its local port, a group its key in brackets. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "life.h"
#include "out.h"
#include "sock.h"
#include "table.h"
#include "util.h"

enum { GIVEN_MAX = 64 };

struct given {
	uint16_t port; /* and serial */
	uint8_t state;
	uint32_t recvq;
	uint64_t rx;
	const char *user;
};

struct stage {
	struct frame frame;
	struct sock socks[GIVEN_MAX];
	struct sock_life lives[GIVEN_MAX];
};

static struct frame *frame_of(struct stage *stage, const struct given *given, size_t count) {
	*stage = (struct stage){ 0 };
	for (size_t i = 0; i < count; i++) {
		stage->lives[i] = (struct sock_life){ .serial = given[i].port,
			                              .known = SOCK_LIFE_KNOWS_RX,
			                              .rx = given[i].rx,
			                              .rx_held = (float)given[i].rx };
		stage->socks[i] = (struct sock){ .known = SOCK_KNOWS_RECVQ | SOCK_KNOWS_PORTS,
			                         .protocol = SOCK_PROTOCOL_SCTP,
			                         .state = given[i].state,
			                         .recvq = given[i].recvq,
			                         .local.port = given[i].port,
			                         .user = given[i].user,
			                         .life = &stage->lives[i] };
	}
	stage->frame.snapshot.socks = stage->socks;
	stage->frame.snapshot.count = count;
	return &stage->frame;
}

static struct table table_by(const char *levels) {
	struct table table = { 0 };
	char *error = NULL;
	cr_assert(group_by_set(&table.grouped.by, levels, &error), "%s", error);
	return table;
}

static void put_row(struct out *out, const struct table *table, size_t row) {
	const struct group *group = table_group(table, row);
	out_text(out, row > 0 ? " " : "");
	if (row == table->selected)
		out_char(out, '>');
	if (!group) {
		out_number(out, table->rows[row]->local.port);
		return;
	}
	out_char(out, '[');
	group_write_key(out, table->grouped.by.levels[group->level], group);
	out_char(out, ']');
}

static void expect_rows(const struct table *table, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < table->count; i++)
		put_row(&out, table, i);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "%s, not %s", out.bytes, wanted);
	out_finish(&out);
}

static const struct given some[] = {
	{ 1, SOCK_STATE_ESTABLISHED, 5, 10, "ana" },  { 2, SOCK_STATE_LISTEN, 0, 0, "root" },
	{ 3, SOCK_STATE_ESTABLISHED, 1, 30, "root" }, { 4, SOCK_STATE_CLOSING, 50, 2, "ana" },
	{ 5, SOCK_STATE_CLOSING, 0, 3, "eva" },
};

static void update(struct table *table, const struct given *given, size_t count, const char *sort,
                   bool descending) {
	static struct stage stage;
	const struct table_choice choice = {
		.sort = sort ? field_find(sort, strlen(sort)) : NULL,
		.descending = descending,
		.show_closed = true,
	};
	table_update(table, frame_of(&stage, given, count), &choice);
}

static void update_some(struct table *table) {
	update(table, some, ARRAY_LENGTH(some), "rx", true);
}

Test(grouped, groups_are_closed_at_first_and_the_largest_sum_leads) {
	struct table table = table_by("state");
	update_some(&table);
	expect_rows(&table, ">[ESTAB] [CLOSING] [LISTEN]");
	cr_expect_eq(table.sockets, ARRAY_LENGTH(some));
	cr_expect_null(table_selected(&table));
	update(&table, some, ARRAY_LENGTH(some), "rx", false);
	expect_rows(&table, ">[LISTEN] [CLOSING] [ESTAB]");
	update(&table, some, ARRAY_LENGTH(some), "recvq", true);
	expect_rows(&table, ">[CLOSING] [ESTAB] [LISTEN]");
	update(&table, some, ARRAY_LENGTH(some), NULL, false);
	expect_rows(&table, ">[ESTAB] [LISTEN] [CLOSING]");
	table_finish(&table);
}

Test(grouped, what_cannot_be_summed_up_sorts_groups_by_their_first_sockets) {
	struct table table = table_by("state");
	update(&table, some, ARRAY_LENGTH(some), "sport", true);
	expect_rows(&table, ">[CLOSING] [ESTAB] [LISTEN]");
	table_finish(&table);
}

Test(grouped, of_equal_sums_the_one_with_more_sockets_leads) {
	static const struct given idle[] = {
		{ 1, SOCK_STATE_LISTEN, 0, 0, "a" },
		{ 2, SOCK_STATE_CLOSING, 0, 0, "a" },
		{ 3, SOCK_STATE_CLOSING, 0, 0, "a" },
	};
	struct table table = table_by("state");
	update(&table, idle, ARRAY_LENGTH(idle), "rx", true);
	expect_rows(&table, ">[CLOSING] [LISTEN]");
	table_finish(&table);
}

Test(grouped, a_group_opens_and_its_sockets_keep_their_order) {
	struct table table = table_by("state");
	update_some(&table);
	table_select(&table, 1);
	grouped_set_open(&table.grouped, table_selected_group(&table), true);
	update_some(&table);
	expect_rows(&table, "[ESTAB] >[CLOSING] 5 4 [LISTEN]");
	grouped_turn_all(&table.grouped);
	update_some(&table);
	expect_rows(&table, "[ESTAB] 3 1 >[CLOSING] 5 4 [LISTEN] 2");
	grouped_turn_all(&table.grouped);
	update_some(&table);
	expect_rows(&table, "[ESTAB] >[CLOSING] [LISTEN]");
	table_finish(&table);
}

Test(grouped, levels_open_one_within_the_other) {
	struct table table = table_by("state,user");
	update_some(&table);
	grouped_turn_all(&table.grouped);
	update_some(&table);
	expect_rows(&table,
	            ">[ESTAB] [root] 3 [ana] 1 [CLOSING] [eva] 5 [ana] 4 [LISTEN] [root] 2");
	grouped_set_open(&table.grouped, table_group(&table, 0), false);
	update_some(&table);
	expect_rows(&table, ">[ESTAB] [CLOSING] [eva] 5 [ana] 4 [LISTEN] [root] 2");
	table_finish(&table);
}

Test(grouped, the_selection_stays_with_its_row_wherever_that_goes) {
	static const struct given later[] = {
		{ 9, SOCK_STATE_SYN_SENT, 0, 900, "new" },
		{ 2, SOCK_STATE_LISTEN, 0, 700, "root" },
		{ 3, SOCK_STATE_ESTABLISHED, 1, 30, "root" },
		{ 4, SOCK_STATE_CLOSING, 50, 2, "ana" },
		{ 1, SOCK_STATE_ESTABLISHED, 5, 10, "ana" },
	};
	struct table table = table_by("state");
	update_some(&table);
	table_select(&table, 1);
	update(&table, later, ARRAY_LENGTH(later), "rx", true);
	expect_rows(&table, "[SYN-SENT] [LISTEN] [ESTAB] >[CLOSING]");
	grouped_turn_all(&table.grouped);
	update(&table, later, ARRAY_LENGTH(later), "rx", true);
	table_select(&table, 5);
	cr_expect_eq(table_selected(&table)->local.port, 3);
	update_some(&table);
	expect_rows(&table, "[ESTAB] >3 1 [CLOSING] 5 4 [LISTEN] 2");
	table_finish(&table);
}

Test(grouped, an_order_that_is_frozen_stays_while_sums_change) {
	static struct stage stage;
	static const struct given later[] = {
		{ 2, SOCK_STATE_LISTEN, 0, 700, "root" },
		{ 3, SOCK_STATE_ESTABLISHED, 1, 30, "root" },
		{ 7, SOCK_STATE_SYN_SENT, 0, 9000, "new" },
	};
	struct table table = table_by("state");
	const struct table_choice frozen = { .sort = field_find("rx", 2),
		                             .descending = true,
		                             .frozen = true };
	update_some(&table);
	table_update(&table, frame_of(&stage, later, ARRAY_LENGTH(later)), &frozen);
	expect_rows(&table, ">[ESTAB] [LISTEN] [SYN-SENT]");
	table_finish(&table);
}

Test(grouped, without_levels_rows_are_sockets_again_and_all_are_at_hand) {
	struct table table = table_by("state");
	update_some(&table);
	for (size_t i = 0; i < table.sockets; i++)
		cr_expect_not_null(table_sockets(&table)[i]);
	table.grouped.by.level_count = 0;
	update_some(&table);
	expect_rows(&table, ">3 1 5 4 2");
	cr_expect_null(table_selected_group(&table));
	table_finish(&table);
}

/* Whatever is opened and closed, every row is there once, and open groups show all they have. */
Test(grouped, random_folds_keep_every_socket_of_open_groups) {
	struct table table = table_by("user,state");
	uint64_t random = 99;
	for (int round = 0; round < 300; round++) {
		update_some(&table);
		random = random * UINT64_C(6364136223846793005) + 1;
		const struct group *group = table_group(&table, (random >> 33) % table.count);
		if (group)
			grouped_set_open(&table.grouped, group,
			                 !grouped_is_open(&table.grouped, group));
		update_some(&table);
		size_t wanted = 0;
		for (uint32_t i = 0; i < table.grouped.tree.count; i++) {
			const struct group *each = &table.grouped.tree.groups[i];
			const struct group *parent = each->parent == GROUP_NONE
			                                 ? NULL
			                                 : &table.grouped.tree.groups[each->parent];
			if (parent && !grouped_is_open(&table.grouped, parent))
				continue;
			wanted++;
			if (parent && grouped_is_open(&table.grouped, each))
				wanted += each->count;
		}
		cr_assert_eq(table.count, wanted);
	}
	table_finish(&table);
}

/* More groups come and go than are remembered. */
Test(grouped, groups_that_are_there_stay_open_however_many_were_before) {
	struct given given[GIVEN_MAX] = { { 0 } };
	struct table table = table_by("sport");
	for (uint16_t port = 1; port <= 200 * GIVEN_MAX; port++) {
		given[(port - 1) % GIVEN_MAX] = (struct given){ port, SOCK_STATE_CLOSE, 0, 0, "" };
		if (port % GIVEN_MAX > 0)
			continue;
		update(&table, given, GIVEN_MAX, NULL, false);
		cr_assert_eq(table.count, GIVEN_MAX, "new ones are closed");
		for (size_t row = 0; row < GIVEN_MAX; row++)
			grouped_set_open(&table.grouped, table_group(&table, row), true);
		update(&table, given, GIVEN_MAX, NULL, false);
		cr_assert_eq(table.count, 2 * GIVEN_MAX, "all are open");
	}
	cr_expect_leq(table.grouped.turned.count, 4096, "the others are forgotten");
	table_finish(&table);
}

Test(grouped, an_empty_look_has_no_rows) {
	struct table table = table_by("state");
	update_some(&table);
	update(&table, some, 0, "rx", true);
	expect_rows(&table, "");
	cr_expect_null(table_selected(&table));
	cr_expect_null(table_selected_group(&table));
	update_some(&table);
	expect_rows(&table, ">[ESTAB] [CLOSING] [LISTEN]");
	table_finish(&table);
}
