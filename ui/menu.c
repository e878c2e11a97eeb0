/* The selected item is always in sight: drawing moves `top`, keys move `selected`. */

#include "menu.h"

#include <stdlib.h>

#include "key.h"
#include "util.h"

void menu_open(struct menu *menu, const char *title, size_t selected) {
	char *copy = xasprintf("%s", title);
	menu_finish(menu);
	menu->title = copy;
	menu->selected = selected;
}

void menu_add(struct menu *menu, const char *item) {
	if ((menu->count & (menu->count - 1)) == 0)
		menu->items = xreallocarray(menu->items, menu->count > 0 ? menu->count * 2 : 1,
		                            sizeof(*menu->items));
	menu->items[menu->count++] = xasprintf("%s", item);
}

void menu_finish(struct menu *menu) {
	for (size_t i = 0; i < menu->count; i++)
		free(menu->items[i]);
	free(menu->items);
	free(menu->title);
	*menu = (struct menu){ 0 };
}

/* More than there are mean the last. */
static size_t selected_of(const struct menu *menu) {
	if (menu->selected < menu->count)
		return menu->selected;
	return menu->count > 0 ? menu->count - 1 : 0;
}

static void move_up(struct menu *menu, size_t steps) {
	const size_t selected = selected_of(menu);
	menu->selected = selected > steps ? selected - steps : 0;
}

static void move_down(struct menu *menu, size_t steps) {
	const size_t selected = selected_of(menu);
	menu->selected = menu->count - selected > steps ? selected + steps : menu->count;
	menu->selected = selected_of(menu);
}

static void go_to_letter(struct menu *menu, int key) {
	const size_t selected = selected_of(menu);
	if (key <= ' ' || key >= 0x7f)
		return;
	for (size_t i = 1; i <= menu->count; i++) {
		const size_t at = (selected + i) % menu->count;
		if (util_to_lower(menu->items[at][0]) == util_to_lower((char)key)) {
			menu->selected = at;
			return;
		}
	}
}

enum menu_event menu_key(struct menu *menu, int key) {
	const size_t page = menu->page > 0 ? menu->page : 1;
	switch (key) {
	case KEY_CODE_ENTER:
	case '\r':
		menu->selected = selected_of(menu);
		return menu->count > 0 ? MENU_CHOSEN : MENU_CANCELLED;
	case ' ':
		menu->selected = selected_of(menu);
		return menu->count > 0 ? MENU_ADDED : MENU_NOTHING;
	case KEY_CODE_ESCAPE:
	case 'q':
		return MENU_CANCELLED;
	case KEY_CODE_UP:
	case 'k':
		move_up(menu, 1);
		break;
	case KEY_CODE_DOWN:
	case 'j':
		move_down(menu, 1);
		break;
	case KEY_CODE_PAGE_UP:
		move_up(menu, page);
		break;
	case KEY_CODE_PAGE_DOWN:
		move_down(menu, page);
		break;
	case KEY_CODE_HOME:
		menu->selected = 0;
		break;
	case KEY_CODE_END:
		menu->selected = menu->count;
		menu->selected = selected_of(menu);
		break;
	default:
		go_to_letter(menu, key);
		break;
	}
	return MENU_NOTHING;
}

static void scroll(struct menu *menu) {
	const size_t selected = selected_of(menu);
	if (menu->top > selected)
		menu->top = selected;
	if (selected - menu->top >= menu->page)
		menu->top = selected - menu->page + 1;
	if (menu->top + menu->page > menu->count)
		menu->top = menu->count > menu->page ? menu->count - menu->page : 0;
}

bool menu_point(struct menu *menu, int x, int y) {
	const struct area *area = &menu->area;
	if (!area_has(area, x, y))
		return false;
	const size_t index = menu->top + (size_t)(y - area->y);
	if (index >= menu->count)
		return false;
	menu->selected = index;
	return true;
}

int menu_width(const struct menu *menu, const struct canvas *canvas) {
	const char *title = menu->title ? menu->title : "";
	int widest = canvas_text_width(canvas, title);
	for (size_t i = 0; i < menu->count; i++) {
		const int width = canvas_text_width(canvas, menu->items[i]);
		widest = width > widest ? width : widest;
	}
	return widest + 2;
}

void menu_draw(struct menu *menu, struct canvas *canvas, struct area area) {
	if (area.width < 1 || area.height < 1)
		return;
	canvas_fill(canvas, area, STYLE_MENU);
	if (area.height > 1) {
		canvas_fill(canvas, (struct area){ area.x, area.y, area.width, 1 }, STYLE_HEADING);
		canvas_text(canvas, area.x + 1, area.y, area.width - 1, STYLE_HEADING,
		            menu->title ? menu->title : "");
		area.y++;
		area.height--;
	}
	menu->page = (size_t)area.height;
	menu->area = area;
	scroll(menu);
	for (int y = 0; y < area.height && menu->top + (size_t)y < menu->count; y++) {
		const size_t index = menu->top + (size_t)y;
		const bool is_selected = index == selected_of(menu);
		const enum style style = is_selected ? STYLE_MENU_SELECTED : STYLE_MENU;
		const struct area line = { area.x, area.y + y, area.width, 1 };
		canvas_fill(canvas, line, style);
		canvas_text(canvas, area.x + 1, line.y, area.width - 1, style, menu->items[index]);
	}
}
