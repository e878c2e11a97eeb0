/* All lines but the one with the filter are made of parts (parts.h); the ranks here say which of
 * them go first where there is no room. The number of hidden sockets never goes. */

#include "header.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "frame.h"
#include "human.h"
#include "parts.h"
#include "util.h"

/* What a line is drawn from. */
struct source {
	const struct header *header;
	const struct frame *frame;
	const struct header_look *look;
};

static void add_clock(struct parts *parts, const struct frame *frame) {
	const time_t time = (time_t)(frame->time_ns / 1000000000);
	struct tm broken_down;
	char text[16];
	if (frame->time_ns == 0 || !localtime_r(&time, &broken_down) ||
	    strftime(text, sizeof(text), "%H:%M:%S", &broken_down) == 0)
		return;
	parts_add(parts, STYLE_TEXT, 4, "%s", text);
}

/* Where there is no room for a name of the DNS, its first label will do; an address has none. */
static void add_machine(struct parts *parts, enum style style, uint8_t rank, const char *name,
                        const char *mark) {
	struct part *part = parts_add(parts, style, rank, "%s%s", name, mark);
	const size_t label = strcspn(name, ".");
	const bool is_numeric = name[strspn(name, "0123456789.")] == '\0';
	if (!is_numeric && label > 0 && name[label] == '.' && label + 1 < sizeof(part->brief))
		snprintf(part->brief, sizeof(part->brief), "%.*s%s", (int)label, name, mark);
}

/* Of several machines, whether they are there. What does not fit is in the next line if anything is
 * wrong with it. */
static void add_machines(struct parts *parts, const struct frame *frame) {
	enum { MOST = 8 };
	for (size_t i = 0; i < frame->host_count && i < MOST; i++) {
		const struct frame_host *host = &frame->hosts[i];
		if (host->trouble)
			add_machine(parts, STYLE_ERROR, 1, host->name, "!");
		else
			add_machine(parts, STYLE_STRONG, 5, host->name, "");
	}
	if (frame->host[0] != '\0')
		add_machine(parts, STYLE_STRONG, 5, frame->host, "");
}

/* A look that costs much is taken less often than was asked for. */
static void add_period(struct parts *parts, const struct header_look *look) {
	if (look->period_ns == 0)
		return;
	const struct human period = human_period(look->period_ns);
	const struct human wanted = human_period(look->wanted_ns);
	const bool stretched = look->wanted_ns != 0 && look->wanted_ns < look->period_ns &&
	                       strcmp(period.text, wanted.text) != 0;
	struct part *part = parts_add(parts, STYLE_TEXT, 6, _("every %s"), period.text);
	if (!stretched)
		return;
	memcpy(part->brief, part->text, sizeof(part->brief) - 1);
	snprintf(part->text, sizeof(part->text), _("every %s (asked %s)"), period.text,
	         wanted.text);
}

static void add_sockets(struct parts *parts, const struct totals *totals) {
	const struct human count = human_count(totals->sockets);
	struct part *part = parts_add(
	    parts, STYLE_STRONG, 0,
	    ngettext("%s socket", "%s sockets", (unsigned long)totals->sockets), count.text);
	memcpy(part->brief, count.text, sizeof(count.text));
	if (totals->elapsed_ns == 0)
		return;
	if (totals->appeared > 0)
		parts_add(parts, STYLE_NEW, 3, "+%s", human_count(totals->appeared).text)->gap = 1;
	if (totals->gone > 0)
		parts_add(parts, STYLE_GONE, 3, "-%s", human_count(totals->gone).text)->gap = 1;
}

static void add_marks(struct parts *parts, const struct header_look *look) {
	if (look->ended)
		parts_add(parts, STYLE_WARNING, 1, "%s", _("END"));
	if (look->paused)
		parts_add(parts, STYLE_WARNING, 1, "%s", _("PAUSED"));
	if (look->frozen)
		parts_add(parts, STYLE_WARNING, 2, "%s", _("ORDER FROZEN"));
	if (look->follows)
		parts_add(parts, STYLE_WARNING, 3, "%s", _("FOLLOWING"));
}

/* Of the sockets that a process could hold, how many have a known owner; rounded down, so that only
 * all of them are 100%. */
static void add_owners(struct parts *parts, const struct frame *frame) {
	const uint64_t owned = frame->totals.owned;
	const uint64_t all = owned + frame->totals.owner_hidden;
	if (!(frame->needs & SOCK_NEED_OWNERS) || all == 0)
		return;
	const unsigned percent = (unsigned)(owned * 100 / all);
	const enum style style = percent < 100 ? STYLE_WARNING : STYLE_GOOD;
	struct part *part = parts_add(parts, style, 2, _("owners %u%%"), percent);
	part->at_right = true;
	if (percent == 100)
		return;
	memcpy(part->brief, part->text, sizeof(part->brief) - 1);
	snprintf(part->text, sizeof(part->text),
	         frame->owners.privileged ? _("owners %u%% (others' are hidden even from root)")
	                                  : _("owners %u%% (others' need root)"),
	         percent);
}

static void draw_top(const struct source *source, struct canvas *canvas, struct area area) {
	struct parts line = { .count = 0 };
	parts_add(&line, STYLE_STRONG, 7, "socklens");
	add_machines(&line, source->frame);
	add_clock(&line, source->frame);
	add_period(&line, source->look);
	add_sockets(&line, &source->frame->totals);
	add_marks(&line, source->look);
	add_owners(&line, source->frame);
	parts_draw(&line, canvas, area);
}

/* The states of TCP stand behind the first of these, in the order of the second table. */
static const struct {
	const char *name;
	uint32_t protocols;
	uint8_t rank;
	bool always; /* also if there are none */
} protocols[] = {
	{ "TCP", 1u << SOCK_PROTOCOL_TCP, 1, true },
	{ "UDP", 1u << SOCK_PROTOCOL_UDP, 2, true },
	{ "UNIX", SOCK_PROTOCOLS_UNIX, 6, true },
	{ "MPTCP", 1u << SOCK_PROTOCOL_MPTCP, 15, false },
	{ "SCTP", 1u << SOCK_PROTOCOL_SCTP, 16, false },
	{ "RAW", 1u << SOCK_PROTOCOL_RAW, 17, false },
	{ "PACKET", SOCK_PROTOCOLS_PACKET, 18, false },
	{ "UDPLITE", 1u << SOCK_PROTOCOL_UDPLITE, 19, false },
	{ "VSOCK", SOCK_PROTOCOLS_VSOCK, 20, false },
	{ "XDP", 1u << SOCK_PROTOCOL_XDP, 21, false },
	{ "NETLINK", 1u << SOCK_PROTOCOL_NETLINK, 22, false },
};

static const struct {
	enum sock_state state;
	uint8_t rank;
} states[] = {
	{ SOCK_STATE_ESTABLISHED, 4 }, { SOCK_STATE_LISTEN, 5 },     { SOCK_STATE_TIME_WAIT, 7 },
	{ SOCK_STATE_CLOSE_WAIT, 3 },  { SOCK_STATE_SYN_SENT, 8 },   { SOCK_STATE_SYN_RECV, 9 },
	{ SOCK_STATE_FIN_WAIT1, 10 },  { SOCK_STATE_FIN_WAIT2, 11 }, { SOCK_STATE_LAST_ACK, 12 },
	{ SOCK_STATE_CLOSING, 13 },    { SOCK_STATE_CLOSE, 14 },
};

/* CLOSE-WAIT is a program that does not close: worth a mark of its own. */
static void add_states(struct parts *parts, const struct totals *totals) {
	for (size_t i = 0; i < ARRAY_LENGTH(states); i++) {
		const enum sock_state state = states[i].state;
		const bool bad = state == SOCK_STATE_CLOSE_WAIT;
		if (totals->states[state] > 0)
			parts_add(parts, bad ? STYLE_WARNING : STYLE_TEXT, states[i].rank,
			          "%s %s%s", sock_state_name(state),
			          human_count(totals->states[state]).text, bad ? "!" : "");
	}
}

static uint64_t count_of(const struct totals *totals, uint32_t set) {
	uint64_t count = 0;
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if (set >> i & 1)
			count += totals->protocols[i];
	}
	return count;
}

static void draw_states(const struct source *source, struct canvas *canvas, struct area area) {
	const struct totals *totals = &source->frame->totals;
	struct parts line = { .count = 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++) {
		const uint64_t count = count_of(totals, protocols[i].protocols);
		if (count > 0 || protocols[i].always)
			parts_add(&line, STYLE_STRONG, protocols[i].rank, "%s %s",
			          protocols[i].name, human_count(count).text);
		if (i == 0)
			add_states(&line, totals);
	}
	parts_draw(&line, canvas, area);
}

_Static_assert(ARRAY_LENGTH(protocols) + ARRAY_LENGTH(states) <= PARTS_MAX, "room for all");

/* In the first look nothing is known yet. */
static struct human new_rate(const struct totals *totals, uint64_t rate) {
	const struct human unknown = { "-" };
	return totals->elapsed_ns == 0 ? unknown : human_rate(rate);
}

static struct human flow_of(const struct source *source, uint64_t rate) {
	const struct human unknown = { "-" };
	const bool is_known = source->frame->totals.elapsed_ns != 0;
	return is_known ? human_flow_rate(rate, source->look->unit) : unknown;
}

static uint16_t in_thousandths(const struct totals *totals) {
	if (totals->retrans >= totals->sent)
		return totals->retrans > 0 ? 1000 : 0;
	return (uint16_t)(totals->retrans * 1000 / totals->sent);
}

static uint64_t new_a_second(const struct totals *totals) {
	if (totals->elapsed_ns == 0)
		return 0;
	return (uint64_t)((double)totals->appeared * 1e9 / (double)totals->elapsed_ns + 0.5);
}

static struct human share_of_retrans(const struct totals *totals) {
	struct human human = { "-" };
	const unsigned share = in_thousandths(totals);
	if (totals->elapsed_ns != 0)
		snprintf(human.text, sizeof(human.text), "%u.%u%%", share / 10, share % 10);
	return human;
}

static void add_rate(struct parts *parts, struct part part, const char *name, struct human value) {
	struct part *added = parts_add(parts, part.style, part.rank, "%s %s", name, value.text);
	added->least = part.least;
	added->series = part.series;
}

static void draw_rates(const struct source *source, struct canvas *canvas, struct area area) {
	const struct totals *totals = &source->frame->totals;
	const struct header *header = source->header;
	struct parts line = { .count = 0 };
	add_rate(&line, (struct part){ .style = STYLE_RX, .least = 10, .series = &header->rx },
	         "RX", flow_of(source, totals->rx));
	add_rate(&line,
	         (struct part){ .style = STYLE_TX, .rank = 1, .least = 10, .series = &header->tx },
	         "TX", flow_of(source, totals->tx));
	add_rate(&line,
	         (struct part){ .style = in_thousandths(totals) > 0 ? STYLE_WARNING : STYLE_TEXT,
	                        .rank = 2,
	                        .least = 12,
	                        .series = &header->retrans },
	         _("retrans"), share_of_retrans(totals));
	add_rate(&line,
	         (struct part){
		     .style = STYLE_TEXT, .rank = 3, .least = 10, .series = &header->appeared },
	         _("new"), new_rate(totals, new_a_second(totals)));
	parts_draw(&line, canvas, area);
}

/* Draws what is hidden at the right end, in the longest form that fits. Returns the columns that
 * are left of it. */
static int draw_hidden(const struct header_look *look, struct canvas *canvas, struct area area) {
	const struct human shown = human_count(look->shown);
	const struct human hidden = human_count(look->hidden);
	const enum style style = look->hidden + look->tagged > 0 ? STYLE_STRONG : STYLE_FAINT;
	char tagged[PART_TEXT_ROOM / 2] = "";
	char forms[2][PART_TEXT_ROOM];
	if (look->tagged > 0)
		snprintf(tagged, sizeof(tagged), _("%s tagged, "), human_count(look->tagged).text);
	snprintf(forms[0], sizeof(forms[0]), _("%s%s shown, %s hidden"), tagged, shown.text,
	         hidden.text);
	snprintf(forms[1], sizeof(forms[1]), _("%s%s hidden"), tagged, hidden.text);
	const bool all_fits = canvas_text_width(canvas, forms[0]) <= area.width / 2;
	const char *text = forms[all_fits ? 0 : 1];
	const int width = canvas_text_width(canvas, text);
	if (width > area.width) {
		canvas_text(canvas, area.x, area.y, area.width, style, text);
		return 0;
	}
	canvas_text_right(canvas, area.x, area.y, area.width, style, text);
	return area.width - width;
}

/* Draws as much of the text as fits; `>` says that there is more. Returns the columns it took. */
static int draw_cut(struct canvas *canvas, struct area area, enum style style, const char *text) {
	if (area.width <= 0)
		return 0;
	const int width = canvas_text(canvas, area.x, area.y, area.width, style, text);
	if (width <= area.width)
		return width;
	canvas_text(canvas, area.x + area.width - 1, area.y, 1, STYLE_WARNING, ">");
	return area.width;
}

/* Draws the text at the right end if the `needed` columns stay free. Returns the columns that are
 * left of it. */
static int draw_at_right(struct canvas *canvas, struct area area, int needed, const char *text) {
	const int left = area.width - canvas_text_width(canvas, text) - 2;
	if (text[0] == '\0' || left < needed)
		return area.width;
	canvas_text_right(canvas, area.x, area.y, area.width, STYLE_TEXT, text);
	return left;
}

/* What the rows are grouped and sorted by need not be a column that is seen. Both go before any of
 * what else is `needed` does, the groups last. Returns the columns that are left of them. */
static int draw_order(const struct header_look *look, struct canvas *canvas, struct area area,
                      int needed) {
	char groups[PART_TEXT_ROOM] = "";
	char sort[PART_TEXT_ROOM] = "";
	if (look->groups[0] != '\0')
		snprintf(groups, sizeof(groups), _("groups by %s"), look->groups);
	if (look->sort)
		snprintf(sort, sizeof(sort), _("by %s %s"), look->sort,
		         canvas_sort_mark(canvas, look->descending));
	const int groups_width = canvas_text_width(canvas, groups);
	const int gap = groups_width > 0 ? groups_width + 2 : 0;
	area.width = draw_at_right(canvas, area, needed + gap, sort);
	return draw_at_right(canvas, area, needed, groups);
}

/* What the toggles say hides sockets too, so it goes only after half of the filter has. */
static void draw_filter(const struct source *source, struct canvas *canvas, struct area area) {
	const struct header_look *look = source->look;
	char label[PART_TEXT_ROOM];
	char toggles[PART_TEXT_ROOM] = "";
	area.width = draw_hidden(look, canvas, area) - 2;
	if (look->toggles[0] != '\0')
		snprintf(toggles, sizeof(toggles), "[%s]", look->toggles);
	const int toggles_width = canvas_text_width(canvas, toggles);
	snprintf(label, sizeof(label), "%s", look->filter[0] ? _("filter: ") : _("no filter"));
	const int needed = 1 + canvas_text_width(canvas, label) +
	                   canvas_text_width(canvas, look->filter) +
	                   (toggles_width > 0 ? toggles_width + 2 : 0);
	const int left = draw_order(look, canvas, area, needed) - 1;
	area.x += 1;
	const bool toggled = toggles_width > 0 && toggles_width + 2 <= left / 2;
	const int room = toggled ? left - toggles_width - 2 : left;
	int x = draw_cut(canvas, (struct area){ area.x, area.y, room, 1 }, STYLE_LABEL, label);
	x += draw_cut(canvas, (struct area){ area.x + x, area.y, room - x, 1 }, STYLE_TEXT,
	              look->filter);
	if (toggled)
		canvas_text(canvas, area.x + x + 2, area.y, toggles_width, STYLE_WARNING, toggles);
}

static void draw_trouble(const struct source *source, struct canvas *canvas, struct area area) {
	canvas_text(canvas, area.x, area.y, 3, STYLE_ERROR, " ! ");
	draw_cut(canvas, (struct area){ area.x + 3, area.y, area.width - 3, 1 }, STYLE_ERROR,
	         source->look->trouble);
}

/* In the order of the screen. */
static const struct {
	void (*draw)(const struct source *source, struct canvas *canvas, struct area area);
	uint8_t rank; /* the highest goes first */
	bool is_trouble;
} lines[] = {
	{ draw_top, 2, false },    { draw_states, 3, false }, { draw_rates, 4, false },
	{ draw_filter, 0, false }, { draw_trouble, 1, true },
};

int header_draw(const struct header *header, struct canvas *canvas, struct area area,
                const struct frame *frame, const struct header_look *look) {
	const struct source source = { header, frame, look };
	int used = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		const int more_important = lines[i].rank - (lines[i].rank > 1 && !look->trouble);
		if (more_important >= area.height || (lines[i].is_trouble && !look->trouble))
			continue;
		lines[i].draw(&source, canvas,
		              (struct area){ area.x, area.y + used, area.width, 1 });
		used++;
	}
	return used;
}

void header_add(struct header *header, const struct frame *frame) {
	const struct totals *totals = &frame->totals;
	const bool known = totals->elapsed_ns != 0;
	series_add(&header->rx, known, totals->rx);
	series_add(&header->tx, known, totals->tx);
	series_add(&header->retrans, known, in_thousandths(totals));
	series_add(&header->appeared, known, new_a_second(totals));
}
