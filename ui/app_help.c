/* The help page: a row for each action, made from the table of keys. */

#include "action.h"
#include "app_state.h"
#include "util.h"

enum { KEYS_WIDTH = 20, ROW_WIDTH = 72 };

static int put_keys(struct canvas *canvas, int x, int y, int width, const struct action_row *row) {
	int used = 0;
	for (size_t i = 0; i < ACTION_KEYS_MAX && row->keys[i]; i++)
		used += canvas_printf(canvas, x + used, y, width - used, STYLE_STRONG, "%s ",
		                      key_name(row->keys[i]).text);
	return used;
}

static void put_row(struct canvas *canvas, struct area area, int x, int y,
                    const struct action_row *row) {
	const int left = area.x + area.width - x;
	if (y < area.y || y >= area.y + area.height || left <= 0)
		return;
	const int keys = put_keys(canvas, x, y, left < KEYS_WIDTH ? left : KEYS_WIDTH, row);
	const int at = keys < KEYS_WIDTH ? KEYS_WIDTH : keys;
	if (left > at)
		canvas_text(canvas, x + at, y, left - at, STYLE_TEXT, _(row->help));
}

/* Marks that the table's first column has. */
static void put_marks(struct canvas *canvas, struct area area, int y) {
	static const struct {
		enum style style;
		const char *text;
	} marks[] = {
		{ STYLE_NEW, N_("+ new") },
		{ STYLE_GONE, N_("- gone") },
		{ STYLE_CHANGED, N_("* changed") },
		{ STYLE_TEXT, N_("(owner) from before its close") },
		{ STYLE_TEXT, N_("? owner hidden") },
		{ STYLE_TEXT, N_(">5m at least so old") },
	};
	int x = area.x;
	if (y < area.y || y >= area.y + area.height)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(marks); i++)
		x += canvas_text(canvas, x, y, area.x + area.width - x, marks[i].style,
		                 _(marks[i].text)) +
		     3;
}

/* Two columns if there is room. Returns how many lines there are. */
int app_help_draw(const struct app *app, struct canvas *canvas, struct area area) {
	const int columns = area.width >= 2 * ROW_WIDTH ? 2 : 1;
	const int rows = ((int)action_count + columns - 1) / columns;
	const int lines = rows + 2;
	const int most = lines > area.height ? lines - area.height : 0;
	const int scroll = app->help_scroll < most ? app->help_scroll : most;
	for (int i = 0; i < (int)action_count; i++)
		put_row(canvas, area, area.x + i / rows * ROW_WIDTH, area.y + i % rows - scroll,
		        &actions[i]);
	put_marks(canvas, area, area.y + rows + 1 - scroll);
	return lines;
}
