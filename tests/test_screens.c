/* Scripts: keys go into the app, looks come from a recording, and the screen is compared as text
 * with a golden file, in UTF-8 and ASCII, on four sizes. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "app.h"
#include "drawn.h"
#include "feeds.h"
#include "filter.h"
#include "key.h"
#include "out.h"
#include "terminal.h"
#include "theme.h"
#include "timeline.h"
#include "util.h"
#include "view.h"

static const uint64_t second = 1000000000;

/* The recording of record_screens.py. Five looks; the last two are without what ended. */
static struct feed open_feed(void) {
	struct feed feed;
	char *error = NULL;
	cr_assert(feed_replay(TEST_DATA "/screens.rec", &feed, &error), "%s", error);
	return feed;
}

/* One more look, however long the thread takes to make it. */
static void look(const struct feed *feed, struct app *app) {
	const struct frame *frame = NULL;
	char *error = NULL;
	struct pollfd wait = { .fd = feed->fd, .events = POLLIN };
	feed->ask(feed->self, app_needs(app));
	cr_assert_eq(poll(&wait, 1, 30000), 1);
	cr_assert_eq(feed->take(feed->self, &frame, &error), FEED_FRAME, "%s", error);
	app_take_frame(app, frame);
}

/* All moments of the recording, however long it takes to find them. */
static void find_moments(const struct feed *feed, struct app *app) {
	struct timeline *timeline = app_timeline(app);
	for (int i = 0; i < 30000 && !timeline->is_whole; i++) {
		feed->moments(feed->self, timeline);
		if (!timeline->is_whole)
			usleep(1000);
	}
	cr_assert(timeline->is_whole);
	app_touch(app);
}

/* Where a key leads to in the recording. */
static void go(const struct feed *feed, struct app *app) {
	const size_t goal = app_take_goal(app);
	if (goal == APP_GOAL_NONE)
		return;
	if (goal != APP_GOAL_NEXT)
		feed->seek(feed->self, goal);
	look(feed, app);
}

/* What is pressed: characters as they are, and these. */
static int key_of(const char **at) {
	static const struct {
		const char *name;
		int key;
	} names[] = {
		{ "<Enter>", KEY_CODE_ENTER },    { "<Esc>", KEY_CODE_ESCAPE },
		{ "<Down>", KEY_CODE_DOWN },      { "<Up>", KEY_CODE_UP },
		{ "<PgDn>", KEY_CODE_PAGE_DOWN }, { "<End>", KEY_CODE_END },
		{ "<Home>", KEY_CODE_HOME },      { "<Right>", KEY_CODE_RIGHT },
		{ "<F1>", KEY_CODE_F1 },          { "<F3>", KEY_CODE_F3 },
		{ "<F2>", KEY_CODE_F2 },          { "<F6>", KEY_CODE_F6 },
		{ "<Tab>", KEY_CODE_TAB },        { "<F7>", KEY_CODE_F7 },
		{ "<F5>", KEY_CODE_F5 },          { "<F8>", KEY_CODE_F8 },
		{ "<Left>", KEY_CODE_LEFT },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const size_t length = strlen(names[i].name);
		if (strncmp(*at, names[i].name, length) == 0) {
			*at += length;
			return names[i].key;
		}
	}
	return (unsigned char)*(*at)++;
}

/* Keys, and looks. After each the screen is drawn, for what a key does may depend on it. */
static void play(const struct feed *feed, struct app *app, struct canvas *canvas,
                 const char *script) {
	static const char look_word[] = "<Look>";
	static const char moments_word[] = "<Moments>";
	while (*script) {
		if (strncmp(script, look_word, sizeof(look_word) - 1) == 0) {
			look(feed, app);
			script += sizeof(look_word) - 1;
		} else if (strncmp(script, moments_word, sizeof(moments_word) - 1) == 0) {
			find_moments(feed, app);
			script += sizeof(moments_word) - 1;
		} else {
			app_press(app, key_of(&script), second);
			go(feed, app);
		}
		canvas_clear(canvas, canvas->width, canvas->height);
		app_draw(app, canvas, second);
	}
}

static const char *const scripts[] = {
	"",
	"<Look>",
	"<Look><Look>",
	"<Look><Look><Look>",
	"<Look><Look><Look><Look><Look>",
	"<Look><F1>",
	"<Look><Look><Enter>",
	"<Look><Look><Enter><PgDn><PgDn>",
	"<Look><Look>/tcp and po",
	"<Look><Look>/tcp and )",
	"<Look><Look>/port 1234<Enter>",
	"<Look><Look>/port 1234<Enter><Esc>",
	"<Look><Look>/port 1<Enter>",
	"<Look><Look>L",
	"<Look><Look>E",
	"<Look><Look>T",
	"<Look><Look><F3>8443<Enter>n",
	"<Look><Look><F6>",
	"<Look><Look><F6><Down><Enter>R",
	"<Look><Look>u",
	"<Look><Look>p",
	"<Look>o<Look><Look>",
	"<Look>F<Down><Look>",
	"<Look><Look><Right><Right>",
	"<Look><Look><End>",
	"<Look><Look>++",
	"<Look><Look><F2>",
	"<Look><Look><F2><Down><Right><Down><Down><Down><Down><Down><Right> ",
	"<Look><Look><F2><Down><Down><Down><Down><Enter>",
	"<Look><Look><F7>",
	"<Look><Look>2<Down><Down>?<Look>",
	"<Look><Look>2<Down><Enter>",
	"<Moments><Look><Look><Look>,",
	"<Moments><Look>J+1s",
	"<Moments><Look>J5<Enter>]",
	"<Look><Look><Tab><Esc>",
	"<Look><Look><Look>3",
	"<Look>3<Look><Look>",
	"<Look><Look>3<Down><Enter>",
	"<Look><Look>2 ",
};

static const char *const group_scripts[] = {
	"<Look><Look><F5>",
	"<Look><Look><F5><Right>",
	"<Look><Look><F5><Down> <Down><Down><Left>",
	"<Look><Look><F5>*",
	"<Look><Look><F5>*<F5>",
	"<Look><Look><F5><Down><Enter>",
	"<Look><Look>/tcp<Enter><F5><Down><Enter><Esc>",
	"<Look><Look><F8>",
	"<Look><Look><F8><Down><Down><Down><Down><Down><Down><Enter>*",
	"<Look><Look><F5><Down><Look><Look><Look>",
	"<Look><Look>t<F3>b<Enter>",
};

static void draw_script(struct canvas *canvas, const char *script) {
	struct filter filter = filter_all();
	const struct view view = { .column_count = 0 };
	const struct app_setup setup = {
		.filter = &filter, .view = &view, .delay_ns = second, .can_seek = true
	};
	struct feed feed = open_feed();
	struct app *app = app_create(&setup);
	canvas_clear(canvas, canvas->width, canvas->height);
	app_draw(app, canvas, second);
	play(&feed, app, canvas, script);
	app_destroy(app);
	feed_close(&feed);
	filter_finish(&filter);
}

static void expect_scripts(const char *name, const char *const *scripted, size_t count, int width,
                           int height, bool ascii) {
	struct canvas canvas = drawn_canvas(width, height, ascii);
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < count; i++) {
		draw_script(&canvas, scripted[i]);
		out_printf(&out, "==== %s\n", scripted[i]);
		canvas_write(&canvas, &out);
	}
	out_char(&out, '\0');
	drawn_expect_text(&canvas, name, out.bytes);
	out_finish(&out);
	canvas_finish(&canvas);
}

static void expect_screens(int width, int height, bool ascii) {
	expect_scripts("screens", scripts, ARRAY_LENGTH(scripts), width, height, ascii);
}

Test(screens, groups_fold_unfold_and_lead_to_their_sockets) {
	for (int ascii = 0; ascii < 2; ascii++) {
		expect_scripts("groups", group_scripts, ARRAY_LENGTH(group_scripts), 80, 24, ascii);
		expect_scripts("groups", group_scripts, ARRAY_LENGTH(group_scripts), 120, 30,
		               ascii);
	}
}

/* "1 socket" without its 1, or 44 of 144, is a wrong number. */
Test(screens, the_size_of_a_group_never_loses_its_beginning) {
	static const char mark[] = "\u25b8";
	for (int width = 6; width < 30; width++) {
		struct canvas canvas = drawn_canvas(width, 24, false);
		struct out out;
		out_init(&out, OUT_MEMORY);
		draw_script(&canvas, "<Look><Look><F5>");
		canvas_write(&canvas, &out);
		out_char(&out, '\0');
		const char *at = strstr(out.bytes, mark);
		cr_assert_not_null(at, "%d", width);
		for (; at; at = strstr(at + 1, mark))
			cr_expect_eq(at[sizeof(mark) - 1], ' ', "%d: %s", width, out.bytes);
		out_finish(&out);
		canvas_finish(&canvas);
	}
}

static void use_utc(void) {
	setenv("TZ", "UTC", 1);
	tzset();
}

Test(screens, on_the_usual_terminal, .init = use_utc) {
	expect_screens(80, 24, false);
	expect_screens(80, 24, true);
}

Test(screens, on_a_larger_one, .init = use_utc) {
	expect_screens(100, 30, false);
	expect_screens(100, 30, true);
}

Test(screens, on_a_large_one, .init = use_utc) {
	expect_screens(200, 50, false);
	expect_screens(200, 50, true);
}

Test(screens, on_one_that_is_too_small, .init = use_utc) {
	expect_screens(40, 10, false);
	expect_screens(40, 10, true);
}

/* Every script on every size down to one cell, only to see that nothing breaks. */
Test(screens, no_size_is_too_small, .init = use_utc) {
	for (int size = 1; size < 30; size += 4) {
		struct canvas canvas = drawn_canvas(size * 3 - 2, size, size % 8 == 1);
		for (size_t i = 0; i < ARRAY_LENGTH(scripts); i++)
			draw_script(&canvas, scripts[i]);
		for (size_t i = 0; i < ARRAY_LENGTH(group_scripts); i++)
			draw_script(&canvas, group_scripts[i]);
		canvas_finish(&canvas);
	}
}

/* A terminal whose other end is held here. */
struct line {
	int master, slave;
	struct terminal *terminal;
};

static struct line open_line(int width, int height) {
	const struct winsize size = { .ws_col = (unsigned short)width,
		                      .ws_row = (unsigned short)height };
	char *error = NULL;
	struct line line = { .master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) };
	cr_assert_geq(line.master, 0);
	cr_assert(grantpt(line.master) == 0 && unlockpt(line.master) == 0);
	line.slave = open(ptsname(line.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	cr_assert_geq(line.slave, 0);
	cr_assert_eq(ioctl(line.slave, TIOCSWINSZ, &size), 0);
	line.terminal = terminal_open(line.slave, line.slave, "xterm-256color", &error);
	cr_assert(line.terminal, "%s", error);
	return line;
}

static void close_line(struct line *line) {
	terminal_close(line->terminal);
	close(line->master);
	close(line->slave);
}

/* What is written to the terminal must go somewhere. */
static void drain(const struct line *line) {
	char bytes[4096];
	struct pollfd wait = { .fd = line->master, .events = POLLIN };
	while (poll(&wait, 1, 0) > 0 && read(line->master, bytes, sizeof(bytes)) > 0)
		continue;
}

static void expect_shown(const struct line *line, const struct canvas *canvas,
                         enum theme_kind kind) {
	struct out out;
	char *drawn = drawn_text(canvas);
	out_init(&out, OUT_MEMORY);
	const struct theme_terminal terminal = { .colors = terminal_colors(line->terminal) };
	const struct theme theme = theme_make(kind, &terminal);
	terminal_draw(line->terminal, canvas, &theme);
	terminal_read_back(line->terminal, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, drawn, "shown:\n%s\ndrawn:\n%s", out.bytes, drawn);
	out_finish(&out);
	free(drawn);
	drain(line);
}

/* Types the keys, and presses what the terminal makes of them. */
static void type(const struct line *line, struct app *app, const char *keys) {
	int key;
	cr_assert_eq(write(line->master, keys, strlen(keys)), (ssize_t)strlen(keys));
	while ((key = terminal_read_key(line->terminal)) != KEY_CODE_NONE)
		app_press(app, key, second);
}

/* As a user would go through it: down twice, the page about the socket, back, a filter, help. */
static void expect_session(int width, int height, bool ascii) {
	static const char *const typed[] = { "\033OB",     "j",  "\r", "\033[6~", "\r", "/tcp and",
		                             " port 1234", "\r", "?",  "q",       "S",  "x\003" };
	struct canvas canvas = drawn_canvas(width, height, ascii);
	struct filter filter = filter_all();
	const struct view view = { .column_count = 0 };
	const struct app_setup setup = { .filter = &filter, .view = &view, .delay_ns = second };
	struct line line = open_line(width, height);
	struct feed feed = open_feed();
	struct app *app = app_create(&setup);
	cr_expect_eq(canvas.ascii, ascii);
	for (size_t i = 0; i < ARRAY_LENGTH(typed); i++) {
		if (i < 5)
			look(&feed, app);
		type(&line, app, typed[i]);
		canvas_clear(&canvas, terminal_width(line.terminal),
		             terminal_height(line.terminal));
		app_draw(app, &canvas, second);
		expect_shown(&line, &canvas, (enum theme_kind)(i % THEME_COUNT));
	}
	app_destroy(app);
	feed_close(&feed);
	close_line(&line);
	filter_finish(&filter);
	canvas_finish(&canvas);
}

Test(screens, are_shown_by_the_terminal_as_they_are_drawn, .init = use_utc) {
	static const int sizes[][2] = { { 80, 24 }, { 100, 30 }, { 200, 50 }, { 40, 10 } };
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		expect_session(sizes[i][0], sizes[i][1], false);
		expect_session(sizes[i][0], sizes[i][1], true);
	}
}
