/* The state machine: its tables against each other and the lab, the keys that move on it, and how
 * it is drawn. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "drawn.h"
#include "filter.h"
#include "lab_condition.h"
#include "out.h"
#include "states.h"
#include "util.h"

static const struct {
	int width, height;
	bool ascii;
} sizes[] = {
	{ 80, 19, false }, { 100, 25, false }, { 200, 45, false },
	{ 40, 6, false },  { 80, 19, true },   { 100, 25, true },
};

static struct area all_of(const struct canvas *canvas) {
	return (struct area){ 0, 0, canvas->width, canvas->height };
}

/* A place that can be reached from all others, by the keys of the form. */
static size_t count_reached(enum states_form form, size_t from) {
	bool reached[STATES_PLACES] = { false };
	size_t count = 0;
	reached[from] = true;
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < STATES_PLACES; i++) {
			for (int way = STATES_UP; reached[i] && way <= STATES_RIGHT; way++) {
				const size_t to =
				    states_neighbour(form, i, (enum states_direction)way);
				more |= !reached[to];
				reached[to] = true;
			}
		}
	}
	for (size_t i = 0; i < STATES_PLACES; i++)
		count += reached[i];
	return count;
}

Test(states, every_one_can_be_reached_from_every_other) {
	for (int form = 0; form < STATES_FORM_COUNT; form++) {
		for (size_t i = 0; i < STATES_PLACES; i++)
			cr_expect_eq(count_reached((enum states_form)form, i), STATES_PLACES,
			             "form %d from %s", form, states_places[i].name);
	}
}

Test(states, a_key_leads_its_way_or_nowhere) {
	for (size_t i = 0; i < STATES_PLACES; i++) {
		const struct states_place *from = &states_places[i];
		const struct states_place *to[4];
		for (int way = STATES_UP; way <= STATES_RIGHT; way++)
			to[way] = &states_places[states_neighbour(STATES_FORM_LARGE, i,
			                                          (enum states_direction)way)];
		cr_expect(to[STATES_UP] == from || to[STATES_UP]->row < from->row);
		cr_expect(to[STATES_DOWN] == from || to[STATES_DOWN]->row > from->row);
		cr_expect(to[STATES_LEFT] == from || to[STATES_LEFT]->column < from->column);
		cr_expect(to[STATES_RIGHT] == from || to[STATES_RIGHT]->column > from->column);
	}
}

Test(states, every_state_of_tcp_has_a_place_of_its_own) {
	for (unsigned state = 1; state < TRANSITION_STATES; state++) {
		size_t found = 0;
		for (size_t i = 0; i < STATES_PLACES; i++)
			found += states_places[i].state == state;
		cr_expect_eq(found, 1, "%s", sock_state_name((enum sock_state)state));
	}
}

Test(states, a_step_belongs_to_one_arrow_at_most) {
	for (unsigned from = 0; from < TRANSITION_STATES; from++) {
		for (unsigned to = 0; to < TRANSITION_STATES; to++) {
			size_t found = 0;
			for (size_t i = 0; i < states_arrow_count; i++)
				found += (states_arrows[i].from >> from & 1) &&
				         (states_arrows[i].to >> to & 1);
			cr_expect_leq(found, 1, "%u > %u", from, to);
		}
	}
}

static size_t count_in(const char *text, const char *word) {
	size_t count = 0;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		count++;
	return count;
}

Test(states, are_explained_in_two_sentences_with_a_section) {
	for (size_t i = 0; i < STATES_PLACES; i++) {
		const struct states_place *place = &states_places[i];
		const char *end = strchr(place->meaning, '\0');
		cr_expect_eq(count_in(place->meaning, ". "), 1, "%s", place->name);
		cr_expect_eq(end[-1], '.');
		cr_expect_leq(strlen(place->meaning), 180);
		cr_expect_eq(strncmp(place->section, "3.", 2), 0);
	}
}

Test(states, are_made_by_the_lab_under_the_name_that_is_told) {
	for (size_t i = 0; i < STATES_PLACES; i++) {
		const struct states_place *place = &states_places[i];
		const struct lab_condition *condition = lab_find(place->lab);
		cr_assert(condition, "%s", place->lab);
		cr_expect_str_eq(condition->name, place->lab);
	}
}

Test(states, are_found_by_their_filters_and_nothing_else_is) {
	for (size_t i = 0; i < STATES_PLACES; i++) {
		struct filter filter = filter_all();
		struct filter_error error;
		struct out text;
		out_init(&text, OUT_MEMORY);
		states_write_filter(&text, states_places[i].state);
		out_char(&text, '\0');
		cr_assert(filter_parse(text.bytes, NULL, &filter, &error), "%s", text.bytes);
		out_finish(&text);
		for (unsigned state = 1; state < TRANSITION_STATES; state++) {
			struct sock sock = { .state = (uint8_t)state };
			cr_expect_eq(filter_matches(&filter, &sock),
			             state == states_places[i].state);
			sock.protocol = SOCK_PROTOCOL_UDP;
			cr_expect_not(filter_matches(&filter, &sock));
		}
		filter_finish(&filter);
	}
}

static struct transitions one(unsigned from, unsigned to, uint32_t count) {
	struct transitions transitions = { 0 };
	transitions.counts[from][to] = count;
	return transitions;
}

static const struct states_arrow *arrow_of(unsigned from, unsigned to) {
	for (size_t i = 0; i < states_arrow_count; i++) {
		if ((states_arrows[i].from >> from & 1) && (states_arrows[i].to >> to & 1))
			return &states_arrows[i];
	}
	return NULL;
}

Test(states, a_number_stays_for_some_looks_and_a_new_one_takes_its_place) {
	const struct transitions none = { 0 };
	const struct transitions ends = one(SOCK_STATE_LAST_ACK, SOCK_STATE_CLOSE, 7);
	const struct transitions gone = one(SOCK_STATE_LAST_ACK, TRANSITION_NOTHING, 2);
	const struct states_arrow *arrow = arrow_of(SOCK_STATE_LAST_ACK, TRANSITION_NOTHING);
	struct states states = { 0 };
	uint8_t age;
	cr_assert(arrow);
	cr_expect_eq(arrow, arrow_of(SOCK_STATE_LAST_ACK, SOCK_STATE_CLOSE));
	states_add(&states, &ends);
	for (uint8_t i = 0; i < STATES_LOOKS; i++) {
		cr_expect_eq(states_count(&states, arrow, &age), 7);
		cr_expect_eq(age, i);
		states_add(&states, i == STATES_LOOKS - 1 ? &gone : &none);
	}
	cr_expect_eq(states_count(&states, arrow, &age), 2);
	cr_expect_eq(age, 0);
	for (uint8_t i = 0; i < STATES_LOOKS; i++)
		states_add(&states, &none);
	cr_expect_eq(states_count(&states, arrow, &age), 0);
}

Test(states, what_has_no_arrow_is_told_apart) {
	struct transitions transitions = one(SOCK_STATE_ESTABLISHED, SOCK_STATE_TIME_WAIT, 3);
	struct states states = { 0 };
	unsigned from = 0;
	unsigned to = 0;
	transitions.counts[TRANSITION_NOTHING][SOCK_STATE_SYN_RECV] = 5;
	transitions.counts[TRANSITION_NOTHING][SOCK_STATE_ESTABLISHED] = 1;
	states_add(&states, &transitions);
	cr_assert(states_next_jump(&states, &from, &to));
	cr_expect(from == TRANSITION_NOTHING && to == SOCK_STATE_ESTABLISHED);
	cr_assert(states_next_jump(&states, &from, &to));
	cr_expect(from == SOCK_STATE_ESTABLISHED && to == SOCK_STATE_TIME_WAIT);
	cr_expect_not(states_next_jump(&states, &from, &to));
}

/* Every arrow with as long a number as there is. */
static struct transitions crowd(void) {
	struct transitions transitions = { 0 };
	for (unsigned from = 0; from < TRANSITION_STATES; from++) {
		for (unsigned to = 0; to < TRANSITION_STATES; to++) {
			const struct states_arrow *arrow = arrow_of(from, to);
			if (arrow && (uint16_t)(arrow->from & -arrow->from) == 1u << from &&
			    (uint16_t)(arrow->to & -arrow->to) == 1u << to)
				transitions.counts[from][to] = 12345;
		}
	}
	return transitions;
}

static bool is_line_or_blank(const struct cell *cell) {
	static const char *const free_ones[] = { " ", "-", "\xe2\x94\x80" };
	for (size_t i = 0; i < ARRAY_LENGTH(free_ones); i++) {
		if (cell->length == strlen(free_ones[i]) &&
		    memcmp(cell->bytes, free_ones[i], cell->length) == 0)
			return true;
	}
	return false;
}

static bool is_same(const struct cell *a, const struct cell *b) {
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

Test(states, numbers_and_boxes_stand_where_there_is_room_for_them) {
	const struct transitions transitions = crowd();
	const struct totals totals = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct canvas bare = drawn_canvas(sizes[i].width, sizes[i].height, sizes[i].ascii);
		struct canvas full = drawn_canvas(sizes[i].width, sizes[i].height, sizes[i].ascii);
		struct states states = { 0 };
		states_draw(&states, &totals, &bare, all_of(&bare));
		states_add(&states, &transitions);
		states_draw(&states, &totals, &full, all_of(&full));
		for (int at = 0; at < full.width * full.height; at++)
			cr_expect(is_same(&bare.cells[at], &full.cells[at]) ||
			              is_line_or_blank(&bare.cells[at]),
			          "column %d, line %d of %dx%d", at % full.width, at / full.width,
			          full.width, full.height);
		char *text = drawn_text(&full);
		const bool is_figure = states.form != STATES_FORM_LIST;
		cr_expect_eq(count_in(text, "["), is_figure ? STATES_PLACES + 1 : 0);
		cr_expect_eq(count_in(text, "]"), is_figure ? STATES_PLACES + 1 : 0);
		cr_expect_eq(count_in(text, "12.3K"), is_figure ? states_arrow_count : 0);
		free(text);
		canvas_finish(&bare);
		canvas_finish(&full);
	}
}

static struct totals example(void) {
	struct totals totals = { .full_queues = 1, .elapsed_ns = 1 };
	static const uint32_t counts[] = {
		[SOCK_STATE_ESTABLISHED] = 640, [SOCK_STATE_LISTEN] = 48,
		[SOCK_STATE_TIME_WAIT] = 12890, [SOCK_STATE_CLOSE_WAIT] = 12,
		[SOCK_STATE_CLOSE] = 1,         [SOCK_STATE_LAST_ACK] = 3,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(counts); i++)
		totals.states[i] = counts[i];
	struct transitions *transitions = &totals.transitions;
	transitions->counts[TRANSITION_NOTHING][SOCK_STATE_SYN_RECV] = 14;
	transitions->counts[SOCK_STATE_SYN_RECV][SOCK_STATE_ESTABLISHED] = 12;
	transitions->counts[TRANSITION_NOTHING][SOCK_STATE_ESTABLISHED] = 1044;
	transitions->counts[SOCK_STATE_ESTABLISHED][SOCK_STATE_TIME_WAIT] = 900;
	transitions->counts[SOCK_STATE_ESTABLISHED][SOCK_STATE_CLOSE_WAIT] = 3;
	transitions->counts[SOCK_STATE_TIME_WAIT][TRANSITION_NOTHING] = 233;
	return totals;
}

Test(states, are_drawn_in_the_form_that_fits) {
	const struct totals totals = example();
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct canvas canvas =
		    drawn_canvas(sizes[i].width, sizes[i].height, sizes[i].ascii);
		struct states states = { 0 };
		struct out out;
		out_init(&out, OUT_MEMORY);
		states_add(&states, &totals.transitions);
		for (states.selected = 0; states.selected < STATES_PLACES; states.selected += 5) {
			states.explains = states.selected == 5;
			canvas_clear(&canvas, canvas.width, canvas.height);
			states_draw(&states, &totals, &canvas, all_of(&canvas));
			out_printf(&out, "==== %s\n", states_places[states.selected].name);
			canvas_write(&canvas, &out);
		}
		out_char(&out, '\0');
		drawn_expect_text(&canvas, "states", out.bytes);
		out_finish(&out);
		canvas_finish(&canvas);
	}
}

static enum style style_at(const struct canvas *canvas, int x, int y) {
	return (enum style)canvas_row(canvas, y)[x].style;
}

Test(states, colours_say_what_is_selected_what_is_trouble_and_what_is_fresh) {
	const struct totals totals = example();
	const struct transitions none = { 0 };
	struct canvas canvas = drawn_canvas(80, 19, false);
	struct states states = { 0 };
	states_add(&states, &totals.transitions);
	states_draw(&states, &totals, &canvas, all_of(&canvas));
	cr_expect_eq(style_at(&canvas, 31, 0), STYLE_SELECTED);
	cr_expect_eq(style_at(&canvas, 31, 2), STYLE_WARNING, "a queue is full");
	cr_expect_eq(style_at(&canvas, 31, 6), STYLE_STRONG, "ESTAB");
	cr_expect_eq(style_at(&canvas, 59, 8), STYLE_WARNING, "CLOSE-WAIT");
	cr_expect_eq(style_at(&canvas, 2, 8), STYLE_FAINT, "no FIN-WAIT-1");
	cr_expect_eq(style_at(&canvas, 15, 2), STYLE_CHANGED, "a SYN came");
	states_add(&states, &none);
	states_draw(&states, &totals, &canvas, all_of(&canvas));
	cr_expect_eq(style_at(&canvas, 15, 2), STYLE_TEXT);
	canvas_finish(&canvas);
}

Test(states, no_size_breaks_them) {
	const struct totals totals = example();
	for (int size = 1; size < 40; size++) {
		struct canvas canvas = drawn_canvas(size * 3, size, size % 2 == 1);
		struct states states = { .explains = size % 3 == 0,
			                 .selected = (size_t)size % STATES_PLACES };
		states_draw(&states, &totals, &canvas, all_of(&canvas));
		canvas_finish(&canvas);
	}
}

/* Every box but the second one of CLOSED. */
Test(states, a_click_selects_the_state_that_is_there) {
	const struct totals totals = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct canvas canvas =
		    drawn_canvas(sizes[i].width, sizes[i].height, sizes[i].ascii);
		struct states states = { .selected = 6 };
		size_t found = 0;
		states_draw(&states, &totals, &canvas, all_of(&canvas));
		for (int at = 0; at < canvas.width * canvas.height; at++) {
			const struct cell *cell = &canvas.cells[at];
			if (cell->bytes[0] != '[' ||
			    !states_point(&states, at % canvas.width, at / canvas.width))
				continue;
			cr_expect_eq(cell[1].bytes[0], states_places[states.selected].name[0]);
			found++;
		}
		cr_expect_eq(found, states.form == STATES_FORM_LIST ? 0 : STATES_PLACES);
		cr_expect_not(states_point(&states, -1, 0));
		cr_expect_not(states_point(&states, 0, 5000));
		canvas_finish(&canvas);
	}
}

Test(states, a_click_in_the_list_selects_its_row) {
	const struct totals totals = { 0 };
	struct canvas canvas = drawn_canvas(40, 6, false);
	struct states states = { .selected = 8 };
	states_draw(&states, &totals, &canvas, all_of(&canvas));
	cr_assert(states_point(&states, 39, 0));
	cr_expect_eq(states.selected, 3, "as it is scrolled");
	cr_expect_not(states_point(&states, 0, 6), "below the screen");
	states.selected = 8;
	states_draw(&states, &totals, &canvas, (struct area){ 0, 2, 40, 4 });
	cr_expect_not(states_point(&states, 0, 1), "above the page");
	canvas_finish(&canvas);
}
