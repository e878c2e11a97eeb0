/* Layouts are tables: which panels there are on a screen of that size, and where. A panel is a
 * heading and as many rows as it has lines; what is to the right of the names has a fixed width, so
 * that nothing moves while numbers change, and the history takes what is left. */

#include "overview_draw.h"

#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "format.h"
#include "human.h"
#include "named.h"
#include "out.h"
#include "util.h"
#include "value.h"

/* Columns: names are cut down to what is left, but not below the least. */
enum {
	COUNT_WIDTH = 7,
	RATE_WIDTH = 7,
	EXPOSURE_WIDTH = 14,
	OWNER_WIDTH = 17,
	QUEUE_WIDTH = 10,
	NAME_LEAST = 16,
	NAME_MOST = 28,
	MACHINE_LEAST = 6,  /* with the blank behind it */
	ADDRESS_LEAST = 26, /* IPv4 with its port is never cut */
	ADDRESS_MOST = 46,
	HISTORY_LEAST = 8,
	HISTORY_WIDE = 16, /* with more, rates come in both directions */
};

/* In twelfths of the area. */
struct place {
	int panel;
	uint8_t left, top, right, bottom;
};

static const struct {
	int width, height; /* from which on it is taken */
	size_t count;
	struct place places[OVERVIEW_PANELS];
} layouts[] = {
	{ 140,
	  24,
	  5,
	  { { OVERVIEW_PROCESSES, 0, 0, 4, 6 },
	    { OVERVIEW_PEERS, 4, 0, 8, 6 },
	    { OVERVIEW_PORTS, 8, 0, 12, 6 },
	    { OVERVIEW_STATES, 0, 6, 4, 12 },
	    { OVERVIEW_LISTENERS, 4, 6, 12, 12 } } },
	{ 78,
	  15,
	  5,
	  { { OVERVIEW_PROCESSES, 0, 0, 6, 4 },
	    { OVERVIEW_PEERS, 6, 0, 12, 4 },
	    { OVERVIEW_PORTS, 0, 4, 6, 8 },
	    { OVERVIEW_STATES, 6, 4, 12, 8 },
	    { OVERVIEW_LISTENERS, 0, 8, 12, 12 } } },
	{ 0,
	  12,
	  4,
	  { { OVERVIEW_PROCESSES, 0, 0, 12, 3 },
	    { OVERVIEW_PEERS, 0, 3, 12, 6 },
	    { OVERVIEW_PORTS, 0, 6, 12, 9 },
	    { OVERVIEW_LISTENERS, 0, 9, 12, 12 } } },
	{ 0, 0, 1, { { OVERVIEW_PROCESSES, 0, 0, 12, 12 } } },
};

/* As seen, those that say most first. */
static const enum sock_state shown_states[] = {
	SOCK_STATE_ESTABLISHED, SOCK_STATE_LISTEN,   SOCK_STATE_TIME_WAIT, SOCK_STATE_CLOSE_WAIT,
	SOCK_STATE_SYN_SENT,    SOCK_STATE_SYN_RECV, SOCK_STATE_FIN_WAIT1, SOCK_STATE_FIN_WAIT2,
	SOCK_STATE_LAST_ACK,    SOCK_STATE_CLOSING,  SOCK_STATE_CLOSE,
};

void overview_states_add(struct overview_states *states, const struct totals *totals) {
	for (size_t i = 0; i < SOCK_STATE_COUNT; i++)
		series_add(&states->counts[i], true, totals->states[i]);
}

/* What names are made of. */

static void write_process(struct out *out, const struct process *process) {
	static const struct column column = { .name = "owners" };
	const struct owner owner = { .process = process };
	const struct value value = {
		.kind = VALUE_OWNERS, .part = OWNER_PROCESS, .length = 1, .owners = &owner
	};
	format_value(out, &column, &value, FORMAT_HUMAN);
}

static void write_peer(struct out *out, const struct sock *sock) {
	const char *name = sock_names(sock)->peer.host;
	if (name)
		escape_write(out, name, strlen(name), ESCAPE_WORD);
	else
		format_address(out, sock, VALUE_PEER);
}

/* "443/tcp"; an arrow says that it is the peer's. */
static void write_port(struct out *out, const struct overview_row *row, const struct sock *sock) {
	const bool is_here = overview_is_here(row);
	const struct sock_names *names = sock_names(sock);
	const char *name = is_here ? names->local.service : names->peer.service;
	out_text(out, is_here ? "   " : "-> ");
	if (name)
		escape_write(out, name, strlen(name), ESCAPE_WORD);
	else
		out_number(out, row->sums.key.numbers[0]);
	out_char(out, '/');
	out_text(out, sock_protocol_name((enum sock_protocol)sock->protocol));
}

static void write_listener(struct out *out, const struct sock *sock) {
	out_text(out, sock_protocol_name((enum sock_protocol)sock->protocol));
	out_char(out, ' ');
	format_endpoint(out, sock, VALUE_LOCAL);
}

static void write_name(struct out *out, const struct overview_look *look, enum overview_kind kind,
                       const struct overview_row *row) {
	struct named named;
	const struct sock *sock =
	    named_init(&named, row->sums.sock, look->namer,
	               look->host_names && (kind == OVERVIEW_PEERS || kind == OVERVIEW_LISTENERS),
	               look->port_names && (kind == OVERVIEW_PORTS || kind == OVERVIEW_LISTENERS));
	switch (kind) {
	case OVERVIEW_PROCESSES:
		write_process(out, row->sums.process);
		break;
	case OVERVIEW_PEERS:
		write_peer(out, sock);
		break;
	case OVERVIEW_PORTS:
		write_port(out, row, sock);
		break;
	case OVERVIEW_LISTENERS:
		write_listener(out, sock);
		break;
	case OVERVIEW_KINDS:
		break;
	}
	named_finish(&named);
}

/* A line that is drawn from the left to the right. What has no room in it is left out. */
struct line {
	struct canvas *canvas;
	struct area area;
	int x;
};

/* Takes `width` columns. The last of them is a blank. Returns where they begin, or -1. */
static int take(struct line *line, int width) {
	const int x = line->x;
	line->x += width;
	return line->x <= line->area.width ? line->area.x + x : -1;
}

static void put_out(struct line *line, int width, enum style style, const struct out *out) {
	const int x = take(line, width);
	if (x >= 0)
		canvas_put_cut(line->canvas, (struct area){ x, line->area.y, width - 1, 1 }, false,
		               style, out->bytes, out->used);
}

static int between(int value, int least, int most) {
	return value < least ? least : value > most ? most : value;
}

/* A long name of a machine leaves room for what is on it. */
static void put_name(struct line *line, int width, const struct overview_row *row,
                     const struct out *name) {
	const char *machine = row->sums.key.host;
	const int left = width - canvas_width_of(line->canvas, name->bytes, name->used) - 1;
	int taken = 0;
	if (machine) {
		struct out out;
		out_init(&out, OUT_MEMORY);
		escape_write(&out, machine, strlen(machine), ESCAPE_WORD);
		taken = canvas_width_of(line->canvas, out.bytes, out.used) + 1;
		taken = between(left, taken < MACHINE_LEAST ? taken : MACHINE_LEAST, taken);
		put_out(line, taken, STYLE_TEXT, &out);
		out_finish(&out);
	}
	put_out(line, width - taken, STYLE_TEXT, name);
}

static void put_right(struct line *line, int width, enum style style, const char *text) {
	const int x = take(line, width);
	if (x >= 0)
		canvas_text_right(line->canvas, x, line->area.y, width - 1, style, text);
}

static void put_left(struct line *line, int width, enum style style, const char *text) {
	const int x = take(line, width);
	if (x >= 0)
		canvas_text(line->canvas, x, line->area.y, width - 1, style, text);
}

static void put_history(const struct line *line, enum style style, const struct series *series) {
	const int room = line->area.width - line->x - 1;
	const int width = room < SERIES_LENGTH ? room : SERIES_LENGTH;
	if (series && width > 0)
		series_draw(series, line->canvas, line->area.x + line->area.width - 1 - width,
		            line->area.y, width, style);
}

/* Of a panel with traffic: RX and TX apart if there is room for both and a long history. */
static bool has_both_rates(int width) {
	return width >= NAME_LEAST + COUNT_WIDTH + 2 * RATE_WIDTH + HISTORY_WIDE;
}

static int name_width(int width) {
	const int rates = has_both_rates(width) ? 2 : 1;
	const int history = has_both_rates(width) ? HISTORY_WIDE : HISTORY_LEAST;
	return between(width - COUNT_WIDTH - rates * RATE_WIDTH - history, NAME_LEAST, NAME_MOST);
}

static void put_rate(struct line *line, const struct overview_look *look, enum style style,
                     const struct tally_entry *sums, uint64_t rate) {
	put_right(line, RATE_WIDTH, rate > 0 ? style : STYLE_TEXT,
	          sums->knows_rates ? human_flow(rate, look->unit).text : "-");
}

static void draw_traffic(struct line *line, const struct overview_look *look,
                         const struct overview_row *row, const struct out *name) {
	const struct tally_entry *sums = &row->sums;
	const uint64_t both = util_add(sums->rx, sums->tx);
	put_name(line, name_width(line->area.width), row, name);
	put_right(line, COUNT_WIDTH, STYLE_TEXT, human_count(sums->sockets).text);
	if (has_both_rates(line->area.width)) {
		put_rate(line, look, STYLE_RX, sums, sums->rx);
		put_rate(line, look, STYLE_TX, sums, sums->tx);
	} else {
		put_rate(line, look, STYLE_RX, sums, both);
	}
	put_history(line, STYLE_RX, row->history);
}

/* Of a listener. */

static int address_width(int width) {
	const int fixed = EXPOSURE_WIDTH + OWNER_WIDTH + QUEUE_WIDTH + RATE_WIDTH + HISTORY_LEAST;
	return between(width - fixed, ADDRESS_LEAST, ADDRESS_MOST);
}

static void put_owner(struct line *line, const struct sock *sock) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	if (sock->owner_count > 0)
		write_process(&out, sock->owners[0].process);
	else
		out_char(&out, sock->ownership == SOCK_OWNERSHIP_HIDDEN ? '?' : '-');
	put_out(line, OWNER_WIDTH, STYLE_TEXT, &out);
	out_finish(&out);
}

static void put_queue(struct line *line, const struct tally_entry *sums) {
	char text[2 * sizeof(struct human) + 2] = "-";
	if (sums->sock->state == SOCK_STATE_LISTEN)
		snprintf(text, sizeof(text), "%s/%s%s", human_size(sums->queued).text,
		         human_size(sums->room).text, sums->full ? "!" : "");
	put_right(line, QUEUE_WIDTH, sums->full ? STYLE_WARNING : STYLE_TEXT, text);
}

static void put_drops(struct line *line, const struct tally_entry *sums) {
	put_right(line, RATE_WIDTH, sums->drops > 0 ? STYLE_WARNING : STYLE_TEXT,
	          sums->knows_drops ? human_size(sums->drops).text : "-");
}

static void draw_listener(struct line *line, const struct overview_row *row,
                          const struct out *name) {
	const bool is_inside = row->exposure <= EXPOSURE_PRIVATE;
	put_name(line, address_width(line->area.width), row, name);
	put_left(line, EXPOSURE_WIDTH, is_inside ? STYLE_FAINT : STYLE_STRONG,
	         _(exposure_name(row->exposure)));
	put_queue(line, &row->sums);
	put_drops(line, &row->sums);
	put_owner(line, row->sums.sock);
	put_history(line, row->sums.full ? STYLE_WARNING : STYLE_FAINT, row->history);
}

static void draw_row(const struct overview_look *look, struct line *line, enum overview_kind kind,
                     const struct overview_row *row) {
	struct out name;
	out_init(&name, OUT_MEMORY);
	write_name(&name, look, kind, row);
	if (kind == OVERVIEW_LISTENERS)
		draw_listener(line, row, &name);
	else
		draw_traffic(line, look, row, &name);
	out_finish(&name);
}

/* Panels. */

static void begin_heading(struct line *line, const char *title, int width) {
	canvas_fill(line->canvas, (struct area){ line->area.x, line->area.y, line->area.width, 1 },
	            STYLE_HEADING);
	put_left(line, width, STYLE_HEADING, title);
}

static void draw_heading(struct canvas *canvas, struct area area, enum overview_kind kind,
                         const struct overview_list *list) {
	static const char *const titles[OVERVIEW_KINDS] = {
		[OVERVIEW_PROCESSES] = N_("PROCESSES"),
		[OVERVIEW_PEERS] = N_("PEERS"),
		[OVERVIEW_PORTS] = N_("SERVICES"),
		[OVERVIEW_LISTENERS] = N_("LISTENING"),
	};
	struct line line = { .canvas = canvas, .area = area, .x = 1 };
	char title[64];
	snprintf(title, sizeof(title), "%s %zu", _(titles[kind]), list->all);
	if (kind == OVERVIEW_LISTENERS) {
		begin_heading(&line, title, address_width(area.width));
		put_left(&line, EXPOSURE_WIDTH, STYLE_HEADING, _("REACHED BY"));
		put_right(&line, QUEUE_WIDTH, STYLE_HEADING, _("QUEUE"));
		put_right(&line, RATE_WIDTH, STYLE_HEADING, _("DROPS"));
		put_left(&line, OWNER_WIDTH, STYLE_HEADING, _("PROCESS"));
		return;
	}
	begin_heading(&line, title, name_width(area.width));
	put_right(&line, COUNT_WIDTH, STYLE_HEADING, _("SOCKS"));
	put_right(&line, RATE_WIDTH, STYLE_HEADING,
	          has_both_rates(area.width) ? "RX/s" : _("RATE"));
	if (has_both_rates(area.width))
		put_right(&line, RATE_WIDTH, STYLE_HEADING, "TX/s");
}

static size_t rows_shown(size_t count, struct area area) {
	const size_t room = area.height > 0 ? (size_t)area.height : 0;
	return count < room ? count : room;
}

/* Over what a row has drawn. */
static void mark_selected(const struct overview_look *look, struct line *line, int panel,
                          size_t row) {
	if (overview_cursor_is_on(look->cursor, panel, row))
		canvas_restyle(line->canvas, line->area, STYLE_SELECTED);
}

static void draw_list(const struct overview_look *look, struct canvas *canvas, struct area area,
                      enum overview_kind kind) {
	const struct overview_list *list = overview_list(look->overview, kind);
	struct tally_key keys[OVERVIEW_ROWS];
	draw_heading(canvas, area_take_top(&area, 1), kind, list);
	const size_t count = rows_shown(list->count, area);
	for (size_t i = 0; i < count; i++)
		keys[i] = list->rows[i].sums.key;
	overview_cursor_note(look->cursor, (int)kind, area, keys, count);
	for (size_t i = 0; i < count; i++) {
		struct line line = { .canvas = canvas, .area = area_take_top(&area, 1), .x = 1 };
		draw_row(look, &line, kind, &list->rows[i]);
		mark_selected(look, &line, (int)kind, i);
	}
}

/* Those that were there in the last minutes, then the others. */
static void order_states(const struct overview_states *states,
                         struct tally_key keys[ARRAY_LENGTH(shown_states)]) {
	size_t count = 0;
	for (size_t i = 0; i < 2 * ARRAY_LENGTH(shown_states); i++) {
		const enum sock_state state = shown_states[i % ARRAY_LENGTH(shown_states)];
		const bool wanted = i < ARRAY_LENGTH(shown_states);
		uint32_t highest = 0;
		if ((series_highest(&states->counts[state], &highest) && highest > 0) == wanted)
			keys[count++] = (struct tally_key){ .numbers = { state } };
	}
}

static void draw_state(const struct overview_look *look, struct line *line, enum sock_state state) {
	const uint64_t count = look->totals->states[state];
	const bool bad = state == SOCK_STATE_CLOSE_WAIT && count > 0;
	const enum style style = bad ? STYLE_WARNING : STYLE_TEXT;
	put_left(line, name_width(line->area.width), style, sock_state_name(state));
	put_right(line, COUNT_WIDTH, style, human_count(count).text);
	put_history(line, style, &look->states->counts[state]);
}

static void draw_states(const struct overview_look *look, struct canvas *canvas, struct area area) {
	struct line heading = { .canvas = canvas, .area = area_take_top(&area, 1), .x = 1 };
	struct tally_key keys[ARRAY_LENGTH(shown_states)];
	begin_heading(&heading, _("STATES OF TCP"), name_width(area.width));
	put_right(&heading, COUNT_WIDTH, STYLE_HEADING, _("SOCKS"));
	order_states(look->states, keys);
	const size_t count = rows_shown(ARRAY_LENGTH(keys), area);
	overview_cursor_note(look->cursor, OVERVIEW_STATES, area, keys, count);
	for (size_t i = 0; i < count; i++) {
		struct line line = { .canvas = canvas, .area = area_take_top(&area, 1), .x = 1 };
		draw_state(look, &line, (enum sock_state)keys[i].numbers[0]);
		mark_selected(look, &line, OVERVIEW_STATES, i);
	}
}

static struct area area_of(struct area area, const struct place *place) {
	const int left = area.width * place->left / 12;
	const int top = area.height * place->top / 12;
	const int right = area.width * place->right / 12 - (place->right < 12);
	const int bottom = area.height * place->bottom / 12;
	return (struct area){ area.x + left, area.y + top, right - left, bottom - top };
}

void overview_draw(const struct overview_look *look, struct canvas *canvas, struct area area) {
	size_t layout = 0;
	while (area.width < layouts[layout].width || area.height < layouts[layout].height)
		layout++;
	overview_cursor_begin(look->cursor);
	for (size_t i = 0; i < layouts[layout].count; i++) {
		const struct place *place = &layouts[layout].places[i];
		if (place->panel == OVERVIEW_STATES)
			draw_states(look, canvas, area_of(area, place));
		else
			draw_list(look, canvas, area_of(area, place),
			          (enum overview_kind)place->panel);
	}
}
