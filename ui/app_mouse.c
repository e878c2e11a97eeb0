/* What a click means depends on where it is: on a key of the bar it is that key, in a menu it
 * chooses, on a page it selects what is there, and sorts by a column. The wheel is the cursor keys.
 */

#include "app_state.h"
#include "key.h"
#include "util.h"

enum { WHEEL_STEP = 3 };

void app_add_spot(struct app *app, struct area area, int key) {
	if (app->spot_count < APP_SPOTS_MAX)
		app->spots[app->spot_count++] = (struct app_spot){ area, key };
}

/* KEY_CODE_NONE if there is none. */
static int key_at(const struct app *app, const struct mouse *mouse) {
	for (size_t i = 0; i < app->spot_count; i++) {
		if (area_has(&app->spots[i].area, mouse->x, mouse->y))
			return app->spots[i].key;
	}
	return KEY_CODE_NONE;
}

/* The same heading again turns the order round. */
static void click_heading(struct app *app, int x) {
	const struct columns_look look = app_look(app);
	const struct field *field = columns_field_at(app->columns, app->table_area, x, &look);
	if (!field)
		return;
	if (field != app->sort) {
		app_sort_by(app, field);
		return;
	}
	app->descending = !app->descending;
	app_refresh(app);
}

void app_table_click(struct app *app, const struct mouse *mouse) {
	if (!area_has(&app->table_area, mouse->x, mouse->y))
		return;
	const int line = mouse->y - app->table_area.y;
	if (line == 0) {
		click_heading(app, mouse->x);
		return;
	}
	const size_t row = app->table.top + (size_t)line - 1;
	if (row < app->table.count)
		table_select(&app->table, row);
}

static void click(struct app *app, const struct mouse *mouse, uint64_t now_ns) {
	const int key = key_at(app, mouse);
	if (key != KEY_CODE_NONE)
		app_press(app, key, now_ns);
	else if (app->mode == APP_MODE_MENU && menu_point(&app->menu, mouse->x, mouse->y))
		app_press(app, KEY_CODE_ENTER, now_ns);
	else if (app->mode == APP_MODE_SETUP)
		app_setup_click(app, mouse->y);
	else if (app->mode == APP_MODE_TABLE)
		app_page_click(app, mouse);
}

/* At a prompt the cursor keys bring back what was typed before, which nobody wheels for. */
static void turn_wheel(struct app *app, int key, uint64_t now_ns) {
	for (int i = 0; i < WHEEL_STEP && app->mode != APP_MODE_PROMPT; i++)
		app_press(app, key, now_ns);
}

void app_click(struct app *app, const struct mouse *mouse, uint64_t now_ns) {
	app->now_ns = now_ns;
	app->dirty = true;
	if (app_paste(app, KEY_CODE_MOUSE)) /* what looks like a click may be pasted, too */
		return;
	switch (mouse->kind) {
	case MOUSE_CLICK:
		click(app, mouse, now_ns);
		break;
	case MOUSE_WHEEL_UP:
		turn_wheel(app, KEY_CODE_UP, now_ns);
		break;
	case MOUSE_WHEEL_DOWN:
		turn_wheel(app, KEY_CODE_DOWN, now_ns);
		break;
	}
}

void app_toggle_mouse(struct app *app) {
	settings_step(&app->settings, SETTING_MOUSE, 1);
	app->wish = APP_WISH_SETTINGS;
	app_say(app, xasprintf("%s", app->settings.mouse
	                                 ? _("the mouse is used here")
	                                 : _("the mouse selects text, as the terminal does it")));
}
