/* What is pasted is text and nothing else: it is taken where something is typed, and confirms
 * nothing anywhere. */

#include "app_state.h"
#include "key.h"
#include "util.h"

/* The end of what is pasted may never come. */
static const uint64_t silence_ns = 5 * SECOND_NS;
/* Or there may be an end within it, which not every terminal leaves out: nobody types so soon. */
static const uint64_t pause_ns = SECOND_NS / 10;

static bool is_character(int key) {
	return key >= ' ' && key != KEY_CODE_BACKSPACE && key < KEY_CODE_UP;
}

/* A line break is no Enter. */
static void take(struct app *app, int key) {
	const bool is_blank = key == KEY_CODE_ENTER || key == KEY_CODE_TAB;
	if (app->mode == APP_MODE_PROMPT && (is_blank || is_character(key)))
		app_prompt_press(app, is_blank ? ' ' : key);
}

bool app_paste(struct app *app, int key) {
	if (key == KEY_CODE_PASTE_BEGIN || key == KEY_CODE_PASTE_END) {
		app->is_pasting = key == KEY_CODE_PASTE_BEGIN;
		app->pasted_ns = app->now_ns;
		return true;
	}
	if (app->pasted_ns == 0 ||
	    app->now_ns - app->pasted_ns > (app->is_pasting ? silence_ns : pause_ns)) {
		app->is_pasting = false;
		return false;
	}
	app->pasted_ns = app->now_ns;
	if (app->is_pasting)
		take(app, key);
	return true;
}
