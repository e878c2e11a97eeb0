/* What the app knows, and what frames do to it. The table's rows are borrowed from the frame, so a
 * new frame makes them anew before anything else looks at them. */

#include "app_state.h"

#include <stdlib.h>

#include "field.h"
#include "frame.h"
#include "life.h"
#include "util.h"

/* Of one processor: what looking and drawing may take together before looks are made less often. */
enum { BUDGET_PERCENT = 20 };

enum { MESSAGE_SECONDS = 4 };

/* What is busiest comes first; the rest stays as it was first seen. */
static void choose_order(struct app *app) {
	const struct view *view = app->setup.view;
	if (view->key_count > 0) {
		app->sort = view->keys[0].field;
		app->descending = view->keys[0].descending;
	} else {
		app->sort = field_named("rate");
		app->descending = true;
	}
}

/* What the command line says goes before what the configuration does. */
static void take_settings(struct app *app) {
	const struct app_setup *setup = &app->setup;
	app->settings = setup->settings ? settings_copy(setup->settings) : settings_default();
	if (setup->view->column_count > 0)
		settings_set_columns(&app->settings, setup->view);
	app->delay_ns =
	    setup->delay_ns > 0 || !setup->is_live ? setup->delay_ns : app->settings.delay_ns;
	app->fault = setup->fault ? xasprintf("%s", setup->fault) : NULL;
}

/* That of the configuration, if the command line has none. */
static void start_filter(struct app *app) {
	struct out given;
	out_init(&given, OUT_MEMORY);
	filter_line_write(app->filter, &given);
	const bool is_given = given.used > 0;
	out_finish(&given);
	if (is_given || !app->settings.filter[0])
		return;
	app_set_text(&app->typed, xasprintf("%s", app->settings.filter));
	app_apply_filter(app);
	filter_line_settle(app->filter);
}

struct app *app_create(const struct app_setup *setup) {
	struct app *app = xcalloc(1, sizeof(*app));
	app->setup = *setup;
	take_settings(app);
	app_start_columns(app);
	if (setup->groups)
		app->table.grouped.by = *setup->groups;
	app->trails = trails_create();
	app->filter = filter_line_create(setup->filter);
	app->namer = namer_create();
	app->overview = overview_create();
	app->typed = xasprintf("%s", "");
	app->user_term = xasprintf("%s", "");
	app->search = xasprintf("%s", "");
	app->host_names = setup->host_names;
	app->show_closed = true;
	app->dirty = true;
	out_init(&app->copy, OUT_MEMORY);
	app_replay_init(app);
	choose_order(app);
	start_filter(app);
	return app;
}

void app_destroy(struct app *app) {
	if (!app)
		return;
	table_finish(&app->table);
	app_groups_finish(&app->groups);
	tags_finish(&app->tags);
	act_dialog_finish(&app->act_dialog);
	columns_destroy(app->columns);
	trails_destroy(app->trails);
	filter_line_destroy(app->filter);
	namer_destroy(app->namer);
	overview_destroy(app->overview);
	prompt_finish(&app->prompt);
	menu_finish(&app->menu);
	for (size_t i = 0; i < APP_PROMPT_COUNT; i++)
		prompt_history_finish(&app->histories[i]);
	free(app->typed);
	free(app->before_typing);
	free(app->user_term);
	free(app->search);
	free(app->trouble);
	free(app->message);
	free(app->fault);
	settings_finish(&app->settings);
	out_finish(&app->copy);
	app_replay_finish(app);
	free(app);
}

void app_refresh(struct app *app) {
	app->dirty = true;
	if (!app->frame)
		return;
	const struct table_choice choice = {
		.filter = filter_line_current(app->filter),
		.only_established = filter_line_only_established(app->filter),
		.sort = app->sort,
		.descending = app->descending,
		.show_closed = app->show_closed,
		.frozen = app->frozen,
	};
	app_groups_refresh(app);
	table_update(&app->table, app->frame, &choice);
}

void app_set_text(char **to, char *text) {
	free(*to);
	*to = text;
}

/* Looks that cost less than the budget come as often as was asked for. The cost is smoothed, so
 * that one slow look does not show; the first, which reads all processes, does not count. */
static void note_frame_cost(struct app *app, const struct frame *frame) {
	const uint64_t cost = frame->cost_ns + app->screen_cost_ns;
	if (frame->number > 1)
		app->cost_ns = app->cost_ns == 0 ? cost : (app->cost_ns * 3 + cost) / 4;
}

void app_take_frame(struct app *app, const struct frame *frame) {
	if (!app->setup.is_live)
		app_replay_take_frame(app, app->frame, frame);
	app->frame = frame;
	app_set_text(&app->trouble, NULL);
	note_frame_cost(app, frame);
	header_add(&app->header, frame);
	states_add(&app->states, &frame->totals.transitions);
	app_overview_add(app);
	trails_add(app->trails, frame);
	tags_keep(&app->tags, &frame->snapshot);
	filter_line_set_ephemeral(app->filter, frame->ephemeral);
	app_refresh(app);
}

void app_take_trouble(struct app *app, const char *text) {
	app_set_text(&app->trouble, xasprintf("%s", text));
	app->replay.heading = APP_GOAL_NONE;
	app->dirty = true;
}

void app_take_end(struct app *app) {
	app->ended = true;
	app->replay.heading = APP_GOAL_NONE;
	app->dirty = true;
}

void app_note_cost(struct app *app, uint64_t cost_ns) {
	app->screen_cost_ns = cost_ns;
}

void app_say(struct app *app, char *text) {
	app_set_text(&app->message, text);
	app->message_until_ns = app->now_ns + MESSAGE_SECONDS * SECOND_NS;
	app->dirty = true;
}

void app_forget_message(struct app *app) {
	app_set_text(&app->message, NULL);
	app->dirty = true;
}

void app_fds(const struct app *app, int fds[APP_FD_COUNT]) {
	fds[0] = filter_line_fd(app->filter);
	fds[1] = namer_fd(app->namer);
}

void app_take_names(struct app *app) {
	filter_line_answer(app->filter);
	namer_take(app->namer);
	app_refresh(app);
}

bool app_is_dirty(const struct app *app) {
	return app->dirty;
}

uint64_t app_expires_ns(const struct app *app) {
	return app->message ? app->message_until_ns : 0;
}

void app_touch(struct app *app) {
	app->dirty = true;
}

/* In steps of a tenth of a second, or what is shown would change all the time. */
uint64_t app_period_ns(const struct app *app) {
	const uint64_t step = SECOND_NS / 10;
	const uint64_t least = app->cost_ns * 100 / BUDGET_PERCENT;
	if (app->paused || app->ended)
		return 0;
	if (!app->setup.is_live)
		return app_replay_period_ns(app);
	if (least <= app->delay_ns)
		return app->delay_ns;
	return (least + step - 1) / step * step;
}

uint32_t app_needs(const struct app *app) {
	uint32_t needs =
	    columns_needs(app->columns) | filter_needs(filter_line_current(app->filter));
	needs |= SOCK_NEED_OWNERS | SOCK_NEED_USER | SOCK_NEED_INFO | SOCK_NEED_UID;
	needs |= group_needs(&app->table.grouped.by);
	if (app->sort)
		needs |= app->sort->needs;
	if (app->detail_open)
		needs |= detail_needs();
	if (app->page == APP_PAGE_OVERVIEW)
		needs |= SOCK_NEED_MEMORY; /* the drops of listeners */
	return needs & ~(uint32_t)SOCK_NEED_NAMES;
}

enum app_wish app_take_wish(struct app *app) {
	const enum app_wish wish = app->wish;
	app->wish = APP_WISH_NONE;
	return wish;
}

const struct settings *app_settings(const struct app *app) {
	return &app->settings;
}

const char *app_copy(const struct app *app, size_t *length) {
	*length = app->copy.used;
	return app->copy.bytes;
}

enum human_unit app_unit(const struct app *app) {
	return app->settings.bits ? HUMAN_BITS : HUMAN_BYTES;
}

struct columns_look app_look(const struct app *app) {
	return (struct columns_look){
		.sort = app->sort,
		.descending = app->descending,
		.scroll = app->scroll,
		.search = app->search[0] ? app->search : NULL,
		.namer = app->namer,
		.host_names = app->host_names,
		.port_names = app->port_names,
		.unit = app_unit(app),
		.tags = &app->tags,
		.is_stale = app->trouble != NULL,
	};
}

void app_close_mode(struct app *app) {
	prompt_finish(&app->prompt);
	menu_finish(&app->menu);
	app->mode = app->setup_open ? APP_MODE_SETUP : APP_MODE_TABLE;
	app->dirty = true;
}

/* Numbers begin with the largest, words with the first. */
void app_sort_by(struct app *app, const struct field *field) {
	app->sort = field;
	app->descending = field && field->column.align_right;
	app_refresh(app);
}
