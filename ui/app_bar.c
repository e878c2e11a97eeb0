/* The last line: a message, or which keys do what. Whole items only; where there is no room for
 * all, the one that leads out stays. */

#include "action.h"
#include "app_state.h"
#include "key.h"
#include "util.h"

struct item {
	int key;
	const char *label; /* marked with N_ */
};

enum { ITEMS_MAX = 16 };

struct items {
	struct item items[ITEMS_MAX]; /* the last one leads out */
	size_t count;
};

static void add(struct items *items, int key, const char *label) {
	if (items->count < ITEMS_MAX && key != KEY_CODE_NONE)
		items->items[items->count++] = (struct item){ key, label };
}

/* In the order of the keys that they have at first, whichever they have now. */
static void add_functions(struct items *items, const struct keymap *keymap) {
	for (int key = KEY_CODE_F1; key <= KEY_CODE_F12; key++) {
		for (size_t i = 0; i < action_count; i++) {
			if (actions[i].bar && actions[i].keys[0] == key)
				add(items, keymap_key(keymap, actions[i].action), actions[i].bar);
		}
	}
}

static struct items items_of(const struct app *app) {
	struct items items = { .count = 0 };
	switch (app->mode) {
	case APP_MODE_MENU:
		add(&items, KEY_CODE_ENTER, N_("Choose"));
		add(&items, KEY_CODE_ESCAPE, N_("Cancel"));
		break;
	case APP_MODE_HELP:
		add(&items, KEY_CODE_PAGE_UP, N_("Up"));
		add(&items, KEY_CODE_PAGE_DOWN, N_("Down"));
		add(&items, KEY_CODE_ESCAPE, N_("Back"));
		break;
	case APP_MODE_SETUP:
		add(&items, ' ', N_("Change"));
		add(&items, KEY_CODE_LEFT, N_("Earlier"));
		add(&items, KEY_CODE_RIGHT, N_("Later"));
		add(&items, KEY_CODE_DELETE, N_("Default"));
		add(&items, keymap_key(&app->settings.keymap, ACTION_WRITE_SETTINGS), N_("Write"));
		add(&items, KEY_CODE_ESCAPE, N_("Back"));
		break;
	case APP_MODE_ACT:
		add(&items, KEY_CODE_ESCAPE, N_("Leave"));
		break;
	case APP_MODE_TABLE:
	case APP_MODE_PROMPT:
	case APP_MODE_COUNT:
		add_functions(&items, &app->settings.keymap);
		break;
	}
	return items;
}

/* With the blank behind it. */
static int width_of(const struct canvas *canvas, const struct item *item) {
	return canvas_text_width(canvas, key_name(item->key).text) +
	       canvas_text_width(canvas, _(item->label)) + 1;
}

static void draw_item(struct canvas *canvas, struct area area, const struct item *item) {
	const int width = canvas_text(canvas, area.x, area.y, area.width, STYLE_BAR_KEY,
	                              key_name(item->key).text);
	canvas_text(canvas, area.x + width, area.y, area.width - width, STYLE_BAR_LABEL,
	            _(item->label));
}

void app_bar_draw(struct app *app, struct canvas *canvas, struct area area) {
	const struct items items = items_of(app);
	canvas_fill(canvas, area, STYLE_BAR_LABEL);
	if (app->message) {
		canvas_text(canvas, area.x, area.y, area.width, STYLE_BAR_LABEL, app->message);
		return;
	}
	const int last = items.count > 0 ? width_of(canvas, &items.items[items.count - 1]) : 0;
	for (size_t i = 0; i < items.count; i++) {
		const int width = width_of(canvas, &items.items[i]);
		const bool is_last = i + 1 == items.count;
		if (!is_last && width + last - 1 > area.width)
			continue;
		draw_item(canvas, area, &items.items[i]);
		app_add_spot(app, (struct area){ area.x, area.y, width - 1, 1 },
		             items.items[i].key);
		area.x += width;
		area.width -= width;
	}
}
