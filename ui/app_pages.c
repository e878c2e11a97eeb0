/* What can be shown between the header and the bottom line. Each page is a row: how it is drawn,
 * and which actions mean something else on it. */

#include "app_state.h"
#include "util.h"

static const struct {
	void (*draw)(struct app *app, struct canvas *canvas, struct area area);
	bool (*act)(struct app *app, enum action action); /* as app_page_act(); NULL: none */
} pages[] = {
	[APP_PAGE_TABLE] = { app_table_draw, NULL },
};
_Static_assert(ARRAY_LENGTH(pages) == APP_PAGE_COUNT, "a row for each");

void app_page_draw(struct app *app, struct canvas *canvas, struct area area) {
	pages[app->page].draw(app, canvas, area);
}

bool app_page_act(struct app *app, enum action action) {
	return pages[app->page].act && pages[app->page].act(app, action);
}
