/* The rows of a look are filled in with what they are sorted by, in the order in which they lie in
 * memory; from there on only that is touched (order.h). The order before is kept as the rows of
 * `order`, which point to sockets of a frame that may be gone: only their serials are read. */

#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "life.h"
#include "order.h"
#include "sock.h"
#include "util.h"

void table_finish(struct table *table) {
	free(table->rows);
	free(table->order);
	grouped_finish(&table->grouped);
	*table = (struct table){ 0 };
}

/* Sockets that never had a life are known by their place. */
static uint64_t serial_of(const struct snapshot *snapshot, const struct sock *sock) {
	return sock->life ? sock->life->serial : (uint64_t)(sock - snapshot->socks) + 1;
}

static bool is_there(const struct sock *sock) {
	return !sock->life || sock->life->missing == 0;
}

static bool is_chosen(const struct table_choice *choice, const struct sock *sock) {
	if (choice->only_established && sock->state != SOCK_STATE_ESTABLISHED)
		return false;
	if (sock_life_is_gone(sock->life) && !choice->show_closed)
		return false;
	return !choice->filter || filter_matches(choice->filter, sock);
}

/* The order before, as pairs of serial and place, for as long as the rows are being replaced. */
static struct order_row *remember_order(const struct table *table) {
	struct order_row *before = xcalloc(2 * table->sockets, sizeof(*before));
	for (size_t i = 0; i < table->sockets; i++)
		before[i] = (struct order_row){ .key = i, .serial = table->order[i].serial };
	order_sort_by_serial(before, before + table->sockets, table->sockets);
	return before;
}

static void make_room(struct table *table, size_t count) {
	if (count <= table->capacity)
		return;
	free(table->order);
	table->capacity = count + count / 4;
	table->order = xcalloc(2 * table->capacity, sizeof(*table->order));
}

/* Those whose key is known from the front, the others from the back of the first half. */
struct filling {
	size_t known, unknown;
};

static struct filling fill(struct table *table, const struct frame *frame,
                           const struct table_choice *choice, struct order *order) {
	const struct snapshot *snapshot = &frame->snapshot;
	struct filling filled = { 0 };
	table->hidden = table->gone = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct sock *sock = &snapshot->socks[i];
		if (!is_chosen(choice, sock)) {
			table->hidden += is_there(sock);
			continue;
		}
		table->gone += !is_there(sock);
		struct order_row row = { .serial = serial_of(snapshot, sock), .sock = sock };
		if (!choice->sort || choice->frozen || order_key(order, sock, &row.key))
			table->order[filled.known++] = row;
		else
			table->order[table->capacity - ++filled.unknown] = row;
	}
	return filled;
}

/* Both are in order by serial. Those that are new get the highest key. */
static void key_by_place(struct order_row *rows, size_t count, const struct order_row *before,
                         size_t before_count) {
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		while (at < before_count && before[at].serial < rows[i].serial)
			at++;
		const bool is_new = at == before_count || before[at].serial != rows[i].serial;
		rows[i].key = is_new ? UINT64_MAX : before[at].key;
	}
}

static void put_in_order(struct table *table, const struct filling *filled,
                         const struct table_choice *choice, const struct order *order,
                         const struct order_row *before, size_t before_count) {
	struct order_row *known = table->order;
	struct order_row *spare = table->order + table->capacity;
	struct order_row *unknown = known + filled->known;
	memmove(unknown, spare - filled->unknown, filled->unknown * sizeof(*unknown));
	order_sort_by_serial(known, spare, filled->known);
	order_sort_by_serial(unknown, spare, filled->unknown);
	if (choice->frozen) {
		key_by_place(known, filled->known, before, before_count);
		order_sort_by_key(known, spare, filled->known);
	} else if (choice->sort) {
		order_sort(order, known, spare, filled->known);
	}
}

static bool is_grouped(const struct table *table) {
	return table->grouped.by.level_count > 0;
}

/* The rows of the sockets in their order, or of their groups. */
static void fill_rows(struct table *table) {
	table->count = is_grouped(table) ? table->grouped.count : table->sockets;
	if (table->row_capacity < table->count) {
		free(table->rows);
		table->row_capacity = table->count + table->count / 4;
		table->rows = xcalloc(table->row_capacity, sizeof(*table->rows));
	}
	for (size_t i = 0; i < table->count; i++)
		table->rows[i] =
		    is_grouped(table) ? table->grouped.rows[i].sock : table->order[i].sock;
}

static uint64_t row_serial(const struct table *table, size_t row) {
	return is_grouped(table) ? table->grouped.rows[row].serial : table->order[row].serial;
}

static size_t find_serial(const struct table *table, uint64_t serial) {
	size_t index = 0;
	while (index < table->count && row_serial(table, index) != serial)
		index++;
	return index;
}

static void set_selected(struct table *table, size_t index) {
	const size_t last = table->count > 0 ? table->count - 1 : 0;
	table->selected = index < last ? index : last;
	table->serial = table->count > 0 ? row_serial(table, table->selected) : 0;
}

static void select_again(struct table *table) {
	const uint64_t serial = table->serial;
	if (!table->moved && !table->follows) {
		set_selected(table, 0);
		return;
	}
	const size_t before = table->selected;
	const size_t found = find_serial(table, serial);
	set_selected(table, found < table->count ? found : before);
	if (!table->follows)
		return;
	if (found < table->count)
		table->top = found + table->top > before ? found + table->top - before : 0;
	else if (serial != 0)
		table->serial = serial;
}

void table_update(struct table *table, const struct frame *frame,
                  const struct table_choice *choice) {
	const size_t before_count = table->sockets;
	struct order_row *before = choice->frozen ? remember_order(table) : NULL;
	struct order order = { 0 };
	if (choice->sort)
		order = order_by(choice->sort, choice->descending);
	make_room(table, frame->snapshot.count);
	const struct filling filled = fill(table, frame, choice, &order);
	table->sockets = filled.known + filled.unknown;
	if (table->sockets > 0) /* or there may be no memory either */
		put_in_order(table, &filled, choice, &order, before, before_count);
	free(before);
	if (is_grouped(table))
		grouped_update(&table->grouped, table->order, filled.known, table->sockets,
		               choice->sort && !choice->frozen ? &order.by : NULL);
	fill_rows(table);
	select_again(table);
}

void table_select(struct table *table, size_t index) {
	set_selected(table, index);
	table->moved = table->selected > 0;
}

void table_select_serial(struct table *table, uint64_t serial) {
	const size_t index = find_serial(table, serial);
	if (index < table->count)
		table_select(table, index);
}

void table_move(struct table *table, long by) {
	const size_t selected = table->selected;
	if (by >= 0)
		table_select(table,
		             (size_t)by > SIZE_MAX - selected ? SIZE_MAX : selected + (size_t)by);
	else
		table_select(table, selected > -(size_t)by ? selected - -(size_t)by : 0);
}

void table_scroll(struct table *table, size_t height) {
	const size_t lines = height > 0 ? height : 1;
	if (table->selected < table->top)
		table->top = table->selected;
	if (table->selected - table->top >= lines)
		table->top = table->selected - lines + 1;
	const size_t last = table->count > lines ? table->count - lines : 0;
	if (table->top > last)
		table->top = last;
}

const struct sock *table_selected(const struct table *table) {
	return table->count > 0 ? table->rows[table->selected] : NULL;
}

uint64_t table_selected_serial(const struct table *table) {
	return table->count > 0 ? row_serial(table, table->selected) : 0;
}

const struct group *table_group(const struct table *table, size_t row) {
	if (row >= table->count || table->rows[row])
		return NULL;
	return &table->grouped.tree.groups[table->grouped.rows[row].group];
}

const struct group *table_selected_group(const struct table *table) {
	return table_group(table, table->selected);
}

const struct sock *const *table_sockets(const struct table *table) {
	return is_grouped(table) ? table->grouped.tree.members : table->rows;
}
