/* Sockets in groups: by what, which are open, and back from a group to all of them. Enter on a
 * group filters to it and lists its sockets; what was there before is kept for Esc. */

#include "app_groups.h"

#include <stdlib.h>
#include <string.h>

#include "app_state.h"
#include "group_filter.h"
#include "util.h"

enum { FIELD_NAME_WIDTH = 16 };

/* What people ask for most, in the order of the menu; all other fields follow. */
static const char *const first_names[] = {
	"process", "parent", "dst",    "dst_net", "sport",  "service",
	"state",   "user",   "cgroup", "netns",   "health",
};

void app_groups_finish(struct app_groups *groups) {
	free(groups->before);
	free(groups->entered);
	*groups = (struct app_groups){ 0 };
}

/* What can be summed up of what is shown, and what rows are sorted by. */
static void choose_sums(struct app *app) {
	struct group_by *by = &app->table.grouped.by;
	by->sum_count = 0;
	if (app->sort)
		group_by_add_sum(by, app->sort);
	for (size_t i = 0; i < columns_count(app->columns); i++)
		group_by_add_sum(by, columns_field(app->columns, i));
}

void app_groups_refresh(struct app *app) {
	if (app->table.grouped.by.level_count > 0)
		choose_sums(app);
}

/* NULL: none. */
static void group_by_field(struct app *app, const struct field *field) {
	struct group_by *by = &app->table.grouped.by;
	by->level_count = field ? 1 : 0;
	by->levels[0] = field;
	app_refresh(app);
}

/* Processes are those of a machine. */
void app_groups_toggle_tree(struct app *app) {
	struct group_by *by = &app->table.grouped.by;
	size_t levels = 0;
	if (by->level_count == 0 && app->setup.has_hosts)
		by->levels[levels++] = field_named("machine");
	if (by->level_count == 0)
		by->levels[levels++] = field_named("process");
	by->level_count = levels;
	app_refresh(app);
}

static bool is_first(const struct field *field) {
	for (size_t i = 0; i < ARRAY_LENGTH(first_names); i++) {
		if (strcmp(field->column.name, first_names[i]) == 0)
			return true;
	}
	return false;
}

/* The field that an item of the menu stands for, from 1 on; NULL behind the last one. */
static const struct field *item_field(size_t index) {
	if (index <= ARRAY_LENGTH(first_names))
		return field_named(first_names[index - 1]);
	size_t left = index - 1 - ARRAY_LENGTH(first_names);
	for (size_t i = 0; i < field_count; i++) {
		if (!is_first(&fields[i]) && left-- == 0)
			return &fields[i];
	}
	return NULL;
}

void app_groups_fill_menu(struct app *app) {
	const struct group_by *by = &app->table.grouped.by;
	const struct field *field;
	size_t selected = by->level_count > 0 ? 0 : 1;
	for (size_t i = 1; by->level_count > 0 && (field = item_field(i)); i++)
		selected = field == by->levels[0] ? i : selected;
	menu_open(&app->menu,
	          by->level_count > 0 ? _("Group by (Space: within the groups there are)")
	                              : _("Group by"),
	          selected);
	menu_add(&app->menu, _("nothing"));
	for (size_t i = 1; (field = item_field(i)); i++) {
		char *item = xasprintf("%-*s %s", FIELD_NAME_WIDTH, field->column.name,
		                       _(field->column.help));
		menu_add(&app->menu, item);
		free(item);
	}
}

void app_groups_choose(struct app *app, size_t index) {
	group_by_field(app, index > 0 ? item_field(index) : NULL);
}

void app_groups_add(struct app *app, size_t index) {
	struct group_by *by = &app->table.grouped.by;
	const struct field *field = index > 0 ? item_field(index) : NULL;
	if (!field)
		return;
	if (group_by_has(by, field)) {
		app_say(app, xasprintf(_("groups are by %s already"), field->column.name));
		return;
	}
	if (by->level_count == GROUP_LEVELS_MAX) {
		app_say(app, xasprintf(_("groups lie within each other %d deep at most"),
		                       GROUP_LEVELS_MAX));
		return;
	}
	by->levels[by->level_count++] = field;
	app_refresh(app);
}

bool app_groups_set_open(struct app *app, bool open) {
	const struct group *group = table_selected_group(&app->table);
	if (!group || grouped_is_open(&app->table.grouped, group) == open)
		return false;
	grouped_set_open(&app->table.grouped, group, open);
	app_refresh(app);
	return true;
}

bool app_groups_fold(struct app *app) {
	const struct group *group = table_selected_group(&app->table);
	return group && app_groups_set_open(app, !grouped_is_open(&app->table.grouped, group));
}

/* From a socket, or from a group that is closed, to the group around it. */
bool app_groups_leave(struct app *app) {
	const struct grouped *grouped = &app->table.grouped;
	const struct group *group = table_selected_group(&app->table);
	if (app_groups_set_open(app, false))
		return true;
	if (grouped->by.level_count == 0 || app->table.count == 0 || app->scroll > 0)
		return false;
	const uint32_t own = grouped->rows[app->table.selected].group;
	const uint32_t around = group ? group->parent : own;
	if (around == GROUP_NONE)
		return false;
	for (size_t row = app->table.selected; row-- > 0;) {
		if (!grouped->rows[row].sock && grouped->rows[row].group == around) {
			table_select(&app->table, row);
			return true;
		}
	}
	return false;
}

void app_groups_fold_all(struct app *app) {
	if (app->table.grouped.by.level_count == 0)
		return;
	grouped_turn_all(&app->table.grouped);
	app_refresh(app);
}

/* For the caller to free; NULL if there is no such filter. */
static char *filter_of(const struct app *app, const struct group *group) {
	const struct grouped *grouped = &app->table.grouped;
	struct out text;
	out_init(&text, OUT_MEMORY);
	if (app->typed[0])
		out_printf(&text, "(%s) and ", app->typed);
	const bool known = group_filter_write(&text, &grouped->by, &grouped->tree, group);
	out_char(&text, '\0');
	if (known)
		return text.bytes;
	out_finish(&text);
	return NULL;
}

bool app_groups_enter(struct app *app) {
	const struct group *group = table_selected_group(&app->table);
	char *filter = group ? filter_of(app, group) : NULL;
	if (!group)
		return false;
	if (!filter) {
		app_say(app, xasprintf("%s", _("no filter can tell that")));
		return true;
	}
	app_groups_finish(&app->groups);
	app->groups.before = xasprintf("%s", app->typed);
	app->groups.entered = xasprintf("%s", filter);
	app->groups.by = app->table.grouped.by;
	app->groups.serial = app->table.serial;
	app->table.grouped.by.level_count = 0;
	app_set_text(&app->typed, filter);
	app_apply_filter(app);
	return true;
}

bool app_groups_back(struct app *app) {
	struct app_groups *groups = &app->groups;
	if (!groups->entered)
		return false;
	const bool is_entered = strcmp(app->typed, groups->entered) == 0;
	if (is_entered) {
		app->table.grouped.by = groups->by;
		app_set_text(&app->typed, xasprintf("%s", groups->before));
		app_apply_filter(app);
		table_select_serial(&app->table, groups->serial);
	}
	app_groups_finish(groups);
	return is_entered;
}
