/* What was drawn last is what keys move on; the key of the selected row says where that is in the
 * next drawing. */

#include "overview_cursor.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "filter.h"
#include "format.h"
#include "out.h"
#include "states.h"

void overview_cursor_begin(struct overview_cursor *cursor) {
	cursor->drawn_count = 0;
}

static bool is_same(const struct tally_key *a, const struct tally_key *b) {
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void select_row(struct overview_cursor *cursor, const struct overview_drawn *drawn,
                       size_t row) {
	cursor->panel = drawn->panel;
	cursor->row = row < drawn->count ? row : drawn->count - 1;
	cursor->key = drawn->keys[cursor->row];
}

/* Where the selected row is now; if it is not there any more, whoever is in its place. */
static size_t find_selected(const struct overview_cursor *cursor,
                            const struct overview_drawn *drawn) {
	for (size_t i = 0; i < drawn->count; i++) {
		if (is_same(&drawn->keys[i], &cursor->key))
			return i;
	}
	return cursor->row;
}

void overview_cursor_note(struct overview_cursor *cursor, int panel, struct area area,
                          const struct tally_key *keys, size_t count) {
	struct overview_drawn *drawn = &cursor->drawn[cursor->drawn_count++];
	drawn->panel = panel;
	drawn->area = area;
	drawn->count = count;
	memcpy(drawn->keys, keys, count * sizeof(*keys));
	if (cursor->panel == panel && count > 0)
		select_row(cursor, drawn, find_selected(cursor, drawn));
}

bool overview_cursor_is_on(const struct overview_cursor *cursor, int panel, size_t row) {
	return cursor->panel == panel && cursor->row == row;
}

static bool is_drawn(const struct overview_cursor *cursor, size_t place) {
	return place < cursor->drawn_count && cursor->drawn[place].panel == cursor->panel;
}

/* Where the selected panel stands; 0 if it was not drawn. */
static size_t place_of(const struct overview_cursor *cursor) {
	for (size_t i = 0; i < cursor->drawn_count; i++) {
		if (is_drawn(cursor, i))
			return i;
	}
	return 0;
}

/* The next panel in that direction that has rows; NULL: there is none. */
static const struct overview_drawn *neighbour(const struct overview_cursor *cursor, int direction) {
	const size_t step = direction > 0 ? 1 : SIZE_MAX;
	for (size_t i = place_of(cursor) + step; i < cursor->drawn_count; i += step) {
		if (cursor->drawn[i].count > 0)
			return &cursor->drawn[i];
	}
	return NULL;
}

void overview_cursor_move(struct overview_cursor *cursor, int rows) {
	const struct overview_drawn *here = &cursor->drawn[place_of(cursor)];
	const struct overview_drawn *next = neighbour(cursor, rows);
	if (rows < 0 && cursor->row > 0 && here->count > 0)
		select_row(cursor, here, cursor->row - 1);
	else if (rows > 0 && cursor->row + 1 < here->count)
		select_row(cursor, here, cursor->row + 1);
	else if (next)
		select_row(cursor, next, rows > 0 ? 0 : next->count - 1);
}

void overview_cursor_turn(struct overview_cursor *cursor, int panels) {
	const struct overview_drawn *next = neighbour(cursor, panels);
	if (next)
		select_row(cursor, next, cursor->row);
}

bool overview_cursor_point(struct overview_cursor *cursor, int x, int y) {
	for (size_t i = 0; i < cursor->drawn_count; i++) {
		const struct overview_drawn *drawn = &cursor->drawn[i];
		struct area rows = drawn->area;
		rows.height = (int)drawn->count;
		if (!area_has(&rows, x, y))
			continue;
		select_row(cursor, drawn, (size_t)(y - rows.y));
		return true;
	}
	return false;
}

static const struct overview_row *row_of(const struct overview_cursor *cursor,
                                         struct overview *overview) {
	const struct overview_list *list =
	    overview_list(overview, (enum overview_kind)cursor->panel);
	for (size_t i = 0; i < list->count; i++) {
		if (is_same(&list->rows[i].sums.key, &cursor->key))
			return &list->rows[i];
	}
	return NULL;
}

static void write_row(const struct overview_row *row, enum overview_kind kind, struct out *out) {
	const struct sock *sock = row->sums.sock;
	const char *protocol = sock_protocol_name((enum sock_protocol)sock->protocol);
	switch (kind) {
	case OVERVIEW_PROCESSES:
		out_printf(out, "pid %" PRIu32, row->sums.process->pid);
		break;
	case OVERVIEW_PEERS:
		out_text(out, "dst ");
		format_address(out, sock, VALUE_PEER);
		break;
	case OVERVIEW_PORTS:
		out_printf(out, "%s and %s :%" PRIu64, protocol,
		           overview_is_here(row) ? "sport" : "dport", row->sums.key.numbers[0]);
		break;
	case OVERVIEW_LISTENERS:
		out_printf(out, "%s and sport :%" PRIu32, protocol, sock->local.port);
		break;
	case OVERVIEW_KINDS:
		break;
	}
	if (row->sums.key.host) {
		out_text(out, " and machine = ");
		filter_quote(out, row->sums.key.host, strlen(row->sums.key.host));
	}
}

bool overview_cursor_filter(const struct overview_cursor *cursor, struct overview *overview,
                            struct out *out) {
	if (!is_drawn(cursor, place_of(cursor)))
		return false;
	if (cursor->panel == OVERVIEW_STATES) {
		states_write_filter(out, (enum sock_state)cursor->key.numbers[0]);
		return true;
	}
	const struct overview_row *row = row_of(cursor, overview);
	if (row)
		write_row(row, (enum overview_kind)cursor->panel, out);
	return row != NULL;
}
