/* The page of the overview: what it is drawn from, and the keys that mean something else on it. */

#include "app_state.h"
#include "frame.h"

void app_overview_draw(struct app *app, struct canvas *canvas, struct area area) {
	overview_draw(app->overview, &app->overview_states, &app->frame->totals, canvas, area);
}

void app_overview_add(struct app *app) {
	overview_add(app->overview, app->frame, app->page == APP_PAGE_OVERVIEW);
	overview_states_add(&app->overview_states, &app->frame->totals);
}

bool app_overview_act(struct app *app, enum action action) {
	if (action != ACTION_BACK)
		return false;
	app_show_page(app, APP_PAGE_TABLE);
	return true;
}
