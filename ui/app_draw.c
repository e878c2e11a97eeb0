/* The screen from top to bottom: header, page, and a line for the prompt, a message or the function
 * bar. Small screens leave out from the header first. */

#include <stdlib.h>

#include "app_state.h"
#include "frame.h"
#include "trouble.h"
#include "util.h"

enum { HEADER_LINES = 4, TABLE_LINES_MIN = 4 };

/* How many lines at the bottom the prompt or the bar takes. */
static int bottom_height(const struct app *app) {
	return app->mode == APP_MODE_PROMPT ? app_prompt_height(app) : 1;
}

/* A host may turn out to be unknown after the filter was entered. */
static void write_filter_error(const struct app *app, struct out *trouble) {
	const char *error = filter_line_error(app->filter, NULL);
	const bool is_typing =
	    app->mode == APP_MODE_PROMPT && app->prompt_kind == APP_PROMPT_FILTER;
	if (error && !is_typing)
		out_printf(trouble, _("%sfilter: %s"), trouble->used > 0 ? "; " : "", error);
}

/* Of several machines, who is away; then what is wrong with those that are there. */
static void write_troubles(struct out *out, const struct frame *frame) {
	for (size_t i = 0; i < frame->host_count; i++) {
		const struct frame_host *host = &frame->hosts[i];
		if (host->trouble)
			out_printf(out, "%s%s: %s", out->used > 0 ? "; " : "", host->name,
			           host->trouble);
	}
	trouble_write(out, &frame->snapshot);
}

/* What is wrong, for the caller to free; NULL: nothing. */
static char *trouble_text(const struct app *app) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	if (app->trouble)
		out_printf(&out, _("no new look: %s"), app->trouble);
	else
		write_troubles(&out, app->frame);
	if (app->fault)
		out_printf(&out, _("%sconfiguration: %s"), out.used > 0 ? "; " : "", app->fault);
	write_filter_error(app, &out);
	if (out.used == 0) {
		out_finish(&out);
		return NULL;
	}
	out_char(&out, '\0');
	return out.bytes;
}

/* For the caller to free. */
static char *filter_text(const struct filter_line *line,
                         void (*write)(const struct filter_line *line, struct out *out)) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	write(line, &out);
	out_char(&out, '\0');
	return out.bytes;
}

/* For the caller to free. */
static char *groups_text(const struct group_by *by) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	group_by_write(&out, by);
	out_char(&out, '\0');
	return out.bytes;
}

static int header_height(int height, bool is_trouble) {
	const int room = height - TABLE_LINES_MIN;
	const int most = HEADER_LINES + is_trouble;
	if (room < 1)
		return height > 2 ? 1 : 0;
	return room < most ? room : most;
}

static void draw_header(struct app *app, struct canvas *canvas, struct area *area) {
	char *filter = filter_text(app->filter, filter_line_write);
	char *toggles = filter_text(app->filter, filter_line_write_toggles);
	char *groups = groups_text(&app->table.grouped.by);
	char *trouble = trouble_text(app);
	const struct header_look look = {
		.period_ns = app->delay_ns == 0 ? 0 : app_period_ns(app),
		.wanted_ns = app->delay_ns,
		.paused = app->paused,
		.ended = app->ended,
		.frozen = app->frozen,
		.follows = app->table.follows,
		.filter = filter,
		.toggles = toggles,
		.groups = groups,
		.sort = app->sort ? app->sort->column.name : NULL,
		.descending = app->descending,
		.shown = app->table.sockets - app->table.gone,
		.hidden = app->table.hidden,
		.unit = app_unit(app),
		.tagged = app->tags.count,
		.trouble = trouble,
	};
	struct area top = *area;
	top.height = header_height(area->height, trouble != NULL);
	if (top.height > 0)
		area_take_top(area, header_draw(&app->header, canvas, top, app->frame, &look));
	free(filter);
	free(toggles);
	free(groups);
	free(trouble);
}

/* Before the first look. */
static void draw_waiting(const struct app *app, struct canvas *canvas, struct area area) {
	if (app->trouble)
		canvas_text(canvas, area.x, area.y, area.width, STYLE_ERROR, app->trouble);
	else
		canvas_text(canvas, area.x, area.y, area.width, STYLE_FAINT, _("looking ..."));
}

static void draw_menu(struct app *app, struct canvas *canvas, struct area area) {
	if (app->mode != APP_MODE_MENU)
		return;
	const int width = menu_width(&app->menu, canvas);
	area.width = width < area.width ? width : area.width;
	menu_draw(&app->menu, canvas, area);
}

static void draw_middle(struct app *app, struct canvas *canvas, struct area area) {
	draw_header(app, canvas, &area);
	if (app->mode == APP_MODE_ACT)
		act_dialog_draw(&app->act_dialog, canvas, area);
	else if (app->setup_open)
		app_setup_draw(app, canvas, area);
	else
		app_page_draw(app, canvas, area);
	draw_menu(app, canvas, area);
}

void app_draw(struct app *app, struct canvas *canvas, uint64_t now_ns) {
	struct area area = { 0, 0, canvas->width, canvas->height };
	canvas_clear(canvas, canvas->width, canvas->height);
	app->table_area = (struct area){ 0 };
	app->spot_count = 0;
	app->setup_area = (struct area){ 0 };
	if (app->message && now_ns >= app->message_until_ns)
		app_forget_message(app);
	const struct area bottom = area_take_bottom(&area, bottom_height(app));
	const struct area strip = area_take_bottom(&area, app_replay_height(app, area.height));
	app_replay_draw(app, canvas, strip);
	app->help_height = area.height > 1 ? area.height : 1;
	if (app->mode == APP_MODE_HELP)
		app->help_scroll = app_help_draw(app, canvas, area);
	else if (app->frame)
		draw_middle(app, canvas, area);
	else if (app->setup_open)
		app_setup_draw(app, canvas, area);
	else
		draw_waiting(app, canvas, area);
	if (app->mode == APP_MODE_PROMPT)
		app_prompt_draw(app, canvas, bottom);
	else
		app_bar_draw(app, canvas, bottom);
	app->dirty = false;
}
