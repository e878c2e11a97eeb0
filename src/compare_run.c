/* Both sides are looked at for the same things; then they are compared, and shown with a note of
 * whatever keeps the comparison from being whole. */

#include "compare_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare_sink.h"
#include "escape.h"
#include "notes.h"
#include "side.h"

struct run {
	const struct cli *cli;
	struct side before, now;
	struct comparison comparison;
	struct snapshot reports; /* the worse of both, and no sockets */
	uint32_t needs;
};

/* All sockets of the protocols that the filter lets pass: it may do so for what a socket is now, or
 * for what it was. */
static struct want want_of(const struct filter *filter, uint32_t needs) {
	const struct want passing = filter_want(filter);
	struct want want = want_everything(needs);
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if (passing.states[i] == 0)
			want.states[i] = 0;
	}
	return want;
}

static enum exit_status fail(char *error, enum exit_status status) {
	fprintf(stderr, "socklens: %s\n", error);
	free(error);
	return status;
}

static enum exit_status look(struct run *run, char **error) {
	const struct cli *cli = run->cli;
	const struct want want = want_of(&cli->filter, run->needs);
	struct side_wish wish = { cli->sides[0], cli->netns, &want };
	if (!cli->sides[1])
		return side_look_alone(&run->before, &run->now, &wish, error);
	const enum exit_status status = side_look(&run->before, &wish, error);
	wish.word = cli->sides[1];
	return status == EXIT_STATUS_MATCHED ? side_look(&run->now, &wish, error) : status;
}

static void merge_reports(struct run *run) {
	const struct probe_report *before = run->before.frame.snapshot.reports;
	const struct probe_report *now = run->now.frame.snapshot.reports;
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const bool worse =
		    before[i].outcome == REPORT_PARTIAL && now[i].outcome != REPORT_PARTIAL;
		run->reports.reports[i] = worse ? before[i] : now[i];
	}
}

/* In front of a table for people: what is compared with what. */
static void put_heading(const struct run *run, struct out *out) {
	const struct frame *frames[] = { &run->before.frame, &run->now.frame };
	if (!run->cli->header || run->cli->format != &sink_text)
		return;
	out_char(out, '#');
	for (size_t i = 0; i < ARRAY_LENGTH(frames); i++) {
		const struct sink_time time = sink_time(frames[i]->time_ns);
		const char *host = frames[i]->host[0] ? frames[i]->host : "-";
		out_printf(out, "%s %s ", i > 0 ? "->" : "", time.text[0] ? time.text : "-");
		escape_write(out, host, strlen(host), ESCAPE_WORD);
		out_char(out, i > 0 ? '\n' : ' ');
	}
}

static void put(struct run *run, struct out *out) {
	const struct sink_time was = sink_time(run->before.frame.time_ns);
	const struct sink_time time = sink_time(run->now.frame.time_ns);
	const struct sink_origin before = { .host = run->before.frame.host, .time = was.text };
	struct sink sink = {
		.class = run->cli->format,
		.out = out,
		.header = run->cli->header,
		.origin = { run->now.frame.host, time.text, &before },
	};
	put_heading(run, out);
	compare_show(&run->comparison, &run->cli->view, &sink, &run->reports);
}

static void note_how(const struct run *run, struct out *notes) {
	switch (run->comparison.by) {
	case COMPARE_BY_COOKIE:
		break;
	case COMPARE_BY_ENDS:
		out_text(notes, _("socklens: the two are of different machines, boots or network "
		                  "namespaces: sockets are the same if their ends and the names of "
		                  "their owners are\n"));
		break;
	}
}

static void note_one_sided(const struct run *run, struct out *notes) {
	bool first = true;
	for (int i = 0; i < SOCK_PROBE_COUNT; i++) {
		if (!(run->comparison.one_sided >> i & 1))
			continue;
		out_printf(notes, "%s%s",
		           first ? _("socklens: only in one of the two, so not compared: ") : ", ",
		           sock_probe_name((enum sock_probe)i));
		first = false;
	}
	if (!first)
		out_char(notes, '\n');
}

static void note_fault(const struct side *side, struct out *notes) {
	if (side->fault)
		out_printf(notes, "socklens: %s\n", side->fault);
}

/* Owners are compared even where they are not shown. */
static void note_unrecorded(const struct run *run, struct out *notes) {
	const uint32_t fixed = SOCK_NEED_PEER | SOCK_NEED_INTERFACE;
	const uint32_t missing = run->needs & ~fixed & ~(run->before.needs & run->now.needs);
	if (missing == 0)
		return;
	out_text(notes, _("socklens: not recorded in both: "));
	if (missing & view_needs(&run->cli->view))
		view_put_needing(notes, &run->cli->view, missing);
	else if (missing & filter_needs(&run->cli->filter))
		out_text(notes, _("what the filter asks for"));
	else
		out_text(notes, _("owners"));
	out_char(notes, '\n');
}

static void put_notes(const struct run *run, int error) {
	const struct owner_summary *before = &run->before.frame.owners;
	const struct owner_summary *now = &run->now.frame.owners;
	struct out notes;
	out_init(&notes, OUT_MEMORY);
	note_how(run, &notes);
	note_one_sided(run, &notes);
	note_fault(&run->before, &notes);
	note_fault(&run->now, &notes);
	note_unrecorded(run, &notes);
	notes_on_reports(&notes, &run->reports);
	notes_on_hidden_owners(&notes, before->hidden > now->hidden ? before : now);
	if (run->cli->verbose) {
		notes_on_probes(&notes, &run->before.frame.snapshot);
		notes_on_probes(&notes, &run->now.frame.snapshot);
	}
	notes_on_output(&notes, error);
	fwrite(notes.bytes, 1, notes.used, stderr);
	out_finish(&notes);
}

static enum exit_status status_of(const struct run *run, int error) {
	if (error != 0 || run->before.fault || run->now.fault || !snapshot_is_whole(&run->reports))
		return EXIT_STATUS_PARTIAL;
	return run->comparison.count > 0 ? EXIT_STATUS_MATCHED : EXIT_STATUS_NO_MATCH;
}

/* The ports that the kernel chooses are those of now. */
static enum exit_status compare(struct run *run) {
	struct out out;
	struct filter filter = run->cli->filter;
	const struct compare_side before = side_compared(&run->before);
	const struct compare_side now = side_compared(&run->now);
	filter_set_ephemeral(&filter, run->now.frame.ephemeral);
	run->comparison = compare_make(&before, &now, &filter);
	merge_reports(run);
	out_init(&out, STDOUT_FILENO);
	put(run, &out);
	const int error = -out_flush(&out);
	out_finish(&out);
	put_notes(run, error);
	const enum exit_status status = status_of(run, error);
	compare_finish(&run->comparison);
	return status;
}

int compare_run(const struct cli *cli) {
	char *error = NULL;
	struct run run = {
		.cli = cli,
		.needs = filter_needs(&cli->filter) | view_needs(&cli->view) | SOCK_NEED_OWNERS |
		         SOCK_NEED_PEER | SOCK_NEED_INTERFACE,
	};
	enum exit_status status = look(&run, &error);
	status = status == EXIT_STATUS_MATCHED ? compare(&run) : fail(error, status);
	side_finish(&run.before);
	side_finish(&run.now);
	return (int)status;
}
