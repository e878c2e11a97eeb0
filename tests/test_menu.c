/* A list to choose from: keys, scrolling, and items of any bytes. */

#include <criterion/criterion.h>
#include <stdlib.h>

#include "key.h"
#include "menu.h"
#include "out.h"
#include "util.h"

static void open_fruit(struct menu *menu, size_t selected) {
	static const char *const items[] = { "Apple", "banana", "berry", "cherry", "date" };
	menu_open(menu, "Fruit", selected);
	for (size_t i = 0; i < ARRAY_LENGTH(items); i++)
		menu_add(menu, items[i]);
}

static void expect_drawn(struct menu *menu, int width, int height, const char *wanted) {
	struct canvas canvas;
	struct out out;
	canvas_init(&canvas, width, height, true);
	menu_draw(menu, &canvas, (struct area){ 0, 0, width, height });
	out_init(&out, OUT_MEMORY);
	canvas_write(&canvas, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
	canvas_finish(&canvas);
}

Test(menu, keys_move_the_selection_and_stop_at_the_ends) {
	static const struct {
		int key;
		size_t selected;
	} steps[] = {
		{ KEY_CODE_UP, 0 },
		{ KEY_CODE_DOWN, 1 },
		{ 'j', 2 },
		{ 'k', 1 },
		{ KEY_CODE_END, 4 },
		{ 'j', 4 },
		{ KEY_CODE_HOME, 0 },
		{ 'b', 1 },
		{ 'B', 2 },
		{ 'b', 1 },
		{ 'a', 0 },
		{ 'z', 0 },
		{ KEY_CODE_F1, 0 },
		{ 0xe9, 0 },
		{ KEY_CODE_PAGE_DOWN, 2 },
		{ KEY_CODE_PAGE_DOWN, 4 },
		{ KEY_CODE_PAGE_DOWN, 4 },
		{ KEY_CODE_PAGE_UP, 2 },
	};
	struct menu menu = { 0 };
	open_fruit(&menu, 0);
	expect_drawn(&menu, 10, 3, " Fruit\n Apple\n banana\n");
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		cr_expect_eq(menu_key(&menu, steps[i].key), MENU_NOTHING);
		cr_expect_eq(menu.selected, steps[i].selected, "step %zu: %zu", i, menu.selected);
	}
	cr_expect_eq(menu_key(&menu, KEY_CODE_ENTER), MENU_CHOSEN);
	cr_expect_eq(menu_key(&menu, ' '), MENU_ADDED);
	cr_expect_eq(menu_key(&menu, KEY_CODE_ESCAPE), MENU_CANCELLED);
	cr_expect_eq(menu_key(&menu, 'q'), MENU_CANCELLED);
	menu_finish(&menu);
}

Test(menu, is_as_wide_as_its_widest_line) {
	struct menu menu = { 0 };
	struct canvas canvas;
	canvas_init(&canvas, 10, 3, true);
	open_fruit(&menu, 0);
	cr_expect_eq(menu_width(&menu, &canvas), 8);
	menu_open(&menu, "A long title", 0);
	cr_expect_eq(menu_width(&menu, &canvas), 14);
	canvas_finish(&canvas);
	menu_finish(&menu);
}

Test(menu, what_is_selected_is_in_sight) {
	struct menu menu = { 0 };
	open_fruit(&menu, 3);
	expect_drawn(&menu, 10, 3, " Fruit\n berry\n cherry\n");
	menu_key(&menu, KEY_CODE_HOME);
	expect_drawn(&menu, 10, 3, " Fruit\n Apple\n banana\n");
	menu_key(&menu, KEY_CODE_END);
	expect_drawn(&menu, 10, 1, " date\n");
	expect_drawn(&menu, 10, 8, " Fruit\n Apple\n banana\n berry\n cherry\n date\n\n\n");
	menu_finish(&menu);
}

Test(menu, an_item_of_any_bytes_cannot_do_harm) {
	struct menu menu = { 0 };
	menu_open(&menu, "T", 0);
	menu_add(&menu, "\x1b[2J\n");
	menu_add(&menu, "");
	expect_drawn(&menu, 20, 3, " T\n \\x1b[2J\\x0a\n\n");
	expect_drawn(&menu, 1, 1, "\n");
	menu_key(&menu, 'a');
	menu_finish(&menu);
}

Test(menu, a_menu_without_items_is_only_given_up) {
	struct menu menu = { 0 };
	menu_open(&menu, "T", 7);
	expect_drawn(&menu, 3, 2, " T\n\n");
	menu_key(&menu, KEY_CODE_DOWN);
	menu_key(&menu, KEY_CODE_PAGE_UP);
	menu_key(&menu, KEY_CODE_END);
	menu_key(&menu, 'x');
	cr_expect_eq(menu_key(&menu, ' '), MENU_NOTHING);
	cr_expect_eq(menu_key(&menu, KEY_CODE_ENTER), MENU_CANCELLED);
	menu_finish(&menu);
}

Test(menu, a_selection_behind_the_end_is_the_last) {
	struct menu menu = { 0 };
	open_fruit(&menu, 99);
	cr_expect_eq(menu_key(&menu, KEY_CODE_ENTER), MENU_CHOSEN);
	cr_expect_eq(menu.selected, 4);
	menu_finish(&menu);
}
