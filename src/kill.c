/* The list first, then the deeds, then the rows: what is shown is what was chosen, with what came
 * of it behind. */

#include "kill.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "act_plan.h"
#include "actor.h"
#include "cli.h"
#include "ending.h"
#include "frame_make.h"
#include "live.h"
#include "notes.h"
#include "probe.h"
#include "session.h"
#include "sink.h"
#include "util.h"

struct killing {
	const struct cli *cli;
	struct live live;
	struct frame frame;
	const struct sock **socks; /* that match, in the order of the view */
	size_t count;
	size_t unsure;        /* of how many more nobody knows whether they do */
	struct act_plan plan; /* a row for each */
	int interrupted;      /* the signal that ends us once it was told what was done; 0: none */
	struct out out, notes;
};

static const struct column result_column = {
	.name = "result",
	.title = "RESULT",
	.help = "",
};

static void choose(struct killing *killing) {
	const struct snapshot *snapshot = &killing->frame.snapshot;
	struct filter filter = killing->cli->filter;
	filter_set_ephemeral(&filter, killing->frame.ephemeral);
	killing->socks = xcalloc(snapshot->count, sizeof(*killing->socks));
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct sock *sock = &snapshot->socks[i];
		if (filter_surely_matches(&filter, sock))
			killing->socks[killing->count++] = sock;
		else
			killing->unsure += filter_matches(&filter, sock);
	}
	view_sort(&killing->cli->view, killing->socks, killing->count);
}

static void plan(struct killing *killing) {
	const struct cli *cli = killing->cli;
	struct session session = { .pid_count = 0 };
	actor_find_session(&session);
	act_plan_begin(&killing->plan, &cli->order, cli->allowed);
	for (size_t i = 0; i < killing->count; i++)
		act_plan_add(&killing->plan, killing->socks[i], &session);
	act_plan_settle(&killing->plan);
}

/* For people in words, for programs in one. */
static struct value result_of(const struct killing *killing, size_t index, struct out *text) {
	const struct act_plan *plan = &killing->plan;
	const struct act_row *row = &plan->rows[index];
	const bool is_data = killing->cli->format->is_data;
	text->used = 0;
	if (!is_data)
		act_plan_write_result(text, plan, row);
	else
		out_text(text, act_outcome_name(plan->order.kind, act_plan_outcome(plan, row)));
	out_char(text, '\0');
	return (struct value){ .kind = VALUE_SYMBOL, .text = text->bytes };
}

static void show(struct killing *killing, struct sink *sink,
                 void (*to)(struct sink *sink, const struct row *row)) {
	const struct view *view = &killing->cli->view;
	struct value *values = xcalloc(view->column_count + 1, sizeof(*values));
	struct out text;
	out_init(&text, OUT_MEMORY);
	for (size_t i = 0; i < killing->count; i++) {
		const struct field_source source = field_source(killing->socks[i]);
		for (size_t j = 0; j < view->column_count; j++)
			values[j] = field_value(&view->accesses[j], &source);
		values[view->column_count] = result_of(killing, i, &text);
		to(sink, &(struct row){ .values = values });
	}
	out_finish(&text);
	free(values);
}

static void show_all(struct killing *killing) {
	const struct view *view = &killing->cli->view;
	const struct sink_time time = sink_time(killing->frame.time_ns);
	const struct column **columns = xcalloc(view->column_count + 1, sizeof(*columns));
	for (size_t i = 0; i < view->column_count; i++)
		columns[i] = &view->columns[i]->column;
	columns[view->column_count] = &result_column;
	struct sink sink = {
		.class = killing->cli->format,
		.out = &killing->out,
		.columns = columns,
		.column_count = view->column_count + 1,
		.header = killing->cli->header,
		.rows_key = "sockets",
		.origin = { .host = killing->frame.host, .time = time.text },
	};
	sink_begin(&sink);
	if (sink.class->measure)
		show(killing, &sink, sink.class->measure);
	show(killing, &sink, sink.class->row);
	sink_end(&sink, &killing->frame.snapshot);
	free(columns);
}

static enum exit_status status_of(const struct killing *killing) {
	const struct act_plan *plan = &killing->plan;
	if (!snapshot_is_whole(&killing->frame.snapshot) || killing->unsure > 0)
		return EXIT_STATUS_PARTIAL;
	for (size_t i = 0; i < plan->row_count; i++) {
		if (!act_outcome_is_good(act_plan_outcome(plan, &plan->rows[i])))
			return EXIT_STATUS_PARTIAL;
	}
	return plan->row_count > 0 ? EXIT_STATUS_MATCHED : EXIT_STATUS_NO_MATCH;
}

static void note_unsure(struct killing *killing) {
	if (killing->unsure > 0)
		out_printf(&killing->notes,
		           _("socklens: %zu more left alone: what the filter asks about is not "
		             "known of them\n"),
		           killing->unsure);
}

static enum exit_status conclude(struct killing *killing) {
	enum exit_status status = status_of(killing);
	const int error = -out_flush(&killing->out);
	notes_on_reports(&killing->notes, &killing->frame.snapshot);
	notes_on_hidden_owners(&killing->notes, &killing->frame.owners);
	note_unsure(killing);
	notes_on_output(&killing->notes, error);
	if (error != 0)
		status = EXIT_STATUS_PARTIAL;
	fwrite(killing->notes.bytes, 1, killing->notes.used, stderr);
	return status;
}

/* Whose sockets they are says which of them this session hangs on. */
static bool knows_session(const struct killing *killing) {
	return killing->frame.snapshot.reports[REPORT_OWNERS].error == 0 ||
	       (killing->cli->allowed & ACT_DANGER_SESSION) != 0;
}

static enum exit_status refuse(struct killing *killing) {
	notes_on_reports(&killing->notes, &killing->frame.snapshot);
	out_text(&killing->notes,
	         _("socklens: nothing was done, for this session may hang on any of "
	           "the sockets; see --with-session\n"));
	fwrite(killing->notes.bytes, 1, killing->notes.used, stderr);
	return EXIT_STATUS_PARTIAL;
}

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };

/* Those that end a program, but for what was ignored when it was started. */
static sigset_t ending_signals(void) {
	sigset_t signals;
	sigemptyset(&signals);
	for (size_t i = 0; i < ARRAY_LENGTH(ending); i++) {
		if (!ending_is_ignored(ending[i]))
			sigaddset(&signals, ending[i]);
	}
	return signals;
}

static bool is_interrupted(void) {
	sigset_t pending;
	if (sigpending(&pending) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(ending); i++) {
		if (sigismember(&pending, ending[i]))
			return true;
	}
	return false;
}

/* A signal ends the deeds, but not the program: what was done must be told. Then another one may
 * end it, too, for whoever reads may take forever. */
static void carry_out(struct killing *killing) {
	struct act_plan *plan = &killing->plan;
	const struct timespec no_time = { 0 };
	const sigset_t signals = ending_signals();
	sigset_t before;
	sigprocmask(SIG_BLOCK, &signals, &before);
	actor_carry_out(killing->live.probe, &plan->order, plan->deeds, plan->results,
	                plan->deed_count, is_interrupted);
	int number;
	while ((number = sigtimedwait(&signals, NULL, &no_time)) > 0)
		killing->interrupted = number;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static enum exit_status kill_matching(struct killing *killing) {
	const struct cli *cli = killing->cli;
	const struct source source = live_source(&killing->live);
	struct want want = filter_want(&cli->filter);
	want.needs = filter_needs(&cli->filter) | view_needs(&cli->view) | SOCK_NEED_OWNERS;
	frame_look_for(&killing->frame, &source, &want);
	if (!knows_session(killing))
		return refuse(killing);
	choose(killing);
	plan(killing);
	if (!cli->dry_run)
		carry_out(killing);
	show_all(killing);
	return conclude(killing);
}

int kill_run(const struct cli *cli) {
	struct killing killing = { .cli = cli };
	char *error = NULL;
	bool no_such = false;
	if (!live_open(&killing.live, cli->netns, NULL, &no_such, &error)) {
		fprintf(stderr, "socklens: %s\n", error);
		free(error);
		return no_such ? EXIT_STATUS_USAGE : EXIT_STATUS_PARTIAL;
	}
	out_init(&killing.out, STDOUT_FILENO);
	out_init(&killing.notes, OUT_MEMORY);
	const enum exit_status status = kill_matching(&killing);
	act_plan_finish(&killing.plan);
	free(killing.socks);
	frame_finish(&killing.frame);
	live_close(&killing.live);
	out_finish(&killing.out);
	out_finish(&killing.notes);
	if (killing.interrupted != 0)
		raise(killing.interrupted);
	return (int)status;
}
