/* The page of the overview: what it is drawn from, and the keys that mean something else on it. */

#include "app_state.h"
#include "frame.h"
#include "util.h"

void app_overview_draw(struct app *app, struct canvas *canvas, struct area area) {
	const struct overview_look look = {
		.overview = app->overview,
		.states = &app->overview_states,
		.totals = &app->frame->totals,
		.cursor = &app->overview_cursor,
		.unit = app_unit(app),
		.namer = app->namer,
		.host_names = app->host_names,
		.port_names = app->port_names,
	};
	overview_draw(&look, canvas, area);
}

void app_overview_add(struct app *app) {
	overview_add(app->overview, app->frame, app->page == APP_PAGE_OVERVIEW);
	overview_states_add(&app->overview_states, &app->frame->totals);
}

/* The filter of the row takes the place of what was typed; Esc in the table clears it. */
static void show_in_table(struct app *app) {
	struct out filter;
	out_init(&filter, OUT_MEMORY);
	if (!overview_cursor_filter(&app->overview_cursor, app->overview, &filter)) {
		out_finish(&filter);
		return;
	}
	out_char(&filter, '\0');
	app_show_filtered(app, filter.bytes);
}

void app_overview_click(struct app *app, const struct mouse *mouse) {
	overview_cursor_point(&app->overview_cursor, mouse->x, mouse->y);
}

bool app_overview_act(struct app *app, enum action action) {
	struct overview_cursor *cursor = &app->overview_cursor;
	app->dirty = true;
	if (action == ACTION_UP)
		overview_cursor_move(cursor, -1);
	else if (action == ACTION_DOWN)
		overview_cursor_move(cursor, 1);
	else if (action == ACTION_LEFT)
		overview_cursor_turn(cursor, -1);
	else if (action == ACTION_RIGHT)
		overview_cursor_turn(cursor, 1);
	else if (action == ACTION_DETAIL)
		show_in_table(app);
	else if (action == ACTION_BACK)
		app_show_page(app, APP_PAGE_TABLE);
	else
		return false;
	return true;
}
