/* Keys and frames go in, a canvas comes out; what the app cannot do it wishes for. */

#include <criterion/criterion.h>
#include <locale.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "canvas.h"
#include "field.h"
#include "frame.h"
#include "group.h"
#include "key.h"
#include "life.h"
#include "out.h"
#include "settings.h"
#include "timeline.h"
#include "util.h"

#define SECOND UINT64_C(1000000000)

/* There is no host of any name. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **list) {
	(void)name, (void)service, (void)hints, (void)list;
	return EAI_NONAME;
}

static const struct process server = {
	.pid = 4242, .comm = "server", .comm_length = 6, .exe = "server", .exe_length = 6
};
static const struct owner held = { .process = &server, .fd = 3 };

/* A TCP socket on 127.0.0.1:port. */
struct given {
	uint64_t serial;
	uint32_t port;
	enum sock_state state;
	const char *user;
	uint64_t rx;
};

static void add(struct frame *frame, const struct given *given) {
	struct sock_life *life = arena_alloc(&frame->snapshot.arena, sizeof(*life));
	*life = (struct sock_life){
		.serial = given->serial,
		.known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX,
		.rx = given->rx,
		.rate = given->rx,
		.rx_held = (float)given->rx,
		.rate_held = (float)given->rx,
		.age_ms = 3000,
	};
	struct sock *sock = snapshot_add(&frame->snapshot);
	sock->known = SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_COOKIE |
	              SOCK_KNOWS_UID;
	sock->protocol = SOCK_PROTOCOL_TCP;
	sock->family = SOCK_FAMILY_INET;
	sock->state = (uint8_t)given->state;
	sock->cookie = given->serial;
	sock->local = (struct sock_endpoint){ .address = { 127, 0, 0, 1 }, .port = given->port };
	sock->peer = (struct sock_endpoint){ .address = { 127, 0, 0, 1 }, .port = 50000 };
	sock->owners = &held;
	sock->owner_count = 1;
	sock->ownership = SOCK_OWNERSHIP_EXACT;
	sock->user = given->user;
	sock->life = life;
}

static const struct given three[] = {
	{ 1, 1234, SOCK_STATE_LISTEN, "ana", 0 },
	{ 2, 1235, SOCK_STATE_ESTABLISHED, "ana", 5000 },
	{ 3, 1236, SOCK_STATE_ESTABLISHED, "bob", 900000 },
};

/* An app that has seen a frame of these sockets, on a screen of its own. */
struct stage {
	struct filter filter;
	struct view view;
	struct frame frame;
	struct app *app;
	struct canvas canvas;
	struct out text;
};

/* With this filter and these columns of the command line, or NULL. */
static void begin_with(struct stage *stage, struct app_setup setup, const char *filter,
                       const char *columns) {
	char *error = NULL;
	struct filter_error filter_error = { 0 };
	*stage = (struct stage){ .filter = filter_all() };
	stage->filter.protocols = SOCK_PROTOCOLS_IP;
	if (filter)
		cr_assert(filter_parse(filter, &(struct filter_names){ 0 }, &stage->filter,
		                       &filter_error));
	if (columns)
		cr_assert(view_set_columns(&stage->view, columns, &error));
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* W is one of the keys */
	setup.filter = &stage->filter;
	setup.view = &stage->view;
	stage->app = app_create(&setup);
	canvas_init(&stage->canvas, 120, 30, false);
	out_init(&stage->text, OUT_MEMORY);
	snapshot_init(&stage->frame.snapshot);
	stage->frame.number = 1;
	strcpy(stage->frame.host, "web1");
	for (size_t i = 0; i < ARRAY_LENGTH(three); i++)
		add(&stage->frame, &three[i]);
	stage->frame.totals = totals_of(NULL, &stage->frame.snapshot, 0);
	app_take_frame(stage->app, &stage->frame);
}

static void begin(struct stage *stage, bool is_live) {
	begin_with(stage, (struct app_setup){ .delay_ns = SECOND, .is_live = is_live }, NULL, NULL);
}

static void finish(struct stage *stage) {
	view_finish(&stage->view);
	app_destroy(stage->app);
	canvas_finish(&stage->canvas);
	out_finish(&stage->text);
	snapshot_finish(&stage->frame.snapshot);
	filter_finish(&stage->filter);
}

static void press(struct stage *stage, int key) {
	app_press(stage->app, key, 2 * SECOND);
}

static void type(struct stage *stage, const char *text) {
	for (; *text; text++)
		press(stage, *text);
}

/* What the screen says. */
static const char *shown(struct stage *stage) {
	app_draw(stage->app, &stage->canvas, 2 * SECOND);
	stage->text.used = 0;
	canvas_write(&stage->canvas, &stage->text);
	out_char(&stage->text, '\0');
	return stage->text.bytes;
}

static void expect_shown(struct stage *stage, const char *what) {
	const char *text = shown(stage);
	cr_expect(strstr(text, what), "'%s' is not in\n%s", what, text);
}

static void expect_hidden(struct stage *stage, const char *what) {
	const char *text = shown(stage);
	cr_expect(!strstr(text, what), "'%s' is in\n%s", what, text);
}

/* Of the first of these characters; they are ASCII, and so is what stands before them in the line.
 */
static enum style style_at(struct stage *stage, const char *what) {
	const char *text = shown(stage);
	const char *place = strstr(text, what);
	cr_assert(place, "%s in\n%s", what, text);
	const char *line = place;
	int y = 0;
	while (line > text && line[-1] != '\n')
		line--;
	for (const char *at = text; at < line; at++)
		y += *at == '\n';
	return (enum style)stage->canvas.cells[y * stage->canvas.width + (place - line)].style;
}

/* 1 if a stands before b on the screen. */
static bool comes_before(struct stage *stage, const char *a, const char *b) {
	const char *text = shown(stage);
	const char *first = strstr(text, a);
	const char *second = strstr(text, b);
	cr_assert(first && second, "%s and %s in\n%s", a, b, text);
	return first < second;
}

Test(app, the_busiest_come_first) {
	struct stage stage;
	begin(&stage, true);
	cr_expect(comes_before(&stage, "127.0.0.1:1236", "127.0.0.1:1235"));
	cr_expect(comes_before(&stage, "127.0.0.1:1235", "127.0.0.1:1234"));
	finish(&stage);
}

Test(app, a_filter_holds_as_it_is_typed_and_Esc_at_the_prompt_brings_back_what_was) {
	struct stage stage;
	begin(&stage, true);
	type(&stage, "/1234");
	expect_shown(&stage, "127.0.0.1:1234");
	expect_hidden(&stage, "127.0.0.1:1236");
	expect_shown(&stage, "1 shown, 2 hidden");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "127.0.0.1:1236");
	finish(&stage);
}

Test(app, a_wrong_filter_cannot_be_entered_and_the_last_good_one_stays) {
	struct stage stage;
	begin(&stage, true);
	type(&stage, "/1234");
	type(&stage, " and (");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "filter: 1234 and (");
	expect_shown(&stage, "^");
	expect_shown(&stage, "1 shown, 2 hidden");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "3 shown, 0 hidden");
	finish(&stage);
}

Test(app, Esc_in_the_table_clears_the_filter) {
	struct stage stage;
	begin(&stage, true);
	type(&stage, "/1234");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "1 shown, 2 hidden");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "3 shown, 0 hidden");
	finish(&stage);
}

Test(app, which_ports_the_kernel_chooses_is_asked_in_each_look) {
	struct stage stage;
	begin(&stage, true);
	type(&stage, "/autobound");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, " 0 shown");
	stage.frame.ephemeral[0] = 1235;
	stage.frame.ephemeral[1] = 1236;
	app_take_frame(stage.app, &stage.frame);
	expect_shown(&stage, " 2 shown");
	finish(&stage);
}

Test(app, a_user_and_a_typed_filter_hold_together) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, 'u');
	expect_shown(&stage, "everybody");
	expect_shown(&stage, "bob");
	press(&stage, KEY_CODE_DOWN);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "2 shown, 1 hidden");
	type(&stage, "/established");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "1 shown, 2 hidden");
	expect_shown(&stage, "127.0.0.1:1235");
	finish(&stage);
}

Test(app, an_error_behind_a_chosen_user_points_into_what_was_typed) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, 'u');
	press(&stage, KEY_CODE_DOWN);
	press(&stage, KEY_CODE_ENTER);
	type(&stage, "/1234 nonsense");
	const char *text = shown(&stage);
	const char *line = strstr(text, "filter: 1234 nonsense");
	cr_assert(line, "%s", text);
	const char *line_start = line;
	while (line_start > text && line_start[-1] != '\n')
		line_start--;
	const char *caret_line = strchr(line, '\n') + 1;
	cr_expect_eq(strspn(caret_line, " "), (size_t)(line - line_start) + strlen("filter: 1234 "),
	             "%s", text);
	finish(&stage);
}

Test(app, the_sort_menu_and_its_neighbours_order_the_rows) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, KEY_CODE_F6);
	expect_shown(&stage, "Sort by");
	press(&stage, KEY_CODE_HOME);
	type(&stage, "l");
	press(&stage, KEY_CODE_ENTER);
	cr_expect(comes_before(&stage, "127.0.0.1:1234", "127.0.0.1:1236"));
	press(&stage, 'R');
	cr_expect(comes_before(&stage, "127.0.0.1:1236", "127.0.0.1:1234"));
	press(&stage, '<');
	press(&stage, '>');
	cr_expect(comes_before(&stage, "127.0.0.1:1234", "127.0.0.1:1236"),
	          "addresses begin with the first");
	finish(&stage);
}

Test(app, one_letter_toggles_what_is_shown) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, 'L');
	expect_shown(&stage, "1 shown, 2 hidden");
	press(&stage, 'L');
	press(&stage, 'E');
	expect_shown(&stage, "2 shown, 1 hidden");
	press(&stage, 'E');
	press(&stage, 'T');
	expect_shown(&stage, "0 shown, 3 hidden");
	press(&stage, 'T');
	expect_shown(&stage, "3 shown, 0 hidden");
	finish(&stage);
}

Test(app, a_search_goes_from_match_to_match_and_says_when_there_is_none) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, KEY_CODE_F3);
	type(&stage, "1234");
	press(&stage, KEY_CODE_ENTER);
	press(&stage, 'y');
	size_t length = 0;
	cr_assert_eq(app_take_wish(stage.app), APP_WISH_COPY);
	const char *bytes = app_copy(stage.app, &length);
	cr_expect(memmem(bytes, length, "127.0.0.1:1234", 14));
	press(&stage, KEY_CODE_F3);
	type(&stage, "nothing like it");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "not found");
	finish(&stage);
}

Test(app, details_open_and_close) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "recv queue");
	press(&stage, 'q');
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_NONE, "q closes the pane");
	expect_hidden(&stage, "recv queue");
	press(&stage, 'q');
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_QUIT);
	finish(&stage);
}

static int line_of(const char *text, const char *what) {
	const char *found = strstr(text, what);
	cr_assert(found, "%s in\n%s", what, text);
	int line = 0;
	for (; text < found; text++)
		line += *text == '\n';
	return line;
}

Test(app, details_take_the_lines_that_a_short_table_can_spare) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, KEY_CODE_ENTER);
	const int heading = line_of(shown(&stage), "PID/PROCESS");
	cr_expect_eq(line_of(shown(&stage), "tcp ESTAB seen"), heading + 5,
	             "three rows, and room for a fourth");
	finish(&stage);
}

Test(app, the_period_is_what_was_asked_for_unless_looks_cost_too_much) {
	struct stage stage;
	begin(&stage, true);
	cr_expect_eq(app_period_ns(stage.app), SECOND);
	press(&stage, '+');
	cr_expect_eq(app_period_ns(stage.app), 2 * SECOND);
	press(&stage, '-');
	press(&stage, '-');
	cr_expect_eq(app_period_ns(stage.app), SECOND / 2);
	stage.frame.cost_ns = SECOND;
	app_take_frame(stage.app, &stage.frame);
	cr_expect_eq(app_period_ns(stage.app), SECOND / 2, "the first look does not count");
	stage.frame.number = 2;
	for (int i = 0; i < 50; i++)
		app_take_frame(stage.app, &stage.frame);
	const uint64_t stretched = app_period_ns(stage.app);
	cr_expect(stretched >= 4 * SECOND && stretched <= 5 * SECOND, "%llu",
	          (unsigned long long)stretched);
	press(&stage, 'p');
	cr_expect_eq(app_period_ns(stage.app), 0, "paused");
	expect_shown(&stage, "PAUSED");
	finish(&stage);
}

Test(app, a_recording_is_not_slowed_down_and_ends) {
	struct stage stage;
	begin(&stage, false);
	stage.frame.cost_ns = SECOND;
	app_take_frame(stage.app, &stage.frame);
	cr_expect_eq(app_period_ns(stage.app), SECOND);
	app_take_end(stage.app);
	cr_expect_eq(app_period_ns(stage.app), 0);
	finish(&stage);
}

Test(app, a_delay_is_typed_and_checked) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, 'd');
	press(&stage, 'U' & 0x1f);
	type(&stage, "0.1");
	press(&stage, KEY_CODE_ENTER);
	cr_expect_eq(app_period_ns(stage.app), SECOND / 10);
	press(&stage, 'd');
	press(&stage, 'U' & 0x1f);
	type(&stage, "99");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "0.1 to 60");
	cr_expect_eq(app_period_ns(stage.app), SECOND / 10);
	finish(&stage);
}

Test(app, trouble_is_told_until_the_next_look) {
	struct stage stage;
	begin(&stage, true);
	app_take_trouble(stage.app, "no more descriptors");
	expect_shown(&stage, "no new look: no more descriptors");
	expect_shown(&stage, "127.0.0.1:1234");
	app_take_frame(stage.app, &stage.frame);
	expect_hidden(&stage, "no more descriptors");
	finish(&stage);
}

Test(app, rows_are_faint_while_no_look_can_be_had) {
	struct stage stage;
	begin(&stage, true);
	cr_expect_neq(style_at(&stage, "127.0.0.1:1235"), STYLE_FAINT);
	app_take_trouble(stage.app, "no more descriptors");
	cr_expect_eq(style_at(&stage, "127.0.0.1:1235"), STYLE_FAINT);
	finish(&stage);
}

Test(app, a_host_that_is_not_known_is_told_after_the_filter_was_entered, .timeout = 60) {
	struct stage stage;
	int fds[APP_FD_COUNT];
	begin(&stage, true);
	type(&stage, "/src nowhere.example");
	press(&stage, KEY_CODE_ENTER);
	app_fds(stage.app, fds);
	struct pollfd wait = { .fd = fds[0], .events = POLLIN };
	cr_assert_eq(poll(&wait, 1, 30000), 1);
	app_take_names(stage.app);
	expect_shown(&stage, "! filter: host 'nowhere.example'");
	type(&stage, "/");
	expect_hidden(&stage, "! filter: host");
	finish(&stage);
}

Test(app, the_header_has_the_filter_of_the_command_line) {
	struct stage stage;
	struct filter_error error = { 0 };
	begin(&stage, true);
	app_destroy(stage.app);
	cr_assert(filter_parse("port 1234", &(struct filter_names){ 0 }, &stage.filter, &error));
	stage.app = app_create(&(struct app_setup){
	    .filter = &stage.filter, .view = &stage.view, .delay_ns = SECOND, .is_live = true });
	app_take_frame(stage.app, &stage.frame);
	expect_shown(&stage, "filter: port = 1234");
	finish(&stage);
}

static void use_mouse(struct stage *stage, enum mouse_kind kind, int x, int y) {
	shown(stage);
	app_click(stage->app, &(struct mouse){ kind, x, y }, 2 * SECOND);
}

/* Of the character in front of which these stand on the screen. */
static void click_on(struct stage *stage, const char *what) {
	const char *text = shown(stage);
	const char *found = strstr(text, what);
	cr_assert(found, "'%s' is not in\n%s", what, text);
	int y = 0;
	const char *line = text;
	for (const char *at = text; at < found; at++) {
		if (*at == '\n') {
			y++;
			line = at + 1;
		}
	}
	const int x = canvas_width_of(&stage->canvas, line, (size_t)(found - line));
	use_mouse(stage, MOUSE_CLICK, x, y);
}

/* The port of the row that is selected. */
static void expect_selected(struct stage *stage, const char *port) {
	press(stage, KEY_CODE_ENTER);
	expect_shown(stage, port);
	press(stage, KEY_CODE_ENTER);
}

Test(app, a_click_selects_a_row) {
	struct stage stage;
	begin(&stage, true);
	click_on(&stage, "127.0.0.1:1235");
	expect_selected(&stage, "1235  127.0.0.1:50000    ");
	click_on(&stage, "127.0.0.1:1236");
	expect_selected(&stage, "1236  127.0.0.1:50000    ");
	finish(&stage);
}

Test(app, a_click_on_a_heading_sorts_and_the_next_one_turns_it_round) {
	struct stage stage;
	begin(&stage, true);
	click_on(&stage, "LOCAL ");
	expect_shown(&stage, "by local \u25b2");
	click_on(&stage, "LOCAL");
	expect_shown(&stage, "by local \u25bc");
	click_on(&stage, "STATE ");
	expect_shown(&stage, "by state");
	finish(&stage);
}

Test(app, a_click_on_the_bar_is_the_key_that_stands_there) {
	struct stage stage;
	begin(&stage, true);
	click_on(&stage, "Sort ");
	expect_shown(&stage, "Sort by");
	click_on(&stage, "Cancel");
	expect_hidden(&stage, "Sort by");
	click_on(&stage, "F10Quit");
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_QUIT);
	finish(&stage);
}

Test(app, a_click_in_a_menu_chooses) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, KEY_CODE_F6);
	click_on(&stage, "state  ");
	expect_hidden(&stage, "Sort by");
	expect_shown(&stage, "by state");
	finish(&stage);
}

Test(app, the_wheel_moves_but_not_what_is_typed) {
	struct stage stage;
	begin(&stage, true);
	use_mouse(&stage, MOUSE_WHEEL_DOWN, 5, 6);
	expect_selected(&stage, "1234  127.0.0.1:50000    ");
	use_mouse(&stage, MOUSE_WHEEL_UP, 5, 6);
	expect_selected(&stage, "1236  127.0.0.1:50000    ");
	type(&stage, "/tcp");
	press(&stage, KEY_CODE_ENTER);
	type(&stage, "/udp");
	use_mouse(&stage, MOUSE_WHEEL_UP, 5, 6);
	expect_shown(&stage, "filter: tcp");
	finish(&stage);
}

Test(app, a_click_anywhere_in_any_mode_does_no_harm) {
	static const int keys[] = { KEY_CODE_F2, KEY_CODE_ESCAPE, KEY_CODE_F1, KEY_CODE_F6,
		                    '/',         KEY_CODE_ENTER,  '2' };
	struct stage stage;
	begin(&stage, true);
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		press(&stage, keys[i]);
		for (int y = -1; y <= 31; y++) {
			for (int x = -1; x <= 121; x += 3)
				app_click(stage.app, &(struct mouse){ MOUSE_CLICK, x, y }, SECOND);
			shown(&stage);
		}
		app_click(stage.app, &(struct mouse){ MOUSE_CLICK, 65534, 65534 }, SECOND);
	}
	finish(&stage);
}

Test(app, a_click_that_is_pasted_does_nothing) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, KEY_CODE_PASTE_BEGIN);
	click_on(&stage, "F10Quit");
	click_on(&stage, "LOCAL ");
	cr_expect_neq(app_take_wish(stage.app), APP_WISH_QUIT);
	expect_hidden(&stage, "by local");
	app_press(stage.app, KEY_CODE_PASTE_END, SECOND);
	click_on(&stage, "LOCAL ");
	expect_shown(&stage, "by local");
	finish(&stage);
}

Test(app, M_gives_the_mouse_to_the_terminal_and_takes_it_back) {
	struct stage stage;
	begin(&stage, true);
	cr_expect(app_settings(stage.app)->mouse);
	press(&stage, 'M');
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_SETTINGS);
	cr_expect_not(app_settings(stage.app)->mouse);
	press(&stage, 'M');
	cr_expect(app_settings(stage.app)->mouse);
	finish(&stage);
}

static void press_times(struct stage *stage, int key, int times) {
	for (int i = 0; i < times; i++)
		press(stage, key);
}

static void expect_columns(const struct stage *stage, const char *wanted) {
	char *text = settings_text(app_settings(stage->app), SETTING_COLUMNS);
	cr_expect_str_eq(text, wanted, "'%s'", text);
	free(text);
}

/* The setup of an app with three columns. */
static void begin_setup(struct stage *stage) {
	begin_with(stage, (struct app_setup){ .delay_ns = SECOND, .is_live = true }, NULL,
	           "state,local,rx");
	press(stage, KEY_CODE_F2);
	expect_shown(stage, "\n Setup");
}

Test(app, setup_changes_what_is_drawn_at_once) {
	struct stage stage;
	begin_setup(&stage);
	press(&stage, ' ');
	cr_expect_eq(app_settings(stage.app)->theme, THEME_DARK);
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_SETTINGS);
	press(&stage, KEY_CODE_LEFT);
	cr_expect_eq(app_settings(stage.app)->theme, THEME_AUTO);
	press(&stage, KEY_CODE_DOWN);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, " units                  bits ");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, " 7.2Mb\n");
	finish(&stage);
}

Test(app, setup_shows_hides_and_moves_columns) {
	struct stage stage;
	begin_setup(&stage);
	press_times(&stage, KEY_CODE_DOWN, SETTING_COLUMNS);
	press(&stage, KEY_CODE_LEFT);
	expect_columns(&stage, "state,local,rx");
	press(&stage, KEY_CODE_RIGHT);
	expect_columns(&stage, "local,state,rx");
	press_times(&stage, KEY_CODE_RIGHT, 5);
	expect_columns(&stage, "local,rx,state");
	press(&stage, KEY_CODE_LEFT);
	press(&stage, KEY_CODE_LEFT);
	expect_columns(&stage, "state,local,rx");
	press(&stage, ' ');
	expect_columns(&stage, "local,rx");
	expect_shown(&stage, " 2 columns, ");
	press(&stage, ' ');
	expect_columns(&stage, "local,rx,state");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "\n LOCAL          RX/s STATE");
	finish(&stage);
}

Test(app, setup_leaves_one_column_and_brings_the_default_ones_back) {
	struct stage stage;
	begin_setup(&stage);
	press_times(&stage, KEY_CODE_DOWN, SETTING_COLUMNS);
	for (int i = 0; i < 4; i++) {
		press(&stage, ' ');
		press(&stage, KEY_CODE_HOME);
		press_times(&stage, KEY_CODE_DOWN, SETTING_COLUMNS);
	}
	expect_columns(&stage, "rx");
	press(&stage, ' ');
	expect_shown(&stage, "one column must stay");
	press(&stage, KEY_CODE_DELETE);
	expect_columns(&stage, "default");
	expect_shown(&stage, "[x] owners");
	finish(&stage);
}

Test(app, setup_takes_what_is_typed_and_comes_back) {
	struct stage stage;
	begin_setup(&stage);
	press_times(&stage, KEY_CODE_DOWN, SETTING_DELAY);
	press(&stage, KEY_CODE_ENTER);
	press(&stage, KEY_CODE_BACKSPACE);
	type(&stage, "2.5");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, " delay                  2.5 ");
	press(&stage, KEY_CODE_DOWN);
	press(&stage, ' ');
	type(&stage, "port (");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "not a filter");
	press(&stage, ' ');
	type(&stage, "port 80");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, " filter                 port 80 ");
	press(&stage, KEY_CODE_F1);
	expect_shown(&stage, "these keys");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "\n Setup");
	press(&stage, 'q');
	cr_expect_eq(app_take_wish(stage.app) == APP_WISH_QUIT, false);
	expect_shown(&stage, "every 2.5s");
	finish(&stage);
}

Test(app, in_setup_a_click_selects_and_the_next_one_changes) {
	struct stage stage;
	begin_setup(&stage);
	click_on(&stage, "ascii ");
	cr_expect_not(app_settings(stage.app)->ascii);
	click_on(&stage, "ascii ");
	cr_expect(app_settings(stage.app)->ascii);
	click_on(&stage, "[x] local");
	click_on(&stage, "[x] local");
	expect_columns(&stage, "state,rx");
	click_on(&stage, "Back");
	expect_hidden(&stage, "Setup\n");
	finish(&stage);
}

Test(app, the_column_of_the_machines_comes_back_with_the_default_ones) {
	struct stage stage;
	begin_with(&stage, (struct app_setup){ .is_live = true, .has_hosts = true }, NULL, "rx");
	expect_shown(&stage, "\n HOST ");
	press(&stage, KEY_CODE_F2);
	press_times(&stage, KEY_CODE_DOWN, SETTING_COLUMNS);
	press(&stage, ' ');
	press(&stage, KEY_CODE_ESCAPE);
	expect_hidden(&stage, "HOST");
	press(&stage, KEY_CODE_F2);
	press(&stage, KEY_CODE_DELETE);
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "\n HOST ");
	expect_shown(&stage, "HOST PID/PROCESS");
	finish(&stage);
}

Test(app, processes_of_several_machines_are_below_their_machine) {
	struct stage stage;
	begin_with(&stage, (struct app_setup){ .is_live = true, .has_hosts = true }, NULL, NULL);
	for (size_t i = 0; i < stage.frame.snapshot.count; i++)
		stage.frame.snapshot.socks[i].host = i == 0 ? "web1" : "web2";
	app_take_frame(stage.app, &stage.frame);
	press(&stage, KEY_CODE_F5);
	cr_expect(comes_before(&stage, " web2   ", " web1   "), "the busiest first");
	press(&stage, '*');
	cr_expect(comes_before(&stage, " server   ", " web1   "), "below its machine");
	press(&stage, KEY_CODE_F5);
	expect_shown(&stage, "HOST PID/PROCESS");
	finish(&stage);
}

static struct settings some_settings(void) {
	struct settings settings = settings_default();
	settings_set(&settings, SETTING_UNITS, "bits");
	settings_set(&settings, SETTING_COLUMNS, "state,rx,local");
	settings_set(&settings, SETTING_FILTER, "established");
	settings_set(&settings, SETTING_DELAY, "2.5");
	keymap_set(&settings.keymap, ACTION_HELP, "z");
	return settings;
}

Test(app, it_begins_as_the_settings_say) {
	struct stage stage;
	struct settings settings = some_settings();
	begin_with(&stage, (struct app_setup){ .settings = &settings, .is_live = true }, NULL,
	           NULL);
	settings_finish(&settings);
	expect_shown(&stage, " filter: established ");
	expect_shown(&stage, "every 2.5s");
	expect_shown(&stage, "\n STATE   RX/s LOCAL\n");
	expect_shown(&stage, "\n ESTAB  7.2Mb 127.0.0.1:1236\n");
	expect_hidden(&stage, "LISTEN 127");
	press(&stage, 'z');
	expect_shown(&stage, " z             these keys\n");
	finish(&stage);
}

Test(app, the_command_line_goes_before_the_settings) {
	struct stage stage;
	struct settings settings = some_settings();
	begin_with(&stage,
	           (struct app_setup){ .settings = &settings, .delay_ns = SECOND, .is_live = true },
	           "listen", "local,state");
	settings_finish(&settings);
	expect_shown(&stage, "every 1.0s");
	expect_shown(&stage, "\n LOCAL          STATE");
	expect_shown(&stage, "1 shown");
	expect_hidden(&stage, "established");
	finish(&stage);
}

Test(app, what_is_wrong_with_the_configuration_is_told_until_a_key_is_pressed) {
	struct stage stage;
	begin_with(&stage, (struct app_setup){ .fault = "'config': line 3: not a theme" }, NULL,
	           NULL);
	expect_shown(&stage, "\n ! configuration: 'config': line 3: not a theme");
	press(&stage, 'j');
	expect_hidden(&stage, "configuration");
	finish(&stage);
}

/* As a live view of this machine has it. */
static void begin_acting(struct stage *stage) {
	const struct app_setup setup = { .delay_ns = SECOND, .is_live = true, .can_act = true };
	begin_with(stage, setup, NULL, NULL);
}

Test(app, the_help_page_is_walked_with_the_keys_of_a_list) {
	struct stage stage;
	begin(&stage, false);
	press(&stage, KEY_CODE_F1);
	expect_shown(&stage, "these keys");
	press(&stage, KEY_CODE_END);
	expect_shown(&stage, "at least so old");
	expect_hidden(&stage, "these keys");
	press(&stage, KEY_CODE_HOME);
	expect_shown(&stage, "these keys");
	press(&stage, KEY_CODE_END);
	expect_shown(&stage, "at least so old");
	press(&stage, KEY_CODE_UP);
	expect_hidden(&stage, "at least so old");
	press(&stage, 'x');
	expect_shown(&stage, "F1Help");
	finish(&stage);
}

Test(app, tagged_sockets_are_marked_and_counted_until_escape) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, ' ');
	press(&stage, ' ');
	expect_shown(&stage, "2 tagged, 3 shown");
	expect_shown(&stage, "\n#4242/server");
	press(&stage, KEY_CODE_ESCAPE);
	expect_hidden(&stage, "tagged");
	finish(&stage);
}

Test(app, what_is_confirmed_is_wished_for_with_its_deeds) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, KEY_CODE_F9);
	expect_shown(&stage, "The selected socket");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "Close 1 socket");
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_NONE);
	press(&stage, 'y');
	cr_assert_eq(app_take_wish(stage.app), APP_WISH_ACT);
	const struct act_plan *plan = app_act_plan(stage.app);
	cr_assert_eq(plan->deed_count, 1);
	cr_expect_eq(plan->deeds[0].cookie, 3, "the one with the highest rate comes first");
	app_take_results(stage.app, &(struct act_result){ ACT_OUTCOME_DONE, 0 }, 1, 2 * SECOND);
	expect_shown(&stage, "1 closed");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "F9Kill");
	finish(&stage);
}

/* Another frame with only the sockets from `first` on, which are told anew. */
static void go_on(struct stage *stage, size_t first, uint64_t rx_of_first) {
	snapshot_reset(&stage->frame.snapshot);
	for (size_t i = first; i < ARRAY_LENGTH(three); i++) {
		struct given given = three[i];
		given.rx = i == first ? rx_of_first : given.rx;
		add(&stage->frame, &given);
	}
	app_take_frame(stage->app, &stage->frame);
}

/* The selection is in the first row, which belongs to whoever is busiest. */
Test(app, what_is_acted_on_is_what_the_menu_was_opened_over) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, KEY_CODE_F9);
	go_on(&stage, 1, 2000000);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "Close 1 socket");
	cr_expect_eq(app_act_plan(stage.app)->deeds[0].cookie, 3);
	press(&stage, KEY_CODE_ESCAPE);
	press(&stage, KEY_CODE_HOME);
	press(&stage, KEY_CODE_F9);
	go_on(&stage, 2, 0);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "gone already");
	finish(&stage);
}

static void begin_grouped(struct stage *stage, const char *levels) {
	struct group_by by = { .level_count = 0 };
	char *error = NULL;
	cr_assert(group_by_set(&by, levels, &error), "%s", error);
	begin_with(stage,
	           (struct app_setup){
		       .delay_ns = SECOND, .is_live = true, .can_act = true, .groups = &by },
	           NULL, NULL);
}

/* Of the items that begin with an s it is the third one. */
static void choose_state(struct stage *stage, int with) {
	press(stage, KEY_CODE_F8);
	press(stage, KEY_CODE_HOME);
	type(stage, "sss");
	press(stage, with);
}

Test(app, the_table_is_seen_before_it_is_exported) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, '3');
	press(&stage, 'x');
	expect_hidden(&stage, "write to");
	expect_hidden(&stage, "PROCESSES");
	press(&stage, 'x');
	expect_shown(&stage, "write to");
	finish(&stage);
}

Test(app, groups_are_put_within_those_that_there_are) {
	struct stage stage;
	begin_grouped(&stage, "proto");
	choose_state(&stage, ' ');
	expect_shown(&stage, "groups by proto, state ");
	choose_state(&stage, ' ');
	expect_shown(&stage, "groups by proto, state ");
	expect_shown(&stage, "groups are by state already");
	choose_state(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "groups by state ");
	finish(&stage);
	begin_grouped(&stage, "proto,user,sport,dport");
	choose_state(&stage, ' ');
	expect_shown(&stage, "4 deep at most");
	expect_shown(&stage, "groups by proto, user, sport, dport ");
	finish(&stage);
}

Test(app, from_one_group_it_goes_back_to_all_whatever_was_chosen_there) {
	struct stage stage;
	begin_grouped(&stage, "proto,user");
	press(&stage, KEY_CODE_ENTER);
	expect_hidden(&stage, "groups by");
	choose_state(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "groups by state ");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "groups by proto, user ");
	finish(&stage);
}

/* By state: one listener, which was busier than both connections. */
Test(app, a_group_is_acted_on_that_is_not_the_first_any_more) {
	struct stage stage;
	begin_grouped(&stage, "state");
	go_on(&stage, 0, 9000000);
	press(&stage, KEY_CODE_F9);
	expect_shown(&stage, "Sockets of the group: 1");
	go_on(&stage, 0, 0);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "Close 1 socket");
	cr_expect_eq(app_act_plan(stage.app)->deeds[0].cookie, 1);
	finish(&stage);
}

Test(app, without_the_tagged_sockets_nobody_else_is_acted_on) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, KEY_CODE_END);
	press(&stage, ' ');
	press(&stage, KEY_CODE_F9);
	expect_shown(&stage, "What is tagged: 1");
	go_on(&stage, 1, 5000);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "gone already");
	finish(&stage);
}

Test(app, what_comes_of_it_is_told_even_if_the_dialog_was_left) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, 'K');
	press(&stage, KEY_CODE_ENTER);
	press(&stage, 'y');
	press(&stage, KEY_CODE_ESCAPE);
	press(&stage, 'K');
	expect_shown(&stage, "is still being done");
	app_take_results(stage.app, &(struct act_result){ ACT_OUTCOME_GONE, 0 }, 1, 2 * SECOND);
	expect_shown(&stage, "1 gone");
	press(&stage, 'K');
	expect_shown(&stage, "The selected socket");
	finish(&stage);
}

Test(app, where_nothing_can_be_done_the_key_says_so) {
	struct stage stage;
	begin(&stage, false);
	press(&stage, KEY_CODE_F9);
	expect_shown(&stage, "nothing can be done to it");
	finish(&stage);
}

static void paste(struct stage *stage, const char *text) {
	press(stage, KEY_CODE_PASTE_BEGIN);
	type(stage, text);
	app_press(stage->app, KEY_CODE_PASTE_END, SECOND); /* a while before the next key */
}

Test(app, what_is_pasted_confirms_nothing_and_presses_no_key) {
	struct stage stage;
	begin_acting(&stage);
	paste(&stage, "K\ny\nq\003");
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_NONE);
	press(&stage, 'K');
	paste(&stage, "\n");
	expect_shown(&stage, "The selected socket");
	press(&stage, KEY_CODE_ENTER);
	paste(&stage, "y\nyes\n");
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_NONE);
	press(&stage, 'y');
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_ACT);
	finish(&stage);
}

Test(app, an_end_that_is_pasted_itself_does_not_let_keys_through) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, 'K');
	press(&stage, KEY_CODE_ENTER);
	press(&stage, KEY_CODE_PASTE_BEGIN);
	press(&stage, KEY_CODE_PASTE_END);
	for (uint64_t i = 0; i < 100; i++)
		app_press(stage.app, 'y', 2 * SECOND + i * SECOND / 100);
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_NONE);
	app_press(stage.app, 'y', 4 * SECOND);
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_ACT);
	finish(&stage);
}

Test(app, what_is_pasted_is_text_where_text_is_typed) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, '/');
	paste(&stage, "port\n1234\033");
	expect_shown(&stage, "port 1234");
	expect_shown(&stage, "1 shown, 2 hidden");
	finish(&stage);
}

Test(app, a_paste_that_never_ends_is_over_after_a_silence) {
	struct stage stage;
	begin_acting(&stage);
	press(&stage, KEY_CODE_PASTE_BEGIN);
	app_press(stage.app, 'q', 6 * SECOND);
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_NONE);
	app_press(stage.app, 'q', 12 * SECOND);
	cr_expect_eq(app_take_wish(stage.app), APP_WISH_QUIT);
	finish(&stage);
}

Test(app, every_key_on_every_size_of_screen_does_no_harm) {
	static const struct {
		int width, height;
	} sizes[] = { { 1, 1 }, { 2, 3 }, { 10, 4 }, { 40, 10 }, { 80, 24 }, { 300, 100 } };
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct stage stage;
		begin(&stage, true);
		canvas_clear(&stage.canvas, sizes[i].width, sizes[i].height);
		unsigned seed = (unsigned)i + 1;
		for (int pressed = 0; pressed < 3000; pressed++) {
			const int r = rand_r(&seed);
			int key = r % 4 == 0
			              ? KEY_CODE_UP + rand_r(&seed) % (KEY_CODE_COUNT - KEY_CODE_UP)
			              : 1 + rand_r(&seed) % 126;
			press(&stage, key == 'x' ? 'y' : key);
			app_take_wish(stage.app);
			shown(&stage);
		}
		finish(&stage);
	}
}

/* A recording of ten moments, ten seconds apart, of which the third is shown. */
static void begin_replay(struct stage *stage, bool can_seek) {
	begin(stage, false);
	app_destroy(stage->app);
	stage->app = app_create(&(struct app_setup){
	    .filter = &stage->filter, .view = &stage->view, .can_seek = can_seek });
	for (uint64_t i = 0; can_seek && i < 10; i++)
		timeline_add(
		    app_timeline(stage->app),
		    &(struct timeline_moment){ .time_ns = (100 + 10 * i) * SECOND, .sockets = i });
	app_timeline(stage->app)->is_whole = can_seek;
	stage->frame.moment = 2;
	stage->frame.time_ns = 120 * SECOND;
	app_take_frame(stage->app, &stage->frame);
}

static size_t goal_of(struct stage *stage, const char *keys) {
	type(stage, keys);
	return app_take_goal(stage->app);
}

Test(app, steps_in_a_recording_pause_it_and_add_up) {
	struct stage stage;
	begin_replay(&stage, true);
	expect_shown(&stage, "moment 3 of 10 x1");
	cr_expect_eq(app_take_goal(stage.app), APP_GOAL_NONE);
	cr_expect_eq(goal_of(&stage, "."), APP_GOAL_NEXT);
	expect_shown(&stage, "PAUSED");
	cr_expect_eq(app_period_ns(stage.app), 0);
	app_take_frame(stage.app, &stage.frame);
	cr_expect_eq(goal_of(&stage, ","), 1);
	cr_expect_eq(goal_of(&stage, ","), 0, "the first one is still on its way");
	cr_expect_eq(goal_of(&stage, ","), APP_GOAL_NONE, "there is nothing before");
	cr_expect_eq(goal_of(&stage, ".."), 2);
	finish(&stage);
}

Test(app, a_jump_goes_to_a_time_or_says_that_there_is_none) {
	struct stage stage;
	begin_replay(&stage, true);
	type(&stage, "J+30s");
	expect_shown(&stage, "go to");
	press(&stage, KEY_CODE_ENTER);
	cr_expect_eq(app_take_goal(stage.app), 5);
	app_take_frame(stage.app, &stage.frame);
	type(&stage, "J99");
	press(&stage, KEY_CODE_ENTER);
	cr_expect_eq(app_take_goal(stage.app), APP_GOAL_NONE);
	expect_shown(&stage, "there is no such moment");
	app_timeline(stage.app)->is_whole = false;
	type(&stage, "J99");
	press(&stage, KEY_CODE_ENTER);
	cr_expect_eq(app_take_goal(stage.app), APP_GOAL_NONE);
	expect_shown(&stage, "not known yet");
	type(&stage, "Jx");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "there is no such moment");
	type(&stage, "J");
	press(&stage, KEY_CODE_ESCAPE);
	cr_expect_eq(app_take_goal(stage.app), APP_GOAL_NONE);
	finish(&stage);
}

Test(app, moments_keep_their_distances_at_any_speed) {
	struct stage stage;
	begin_replay(&stage, true);
	cr_expect_eq(app_period_ns(stage.app), 10 * SECOND);
	type(&stage, "]");
	cr_expect_eq(app_period_ns(stage.app), 5 * SECOND);
	type(&stage, "]]]]]]]]");
	cr_expect_eq(app_period_ns(stage.app), 10 * SECOND / 64);
	expect_shown(&stage, "x64");
	type(&stage, "[[[[[[[");
	cr_expect_eq(app_period_ns(stage.app), 20 * SECOND);
	type(&stage, "[[[[[");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "x1/8");
	cr_expect_eq(app_period_ns(stage.app), 60 * SECOND, "nobody waits longer");
	finish(&stage);
}

Test(app, the_distances_of_a_recording_are_no_setting) {
	struct stage stage;
	begin_replay(&stage, true);
	press(&stage, KEY_CODE_F2);
	expect_shown(&stage, " delay                  1 ");
	press(&stage, ' ');
	cr_expect_eq(app_settings(stage.app)->theme, THEME_DARK);
	cr_expect_eq(app_period_ns(stage.app), 10 * SECOND);
	press_times(&stage, KEY_CODE_DOWN, SETTING_DELAY);
	press(&stage, KEY_CODE_DELETE);
	cr_expect_eq(app_period_ns(stage.app), SECOND, "now somebody asked for it");
	finish(&stage);
}

/* After 777 connections were opened. */
Test(app, after_a_jump_no_page_tells_of_the_looks_before) {
	static const char pages[] = { '2', '3' };
	for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
		struct stage stage;
		begin_replay(&stage, true);
		type(&stage, (char[]){ pages[i], '\0' });
		char *before = xasprintf("%s", shown(&stage));
		stage.frame.totals.transitions.counts[SOCK_STATE_SYN_SENT][SOCK_STATE_ESTABLISHED] =
		    777;
		stage.frame.totals.states[SOCK_STATE_ESTABLISHED] += 777;
		stage.frame.moment = 3;
		app_take_frame(stage.app, &stage.frame);
		cr_expect_str_neq(shown(&stage), before);
		stage.frame.totals.transitions = (struct transitions){ 0 };
		stage.frame.totals.states[SOCK_STATE_ESTABLISHED] -= 777;
		stage.frame.moment = 1;
		app_take_frame(stage.app, &stage.frame);
		stage.frame.moment = 2;
		app_take_frame(stage.app, &stage.frame);
		cr_expect_str_eq(shown(&stage), before);
		free(before);
		finish(&stage);
	}
}

Test(app, the_cursor_keys_scrub_while_a_recording_is_paused) {
	struct stage stage;
	begin_replay(&stage, true);
	shown(&stage);
	press(&stage, KEY_CODE_RIGHT);
	cr_expect_eq(app_take_goal(stage.app), APP_GOAL_NONE);
	press(&stage, KEY_CODE_LEFT);
	type(&stage, "p");
	press(&stage, KEY_CODE_RIGHT);
	cr_expect_eq(app_take_goal(stage.app), 3);
	press(&stage, KEY_CODE_LEFT);
	cr_expect_eq(app_take_goal(stage.app), 2);
	finish(&stage);
}

Test(app, what_comes_through_a_pipe_only_goes_on) {
	struct stage stage;
	begin_replay(&stage, false);
	expect_hidden(&stage, "moment");
	cr_expect_eq(goal_of(&stage, ","), APP_GOAL_NONE);
	expect_shown(&stage, "can only go on");
	cr_expect_eq(goal_of(&stage, "J"), APP_GOAL_NONE);
	cr_expect_eq(goal_of(&stage, "."), APP_GOAL_NEXT);
	expect_shown(&stage, "PAUSED");
	finish(&stage);
}

Test(app, the_keys_of_a_recording_say_so_in_the_live_view) {
	static const char *const keys[] = { ".", ",", "[", "]", "J" };
	struct stage stage;
	begin(&stage, true);
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		cr_expect_eq(goal_of(&stage, keys[i]), APP_GOAL_NONE);
		expect_shown(&stage, "for recordings");
		expect_hidden(&stage, "PAUSED");
	}
	finish(&stage);
}

Test(app, a_page_beside_the_table_has_keys_of_its_own_and_leads_back) {
	struct stage stage;
	begin(&stage, true);
	press(&stage, KEY_CODE_F7);
	expect_shown(&stage, "[CLOSED");
	type(&stage, "?");
	expect_shown(&stage, "RFC 9293, section");
	press(&stage, KEY_CODE_ESCAPE);
	expect_hidden(&stage, "RFC 9293, section");
	press(&stage, KEY_CODE_DOWN);
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "filter: tcp and LISTEN");
	press(&stage, KEY_CODE_ESCAPE);
	expect_shown(&stage, "no filter");
	press(&stage, '3');
	expect_shown(&stage, "PROCESSES 1");
	press(&stage, KEY_CODE_ENTER);
	expect_shown(&stage, "filter: pid 4242");
	finish(&stage);
}

/* Nobody acts on rows that are not seen. */
Test(app, keys_for_rows_lead_from_another_page_to_the_table_and_do_no_more) {
	static const int keys[] = { KEY_CODE_F9, 'K',         ' ',
		                    'y',         KEY_CODE_F5, KEY_CODE_F8,
		                    '*',         'R',         KEY_CODE_PAGE_DOWN };
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		struct stage stage;
		begin(&stage, true);
		char *before = xasprintf("%s", shown(&stage));
		press(&stage, '2');
		press(&stage, keys[i]);
		cr_expect_str_eq(shown(&stage), before, "key %d", keys[i]);
		press(&stage, '3');
		press(&stage, keys[i]);
		cr_expect_str_eq(shown(&stage), before, "key %d", keys[i]);
		free(before);
		finish(&stage);
	}
}
