/* The page of the states: the keys that move on the figure, and what leads from it to the table. */

#include "app_state.h"
#include "frame.h"
#include "util.h"

void app_states_draw(struct app *app, struct canvas *canvas, struct area area) {
	states_draw(&app->states, &app->frame->totals, canvas, area);
}

/* The filter of the state takes the place of what was typed; Esc in the table clears it. */
static void show_in_table(struct app *app) {
	struct out filter;
	out_init(&filter, OUT_MEMORY);
	states_write_filter(&filter, states_places[app->states.selected].state);
	out_char(&filter, '\0');
	app_show_filtered(app, filter.bytes);
}

static void go_back(struct app *app) {
	if (app->states.explains)
		app->states.explains = false;
	else
		app_show_page(app, APP_PAGE_TABLE);
}

void app_states_click(struct app *app, const struct mouse *mouse) {
	states_point(&app->states, mouse->x, mouse->y);
}

static const struct {
	enum action action;
	enum states_direction direction;
} moves[] = {
	{ ACTION_UP, STATES_UP },
	{ ACTION_DOWN, STATES_DOWN },
	{ ACTION_LEFT, STATES_LEFT },
	{ ACTION_RIGHT, STATES_RIGHT },
};

static bool move(struct app *app, enum action action) {
	struct states *states = &app->states;
	for (size_t i = 0; i < ARRAY_LENGTH(moves); i++) {
		if (moves[i].action != action)
			continue;
		states->selected =
		    states_neighbour(states->form, states->selected, moves[i].direction);
		return true;
	}
	return false;
}

bool app_states_act(struct app *app, enum action action) {
	app->dirty = true;
	if (move(app, action))
		return true;
	if (action == ACTION_FIRST)
		app->states.selected = 0;
	else if (action == ACTION_LAST)
		app->states.selected = STATES_PLACES - 1;
	else if (action == ACTION_DETAIL)
		show_in_table(app);
	else if (action == ACTION_EXPLAIN)
		app->states.explains = !app->states.explains;
	else if (action == ACTION_BACK)
		go_back(app);
	else
		return false;
	return true;
}
