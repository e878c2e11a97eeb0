/* What can be shown between the header and the bottom line. Each page is a row: how it is drawn,
 * and which actions mean something else on it. */

#include "app_state.h"
#include "util.h"

static const struct {
	void (*draw)(struct app *app, struct canvas *canvas, struct area area);
	bool (*act)(struct app *app, enum action action); /* as app_page_act(); NULL: none */
} pages[] = {
	[APP_PAGE_TABLE] = { app_table_draw, NULL },
	[APP_PAGE_STATES] = { app_states_draw, app_states_act },
	[APP_PAGE_OVERVIEW] = { app_overview_draw, app_overview_act },
};
_Static_assert(ARRAY_LENGTH(pages) == APP_PAGE_COUNT, "a row for each");

void app_page_draw(struct app *app, struct canvas *canvas, struct area area) {
	pages[app->page].draw(app, canvas, area);
}

bool app_page_act(struct app *app, enum action action) {
	return pages[app->page].act && pages[app->page].act(app, action);
}

void app_show_page(struct app *app, enum app_page page) {
	app->page = page;
	app->dirty = true;
}

void app_next_page(struct app *app) {
	app_show_page(app, (enum app_page)((app->page + 1) % APP_PAGE_COUNT));
}
