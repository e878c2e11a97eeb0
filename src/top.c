/* The process that was started keeps whatever privilege it has, looks, and never draws; a child
 * without any privilege draws. The one that was started is the shell's job, so it is also the one
 * who sees to the terminal when the other cannot. */

#include "top.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "channel.h"
#include "cli.h"
#include "collector.h"
#include "feeds.h"
#include "keeper.h"
#include "privilege.h"
#include "remote.h"
#include "rescue.h"
#include "session.h"
#include "settings.h"
#include "ui.h"
#include "util.h"

enum { LARGE_BYTES = 256 * 1024 };

struct top {
	const struct cli *cli;
	struct collector *collector; /* NULL: a recording is shown */
	struct session session;
	int channel, screen_channel; /* the ends of the two processes; -1: likewise */
};

static int fail(char *error, int status) {
	fprintf(stderr, "socklens: %s\n", error);
	free(error);
	return status;
}

static bool open_feed(const struct top *top, uint64_t period_ns, struct feed *feed, char **error) {
	if (top->screen_channel >= 0)
		return feed_collector(top->screen_channel, feed, error);
	if (top->cli->ssh)
		return feed_hosts(top->cli->ssh, period_ns, feed, error);
	return feed_replay(top->cli->replay, feed, error);
}

static int show_with(const struct top *top, const struct settings *settings, const char *fault) {
	const struct cli *cli = top->cli;
	struct ui_setup setup = {
		.count = cli->count,
		.app = {
			.filter = &cli->filter,
			.view = &cli->view,
			.settings = settings,
			.fault = fault,
			.groups = &cli->groups.by,
			.delay_ns = cli->interval_ns,
			.host_names = cli->resolve,
			.session = top->session,
			.has_hosts = cli->ssh != NULL,
		},
	};
	char *error = NULL;
	const uint64_t period_ns = cli->interval_ns > 0 ? cli->interval_ns : settings->delay_ns;
	if (!open_feed(top, period_ns, &setup.feed, &error))
		return fail(error, EXIT_STATUS_USAGE);
	const int status = ui_run(&setup, &error);
	feed_close(&setup.feed);
	return error ? fail(error, status) : status;
}

/* The command line goes before the configuration. */
static struct settings choose_settings(const struct cli *cli, struct config_faults *faults) {
	struct settings settings = settings_default();
	struct config config = { 0 };
	config_load_leniently(&config, faults);
	settings_take(&settings, &config, faults);
	config_finish(&config);
	if (cli->theme)
		settings_set(&settings, SETTING_THEME, cli->theme);
	settings.ascii |= cli->ascii;
	settings.bits |= cli->bits;
	return settings;
}

static char *fault_text(const struct config_faults *faults) {
	if (faults->count < 2)
		return faults->count == 0 ? NULL : xasprintf("%s", faults->first);
	return xasprintf(_("1 of %zu: %s"), faults->count, faults->first);
}

static int show(const struct top *top) {
	const struct cli *cli = top->cli;
	struct config_faults faults = { 0 };
	struct settings settings = choose_settings(cli, &faults);
	char *fault = fault_text(&faults);
	free(faults.first);
	const int status = show_with(top, &settings, fault);
	settings_finish(&settings);
	free(fault);
	return status;
}

/* What is large is of one look. Left alone, the library would keep it when it is freed, in larger
 * and larger pieces with holes between them. */
static void give_back_what_is_large(void) {
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

/* The child, whose own session both processes are. A recording is opened without privileges: it
 * must be one that the user may read. */
static int run_screen(struct top *top, const sigset_t *before) {
	char *error = NULL;
	sigprocmask(SIG_SETMASK, before, NULL);
	give_back_what_is_large();
	if (top->collector)
		actor_find_session(&top->session);
	collector_close(top->collector);
	if (top->channel >= 0)
		close(top->channel);
	if (!privilege_drop(&error))
		return fail(error, EXIT_STATUS_PARTIAL);
	return show(top);
}

/* The sign of an end by a signal is that very end. */
static int end_by(int signal_number, const sigset_t *before) {
	signal(signal_number, SIG_DFL);
	raise(signal_number);
	sigprocmask(SIG_SETMASK, before, NULL);
	return 128 + signal_number; /* it was blocked for us, too */
}

static void report_killed(int signal_number) {
	fprintf(stderr, _("socklens: the screen ended by signal %d (%s)\n"), signal_number,
	        strsignal(signal_number));
}

/* The other side of the channel stays open: a look may still be going on. */
static int run_keeper(const struct top *top, pid_t screen, const struct rescue *rescue,
                      const sigset_t *before) {
	struct keeper_end end;
	const struct keeper_setup setup = {
		.screen = screen,
		.channel = top->channel,
		.collector = top->collector,
	};
	if (top->screen_channel >= 0)
		close(top->screen_channel);
	const int error = keeper_run(&setup, &end);
	const bool is_killed = WIFSIGNALED(end.status);
	if (is_killed || rescue_is_needed(rescue))
		rescue_terminal(rescue);
	if (end.signal != 0)
		return end_by(end.signal, before);
	if (error != 0)
		return fail(xasprintf("%s", strerror(-error)), EXIT_STATUS_PARTIAL);
	if (is_killed) {
		sigprocmask(SIG_SETMASK, before, NULL); /* the terminal may take nothing */
		report_killed(WTERMSIG(end.status));
		return EXIT_STATUS_PARTIAL;
	}
	return WEXITSTATUS(end.status);
}

/* What is buffered must not be written by both. Who starts us may ignore the end of children, and
 * then nobody would be told of it. */
static int run_both(struct top *top) {
	sigset_t signals;
	sigset_t before;
	const struct rescue rescue = rescue_remember(STDIN_FILENO, STDOUT_FILENO);
	keeper_signals(&signals);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &signals, &before);
	fflush(NULL);
	const pid_t screen = fork();
	if (screen < 0)
		return fail(xasprintf("fork: %s", strerror(errno)), EXIT_STATUS_PARTIAL);
	if (screen == 0)
		return run_screen(top, &before);
	return run_keeper(top, screen, &rescue, &before);
}

static int open_collector(struct top *top) {
	char *error = NULL;
	bool no_such = false;
	top->collector = collector_open(top->cli->netns, &no_such, &error);
	if (!top->collector)
		return fail(error, no_such ? EXIT_STATUS_USAGE : EXIT_STATUS_PARTIAL);
	const int result = channel_open(&top->channel, &top->screen_channel);
	if (result == 0)
		return 0;
	collector_close(top->collector);
	return fail(xasprintf("socketpair: %s", strerror(-result)), EXIT_STATUS_PARTIAL);
}

/* NULL, or what is wrong, for the caller to free. */
static char *check_theme(const char *name) {
	struct settings settings = settings_default();
	const char *fault = name ? settings_set(&settings, SETTING_THEME, name) : NULL;
	settings_finish(&settings);
	return fault ? xasprintf("--theme: %s", _(fault)) : NULL;
}

int top_run(const struct cli *cli) {
	struct top top = { .cli = cli, .channel = -1, .screen_channel = -1 };
	char *error = check_theme(cli->theme);
	if (error)
		return fail(error, EXIT_STATUS_USAGE);
	if (!cli->replay && !cli->ssh) {
		const int status = open_collector(&top);
		if (status != 0)
			return status;
	}
	return run_both(&top);
}
