/* What can be set, and where that is kept. */

#include <stdlib.h>

#include "app_state.h"
#include "util.h"

void app_write_settings(struct app *app) {
	char *told = NULL;
	if (app->delay_ns > 0)
		app->settings.delay_ns = app->delay_ns;
	if (!settings_save(&app->settings, &told)) {
		app_say(app, told);
		return;
	}
	app_say(app, xasprintf(_("settings written to %s"), told));
	free(told);
}
