/* The page of the table: its rows, and below them everything about the selected one. */

#include "app_state.h"
#include "frame.h"
#include "life.h"
#include "util.h"

enum { DETAIL_LINES_MIN = 8 };

/* The pane takes what the table can spare, in steps, so that a row more does not move it; on a
 * small screen all of it. */
static int detail_lines(const struct app *app, int room) {
	enum { STEP = 4 };
	const int rows = app->table.count < (size_t)room ? (int)app->table.count : room;
	const int spare = room - 1 - (rows + STEP - 1) / STEP * STEP;
	const int share = room * 3 / 5;
	const int lines = spare > share ? spare : share;
	return lines < DETAIL_LINES_MIN ? room : lines;
}

static void draw_detail(struct app *app, struct canvas *canvas, struct area *area) {
	const struct sock *sock = table_selected(&app->table);
	if (!app->detail_open || !sock)
		return;
	struct area pane = area_take_bottom(area, detail_lines(app, area->height));
	const struct detail detail = {
		.frame = app->frame,
		.sock = sock,
		.trail = sock->life ? trails_find(app->trails, sock->life->serial) : NULL,
		.unit = app_unit(app),
	};
	app->detail_height = pane.height;
	app->detail_lines = detail_draw(&detail, canvas, pane, app->detail_scroll);
}

/* An empty table says why it is. */
static void draw_nothing(const struct app *app, struct canvas *canvas, struct area area) {
	if (app->table.sockets > 0 || area.height < 2)
		return;
	const char *text = app->table.hidden == 0             ? _("no sockets")
	                   : filter_line_text(app->filter)[0] ? _("the filter matches no socket")
	                                                      : _("all sockets are hidden");
	canvas_text(canvas, area.x + 1, area.y + 1, area.width - 1, STYLE_FAINT, text);
}

static void draw_table(struct app *app, struct canvas *canvas, struct area area) {
	const struct columns_look look = app_look(app);
	if (area.height <= 0)
		return;
	app->table_height = area.height > 1 ? area.height - 1 : 1;
	table_scroll(&app->table, (size_t)app->table_height);
	app->table_area = area;
	columns_draw(app->columns, canvas, area, &app->table, &look);
	draw_nothing(app, canvas, area);
}

void app_table_draw(struct app *app, struct canvas *canvas, struct area area) {
	draw_detail(app, canvas, &area);
	draw_table(app, canvas, area);
}
