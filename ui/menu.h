#pragma once
/* A list to choose from, as F6 and u open it. Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "canvas.h"

enum menu_event { MENU_NOTHING, MENU_CHOSEN, MENU_ADDED, MENU_CANCELLED };

/* Zero-initialise it; menu_finish() frees it. */
struct menu {
	char *title;
	char **items; /* any bytes, ended by NUL */
	size_t count, selected, top;
	size_t page;      /* items that the last drawing had room for */
	struct area area; /* where it put them */
};

void menu_open(struct menu *menu, const char *title, size_t selected);
void menu_add(struct menu *menu, const char *item);
void menu_finish(struct menu *menu);

/* Up, down, j, k, Home, End, pages, Enter, Space (which adds the item to what was chosen before),
 * Esc, q; a letter goes to the next item that begins so. */
enum menu_event menu_key(struct menu *menu, int key);
/* Selects the item that was drawn there; false if there is none. */
bool menu_point(struct menu *menu, int x, int y);
/* The columns that its widest line takes, with a blank on either side. */
int menu_width(const struct menu *menu, const struct canvas *canvas);
void menu_draw(struct menu *menu, struct canvas *canvas, struct area area);
