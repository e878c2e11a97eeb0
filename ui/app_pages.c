/* What can be shown between the header and the bottom line. Each page is a row: how it is drawn,
 * and which actions mean something else on it. */

#include "app_state.h"
#include "util.h"

static const struct {
	void (*draw)(struct app *app, struct canvas *canvas, struct area area);
	bool (*act)(struct app *app, enum action action); /* as app_page_act(); NULL: none */
	void (*click)(struct app *app, const struct mouse *mouse);
} pages[] = {
	[APP_PAGE_TABLE] = { app_table_draw, NULL, app_table_click },
	[APP_PAGE_STATES] = { app_states_draw, app_states_act, app_states_click },
	[APP_PAGE_OVERVIEW] = { app_overview_draw, app_overview_act, app_overview_click },
};
_Static_assert(ARRAY_LENGTH(pages) == APP_PAGE_COUNT, "a row for each");

void app_page_draw(struct app *app, struct canvas *canvas, struct area area) {
	pages[app->page].draw(app, canvas, area);
}

void app_page_click(struct app *app, const struct mouse *mouse) {
	pages[app->page].click(app, mouse);
}

/* What is done to rows is not done to rows that are not seen: such keys lead to them first. */
static bool is_for_rows(enum action action) {
	static const enum action actions_for_rows[] = {
		ACTION_SEARCH,   ACTION_SORT_MENU, ACTION_SORT_LEFT,    ACTION_SORT_RIGHT,
		ACTION_REVERSE,  ACTION_TREE,      ACTION_GROUP_MENU,   ACTION_FOLD,
		ACTION_FOLD_ALL, ACTION_FREEZE,    ACTION_FOLLOW,       ACTION_COPY,
		ACTION_PAGE_UP,  ACTION_PAGE_DOWN, ACTION_HALF_PAGE_UP, ACTION_HALF_PAGE_DOWN,
		ACTION_FIRST,    ACTION_LAST,      ACTION_ACT,          ACTION_EXPORT,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(actions_for_rows); i++) {
		if (actions_for_rows[i] == action)
			return true;
	}
	return false;
}

bool app_page_act(struct app *app, enum action action) {
	if (pages[app->page].act && pages[app->page].act(app, action))
		return true;
	if (app->page == APP_PAGE_TABLE || !is_for_rows(action))
		return false;
	app_show_page(app, APP_PAGE_TABLE);
	return true;
}

void app_show_page(struct app *app, enum app_page page) {
	app->page = page;
	app->dirty = true;
}

void app_next_page(struct app *app) {
	app_show_page(app, (enum app_page)((app->page + 1) % APP_PAGE_COUNT));
}

void app_show_filtered(struct app *app, char *filter) {
	app_set_text(&app->typed, filter);
	app_apply_filter(app);
	app_show_page(app, APP_PAGE_TABLE);
}
