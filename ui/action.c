/* The rows. A key stands in one row only, which test_action.c checks. */

#include "action.h"

#include <stdio.h>

#include "key.h"
#include "util.h"

#define CTRL(letter) ((letter)&0x1f)

const struct action_row actions[] = {
	{ ACTION_HELP, { KEY_CODE_F1, '?', 'h' }, N_("Help"), N_("these keys") },
	{ ACTION_SEARCH, { KEY_CODE_F3 }, N_("Search"), N_("search in the rows") },
	{ ACTION_NEXT, { 'n' }, NULL, N_("next match; without a search host names on or off") },
	{ ACTION_PREVIOUS, { 'b' }, NULL, N_("match before") },
	{ ACTION_FILTER, { KEY_CODE_F4, '/', '\\' }, N_("Filter"), N_("filter, as in the list") },
	{ ACTION_DETAIL, { KEY_CODE_ENTER }, N_("Details"), N_("everything about the socket") },
	{ ACTION_USER, { 'u' }, NULL, N_("sockets of one user") },
	{ ACTION_TOGGLE_TCP, { 'T' }, NULL, N_("TCP on or off") },
	{ ACTION_TOGGLE_UDP, { 'U' }, NULL, N_("UDP on or off") },
	{ ACTION_TOGGLE_UNIX, { 'X' }, NULL, N_("UNIX sockets on or off") },
	{ ACTION_TOGGLE_LISTENING, { 'L', 'l' }, NULL, N_("only what waits for peers") },
	{ ACTION_TOGGLE_ESTABLISHED, { 'E', 'e' }, NULL, N_("only what is established") },
	{ ACTION_TOGGLE_CLOSED, { 'c' }, NULL, N_("show sockets that are gone, or not") },
	{ ACTION_SORT_MENU, { KEY_CODE_F6 }, N_("Sort"), N_("choose what to sort by") },
	{ ACTION_SORT_LEFT, { '<' }, NULL, N_("sort by the column to the left") },
	{ ACTION_SORT_RIGHT, { '>', 's' }, NULL, N_("sort by the column to the right") },
	{ ACTION_REVERSE, { 'R', 'I', 'S' }, NULL, N_("the other way round") },
	{ ACTION_PAUSE, { 'p', 'Z' }, N_("Pause"), N_("pause, or go on") },
	{ ACTION_FREEZE, { 'o' }, NULL, N_("freeze the order, not the values") },
	{ ACTION_FOLLOW, { 'F' }, NULL, N_("follow the socket wherever it goes") },
	{ ACTION_DELAY, { 'd' }, NULL, N_("how often to look") },
	{ ACTION_SLOWER, { '+' }, NULL, N_("look less often") },
	{ ACTION_FASTER, { '-' }, NULL, N_("look more often") },
	{ ACTION_PORT_NAMES, { 'N' }, NULL, N_("names of ports on or off") },
	{ ACTION_EXPORT, { 'x' }, N_("Export"), N_("write what is shown to a file") },
	{ ACTION_COPY, { 'y' }, NULL, N_("copy the row to the clipboard") },
	{ ACTION_UP, { KEY_CODE_UP, 'k' }, NULL, N_("a row up") },
	{ ACTION_DOWN, { KEY_CODE_DOWN, 'j' }, NULL, N_("a row down") },
	{ ACTION_LEFT, { KEY_CODE_LEFT }, NULL, N_("scroll to the left") },
	{ ACTION_RIGHT, { KEY_CODE_RIGHT }, NULL, N_("scroll to the right") },
	{ ACTION_PAGE_UP, { KEY_CODE_PAGE_UP, CTRL('b') }, NULL, N_("a page up") },
	{ ACTION_PAGE_DOWN, { KEY_CODE_PAGE_DOWN, CTRL('f') }, NULL, N_("a page down") },
	{ ACTION_HALF_PAGE_UP, { CTRL('u') }, NULL, N_("half a page up") },
	{ ACTION_HALF_PAGE_DOWN, { CTRL('d') }, NULL, N_("half a page down") },
	{ ACTION_FIRST, { KEY_CODE_HOME, 'g', CTRL('a') }, NULL, N_("the first row") },
	{ ACTION_LAST, { KEY_CODE_END, 'G', CTRL('e') }, NULL, N_("the last row") },
	{ ACTION_BACK, { KEY_CODE_ESCAPE }, NULL, N_("close; end the search; clear the filter") },
	{ ACTION_REDRAW, { KEY_CODE_CTRL_L }, NULL, N_("draw the screen anew") },
	{ ACTION_SUSPEND, { KEY_CODE_CTRL_Z }, NULL, N_("back to the shell for a while") },
	{ ACTION_QUIT, { KEY_CODE_F10, 'q', KEY_CODE_CTRL_C }, N_("Quit"), N_("quit") },
};

const size_t action_count = ARRAY_LENGTH(actions);

_Static_assert(ARRAY_LENGTH(actions) == ACTION_COUNT - 1, "a row for each");

enum action action_of(int key) {
	for (size_t i = 0; key != KEY_CODE_NONE && i < action_count; i++) {
		for (size_t j = 0; j < ACTION_KEYS_MAX; j++) {
			if (actions[i].keys[j] == key)
				return actions[i].action;
		}
	}
	return ACTION_NONE;
}

static const char *name_of(int key) {
	static const struct {
		int key;
		const char *name;
	} names[] = {
		{ KEY_CODE_TAB, "Tab" },           { KEY_CODE_ENTER, "Enter" },
		{ KEY_CODE_ESCAPE, "Esc" },        { KEY_CODE_UP, "Up" },
		{ KEY_CODE_DOWN, "Down" },         { KEY_CODE_LEFT, "Left" },
		{ KEY_CODE_RIGHT, "Right" },       { KEY_CODE_HOME, "Home" },
		{ KEY_CODE_END, "End" },           { KEY_CODE_PAGE_UP, "PgUp" },
		{ KEY_CODE_PAGE_DOWN, "PgDn" },    { KEY_CODE_INSERT, "Ins" },
		{ KEY_CODE_DELETE, "Del" },        { KEY_CODE_BACKTAB, "S-Tab" },
		{ KEY_CODE_BACKSPACE, "BkSpace" }, { ' ', "Space" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		if (names[i].key == key)
			return names[i].name;
	}
	return NULL;
}

struct key_name key_name(int key) {
	struct key_name name = { "" };
	const char *known = name_of(key);
	if (known)
		snprintf(name.text, sizeof(name.text), "%s", known);
	else if (key >= KEY_CODE_F1 && key <= KEY_CODE_F12)
		snprintf(name.text, sizeof(name.text), "F%d", key - KEY_CODE_F1 + 1);
	else if (key > 0 && key < ' ')
		snprintf(name.text, sizeof(name.text), "Ctrl-%c", key + 'A' - 1);
	else if (key > ' ' && key < KEY_CODE_BACKSPACE)
		snprintf(name.text, sizeof(name.text), "%c", key);
	return name;
}
