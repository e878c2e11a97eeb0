#pragma once
/* The table of what keys do at first: the dispatch, the function bar and the help page come from
 * it, through keymap.h. */

#include <stdbool.h>
#include <stddef.h>

enum action {
	ACTION_NONE,
	ACTION_QUIT,
	ACTION_HELP,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_LEFT,
	ACTION_RIGHT,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HALF_PAGE_UP,
	ACTION_HALF_PAGE_DOWN,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_DETAIL,
	ACTION_BACK, /* Esc: closes what is open, ends a search, clears the filter */
	ACTION_FILTER,
	ACTION_SEARCH,
	ACTION_NEXT, /* match of the search; without one, host names */
	ACTION_PREVIOUS,
	ACTION_SORT_MENU,
	ACTION_SORT_LEFT,
	ACTION_SORT_RIGHT,
	ACTION_REVERSE,
	ACTION_TREE,
	ACTION_GROUP_MENU,
	ACTION_FOLD,
	ACTION_FOLD_ALL,
	ACTION_USER,
	ACTION_TOGGLE_TCP,
	ACTION_TOGGLE_UDP,
	ACTION_TOGGLE_UNIX,
	ACTION_TOGGLE_LISTENING,
	ACTION_TOGGLE_ESTABLISHED,
	ACTION_TOGGLE_CLOSED,
	ACTION_PAUSE,
	ACTION_FREEZE,
	ACTION_FOLLOW,
	ACTION_DELAY,
	ACTION_FASTER,
	ACTION_SLOWER,
	ACTION_STEP,
	ACTION_STEP_BACK,
	ACTION_PLAY_FASTER,
	ACTION_PLAY_SLOWER,
	ACTION_JUMP,
	ACTION_PORT_NAMES,
	ACTION_EXPORT,
	ACTION_COPY,
	ACTION_SETUP,
	ACTION_WRITE_SETTINGS,
	ACTION_MOUSE,
	ACTION_ACT,
	ACTION_REDRAW,
	ACTION_SUSPEND,
	ACTION_EXPLAIN, /* where there is nothing to explain: help */
	ACTION_TABLE,
	ACTION_STATES,
	ACTION_OVERVIEW,
	ACTION_NEXT_PAGE,
	ACTION_COUNT,
};

enum { ACTION_KEYS_MAX = 4 };

struct action_row {
	enum action action;
	const char *name;          /* in the configuration: "key.NAME" */
	int keys[ACTION_KEYS_MAX]; /* enum key; 0 behind the last one */
	const char *bar;           /* label in the function bar, or NULL; marked with N_ */
	const char *help;          /* for the help page; marked with N_ */
};

extern const struct action_row actions[];
extern const size_t action_count;

/* The title of the rows from this one on, marked with N_; NULL if none begins with it. */
const char *action_section(enum action first);

/* ACTION_NONE if there is none of that name. Which key does what is in keymap.h. */
enum action action_named(const char *name, size_t length);

/* By how many lines the action moves in so many `lines`, of which `page` are seen: to an end by all
 * of them. 0: it does not move. */
long action_step(enum action action, long page, long lines);

/* "F1", "Enter", "Ctrl-L", "q". */
struct key_name {
	char text[12];
};
struct key_name key_name(int key);

/* The key of that name, in any case but for single characters; KEY_CODE_NONE if there is none. */
int key_named(const char *name, size_t length);
