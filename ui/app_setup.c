/* The page of what can be set: the settings, then every column that there is, those that are shown
 * first and in their order. What is changed holds at once, and is kept by W. */

#include "app_state.h"

#include <stdlib.h>

#include "field.h"
#include "key.h"
#include "util.h"

enum { NAME_WIDTH = 24, VALUE_WIDTH = 14, COLUMNS_FROM = SETTING_COLUMNS };

_Static_assert(SETTING_COLUMNS + 1 == SETTING_COUNT, "columns are rows of their own");

/* The distances of a recording are no delay that anybody set. */
static void keep_delay(struct app *app) {
	if (app->delay_ns != 0)
		app->settings.delay_ns = app->delay_ns;
}

void app_write_settings(struct app *app) {
	char *told = NULL;
	keep_delay(app);
	if (!settings_save(&app->settings, &told)) {
		app_say(app, told);
		return;
	}
	app_say(app, told ? xasprintf(_("settings written to %s"), told)
	                  : xasprintf("%s", _("no setting was changed since it was read")));
	free(told);
}

void app_open_setup(struct app *app) {
	keep_delay(app);
	app->setup_open = true;
	app_close_mode(app);
}

static void close_setup(struct app *app) {
	app->setup_open = false;
	app_close_mode(app);
}

static size_t row_count(void) {
	return COLUMNS_FROM + field_count;
}

static bool is_shown(const struct app *app, const struct field *field) {
	return columns_find(app->columns, field) < columns_count(app->columns);
}

/* NULL: the row is no column. */
static const struct field *field_of(const struct app *app, size_t row) {
	if (row < COLUMNS_FROM)
		return NULL;
	size_t left = row - COLUMNS_FROM;
	if (left < columns_count(app->columns))
		return columns_field(app->columns, left);
	left -= columns_count(app->columns);
	for (size_t i = 0; i < field_count; i++) {
		if (!is_shown(app, &fields[i]) && left-- == 0)
			return &fields[i];
	}
	return NULL;
}

static size_t row_of(const struct app *app, const struct field *field) {
	size_t row = COLUMNS_FROM;
	while (row < row_count() && field_of(app, row) != field)
		row++;
	return row;
}

static void take_columns(struct app *app) {
	columns_destroy(app->columns);
	app->columns = columns_create(&app->settings.columns);
	app_refresh(app);
}

void app_start_columns(struct app *app) {
	take_columns(app);
	if (app->setup.has_hosts)
		columns_put_first(app->columns, field_named("machine"));
}

/* Those that are shown, with `put` in front of place `at`, and without `left_out`; each may be
 * NULL. */
static void set_columns(struct app *app, const struct field *put, size_t at,
                        const struct field *left_out) {
	const size_t count = columns_count(app->columns);
	const struct field **fields_now = xcalloc(count + 1, sizeof(struct field *));
	size_t kept = 0;
	for (size_t i = 0; i <= count; i++) {
		const struct field *field = i < count ? columns_field(app->columns, i) : NULL;
		if (put && i == at)
			fields_now[kept++] = put;
		if (field && field != left_out)
			fields_now[kept++] = field;
	}
	view_set_fields(&app->settings.columns, fields_now, kept);
	free(fields_now);
	take_columns(app);
}

static void toggle_column(struct app *app, const struct field *field) {
	const size_t count = columns_count(app->columns);
	if (!is_shown(app, field))
		set_columns(app, field, count, NULL);
	else if (count > 1)
		set_columns(app, NULL, 0, field);
	else
		app_say(app, xasprintf("%s", _("one column must stay")));
	app->setup_row = row_of(app, field);
}

static void move_column(struct app *app, const struct field *field, int by) {
	const size_t at = columns_find(app->columns, field);
	const size_t count = columns_count(app->columns);
	if (at >= count || (by < 0 && at == 0) || (by > 0 && at + 1 == count))
		return;
	set_columns(app, field, by < 0 ? at - 1 : at + 2, field);
	app->setup_row = row_of(app, field);
}

/* The theme, the mouse and what is drawn with are the terminal's business. */
static void take_change(struct app *app) {
	app->wish = APP_WISH_SETTINGS;
	app->dirty = true;
}

static void open_typed(struct app *app, enum setting setting) {
	app_open_prompt(app, setting == SETTING_DELAY ? APP_PROMPT_DELAY : APP_PROMPT_START);
}

static void step(struct app *app, int by) {
	const struct field *field = field_of(app, app->setup_row);
	if (field)
		move_column(app, field, by);
	else if (settings_step(&app->settings, (enum setting)app->setup_row, by))
		take_change(app);
}

static void change(struct app *app) {
	const struct field *field = field_of(app, app->setup_row);
	const enum setting setting = (enum setting)app->setup_row;
	if (field)
		toggle_column(app, field);
	else if (settings_step(&app->settings, setting, 1))
		take_change(app);
	else
		open_typed(app, setting);
}

/* As it is without any configuration; all columns together. */
static void reset(struct app *app) {
	const bool is_column = app->setup_row >= COLUMNS_FROM;
	const enum setting setting = is_column ? SETTING_COLUMNS : (enum setting)app->setup_row;
	struct settings defaults = settings_default();
	char *text = settings_text(&defaults, setting);
	settings_set(&app->settings, setting, text);
	free(text);
	settings_finish(&defaults);
	if (is_column)
		app_start_columns(app);
	else if (setting == SETTING_DELAY)
		app->delay_ns = app->settings.delay_ns;
	take_change(app);
}

static void move(struct app *app, long by) {
	const long row = (long)app->setup_row + by;
	const long last = (long)row_count() - 1;
	app->setup_row = row < 0 ? 0 : row > last ? (size_t)last : (size_t)row;
	app->dirty = true;
}

/* False for what this page has no use for. */
static bool press_here(struct app *app, int key) {
	switch (key) {
	case ' ':
	case KEY_CODE_ENTER:
		change(app);
		return true;
	case KEY_CODE_DELETE:
	case KEY_CODE_BACKSPACE:
		reset(app);
		return true;
	case 'q':
		close_setup(app);
		return true;
	default:
		return false;
	}
}

static bool act(struct app *app, enum action action) {
	const long page = app->setup_height > 1 ? app->setup_height - 1 : 1;
	const long by = action_step(action, page, (long)row_count());
	if (by != 0)
		move(app, by);
	else if (action == ACTION_LEFT || action == ACTION_RIGHT)
		step(app, action == ACTION_LEFT ? -1 : 1);
	else if (action == ACTION_BACK || action == ACTION_SETUP)
		close_setup(app);
	else
		return false;
	return true;
}

void app_setup_press(struct app *app, int key) {
	const enum action action = keymap_action(&app->settings.keymap, key);
	if (press_here(app, key) || act(app, action))
		return;
	if (action == ACTION_HELP || action == ACTION_WRITE_SETTINGS || action == ACTION_MOUSE ||
	    action == ACTION_REDRAW || action == ACTION_SUSPEND || action == ACTION_QUIT)
		app_do(app, action);
}

void app_setup_click(struct app *app, int y) {
	const int line = y - app->setup_area.y;
	const size_t row = app->setup_top + (size_t)line;
	const bool is_title = row == COLUMNS_FROM;
	if (line < 0 || line >= app->setup_area.height || is_title || row > row_count())
		return;
	const size_t selected = row > COLUMNS_FROM ? row - 1 : row;
	if (selected == app->setup_row)
		change(app);
	app->setup_row = selected;
}

static void draw_setting(const struct app *app, struct canvas *canvas, struct area line,
                         enum setting setting) {
	char *text = settings_text(&app->settings, setting);
	const char *help =
	    setting == SETTING_THEME ? theme_help(app->settings.theme) : settings_help(setting);
	const int left = NAME_WIDTH + VALUE_WIDTH;
	canvas_text(canvas, line.x + 1, line.y, NAME_WIDTH - 2, STYLE_TEXT, settings_name(setting));
	const int width = canvas_text_width(canvas, text);
	const int room = setting == SETTING_FILTER && width >= VALUE_WIDTH ? line.width - NAME_WIDTH
	                                                                   : VALUE_WIDTH - 1;
	canvas_text(canvas, line.x + NAME_WIDTH, line.y, room, STYLE_STRONG, text);
	if (room < VALUE_WIDTH)
		canvas_text(canvas, line.x + left, line.y, line.width - left, STYLE_FAINT, _(help));
	free(text);
}

static void draw_column(const struct app *app, struct canvas *canvas, struct area line,
                        const struct field *field) {
	const bool shown = is_shown(app, field);
	canvas_printf(canvas, line.x + 1, line.y, NAME_WIDTH - 2, shown ? STYLE_STRONG : STYLE_TEXT,
	              "[%c] %s", shown ? 'x' : ' ', field->column.name);
	canvas_text(canvas, line.x + NAME_WIDTH, line.y, line.width - NAME_WIDTH, STYLE_FAINT,
	            _(field->column.help));
}

static void draw_title(const struct app *app, struct canvas *canvas, struct area line) {
	canvas_fill(canvas, line, STYLE_HEADING);
	canvas_printf(canvas, line.x + 1, line.y, line.width - 1, STYLE_HEADING,
	              _("%zu columns, in this order"), columns_count(app->columns));
}

static void draw_row(const struct app *app, struct canvas *canvas, struct area line, size_t row) {
	const struct field *field = field_of(app, row);
	if (field)
		draw_column(app, canvas, line, field);
	else
		draw_setting(app, canvas, line, (enum setting)row);
	if (row == app->setup_row)
		canvas_restyle(canvas, line, STYLE_SELECTED);
}

/* The title of the columns is a line between the rows. */
static size_t line_of(size_t row) {
	return row < COLUMNS_FROM ? row : row + 1;
}

static void scroll(struct app *app, size_t height) {
	const size_t at = line_of(app->setup_row);
	if (app->setup_top > at)
		app->setup_top = at;
	if (at - app->setup_top >= height)
		app->setup_top = at - height + 1;
	if (height > row_count())
		app->setup_top = 0;
}

void app_setup_draw(struct app *app, struct canvas *canvas, struct area area) {
	const struct area title = area_take_top(&area, 1);
	app->setup_area = area;
	app->setup_height = area.height;
	if (title.height < 1)
		return;
	canvas_fill(canvas, title, STYLE_HEADING);
	canvas_text(canvas, title.x + 1, title.y, title.width - 1, STYLE_HEADING, _("Setup"));
	if (area.height < 1)
		return;
	scroll(app, (size_t)area.height);
	for (int y = 0; y < area.height; y++) {
		const struct area line = { area.x, area.y + y, area.width, 1 };
		const size_t at = app->setup_top + (size_t)y;
		if (at == COLUMNS_FROM)
			draw_title(app, canvas, line);
		else if (at < row_count() + 1)
			draw_row(app, canvas, line, at > COLUMNS_FROM ? at - 1 : at);
	}
}
