/* The help page: a row for each action, made from the table of keys and in its sections, then one
 * for each mark that the table of sockets has. */

#include <string.h>

#include "action.h"
#include "app_state.h"
#include "page.h"
#include "util.h"

enum { KEYS_WIDTH = 15, COLUMN_WIDTH = 68 };

static const struct {
	enum style style;
	const char *mark, *text; /* both marked with N_ */
} marks[] = {
	{ STYLE_NEW, "+", N_("new") },
	{ STYLE_GONE, "-", N_("gone") },
	{ STYLE_CHANGED, "*", N_("changed") },
	{ STYLE_WARNING, "#", N_("tagged") },
	{ STYLE_TEXT, N_("(owner)"), N_("who held it before its close") },
	{ STYLE_TEXT, "?", N_("the owner is hidden") },
	{ STYLE_TEXT, ">5m", N_("at least so old") },
};

/* NULL: none begins here. */
static void put_title(struct page *page, const char *title) {
	if (!title)
		return;
	if (page->line > 0)
		page_next(page);
	page_text(page, 1, page->area.width - 1, STYLE_HEADING, _(title));
	page_next(page);
}

static void put_action(struct page *page, const struct keymap *keymap,
                       const struct action_row *row) {
	const int *keys = keymap->keys[row->action];
	int used = 1;
	put_title(page, action_section(row->action));
	for (size_t i = 0; i < ACTION_KEYS_MAX && keys[i]; i++)
		used += 1 + page_text(page, used, KEYS_WIDTH - used, STYLE_STRONG,
		                      key_name(keys[i]).text);
	page_wrap(page, KEYS_WIDTH, STYLE_TEXT, _(row->help), strlen(_(row->help)));
}

static void put_mark(struct page *page, size_t index) {
	const char *text = _(marks[index].text);
	put_title(page, index == 0 ? N_("Marks in the table") : NULL);
	page_text(page, 1, KEYS_WIDTH, marks[index].style, _(marks[index].mark));
	page_wrap(page, KEYS_WIDTH, STYLE_TEXT, text, strlen(text));
}

static void put_row(struct page *page, const struct keymap *keymap, size_t index) {
	if (index < action_count)
		put_action(page, keymap, &actions[index]);
	else
		put_mark(page, index - action_count);
}

/* In two columns if there is room. Returns how many lines there are. */
static int put_rows(const struct keymap *keymap, struct canvas *canvas, struct area area,
                    int scroll) {
	const size_t count = action_count + ARRAY_LENGTH(marks);
	const size_t columns = area.width >= 2 * COLUMN_WIDTH ? 2 : 1;
	const size_t rows = (count + columns - 1) / columns;
	int lines = 0;
	for (size_t column = 0; column < columns; column++) {
		struct page page = { .canvas = canvas, .area = area, .scroll = scroll };
		page.area.x += (int)column * COLUMN_WIDTH;
		page.area.width -= (int)column * COLUMN_WIDTH;
		for (size_t i = column * rows; i < (column + 1) * rows && i < count; i++)
			put_row(&page, keymap, i);
		lines = page.line > lines ? page.line : lines;
	}
	return lines;
}

int app_help_draw(const struct app *app, struct canvas *canvas, struct area area) {
	const struct area nowhere = { area.x, area.y, area.width, 0 };
	const int lines = put_rows(&app->settings.keymap, canvas, nowhere, 0);
	const int scroll = page_clamp(app->help_scroll, lines, area.height);
	put_rows(&app->settings.keymap, canvas, area, scroll);
	return scroll;
}
