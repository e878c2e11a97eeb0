/* The loop: one thread that waits for keys, signals, frames and names, and draws once after
 * whatever came. Looks are asked for when they are due and the one before has arrived, so that a
 * slow machine is never asked twice. All times are of the monotonic clock. */

#include "ui.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app.h"
#include "canvas.h"
#include "key.h"
#include "settings.h"
#include "terminal.h"
#include "theme.h"
#include "timeline.h"
#include "util.h"

enum wait {
	WAIT_TERMINAL,
	WAIT_SIGNALS,
	WAIT_FEED,
	WAIT_NAMES,
	WAIT_COUNT = WAIT_NAMES + APP_FD_COUNT,
};

struct ui {
	const struct ui_setup *setup;
	struct app *app;
	struct terminal *terminal;
	struct theme theme;
	struct canvas canvas;
	int signals;
	uint64_t due_ns;   /* when the next look is to be asked for */
	uint64_t asked_ns; /* when the latest was */
	bool is_asked;     /* and it has not arrived yet */
	bool is_suspended;
	bool is_over;
	int status;
	uint64_t frames; /* that arrived */
	char *error;
};

static void end(struct ui *ui, int status) {
	ui->is_over = true;
	ui->status = status;
}

static void suspend(struct ui *ui) {
	const struct feed *feed = &ui->setup->feed;
	if (ui->is_suspended)
		return;
	terminal_suspend(ui->terminal);
	ui->is_suspended = true;
	if (feed->suspend)
		feed->suspend(feed->self);
	else
		kill(0, SIGSTOP);
}

static void resume(struct ui *ui) {
	if (ui->is_suspended)
		terminal_resume(ui->terminal);
	ui->is_suspended = false;
	terminal_resize(ui->terminal);
	terminal_redraw(ui->terminal);
	app_touch(ui->app);
}

static void take_signal(struct ui *ui, int number) {
	switch (number) {
	case SIGWINCH:
		terminal_resize(ui->terminal);
		app_touch(ui->app);
		break;
	case SIGCONT:
		resume(ui);
		break;
	case SIGTSTP:
		suspend(ui);
		break;
	default: /* SIGINT, SIGTERM, SIGHUP, SIGQUIT */
		end(ui, 128 + number);
		break;
	}
}

static void take_signals(struct ui *ui) {
	struct signalfd_siginfo info;
	while (read(ui->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		take_signal(ui, (int)info.ssi_signo);
}

static bool wants_no_color(void) {
	const char *value = getenv("NO_COLOR");
	return value && value[0];
}

/* What the terminal says itself is what it is now; the variable may be inherited from another. */
static enum theme_background background_of(const struct terminal *terminal) {
	const enum theme_background said = terminal_background(terminal);
	return said != THEME_BACKGROUND_UNKNOWN ? said : theme_background_of(getenv("COLORFGBG"));
}

static void take_settings(struct ui *ui) {
	const struct settings *settings = app_settings(ui->app);
	const struct theme_terminal kind = {
		.colors = terminal_colors(ui->terminal),
		.no_color = wants_no_color(),
		.background = background_of(ui->terminal),
	};
	if (settings->theme == THEME_AUTO && !kind.no_color)
		terminal_ask_background(ui->terminal);
	ui->theme = theme_make(settings->theme, &kind);
	terminal_use_mouse(ui->terminal, settings->mouse);
	app_touch(ui->app);
	canvas_finish(&ui->canvas);
	canvas_init(&ui->canvas, terminal_width(ui->terminal), terminal_height(ui->terminal),
	            settings->ascii);
}

static void act(const struct ui *ui) {
	const struct feed *feed = &ui->setup->feed;
	const struct act_plan *plan = app_act_plan(ui->app);
	feed->act(feed->self, &plan->order, plan->deeds, plan->deed_count);
}

static void carry_out(struct ui *ui) {
	size_t length = 0;
	const char *bytes = NULL;
	switch (app_take_wish(ui->app)) {
	case APP_WISH_NONE:
		break;
	case APP_WISH_QUIT:
		end(ui, ui->error ? EXIT_STATUS_PARTIAL : EXIT_STATUS_MATCHED);
		break;
	case APP_WISH_SUSPEND:
		suspend(ui);
		break;
	case APP_WISH_REDRAW:
		terminal_redraw(ui->terminal);
		break;
	case APP_WISH_SETTINGS:
		take_settings(ui);
		break;
	case APP_WISH_ACT:
		act(ui);
		break;
	case APP_WISH_COPY:
		bytes = app_copy(ui->app, &length);
		terminal_copy(ui->terminal, bytes, length);
		break;
	}
}

static void take_key(struct ui *ui, int key) {
	const struct mouse mouse = terminal_mouse(ui->terminal);
	if (key == KEY_CODE_MOUSE)
		app_click(ui->app, &mouse, util_monotonic_ns());
	else if (key == KEY_CODE_BACKGROUND)
		take_settings(ui);
	else
		app_press(ui->app, key, util_monotonic_ns());
}

/* All keys that are there, so that a burst of them is drawn once. */
static void take_keys(struct ui *ui) {
	int key;
	while (!ui->is_over && !ui->is_suspended &&
	       (key = terminal_read_key(ui->terminal)) != KEY_CODE_NONE) {
		take_key(ui, key);
		carry_out(ui);
	}
	if (terminal_is_gone(ui->terminal))
		end(ui, 128 + SIGHUP);
}

static void take_frame(struct ui *ui, const struct frame *frame) {
	const uint64_t start_ns = util_thread_cpu_ns();
	app_take_frame(ui->app, frame);
	app_note_cost(ui->app, util_thread_cpu_ns() - start_ns);
	ui->frames++;
}

/* What a recording has shown by then can still be looked at. */
static void take_failure(struct ui *ui, char *error) {
	free(ui->error);
	ui->error = error;
	if (ui->setup->feed.is_live || ui->frames == 0) {
		end(ui, EXIT_STATUS_PARTIAL);
		return;
	}
	app_take_trouble(ui->app, error);
	app_take_end(ui->app);
}

static void take_results(struct ui *ui) {
	const struct feed *feed = &ui->setup->feed;
	size_t count = 0;
	const struct act_result *results = feed->results(feed->self, &count);
	app_take_results(ui->app, results, count, util_monotonic_ns());
}

static void take_answer(struct ui *ui) {
	const struct feed *feed = &ui->setup->feed;
	const struct frame *frame = NULL;
	char *error = NULL;
	switch (feed->take(feed->self, &frame, &error)) {
	case FEED_NOTHING:
		return;
	case FEED_FRAME:
		take_frame(ui, frame);
		break;
	case FEED_ACTED:
		take_results(ui);
		return;
	case FEED_TROUBLE:
		app_take_trouble(ui->app, error);
		free(error);
		break;
	case FEED_END:
		app_take_end(ui->app);
		break;
	case FEED_FAILED:
		take_failure(ui, error);
		break;
	}
	ui->is_asked = false;
}

static void ask(struct ui *ui, uint64_t asked_ns) {
	const struct feed *feed = &ui->setup->feed;
	ui->asked_ns = asked_ns;
	ui->is_asked = true;
	feed->ask(feed->self, app_needs(ui->app));
}

/* False if there is nowhere to go. */
static bool ask_for_goal(struct ui *ui, uint64_t now_ns) {
	const struct feed *feed = &ui->setup->feed;
	const size_t goal = app_take_goal(ui->app);
	if (goal == APP_GOAL_NONE)
		return false;
	if (goal != APP_GOAL_NEXT)
		feed->seek(feed->self, goal);
	ask(ui, now_ns);
	return true;
}

static void take_moments(struct ui *ui) {
	const struct feed *feed = &ui->setup->feed;
	if (feed->moments && feed->moments(feed->self, app_timeline(ui->app)))
		app_touch(ui->app);
}

/* Looks that took longer than the time between them follow each other. */
static void ask_if_due(struct ui *ui, uint64_t now_ns) {
	const uint64_t period_ns = app_period_ns(ui->app);
	const bool is_enough = ui->setup->count > 0 && ui->frames >= ui->setup->count;
	if (ui->is_asked || ui->is_suspended || ask_for_goal(ui, now_ns) || period_ns == 0)
		return;
	if (ui->asked_ns != 0 && now_ns < ui->asked_ns + period_ns) {
		ui->due_ns = ui->asked_ns + period_ns;
		return;
	}
	if (is_enough) {
		end(ui, EXIT_STATUS_MATCHED);
		return;
	}
	const uint64_t late_ns = ui->asked_ns == 0 ? 0 : now_ns - (ui->asked_ns + period_ns);
	ask(ui, late_ns < period_ns ? now_ns - late_ns : now_ns);
}

/* More of a recording's moments are looked for so often. */
static const uint64_t moments_ns = SECOND_NS / 5;

static int timeout_of(const struct ui *ui, uint64_t now_ns) {
	const uint64_t expires_ns = app_expires_ns(ui->app);
	uint64_t next_ns = UINT64_MAX;
	if (!ui->is_asked && !ui->is_suspended && app_period_ns(ui->app) != 0)
		next_ns = ui->due_ns;
	if (expires_ns != 0 && expires_ns < next_ns)
		next_ns = expires_ns;
	if (ui->setup->feed.moments && !app_timeline(ui->app)->is_whole &&
	    next_ns > now_ns + moments_ns)
		next_ns = now_ns + moments_ns;
	if (next_ns == UINT64_MAX)
		return -1;
	return util_poll_timeout(next_ns > now_ns ? next_ns - now_ns : 0);
}

static void draw(struct ui *ui) {
	const uint64_t now_ns = util_monotonic_ns();
	const uint64_t expires_ns = app_expires_ns(ui->app);
	const bool expires = expires_ns != 0 && expires_ns <= now_ns;
	if (ui->is_over || ui->is_suspended || (!app_is_dirty(ui->app) && !expires))
		return;
	canvas_clear(&ui->canvas, terminal_width(ui->terminal), terminal_height(ui->terminal));
	app_draw(ui->app, &ui->canvas, now_ns);
	terminal_draw(ui->terminal, &ui->canvas, &ui->theme);
}

static void wait_and_take(struct ui *ui) {
	int names[APP_FD_COUNT];
	struct pollfd waits[WAIT_COUNT] = {
		[WAIT_TERMINAL] = { .fd = ui->is_suspended ? -1 : terminal_fd(ui->terminal),
		                    .events = POLLIN },
		[WAIT_SIGNALS] = { .fd = ui->signals, .events = POLLIN },
		[WAIT_FEED] = { .fd = ui->setup->feed.fd, .events = POLLIN },
	};
	app_fds(ui->app, names);
	for (size_t i = 0; i < APP_FD_COUNT; i++)
		waits[WAIT_NAMES + i] = (struct pollfd){ .fd = names[i], .events = POLLIN };
	if (poll(waits, WAIT_COUNT, timeout_of(ui, util_monotonic_ns())) < 0 && errno != EINTR) {
		ui->error = xasprintf(_("poll: %s"), strerror(errno));
		end(ui, EXIT_STATUS_PARTIAL);
		return;
	}
	if (waits[WAIT_SIGNALS].revents)
		take_signals(ui);
	if (waits[WAIT_TERMINAL].revents)
		take_keys(ui);
	if (waits[WAIT_FEED].revents)
		take_answer(ui);
	for (size_t i = 0; i < APP_FD_COUNT; i++) {
		if (waits[WAIT_NAMES + i].revents) {
			app_take_names(ui->app);
			break;
		}
	}
}

static void loop(struct ui *ui) {
	while (!ui->is_over) {
		take_moments(ui);
		ask_if_due(ui, util_monotonic_ns());
		draw(ui);
		if (!ui->is_over)
			wait_and_take(ui);
	}
}

/* Blocked in every thread, so that the loop is told of them between two drawings. */
static int open_signals(void) {
	static const int numbers[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCONT
	};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		sigaddset(&set, numbers[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void run(struct ui *ui) {
	const struct feed *feed = &ui->setup->feed;
	struct app_setup setup = ui->setup->app;
	setup.can_act = feed->act != NULL;
	setup.is_live = feed->is_live;
	setup.can_seek = feed->seek != NULL;
	ui->app = app_create(&setup);
	take_settings(ui);
	loop(ui);
	app_destroy(ui->app);
	canvas_finish(&ui->canvas);
}

/* Standard input may be what is shown. */
static int open_keys(void) {
	if (isatty(STDIN_FILENO))
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static struct terminal *open_terminal(char **error) {
	const int keys = open_keys();
	if (keys < 0) {
		*error = xasprintf(_("no keys can be read: %s"), strerror(errno));
		return NULL;
	}
	struct terminal *terminal = terminal_open(keys, STDOUT_FILENO, NULL, error);
	close(keys);
	return terminal;
}

int ui_run(const struct ui_setup *setup, char **error) {
	struct ui ui = { .setup = setup, .signals = -1 };
	setlocale(LC_CTYPE, "");
	*error = NULL;
	ui.signals = open_signals();
	if (ui.signals < 0) {
		*error = xasprintf(_("signalfd: %s"), strerror(errno));
		return EXIT_STATUS_PARTIAL;
	}
	ui.terminal = open_terminal(error);
	if (ui.terminal) {
		run(&ui);
		terminal_close(ui.terminal);
		*error = ui.error;
	} else {
		ui.status = EXIT_STATUS_USAGE;
	}
	close(ui.signals);
	return ui.status;
}
