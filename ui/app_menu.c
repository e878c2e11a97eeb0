/* What can be chosen from: columns to sort by, users whose sockets to show. */

#include <stdlib.h>
#include <string.h>

#include "app_state.h"
#include "field.h"
#include "frame.h"
#include "life.h"
#include "util.h"

enum { SORT_NAME_WIDTH = 16 };

static bool is_column(const struct app *app, const struct field *field) {
	return columns_find(app->columns, field) < columns_count(app->columns);
}

/* The field that an item of the sort menu stands for: what is sorted by now if it is no column, the
 * columns, then all others. NULL behind the last one. */
static const struct field *sort_item(const struct app *app, size_t index) {
	const size_t columns = columns_count(app->columns);
	const size_t first = app->sort && !is_column(app, app->sort);
	if (index < first)
		return app->sort;
	if (index < first + columns)
		return columns_field(app->columns, index - first);
	size_t left = index - first - columns;
	for (size_t i = 0; i < field_count; i++) {
		if (&fields[i] != app->sort && !is_column(app, &fields[i]) && left-- == 0)
			return &fields[i];
	}
	return NULL;
}

static void fill_sort(struct app *app) {
	const struct field *field;
	size_t selected = 0;
	for (size_t i = 0; (field = sort_item(app, i)) != NULL; i++)
		selected = field == app->sort ? i : selected;
	menu_open(&app->menu, _("Sort by"), selected);
	for (size_t i = 0; (field = sort_item(app, i)) != NULL; i++) {
		char *item = xasprintf("%-*s %s", SORT_NAME_WIDTH, field->column.name,
		                       _(field->column.help));
		menu_add(&app->menu, item);
		free(item);
	}
}

static void choose_sort(struct app *app, size_t index) {
	app_sort_by(app, sort_item(app, index));
}

static int compare_names(const void *a, const void *b) {
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The users of the frame, sorted, each once. */
static size_t users_of(const struct frame *frame, const char ***users) {
	const struct snapshot *snapshot = &frame->snapshot;
	size_t count = 0;
	const char **names = xcalloc(snapshot->count + 1, sizeof(*names));
	const char *last = NULL;
	for (size_t i = 0; i < snapshot->count; i++) {
		const char *user = snapshot->socks[i].user;
		if (user && (!last || strcmp(user, last) != 0))
			names[count++] = user;
		last = user ? user : last;
	}
	qsort(names, count, sizeof(*names), compare_names);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
			names[kept++] = names[i];
	}
	*users = names;
	return kept;
}

static void fill_user(struct app *app) {
	const char **users = NULL;
	menu_open(&app->menu, _("Sockets of"), 0);
	menu_add(&app->menu, _("everybody"));
	const size_t count = app->frame ? users_of(app->frame, &users) : 0;
	for (size_t i = 0; i < count; i++)
		menu_add(&app->menu, users[i]);
	free(users);
}

static void choose_user(struct app *app, size_t index) {
	struct out term;
	out_init(&term, OUT_MEMORY);
	if (index > 0) {
		out_text(&term, "user ");
		filter_quote(&term, app->menu.items[index], strlen(app->menu.items[index]));
	}
	out_char(&term, '\0');
	free(app->user_term);
	app->user_term = term.bytes;
	app_apply_filter(app);
}

static const struct {
	void (*fill)(struct app *app);
	void (*choose)(struct app *app, size_t index);
	void (*add)(struct app *app, size_t index); /* NULL: one alone can be chosen */
} kinds[] = {
	[APP_MENU_SORT] = { .fill = fill_sort, .choose = choose_sort },
	[APP_MENU_USER] = { .fill = fill_user, .choose = choose_user },
	[APP_MENU_GROUP] = { .fill = app_groups_fill_menu,
	                     .choose = app_groups_choose,
	                     .add = app_groups_add },
	[APP_MENU_ACT] = { .fill = app_act_fill, .choose = app_act_choose },
};
_Static_assert(ARRAY_LENGTH(kinds) == APP_MENU_COUNT, "a row for each");

void app_open_menu(struct app *app, enum app_menu kind) {
	app->menu_kind = kind;
	kinds[kind].fill(app);
	app->mode = APP_MODE_MENU;
}

/* What was chosen may lead on to something else. */
static void leave(struct app *app) {
	if (app->mode == APP_MODE_MENU)
		app_close_mode(app);
	else
		menu_finish(&app->menu);
}

void app_menu_press(struct app *app, int key) {
	switch (menu_key(&app->menu, key)) {
	case MENU_NOTHING:
		break;
	case MENU_CHOSEN:
		kinds[app->menu_kind].choose(app, app->menu.selected);
		leave(app);
		break;
	case MENU_ADDED:
		if (!kinds[app->menu_kind].add)
			break;
		kinds[app->menu_kind].add(app, app->menu.selected);
		leave(app);
		break;
	case MENU_CANCELLED:
		app_close_mode(app);
		break;
	}
}
