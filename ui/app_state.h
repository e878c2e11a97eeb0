#pragma once
/* What the files of the app share. Nobody else includes it. */

#include "app.h"

#include "act_dialog.h"
#include "action.h"
#include "app_groups.h"
#include "canvas.h"
#include "columns.h"
#include "detail.h"
#include "filter_line.h"
#include "header.h"
#include "menu.h"
#include "namer.h"
#include "out.h"
#include "overview_draw.h"
#include "prompt.h"
#include "settings.h"
#include "states.h"
#include "table.h"
#include "tags.h"
#include "timeline.h"
#include "trail.h"

/* What the keys go to. */
enum app_mode {
	APP_MODE_TABLE,
	APP_MODE_PROMPT,
	APP_MODE_MENU,
	APP_MODE_HELP,
	APP_MODE_SETUP,
	APP_MODE_ACT, /* the dialog before something is done to sockets */
	APP_MODE_COUNT,
};

/* What is typed at the prompt: rows of kinds[] in app_prompt.c. */
enum app_prompt {
	APP_PROMPT_FILTER,
	APP_PROMPT_SEARCH,
	APP_PROMPT_DELAY,
	APP_PROMPT_EXPORT,
	APP_PROMPT_START, /* the filter at the start */
	APP_PROMPT_JUMP,
	APP_PROMPT_COUNT,
};

/* What is chosen from: rows of kinds[] in app_menu.c. */
enum app_menu {
	APP_MENU_SORT,
	APP_MENU_USER,
	APP_MENU_GROUP,
	APP_MENU_ACT,
	APP_MENU_COUNT,
};

/* What is shown between the header and the bottom line: rows of pages[] in app_pages.c. */
enum app_page {
	APP_PAGE_TABLE,
	APP_PAGE_STATES,
	APP_PAGE_OVERVIEW,
	APP_PAGE_COUNT,
};

/* Of a recording. */
struct app_replay {
	struct timeline timeline; /* what is known of its moments */
	size_t goal;              /* as app_take_goal() */
	size_t heading;           /* the goal that the feed was asked for; likewise */
	int speed;                /* as a power of two; 0: as it was */
	uint64_t distance_ns;     /* from the moment before to the one that is shown; 0: unknown */
	int strip_width;          /* of the last drawing */
};

enum { APP_SPOTS_MAX = 64 };

/* A click there is this key. */
struct app_spot {
	struct area area;
	int key;
};

struct app {
	struct app_setup setup;
	const struct frame *frame; /* borrowed; NULL before the first */
	struct table table;
	struct columns *columns;
	struct trails *trails;
	struct header header;
	struct filter_line *filter;
	struct namer *namer;
	enum app_mode mode;
	enum app_page page;

	enum app_prompt prompt_kind;
	struct prompt prompt;
	struct prompt_history histories[APP_PROMPT_COUNT];
	char *typed; /* the filter as it was typed; "" */
	char *before_typing;
	char *user_term; /* "user NAME" of the menu; "" */
	char *search;    /* ""; none */

	enum app_menu menu_kind;
	struct menu menu;

	struct states states;
	struct app_groups groups;
	struct overview *overview;
	struct overview_states overview_states;
	struct overview_cursor overview_cursor;

	struct tags tags;
	struct act_dialog act_dialog;
	uint64_t act_serial; /* the row that its menu was opened over; 0: the tagged sockets */
	bool is_pasting;
	uint64_t pasted_ns; /* when the latest key of it came; 0: nothing was pasted */

	const struct field *sort; /* NULL: the order of first sight */
	bool descending;
	bool detail_open;
	int detail_scroll, detail_lines,
	    detail_height;            /* lines; the last two of the last drawing */
	int help_scroll, help_height; /* the latter of the last drawing, lines */
	int table_height;             /* rows that the last drawing had room for */
	int scroll;                   /* columns to the left that are out of sight */
	bool paused, frozen, show_closed, host_names, port_names, ended;
	uint64_t delay_ns, cost_ns; /* cost: of a look, smoothed */
	uint64_t screen_cost_ns;    /* of the latest frame, the screen's part */
	char *trouble;              /* of the feed; NULL: none */
	char *message;              /* shown instead of the function bar */
	uint64_t now_ns; /* when the key was pressed that is being carried out, monotonic */
	uint64_t message_until_ns;
	enum app_wish wish;
	struct out copy;

	struct settings settings; /* but for the delay, which is delay_ns above */
	char *fault;              /* of the configuration; NULL: none, or it was seen */
	bool setup_open;          /* its page is shown, whatever is typed or read on it */
	size_t setup_row;         /* that is selected */
	size_t setup_top;         /* the first line in sight */
	int setup_height;         /* lines of the last drawing */
	struct area setup_area;   /* where they are */
	/* Where things are since the last drawing. */
	struct area table_area; /* with the heading; empty: the table is not there */
	struct app_spot spots[APP_SPOTS_MAX];
	size_t spot_count;

	bool dirty;

	struct app_replay replay;
};

/* app.c */
void app_set_text(char **to, char *text);  /* takes the text */
void app_refresh(struct app *app);         /* rows from the frame by filter and order, anew */
void app_say(struct app *app, char *text); /* takes the text */
void app_forget_message(struct app *app);
void app_close_mode(struct app *app);
struct columns_look app_look(const struct app *app);
enum human_unit app_unit(const struct app *app); /* of rates */
void app_sort_by(struct app *app, const struct field *field);

/* app_prompt.c */
void app_open_prompt(struct app *app, enum app_prompt kind);
void app_prompt_press(struct app *app, int key);
/* One line, or three if there is an error to point at. */
int app_prompt_height(const struct app *app);
void app_prompt_draw(const struct app *app, struct canvas *canvas, struct area area);
/* Sets the filter from what was typed and the user that was chosen. */
void app_apply_filter(struct app *app);
void app_find(struct app *app, int direction);

/* app_menu.c */
void app_open_menu(struct app *app, enum app_menu kind);
void app_menu_press(struct app *app, int key);

/* app_pages.c: the area is what the header leaves. app_page_act() is true if the page took the
 * action for itself, so that it does not do what it does everywhere. */
void app_page_draw(struct app *app, struct canvas *canvas, struct area area);
bool app_page_act(struct app *app, enum action action);
void app_page_click(struct app *app, const struct mouse *mouse); /* anywhere on the screen */
void app_show_page(struct app *app, enum app_page page);
void app_next_page(struct app *app);
void app_show_filtered(struct app *app, char *filter); /* in the table; takes the filter */

/* app_table.c: the page that has the table, and maybe a pane with details below. */
void app_table_draw(struct app *app, struct canvas *canvas, struct area area);
void app_table_click(struct app *app, const struct mouse *mouse); /* app_mouse.c has it */

/* app_states.c: the page of the states of TCP. */
void app_states_draw(struct app *app, struct canvas *canvas, struct area area);
bool app_states_act(struct app *app, enum action action);
void app_states_click(struct app *app, const struct mouse *mouse);

/* app_replay.c: recordings. A direction is 1 or -1. */
void app_replay_init(struct app *app);
void app_replay_finish(struct app *app);
void app_replay_take_frame(struct app *app, const struct frame *before, const struct frame *frame);
uint64_t app_replay_period_ns(const struct app *app);
void app_replay_step(struct app *app, int direction);
/* True if there was something to scrub on. */
bool app_replay_scrub(struct app *app, int direction);
void app_replay_speed(struct app *app, int direction);
void app_replay_open_jump(struct app *app);
void app_replay_jump(struct app *app, const char *text);
int app_replay_height(const struct app *app, int room);
void app_replay_draw(struct app *app, struct canvas *canvas, struct area area);

/* app_overview.c: the page of the overview. A new frame is added to it whatever page is shown. */
void app_overview_draw(struct app *app, struct canvas *canvas, struct area area);
void app_overview_add(struct app *app);
bool app_overview_act(struct app *app, enum action action);
void app_overview_click(struct app *app, const struct mouse *mouse);

/* app_act.c */
void app_tag(struct app *app);
void app_act(struct app *app);
void app_act_fill(struct app *app);
void app_act_choose(struct app *app, size_t index);
void app_act_press(struct app *app, int key);

/* app_paste.c: true if the key is part of what is pasted, or says that it begins or ends. */
bool app_paste(struct app *app, int key);

/* app_help.c: returns the line that it begins with, which is help_scroll or as much as there is. */
int app_help_draw(const struct app *app, struct canvas *canvas, struct area area);

/* app_bar.c */
void app_bar_draw(struct app *app, struct canvas *canvas, struct area area);

/* app_mouse.c */
void app_add_spot(struct app *app, struct area area, int key); /* while it is drawn */
void app_toggle_mouse(struct app *app);

/* app_actions.c: as if its key had been pressed in the table. */
void app_do(struct app *app, enum action action);

/* app_setup.c: the page over all others. */
void app_open_setup(struct app *app);
void app_setup_press(struct app *app, int key);
void app_setup_click(struct app *app, int y);
void app_setup_draw(struct app *app, struct canvas *canvas, struct area area);
void app_write_settings(struct app *app);
/* Those of the settings, and of several machines which one it is. */
void app_start_columns(struct app *app);
