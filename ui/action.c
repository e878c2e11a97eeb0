/* The rows, by what they are about. A key stands in one row only, and what is in the function bar
 * has a function key first, which test_action.c checks. */

#include "action.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "escape.h"
#include "key.h"
#include "util.h"

#define CTRL(letter) ((letter)&0x1f)

const struct action_row actions[] = {
	{ ACTION_HELP, "help", { KEY_CODE_F1, 'h' }, N_("Help"), N_("these keys") },
	{ ACTION_QUIT, "quit", { KEY_CODE_F10, 'q', KEY_CODE_CTRL_C }, N_("Quit"), N_("quit") },
	{ ACTION_SETUP,
	  "setup",
	  { KEY_CODE_F2 },
	  N_("Setup"),
	  N_("columns, theme and other settings") },
	{ ACTION_WRITE_SETTINGS,
	  "write_settings",
	  { 'W' },
	  NULL,
	  N_("write the settings to the configuration") },
	{ ACTION_MOUSE, "mouse", { 'M' }, NULL, N_("the mouse here, or the terminal's own") },
	{ ACTION_REDRAW, "redraw", { KEY_CODE_CTRL_L }, NULL, N_("draw the screen anew") },
	{ ACTION_SUSPEND,
	  "suspend",
	  { KEY_CODE_CTRL_Z },
	  NULL,
	  N_("back to the shell for a while") },
	{ ACTION_FILTER,
	  "filter",
	  { KEY_CODE_F4, '/', '\\' },
	  N_("Filter"),
	  N_("filter, as in the list") },
	{ ACTION_SEARCH, "search", { KEY_CODE_F3 }, N_("Search"), N_("search in the rows") },
	{ ACTION_NEXT,
	  "next",
	  { 'n' },
	  NULL,
	  N_("next match; without a search: host names on or off") },
	{ ACTION_PREVIOUS, "previous", { 'b' }, NULL, N_("previous match") },
	{ ACTION_USER, "user", { 'u' }, NULL, N_("sockets of one user") },
	{ ACTION_TOGGLE_TCP, "toggle_tcp", { 'T' }, NULL, N_("TCP on or off") },
	{ ACTION_TOGGLE_UDP, "toggle_udp", { 'U' }, NULL, N_("UDP on or off") },
	{ ACTION_TOGGLE_UNIX, "toggle_unix", { 'X' }, NULL, N_("UNIX sockets on or off") },
	{ ACTION_TOGGLE_LISTENING,
	  "toggle_listening",
	  { 'L', 'l' },
	  NULL,
	  N_("only what waits for peers") },
	{ ACTION_TOGGLE_ESTABLISHED,
	  "toggle_established",
	  { 'E', 'e' },
	  NULL,
	  N_("only established connections") },
	{ ACTION_TOGGLE_CLOSED,
	  "toggle_closed",
	  { 'c' },
	  NULL,
	  N_("show sockets that are gone, or not") },
	{ ACTION_PORT_NAMES, "port_names", { 'N' }, NULL, N_("names of ports on or off") },
	{ ACTION_TABLE, "table", { '1' }, NULL, N_("the table") },
	{ ACTION_STATES,
	  "states",
	  { KEY_CODE_F7, '2' },
	  N_("States"),
	  N_("the states of TCP, and what goes on between them") },
	{ ACTION_OVERVIEW,
	  "overview",
	  { '3' },
	  NULL,
	  N_("who is behind the sockets, and what waits for peers") },
	{ ACTION_NEXT_PAGE, "next_page", { KEY_CODE_TAB }, NULL, N_("the next page") },
	{ ACTION_DETAIL, "detail", { KEY_CODE_ENTER }, NULL, N_("everything about the socket") },
	{ ACTION_EXPLAIN, "explain", { '?' }, NULL, N_("these keys; on a state what it means") },
	{ ACTION_BACK,
	  "back",
	  { KEY_CODE_ESCAPE },
	  NULL,
	  N_("close; end the search; clear the filter") },
	{ ACTION_SORT_MENU,
	  "sort_menu",
	  { KEY_CODE_F6 },
	  N_("Sort"),
	  N_("choose what to sort by") },
	{ ACTION_SORT_LEFT, "sort_left", { '<' }, NULL, N_("sort by the column to the left") },
	{ ACTION_SORT_RIGHT,
	  "sort_right",
	  { '>', 's' },
	  NULL,
	  N_("sort by the column to the right") },
	{ ACTION_REVERSE, "reverse", { 'R', 'I', 'S' }, NULL, N_("sort the other way round") },
	{ ACTION_FREEZE, "freeze", { 'o' }, NULL, N_("freeze the order, not the values") },
	{ ACTION_FOLLOW, "follow", { 'F' }, NULL, N_("follow the socket wherever it goes") },
	{ ACTION_TREE,
	  "tree",
	  { KEY_CODE_F5, 't' },
	  N_("Tree"),
	  N_("sockets below their processes, or not") },
	{ ACTION_GROUP_MENU,
	  "group_menu",
	  { KEY_CODE_F8 },
	  N_("Group"),
	  N_("choose what to group by") },
	{ ACTION_FOLD, "fold", { ' ' }, NULL, N_("tag the socket; open or close the group") },
	{ ACTION_FOLD_ALL, "fold_all", { '*' }, NULL, N_("open or close all groups") },
	{ ACTION_ACT,
	  "act",
	  { KEY_CODE_F9, 'K' },
	  N_("Kill"),
	  N_("close or signal: the socket, or the tagged ones") },
	{ ACTION_COPY, "copy", { 'y' }, NULL, N_("copy the row to the clipboard") },
	{ ACTION_EXPORT, "export", { 'x' }, NULL, N_("write what is shown to a file") },
	{ ACTION_PAUSE, "pause", { 'p', 'Z' }, NULL, N_("pause, or go on") },
	{ ACTION_DELAY, "delay", { 'd' }, NULL, N_("set how often to look") },
	{ ACTION_SLOWER, "slower", { '+' }, NULL, N_("look less often") },
	{ ACTION_FASTER, "faster", { '-' }, NULL, N_("look more often") },
	{ ACTION_STEP, "step", { '.' }, NULL, N_("a recording: a moment on") },
	{ ACTION_STEP_BACK, "step_back", { ',' }, NULL, N_("a recording: a moment back") },
	{ ACTION_PLAY_FASTER, "play_faster", { ']' }, NULL, N_("a recording: twice as fast") },
	{ ACTION_PLAY_SLOWER, "play_slower", { '[' }, NULL, N_("a recording: half as fast") },
	{ ACTION_JUMP, "jump", { 'J' }, NULL, N_("a recording: go to a time") },
	{ ACTION_UP, "up", { KEY_CODE_UP, 'k' }, NULL, N_("a row up") },
	{ ACTION_DOWN, "down", { KEY_CODE_DOWN, 'j' }, NULL, N_("a row down") },
	{ ACTION_LEFT, "left", { KEY_CODE_LEFT }, NULL, N_("scroll to the left") },
	{ ACTION_RIGHT, "right", { KEY_CODE_RIGHT }, NULL, N_("scroll to the right") },
	{ ACTION_PAGE_UP, "page_up", { KEY_CODE_PAGE_UP, CTRL('b') }, NULL, N_("a page up") },
	{ ACTION_PAGE_DOWN,
	  "page_down",
	  { KEY_CODE_PAGE_DOWN, CTRL('f') },
	  NULL,
	  N_("a page down") },
	{ ACTION_HALF_PAGE_UP, "half_page_up", { CTRL('u') }, NULL, N_("half a page up") },
	{ ACTION_HALF_PAGE_DOWN, "half_page_down", { CTRL('d') }, NULL, N_("half a page down") },
	{ ACTION_FIRST, "first", { KEY_CODE_HOME, 'g', CTRL('a') }, NULL, N_("the first row") },
	{ ACTION_LAST, "last", { KEY_CODE_END, 'G', CTRL('e') }, NULL, N_("the last row") },
};

const size_t action_count = ARRAY_LENGTH(actions);

_Static_assert(ARRAY_LENGTH(actions) == ACTION_COUNT - 1, "a row for each");

static const struct {
	enum action first;
	const char *title; /* marked with N_ */
} sections[] = {
	{ ACTION_HELP, N_("The program") },
	{ ACTION_FILTER, N_("What is shown") },
	{ ACTION_TABLE, N_("Pages") },
	{ ACTION_SORT_MENU, N_("Order and groups") },
	{ ACTION_ACT, N_("What is done with sockets") },
	{ ACTION_PAUSE, N_("Time") },
	{ ACTION_UP, N_("Moving") },
};

const char *action_section(enum action first) {
	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++) {
		if (sections[i].first == first)
			return sections[i].title;
	}
	return NULL;
}

enum action action_named(const char *name, size_t length) {
	for (size_t i = 0; i < action_count; i++) {
		if (strlen(actions[i].name) == length && memcmp(actions[i].name, name, length) == 0)
			return actions[i].action;
	}
	return ACTION_NONE;
}

enum step {
	STEP_LINE,
	STEP_HALF_PAGE,
	STEP_PAGE,
	STEP_ALL,
};

static const struct {
	enum action action;
	int direction;
	enum step step;
} moves[] = {
	{ ACTION_UP, -1, STEP_LINE },
	{ ACTION_DOWN, 1, STEP_LINE },
	{ ACTION_HALF_PAGE_UP, -1, STEP_HALF_PAGE },
	{ ACTION_HALF_PAGE_DOWN, 1, STEP_HALF_PAGE },
	{ ACTION_PAGE_UP, -1, STEP_PAGE },
	{ ACTION_PAGE_DOWN, 1, STEP_PAGE },
	{ ACTION_FIRST, -1, STEP_ALL },
	{ ACTION_LAST, 1, STEP_ALL },
};

long action_step(enum action action, long page, long lines) {
	const long sizes[] = { [STEP_LINE] = 1,
		               [STEP_HALF_PAGE] = (page + 1) / 2,
		               [STEP_PAGE] = page,
		               [STEP_ALL] = lines };
	for (size_t i = 0; i < ARRAY_LENGTH(moves); i++) {
		if (moves[i].action == action)
			return moves[i].direction * sizes[moves[i].step];
	}
	return 0;
}

static const struct {
	int key;
	const char *name;
} names[] = {
	{ KEY_CODE_TAB, "Tab" },
	{ KEY_CODE_ENTER, "Enter" },
	{ KEY_CODE_ESCAPE, "Esc" },
	{ KEY_CODE_UP, "Up" },
	{ KEY_CODE_DOWN, "Down" },
	{ KEY_CODE_LEFT, "Left" },
	{ KEY_CODE_RIGHT, "Right" },
	{ KEY_CODE_HOME, "Home" },
	{ KEY_CODE_END, "End" },
	{ KEY_CODE_PAGE_UP, "PgUp" },
	{ KEY_CODE_PAGE_DOWN, "PgDn" },
	{ KEY_CODE_INSERT, "Ins" },
	{ KEY_CODE_DELETE, "Del" },
	{ KEY_CODE_BACKTAB, "S-Tab" },
	{ KEY_CODE_BACKSPACE, "BkSpace" },
	{ ' ', "Space" },
	{ ',', "Comma" },
};

static const char *name_of(int key) {
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
	else if (key > ' ' && key < KEY_CODE_UP && !(key >= 0x7f && key <= 0xa0))
		name.text[escape_encode((uint32_t)key, name.text)] = '\0';
	return name;
}

static int function_key(const char *name, size_t length) {
	uint64_t number = 0;
	if (length < 2 || util_to_lower(name[0]) != 'f' ||
	    !util_parse_number(name + 1, length - 1, 12, &number) || number == 0)
		return KEY_CODE_NONE;
	return KEY_CODE_F1 + (int)number - 1;
}

static int control_key(const char *name, size_t length) {
	static const char prefix[] = "ctrl-";
	const size_t start = sizeof(prefix) - 1;
	if (length != start + 1 || strncasecmp(name, prefix, start) != 0)
		return KEY_CODE_NONE;
	const char letter = util_to_lower(name[start]);
	return (letter >= 'a' && letter <= 'z') || strchr("\\]^_", letter) ? CTRL(letter)
	                                                                   : KEY_CODE_NONE;
}

/* One character that can be seen. */
static int character_key(const char *name, size_t length) {
	uint32_t code_point = 0;
	if (escape_decode((const unsigned char *)name, length, &code_point) != length)
		return KEY_CODE_NONE;
	return (code_point > ' ' && code_point < 0x7f) || code_point > 0xa0 ? (int)code_point
	                                                                    : KEY_CODE_NONE;
}

int key_named(const char *name, size_t length) {
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		if (strlen(names[i].name) == length &&
		    strncasecmp(names[i].name, name, length) == 0)
			return names[i].key;
	}
	const int character = length > 0 ? character_key(name, length) : KEY_CODE_NONE;
	if (character != KEY_CODE_NONE)
		return character;
	const int function = function_key(name, length);
	return function != KEY_CODE_NONE ? function : control_key(name, length);
}
