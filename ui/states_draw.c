/* The figure is drawn as it is written here: lines as they stand in ASCII, which become box-drawing
 * characters where there are any, and boxes that the states are put over. Invariant: the boxes
 * stand where the table of places says, and a number where the table of arrows says has room. */

#include "states.h"

#include <stdio.h>
#include <string.h>

#include "human.h"
#include "page.h"
#include "util.h"

enum { BOX_WIDTH = 21, PANE_LINES = 5, LABEL_WIDTH = 5 };

/* clang-format off */
static const char *const large_art[] = {
	"                                       [CLOSED             ]<---------------------------------.",
	"                             passive OPEN |      ^       '----------------------------.       |",
	"       rcv SYN, snd SYN,ACK               V      | CLOSE    active OPEN, snd SYN      | CLOSE |",
	"     .---------------------------------[LISTEN             ]-------------------.      |       |",
	"     |              .---------------------^                   SEND, snd SYN    |      |       |",
	"     V              | rcv RST          rcv SYN, snd SYN,ACK                    V      V       |",
	"  [SYN-RECV           ]<----------------------------------------------------[SYN-SENT           ]",
	"     |              '---------------------.             .----------------------'",
	"     | CLOSE          rcv ACK of SYN      V             V rcv SYN,ACK, snd ACK",
	"     | snd FIN                         [ESTAB              ]",
	"     |              .---------------------'             '----------------------.",
	"     V              V CLOSE, snd FIN                      rcv FIN, snd ACK     V",
	"  [FIN-WAIT-1         ]--------------------------.                          [CLOSE-WAIT         ]",
	"     | rcv ACK of FIN       rcv FIN, snd ACK     |                    CLOSE, snd FIN  |",
	"     V                                           V                                    V",
	"  [FIN-WAIT-2         ]                [CLOSING            ]                [LAST-ACK           ]",
	"     |                                           | rcv ACK of FIN     rcv ACK of FIN  |",
	"     | rcv FIN, snd ACK                          V           Timeout=2MSL             V",
	"     '-------------------------------->[TIME-WAIT          ]--------------->[CLOSED             ]",
};

static const char *const compact_art[] = {
	"                              [CLOSED             ]<-----------------------.",
	"                                 V       ^      '-------------------.      |",
	"     .------------------------[LISTEN             ]----------.      |      |",
	"     V            .--------------^                           V      V      |",
	" [SYN-RECV           ]<-----------------------------------[SYN-SENT           ]",
	"     |            '--------------V             V-------------'",
	"     |                        [ESTAB              ]",
	"     V            V--------------'             '-------------V",
	" [FIN-WAIT-1         ]------------------.                 [CLOSE-WAIT         ]",
	"     V                                  V                           V",
	" [FIN-WAIT-2         ]        [CLOSING            ]       [LAST-ACK           ]",
	"     |                                  V                           V",
	"     '----------------------->[TIME-WAIT          ]------>[CLOSED             ]",
};
/* clang-format on */

/* What the lines of the figure mean. */
struct figure {
	const char *const *art;
	int width, height;
	int columns[3]; /* where the boxes of each begin */
	int step;       /* lines from one row of boxes to the next */
};

static const struct figure figures[] = {
	[STATES_FORM_LIST] = { .art = NULL },
	[STATES_FORM_COMPACT] = { compact_art, 80, ARRAY_LENGTH(compact_art), { 1, 30, 58 }, 2 },
	[STATES_FORM_LARGE] = { large_art, 100, ARRAY_LENGTH(large_art), { 2, 39, 76 }, 3 },
};
_Static_assert(ARRAY_LENGTH(figures) == STATES_FORM_COUNT, "a row for each");

static enum states_form form_of(struct area area) {
	for (enum states_form form = STATES_FORM_LARGE; form > STATES_FORM_LIST; form--) {
		if (area.width >= figures[form].width &&
		    area.height >= figures[form].height + PANE_LINES - 1)
			return form;
	}
	return STATES_FORM_LIST;
}

/* Lines are in the character set of the console. NULL: the character is none of a line. */
static const char *line_of(char art, bool to_the_right) {
	switch (art) {
	case '-':
		return "\xe2\x94\x80";
	case '|':
		return "\xe2\x94\x82";
	case '.':
		return to_the_right ? "\xe2\x94\x8c" : "\xe2\x94\x90";
	case '\'':
		return to_the_right ? "\xe2\x94\x94" : "\xe2\x94\x98";
	case 'V':
		return "\xe2\x96\xbc";
	case '^':
		return "\xe2\x96\xb2";
	case '<':
		return "\xe2\x97\x84";
	case '>':
		return "\xe2\x96\xba";
	default:
		return NULL;
	}
}

/* The words in it hold none of these characters, but for the names in boxes. */
static void draw_art(struct canvas *canvas, int x, int y, const char *art) {
	bool in_box = false;
	for (size_t i = 0; art[i]; i++) {
		in_box = art[i] == '[' || (in_box && art[i] != ']');
		const bool is_line = !canvas->ascii && !in_box;
		const char *line = is_line ? line_of(art[i], art[i + 1] == '-') : NULL;
		if (line)
			canvas_text(canvas, x + (int)i, y, 1, STYLE_FAINT, line);
		else
			canvas_put(canvas, x + (int)i, y, 1, STYLE_FAINT, &art[i], 1);
	}
}

/* A program that does not close, or a listener that accepts nobody. */
static bool is_trouble(const struct totals *totals, enum sock_state state) {
	return (state == SOCK_STATE_CLOSE_WAIT && totals->states[state] > 0) ||
	       (state == SOCK_STATE_LISTEN && totals->full_queues > 0);
}

static enum style style_of(const struct states *states, const struct totals *totals, size_t place) {
	const enum sock_state state = states_places[place].state;
	if (place == states->selected)
		return STYLE_SELECTED;
	if (is_trouble(totals, state))
		return STYLE_WARNING;
	return totals->states[state] > 0 ? STYLE_STRONG : STYLE_FAINT;
}

/* In the area of the drawing; of a list, a line. */
static struct area box_of(const struct states *states, size_t place) {
	const struct area all = states->area;
	const struct figure *figure = &figures[states->form];
	const int left = all.x + (all.width - figure->width) / 2;
	if (states->form == STATES_FORM_LIST)
		return (struct area){ all.x, all.y + (int)place - (int)states->first, all.width,
			              1 };
	return (struct area){ left + figure->columns[states_places[place].column],
		              all.y + states_places[place].row * figure->step, BOX_WIDTH, 1 };
}

/* "[ESTAB           640 ]"; what is not as it should be has a mark in the place of the blank. */
static void draw_box(const struct states *states, const struct totals *totals,
                     struct canvas *canvas, size_t place) {
	const enum sock_state state = states_places[place].state;
	const enum style style = style_of(states, totals, place);
	const struct area box = box_of(states, place);
	canvas_fill(canvas, box, style);
	canvas_printf(canvas, box.x, box.y, box.width, style, "[%-10s%8s%c]",
	              states_places[place].name, human_count(totals->states[state]).text,
	              is_trouble(totals, state) ? '!' : ' ');
}

static void draw_labels(const struct states *states, struct canvas *canvas, struct area area) {
	static const enum style fading[STATES_LOOKS] = { STYLE_CHANGED, STYLE_TEXT, STYLE_FAINT,
		                                         STYLE_FAINT };
	for (size_t i = 0; i < states_arrow_count; i++) {
		const struct states_arrow *arrow = &states_arrows[i];
		uint8_t age;
		const uint64_t count = states_count(states, arrow, &age);
		if (count > 0)
			canvas_text(canvas, area.x + arrow->labels[states->form].x,
			            area.y + arrow->labels[states->form].y, LABEL_WIDTH,
			            fading[age], human_size(count).text);
	}
}

/* In the middle of the area. Returns the lines that it took. */
static int draw_figure(const struct states *states, const struct totals *totals,
                       struct canvas *canvas, struct area area) {
	const struct figure *figure = &figures[states->form];
	area.x += (area.width - figure->width) / 2;
	for (int i = 0; i < figure->height; i++)
		draw_art(canvas, area.x, area.y + i, figure->art[i]);
	for (size_t i = 0; i < STATES_PLACES; i++)
		draw_box(states, totals, canvas, i);
	draw_labels(states, canvas, area);
	return figure->height;
}

static void draw_row(const struct states *states, const struct totals *totals,
                     struct canvas *canvas, struct area area, size_t place) {
	const enum sock_state state = states_places[place].state;
	const enum style style = style_of(states, totals, place);
	const uint64_t came = transitions_into(&totals->transitions, state);
	const uint64_t went = transitions_out_of(&totals->transitions, state);
	const struct human more = human_size(came);
	const struct human less = human_size(went);
	canvas_fill(canvas, area, style);
	canvas_printf(canvas, area.x, area.y, area.width, style, " %-10s%c%8s %s%5s %s%5s",
	              states_places[place].name, is_trouble(totals, state) ? '!' : ' ',
	              human_count(totals->states[state]).text, came > 0 ? "+" : " ",
	              came > 0 ? more.text : "", went > 0 ? "-" : " ", went > 0 ? less.text : "");
}

/* A row for each, as many as there is room for, among them the selected one. */
static int draw_list(struct states *states, const struct totals *totals, struct canvas *canvas,
                     struct area area) {
	const size_t height = area.height > 0 ? (size_t)area.height : 0;
	const size_t room = height < STATES_PLACES ? height : STATES_PLACES;
	const size_t selected = states->selected;
	states->first = selected < room ? 0 : selected - room + 1;
	for (size_t i = 0; i < room; i++)
		draw_row(states, totals, canvas, area_take_top(&area, 1), states->first + i);
	return (int)room;
}

static void explain(const struct states_place *place, struct page *page) {
	char text[512];
	snprintf(text, sizeof(text), _("%s: %s (RFC 9293, section %s)"), place->name,
	         _(place->meaning), place->section);
	page_wrap(page, 1, STYLE_TEXT, text, strlen(text));
	snprintf(text, sizeof(text), _("socklens lab %s makes one."), place->lab);
	page_wrap(page, 1, STYLE_STRONG, text, strlen(text));
}

static const char *name_of(unsigned state, const char *nothing) {
	return state == TRANSITION_NOTHING ? nothing : sock_state_name((enum sock_state)state);
}

static void tell_jumps(const struct states *states, struct page *page) {
	unsigned from = 0;
	unsigned to = 0;
	int x = 1;
	for (bool first = true; states_next_jump(states, &from, &to); first = false) {
		char text[96];
		if (first)
			x += page_text(page, x, page->area.width - x, STYLE_LABEL,
			               _("faster than the looks:"));
		snprintf(text, sizeof(text), "  %s > %s %s", name_of(from, _("new")),
		         name_of(to, _("gone")), human_size(states->recent.counts[from][to]).text);
		x += page_text(page, x, page->area.width - x,
		               states->ages[from][to] == 1 ? STYLE_CHANGED : STYLE_FAINT, text);
	}
	page_next(page);
}

/* Of the selected state; then what no arrow shows. */
static void tell(const struct states *states, const struct totals *totals, struct page *page) {
	const struct states_place *place = &states_places[states->selected];
	const struct transitions *transitions = &totals->transitions;
	char text[256];
	snprintf(text, sizeof(text), _("%s: %s there; %s came and %s went since the look before"),
	         place->name, human_count(totals->states[place->state]).text,
	         human_count(transitions_into(transitions, place->state)).text,
	         human_count(transitions_out_of(transitions, place->state)).text);
	page_text(page, 1, page->area.width - 1, STYLE_TEXT, text);
	page_next(page);
	tell_jumps(states, page);
	page_text(
	    page, 1, page->area.width - 1, STYLE_LABEL,
	    _("Enter: these in the table   ?: what the state means   Esc: back to the table"));
}

/* The pane at the bottom. A list that has no room for it gives way to an explanation. */
static void draw_pane(const struct states *states, const struct totals *totals,
                      struct canvas *canvas, struct area area) {
	struct page page = { .canvas = canvas, .area = area };
	if (area.height >= PANE_LINES)
		page_next(&page);
	if (states->explains)
		explain(&states_places[states->selected], &page);
	else
		tell(states, totals, &page);
}

void states_draw(struct states *states, const struct totals *totals, struct canvas *canvas,
                 struct area area) {
	states->form = form_of(area);
	states->area = area;
	const bool is_list = states->form == STATES_FORM_LIST;
	const bool has_room = area.height >= STATES_PLACES + PANE_LINES;
	if (!is_list)
		area_take_top(&area, draw_figure(states, totals, canvas, area));
	else if (!states->explains || has_room)
		area_take_top(&area, draw_list(states, totals, canvas, area));
	draw_pane(states, totals, canvas, area);
}

bool states_point(struct states *states, int x, int y) {
	if (!area_has(&states->area, x, y))
		return false;
	for (size_t i = 0; i < STATES_PLACES; i++) {
		const struct area box = box_of(states, i);
		if (!area_has(&box, x, y))
			continue;
		states->selected = i;
		return true;
	}
	return false;
}
