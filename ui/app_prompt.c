/* The lines that can be typed. Each kind is a row: what it is called, what happens while it is
 * typed, and what once it is entered or given up. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "app_state.h"
#include "export.h"
#include "frame.h"
#include "key.h"
#include "util.h"

struct prompt_kind {
	const char *label; /* marked with N_ */
	/* What stands in the line at first, for the caller to free. */
	char *(*start)(const struct app *app);
	void (*change)(struct app *app); /* or NULL */
	void (*enter)(struct app *app);
	void (*cancel)(struct app *app); /* or NULL */
};

/* The user that was chosen and what was typed hold together. */
static char *whole_filter(const struct app *app) {
	if (!app->user_term[0])
		return xasprintf("%s", app->typed);
	if (!app->typed[0])
		return xasprintf("%s", app->user_term);
	return xasprintf("%s and (%s)", app->user_term, app->typed);
}

/* How many bytes of whole_filter() come before what was typed. */
static size_t typed_start(const struct app *app) {
	return app->user_term[0] && app->typed[0] ? strlen(app->user_term) + strlen(" and (") : 0;
}

void app_apply_filter(struct app *app) {
	char *text = whole_filter(app);
	filter_line_set(app->filter, text);
	free(text);
	app_refresh(app);
}

static char *start_filter(const struct app *app) {
	return xasprintf("%s", app->typed);
}

static void change_filter(struct app *app) {
	app_set_text(&app->typed, xasprintf("%s", app->prompt.text));
	app_apply_filter(app);
}

/* What is wrong stays at the prompt, so that it can be mended. */
static void enter_filter(struct app *app) {
	change_filter(app);
	if (filter_line_error(app->filter, NULL))
		return;
	filter_line_settle(app->filter);
	prompt_history_add(&app->histories[APP_PROMPT_FILTER], app->prompt.text);
	app_close_mode(app);
}

static void cancel_filter(struct app *app) {
	app_set_text(&app->typed, xasprintf("%s", app->before_typing));
	app_apply_filter(app);
}

static char *start_search(const struct app *app) {
	return xasprintf("%s", app->search);
}

static void change_search(struct app *app) {
	app_set_text(&app->search, xasprintf("%s", app->prompt.text));
}

static void enter_search(struct app *app) {
	change_search(app);
	prompt_history_add(&app->histories[APP_PROMPT_SEARCH], app->prompt.text);
	app_close_mode(app);
	if (app->search[0])
		app_find(app, 1);
}

static void cancel_search(struct app *app) {
	app_set_text(&app->search, xasprintf("%s", app->before_typing));
}

static char *start_delay(const struct app *app) {
	return xasprintf("%g", (double)app->delay_ns / 1e9);
}

static void enter_delay(struct app *app) {
	const char *fault = settings_set(&app->settings, SETTING_DELAY, app->prompt.text);
	if (fault)
		app_say(app, xasprintf("%s", _(fault)));
	else
		app->delay_ns = app->settings.delay_ns;
	app_close_mode(app);
}

/* A name that is not there yet, most likely: the time of the look that is shown. */
static char *start_export(const struct app *app) {
	char stamp[sizeof("-20260101-000000")] = "";
	const time_t time = app->frame ? (time_t)(app->frame->time_ns / SECOND_NS) : 0;
	struct tm parts;
	if (time != 0 && localtime_r(&time, &parts))
		strftime(stamp, sizeof(stamp), "-%Y%m%d-%H%M%S", &parts);
	return xasprintf("socklens%s.txt", stamp);
}

static void enter_export(struct app *app) {
	if (app->prompt.text[0] && app->frame)
		app_say(app, export_rows(app->prompt.text, app->frame, &app->table,
		                         &app->settings.columns));
	app_close_mode(app);
}

static char *start_jump(const struct app *app) {
	(void)app;
	return xasprintf("%s", "");
}

static void enter_jump(struct app *app) {
	prompt_history_add(&app->histories[APP_PROMPT_JUMP], app->prompt.text);
	app_replay_jump(app, app->prompt.text);
	app_close_mode(app);
}

static char *start_start(const struct app *app) {
	return xasprintf("%s", app->settings.filter);
}

static void enter_start(struct app *app) {
	const char *fault = settings_set(&app->settings, SETTING_FILTER, app->prompt.text);
	app_close_mode(app);
	if (fault)
		app_say(app, xasprintf("%s", _(fault)));
}

static const struct prompt_kind kinds[] = {
	[APP_PROMPT_FILTER] = { N_("filter"), start_filter, change_filter, enter_filter,
	                        cancel_filter },
	[APP_PROMPT_SEARCH] = { N_("search"), start_search, change_search, enter_search,
	                        cancel_search },
	[APP_PROMPT_DELAY] = { N_("seconds between looks"), start_delay, NULL, enter_delay, NULL },
	[APP_PROMPT_START] = { N_("filter at the start"), start_start, NULL, enter_start, NULL },
	[APP_PROMPT_EXPORT] = { N_("write to (.txt .json .ndjson .csv .tsv)"), start_export, NULL,
	                        enter_export, NULL },
	[APP_PROMPT_JUMP] = { N_("go to (12:30, +30s, -2m, 3)"), start_jump, NULL, enter_jump,
	                      NULL },
};
_Static_assert(ARRAY_LENGTH(kinds) == APP_PROMPT_COUNT, "a row for each");

void app_open_prompt(struct app *app, enum app_prompt kind) {
	char *text = kinds[kind].start(app);
	app->prompt_kind = kind;
	prompt_open(&app->prompt, text, &app->histories[kind]);
	app_set_text(&app->before_typing, xasprintf("%s", text));
	app->mode = APP_MODE_PROMPT;
	free(text);
}

static void cancel(struct app *app, const struct prompt_kind *kind) {
	app_close_mode(app);
	if (kind->cancel)
		kind->cancel(app);
}

void app_prompt_press(struct app *app, int key) {
	const struct prompt_kind *kind = &kinds[app->prompt_kind];
	const struct prompt_completer completer = filter_line_completer(app->filter, app->frame);
	const bool completes =
	    app->prompt_kind == APP_PROMPT_FILTER || app->prompt_kind == APP_PROMPT_START;
	switch (prompt_key(&app->prompt, key, completes ? &completer : NULL)) {
	case PROMPT_NOTHING:
		break;
	case PROMPT_CHANGED:
		if (kind->change)
			kind->change(app);
		break;
	case PROMPT_DONE:
		kind->enter(app);
		break;
	case PROMPT_CANCELLED:
		cancel(app, kind);
		break;
	}
}

static const char *error_of(const struct app *app, size_t *column) {
	if (app->prompt_kind != APP_PROMPT_FILTER)
		return NULL;
	return filter_line_error(app->filter, column);
}

int app_prompt_height(const struct app *app) {
	return error_of(app, NULL) ? 3 : 1;
}

void app_prompt_draw(const struct app *app, struct canvas *canvas, struct area area) {
	size_t column = 0;
	const char *error = error_of(app, &column);
	const size_t start = typed_start(app);
	const long mark = !error ? -1 : column < start ? 0 : (long)(column - start);
	struct area lines = area;
	canvas_fill(canvas, area, STYLE_TEXT);
	if (error && area.height > 1) {
		lines.height--;
		canvas_text(canvas, area.x, area.y + lines.height, area.width, STYLE_ERROR, error);
	}
	prompt_draw(&app->prompt, canvas, lines, _(kinds[app->prompt_kind].label), mark);
}

/* The text is searched in what the columns say of the socket, or in the name of a group, in any
 * case. */
static bool row_has(const struct app *app, size_t row, struct out *line) {
	struct columns_look look = app_look(app);
	const struct group *group = table_group(&app->table, row);
	look.namer = NULL; /* it would be asked for the names of every socket there is */
	line->used = 0;
	if (group)
		group_write_key(line, app->table.grouped.by.levels[group->level], group);
	else
		columns_write_row(app->columns, line, app->table.rows[row], &look);
	out_char(line, '\0');
	return strcasestr(line->bytes, app->search) != NULL;
}

void app_find(struct app *app, int direction) {
	struct out line;
	const size_t count = app->table.count;
	out_init(&line, OUT_MEMORY);
	size_t at = app->table.selected;
	bool found = false;
	for (size_t tried = 0; tried < count && !found; tried++) {
		at = (at + count + (size_t)(direction > 0 ? 1 : count - 1)) % count;
		found = row_has(app, at, &line);
	}
	out_finish(&line);
	if (found)
		table_select(&app->table, at);
	else
		app_say(app, xasprintf("%s", _("not found")));
}
