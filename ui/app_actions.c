/* What the keys do. Each action is a row of handlers[]; whatever they change shows up at the next
 * app_draw(). */

#include <stdlib.h>

#include "action.h"
#include "app_state.h"
#include "key.h"
#include "page.h"
#include "util.h"

enum { SCROLL_STEP = 8 };

static void move(struct app *app, long by) {
	table_move(&app->table, by);
	app->detail_scroll = 0;
}

static void scroll_detail(struct app *app, int by) {
	app->detail_scroll =
	    page_clamp(app->detail_scroll + by, app->detail_lines, app->detail_height);
}

/* Pages turn in the pane that is open. */
static void page(struct app *app, int direction, int part) {
	if (app->detail_open)
		scroll_detail(app, direction * app->detail_height / part);
	else
		move(app, (long)direction * app->table_height / part);
}

static void do_quit(struct app *app) {
	app->wish = APP_WISH_QUIT;
}

static void do_help(struct app *app) {
	app->mode = APP_MODE_HELP;
	app->help_scroll = 0;
}

static void do_up(struct app *app) {
	move(app, -1);
}

static void do_down(struct app *app) {
	move(app, 1);
}

static void do_left(struct app *app) {
	if (app_groups_leave(app) || app_replay_scrub(app, -1))
		return;
	app->scroll = app->scroll > SCROLL_STEP ? app->scroll - SCROLL_STEP : 0;
}

static void do_right(struct app *app) {
	enum { SCROLL_MAX = 4096 };
	if (app_groups_set_open(app, true) || app_replay_scrub(app, 1))
		return;
	if (app->scroll < SCROLL_MAX)
		app->scroll += SCROLL_STEP;
}

static void do_page_up(struct app *app) {
	page(app, -1, 1);
}

static void do_page_down(struct app *app) {
	page(app, 1, 1);
}

static void do_half_page_up(struct app *app) {
	page(app, -1, 2);
}

static void do_half_page_down(struct app *app) {
	page(app, 1, 2);
}

static void do_first(struct app *app) {
	table_select(&app->table, 0);
}

static void do_last(struct app *app) {
	table_select(&app->table, app->table.count > 0 ? app->table.count - 1 : 0);
}

static void do_detail(struct app *app) {
	if (app_groups_enter(app))
		return;
	app->detail_open = !app->detail_open && table_selected(&app->table);
	app->detail_scroll = 0;
}

/* One thing at a time, the last one opened first. */
static void do_back(struct app *app) {
	if (app->detail_open) {
		app->detail_open = false;
	} else if (app->search[0]) {
		app_set_text(&app->search, xasprintf("%s", ""));
	} else if (app_groups_back(app)) {
		return;
	} else if (app->tags.count > 0) {
		tags_clear(&app->tags);
	} else if (app->typed[0] || app->user_term[0]) {
		app_set_text(&app->typed, xasprintf("%s", ""));
		app_set_text(&app->user_term, xasprintf("%s", ""));
		app_apply_filter(app);
	}
}

static void do_filter(struct app *app) {
	app_open_prompt(app, APP_PROMPT_FILTER);
}

static void do_search(struct app *app) {
	app_open_prompt(app, APP_PROMPT_SEARCH);
}

static void do_next(struct app *app) {
	if (app->search[0]) {
		app_find(app, 1);
		return;
	}
	app->host_names = !app->host_names;
	app_say(app,
	        xasprintf("%s", app->host_names ? _("names of hosts") : _("numbers of hosts")));
}

static void do_previous(struct app *app) {
	if (app->search[0])
		app_find(app, -1);
}

static void do_sort_menu(struct app *app) {
	app_open_menu(app, APP_MENU_SORT);
}

/* Goes round; what is sorted by need not be a column. */
static void sort_by_neighbour(struct app *app, size_t step) {
	const size_t count = columns_count(app->columns);
	const size_t at = columns_find(app->columns, app->sort);
	if (count == 0)
		return;
	const size_t next = at == count ? (step == 1 ? 0 : count - 1) : (at + step) % count;
	app_sort_by(app, columns_field(app->columns, next));
}

static void do_sort_left(struct app *app) {
	sort_by_neighbour(app, columns_count(app->columns) - 1);
}

static void do_sort_right(struct app *app) {
	sort_by_neighbour(app, 1);
}

static void do_group_menu(struct app *app) {
	app_open_menu(app, APP_MENU_GROUP);
}

static void do_fold(struct app *app) {
	if (!app_groups_fold(app))
		app_tag(app);
}

static void do_reverse(struct app *app) {
	app->descending = !app->descending;
	app_refresh(app);
}

static void do_user(struct app *app) {
	app_open_menu(app, APP_MENU_USER);
}

static void do_toggle_tcp(struct app *app) {
	filter_line_toggle_protocols(app->filter,
	                             1u << SOCK_PROTOCOL_TCP | 1u << SOCK_PROTOCOL_MPTCP);
	app_refresh(app);
}

static void do_toggle_udp(struct app *app) {
	filter_line_toggle_protocols(app->filter,
	                             1u << SOCK_PROTOCOL_UDP | 1u << SOCK_PROTOCOL_UDPLITE);
	app_refresh(app);
}

static void do_toggle_unix(struct app *app) {
	filter_line_toggle_protocols(app->filter, SOCK_PROTOCOLS_UNIX);
	app_refresh(app);
}

static void do_toggle_listening(struct app *app) {
	filter_line_toggle_listening(app->filter);
	app_refresh(app);
}

static void do_toggle_established(struct app *app) {
	filter_line_toggle_established(app->filter);
	app_refresh(app);
}

static void do_toggle_closed(struct app *app) {
	app->show_closed = !app->show_closed;
	app_say(app, xasprintf("%s", app->show_closed ? _("sockets that are gone stay for a while")
	                                              : _("sockets that are gone go at once")));
	app_refresh(app);
}

static void do_pause(struct app *app) {
	app->paused = !app->paused;
}

static void do_freeze(struct app *app) {
	app->frozen = !app->frozen;
	app_refresh(app);
}

static void do_follow(struct app *app) {
	app->table.follows = !app->table.follows;
}

static void do_delay(struct app *app) {
	app_open_prompt(app, APP_PROMPT_DELAY);
}

static const uint64_t delays_ns[] = {
	SECOND_NS / 10, SECOND_NS / 5, SECOND_NS / 2,  SECOND_NS,      2 * SECOND_NS,
	3 * SECOND_NS,  5 * SECOND_NS, 10 * SECOND_NS, 30 * SECOND_NS, 60 * SECOND_NS,
};

static void do_faster(struct app *app) {
	if (!app->setup.is_live && app->delay_ns == 0)
		app_replay_speed(app, 1);
	for (size_t i = ARRAY_LENGTH(delays_ns); i > 0; i--) {
		if (delays_ns[i - 1] < app->delay_ns) {
			app->delay_ns = delays_ns[i - 1];
			return;
		}
	}
}

static void do_slower(struct app *app) {
	if (!app->setup.is_live && app->delay_ns == 0) {
		app_replay_speed(app, -1);
		return;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(delays_ns); i++) {
		if (delays_ns[i] > app->delay_ns) {
			app->delay_ns = delays_ns[i];
			return;
		}
	}
}

static void do_step(struct app *app) {
	app_replay_step(app, 1);
}

static void do_step_back(struct app *app) {
	app_replay_step(app, -1);
}

static void do_play_faster(struct app *app) {
	app_replay_speed(app, 1);
}

static void do_play_slower(struct app *app) {
	app_replay_speed(app, -1);
}

static void do_jump(struct app *app) {
	app_replay_open_jump(app);
}

static void do_port_names(struct app *app) {
	app->port_names = !app->port_names;
	app_say(app,
	        xasprintf("%s", app->port_names ? _("names of ports") : _("numbers of ports")));
}

static void do_export(struct app *app) {
	app_open_prompt(app, APP_PROMPT_EXPORT);
}

static void do_copy(struct app *app) {
	const struct sock *sock = table_selected(&app->table);
	const struct columns_look look = app_look(app);
	if (!sock)
		return;
	app->copy.used = 0;
	columns_write_row(app->columns, &app->copy, sock, &look);
	app->wish = APP_WISH_COPY;
	app_say(app, xasprintf("%s", _("row copied, if the terminal allows it (OSC 52)")));
}

static void do_redraw(struct app *app) {
	app->wish = APP_WISH_REDRAW;
}

static void do_suspend(struct app *app) {
	app->wish = APP_WISH_SUSPEND;
}

static void do_table(struct app *app) {
	app_show_page(app, APP_PAGE_TABLE);
}

static void do_states(struct app *app) {
	app_show_page(app, APP_PAGE_STATES);
}

static void do_overview(struct app *app) {
	app_show_page(app, APP_PAGE_OVERVIEW);
}

static void do_nothing(struct app *app) {
	(void)app;
}

static void (*const handlers[])(struct app *app) = {
	[ACTION_NONE] = do_nothing,
	[ACTION_QUIT] = do_quit,
	[ACTION_HELP] = do_help,
	[ACTION_UP] = do_up,
	[ACTION_DOWN] = do_down,
	[ACTION_LEFT] = do_left,
	[ACTION_RIGHT] = do_right,
	[ACTION_PAGE_UP] = do_page_up,
	[ACTION_PAGE_DOWN] = do_page_down,
	[ACTION_HALF_PAGE_UP] = do_half_page_up,
	[ACTION_HALF_PAGE_DOWN] = do_half_page_down,
	[ACTION_FIRST] = do_first,
	[ACTION_LAST] = do_last,
	[ACTION_DETAIL] = do_detail,
	[ACTION_BACK] = do_back,
	[ACTION_FILTER] = do_filter,
	[ACTION_SEARCH] = do_search,
	[ACTION_NEXT] = do_next,
	[ACTION_PREVIOUS] = do_previous,
	[ACTION_SORT_MENU] = do_sort_menu,
	[ACTION_SORT_LEFT] = do_sort_left,
	[ACTION_SORT_RIGHT] = do_sort_right,
	[ACTION_REVERSE] = do_reverse,
	[ACTION_TREE] = app_groups_toggle_tree,
	[ACTION_GROUP_MENU] = do_group_menu,
	[ACTION_FOLD] = do_fold,
	[ACTION_FOLD_ALL] = app_groups_fold_all,
	[ACTION_USER] = do_user,
	[ACTION_TOGGLE_TCP] = do_toggle_tcp,
	[ACTION_TOGGLE_UDP] = do_toggle_udp,
	[ACTION_TOGGLE_UNIX] = do_toggle_unix,
	[ACTION_TOGGLE_LISTENING] = do_toggle_listening,
	[ACTION_TOGGLE_ESTABLISHED] = do_toggle_established,
	[ACTION_TOGGLE_CLOSED] = do_toggle_closed,
	[ACTION_PAUSE] = do_pause,
	[ACTION_FREEZE] = do_freeze,
	[ACTION_FOLLOW] = do_follow,
	[ACTION_DELAY] = do_delay,
	[ACTION_FASTER] = do_faster,
	[ACTION_SLOWER] = do_slower,
	[ACTION_STEP] = do_step,
	[ACTION_STEP_BACK] = do_step_back,
	[ACTION_PLAY_FASTER] = do_play_faster,
	[ACTION_PLAY_SLOWER] = do_play_slower,
	[ACTION_JUMP] = do_jump,
	[ACTION_PORT_NAMES] = do_port_names,
	[ACTION_EXPORT] = do_export,
	[ACTION_COPY] = do_copy,
	[ACTION_SETUP] = app_open_setup,
	[ACTION_WRITE_SETTINGS] = app_write_settings,
	[ACTION_MOUSE] = app_toggle_mouse,
	[ACTION_ACT] = app_act,
	[ACTION_REDRAW] = do_redraw,
	[ACTION_SUSPEND] = do_suspend,
	[ACTION_EXPLAIN] = do_help,
	[ACTION_TABLE] = do_table,
	[ACTION_STATES] = do_states,
	[ACTION_OVERVIEW] = do_overview,
	[ACTION_NEXT_PAGE] = app_next_page,
};
_Static_assert(ARRAY_LENGTH(handlers) == ACTION_COUNT, "a handler for each");

/* Quitting while something is open closes that, but Ctrl-C and F10 always quit. */
static enum action action_in_table(const struct app *app, int key) {
	const enum action action = keymap_action(&app->settings.keymap, key);
	return action == ACTION_QUIT && key == 'q' && app->detail_open &&
	               app->page == APP_PAGE_TABLE
	           ? ACTION_BACK
	           : action;
}

static void press_in_table(struct app *app, int key) {
	const enum action action = action_in_table(app, key);
	if (!app_page_act(app, action))
		handlers[action](app);
}

/* How far it can be scrolled the drawing finds out. */
static void press_in_help(struct app *app, int key) {
	enum { LINES_MOST = 10000 };
	const enum action action = keymap_action(&app->settings.keymap, key);
	const int step = (int)action_step(action, app->help_height, LINES_MOST);
	const int wanted = app->help_scroll + step;
	if (step == 0)
		app_close_mode(app);
	else
		app->help_scroll = wanted < 0 ? 0 : wanted > LINES_MOST ? LINES_MOST : wanted;
	if (action == ACTION_SUSPEND || action == ACTION_REDRAW || action == ACTION_QUIT)
		handlers[key == 'q' ? ACTION_NONE : action](app);
}

void app_do(struct app *app, enum action action) {
	handlers[action](app);
}

static void (*const presses[])(struct app *app, int key) = {
	[APP_MODE_TABLE] = press_in_table,  [APP_MODE_PROMPT] = app_prompt_press,
	[APP_MODE_MENU] = app_menu_press,   [APP_MODE_HELP] = press_in_help,
	[APP_MODE_SETUP] = app_setup_press, [APP_MODE_ACT] = app_act_press,
};
_Static_assert(ARRAY_LENGTH(presses) == APP_MODE_COUNT, "a reader for each");

void app_press(struct app *app, int key, uint64_t now_ns) {
	app->now_ns = now_ns;
	if (app_paste(app, key))
		return;
	app_forget_message(app);
	app_set_text(&app->fault, NULL);
	if (key == KEY_CODE_CTRL_C || key == KEY_CODE_F10)
		do_quit(app);
	else
		presses[app->mode](app, key);
}
