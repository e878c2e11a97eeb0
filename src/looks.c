/* One loop for --watch, --replay, record and top -b, each of which only says where the next look
 * comes from and what becomes of it. */

#include "looks.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "ending.h"
#include "history.h"
#include "list.h"
#include "live.h"
#include "notes.h"
#include "origin.h"
#include "playback.h"
#include "util.h"

struct looks {
	const struct cli *cli;
	struct out out;
	struct live live;
	struct playback playback;
	struct history history;
	char *host, *boot;               /* where the look before was made, as in struct origin */
	uint32_t netns;                  /* likewise */
	struct batch *batch;             /* NULL: a list */
	struct recording_writer *writer; /* NULL: nothing is recorded */
	int signals;      /* of ending.h: the loop finishes what it is at; -1: none */
	uint64_t next_ns; /* when the next look is due, on the monotonic clock */
	uint64_t number;  /* of looks so far */
	struct out notes; /* of the look before */
	enum exit_status status;
};

static void report_error(char *error) {
	fprintf(stderr, "socklens: %s\n", error);
	free(error);
}

static bool repeats(const struct looks *looks) {
	return looks->cli->interval_ns > 0;
}

/* Before a look that is not alone. */
static void put_separator(struct looks *looks, const struct source *source) {
	if (looks->cli->header && looks->cli->format == &sink_text && !looks->cli->silent &&
	    (repeats(looks) || looks->number > 0))
		out_printf(&looks->out, "# %s\n", sink_time(source->time_ns).text);
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at, const char *end) {
	while (at < end && is_digit(*at))
		at++;
	return at;
}

/* Two lines that differ in nothing but numbers say the same. */
static bool same_but_numbers(const char *a, const char *a_end, const char *b, const char *b_end) {
	while (a < a_end && b < b_end) {
		if (is_digit(*a) && is_digit(*b)) {
			a = skip_digits(a, a_end);
			b = skip_digits(b, b_end);
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return a == a_end && b == b_end;
}

static const char *end_of_line(const char *at, const char *end) {
	const char *stop = memchr(at, '\n', (size_t)(end - at));
	return stop ? stop + 1 : end;
}

static bool is_said(const struct out *notes, const char *line, const char *line_end) {
	const char *end = notes->bytes + notes->used;
	for (const char *at = notes->bytes; at < end; at = end_of_line(at, end)) {
		if (same_but_numbers(at, end_of_line(at, end), line, line_end))
			return true;
	}
	return false;
}

/* What was said after the look before need not be said again. */
static void put_notes(struct looks *looks, struct out *notes) {
	const char *end = notes->bytes + notes->used;
	for (const char *at = notes->bytes; at < end;) {
		const char *stop = end_of_line(at, end);
		if (looks->cli->verbose || !is_said(&looks->notes, at, stop))
			fwrite(at, 1, (size_t)(stop - at), stderr);
		at = stop;
	}
	out_finish(&looks->notes);
	looks->notes = *notes;
}

/* Whatever is not whole counts, then whatever was found. */
static enum exit_status worse_of(enum exit_status a, enum exit_status b) {
	if (a == EXIT_STATUS_PARTIAL || b == EXIT_STATUS_PARTIAL)
		return EXIT_STATUS_PARTIAL;
	return a == EXIT_STATUS_MATCHED ? a : b;
}

/* In a recording another boot, or another machine, may follow: its sockets are no changes. */
static void begin_history_anew_elsewhere(struct looks *looks, const struct source *source) {
	const struct origin before = { looks->host, looks->boot, looks->netns };
	const struct origin now = { source->host, source->boot, source->netns };
	if (!origin_shares_cookies(&before, &now))
		history_finish(&looks->history);
	free(looks->host);
	free(looks->boot);
	looks->host = xasprintf("%s", now.host);
	looks->boot = xasprintf("%s", now.boot ? now.boot : "");
	looks->netns = now.netns;
}

static struct list_outcome list(struct looks *looks, const struct source *source) {
	const struct cli *cli = looks->cli;
	struct live *recorded = looks->writer ? &looks->live : NULL;
	struct history *history = cli->diff ? &looks->history : NULL;
	if (history)
		begin_history_anew_elsewhere(looks, source);
	put_separator(looks, source);
	return list_run(cli, source, recorded, history, &looks->out);
}

static void look(struct looks *looks, const struct source *source) {
	struct list_outcome outcome =
	    looks->batch ? batch_look(looks->batch, source, &looks->out) : list(looks, source);
	looks->status = worse_of(looks->status, outcome.status);
	const int error = -out_flush(&looks->out);
	notes_on_output(&outcome.notes, error);
	if (error != 0)
		looks->status = EXIT_STATUS_PARTIAL;
	put_notes(looks, &outcome.notes);
	looks->number++;
}

static bool is_enough(const struct looks *looks) {
	return looks->cli->count > 0 && looks->number >= looks->cli->count;
}

/* Waits until the next look is due. False if the loop must end. Looks that take longer than the
 * interval follow each other without a pause. */
static bool wait_for_next(struct looks *looks) {
	const struct cli *cli = looks->cli;
	if (!repeats(looks) || is_enough(looks) || looks->out.error != 0)
		return false;
	const uint64_t now = util_monotonic_ns();
	looks->next_ns += cli->interval_ns;
	if (looks->next_ns < now)
		looks->next_ns = now;
	const uint64_t wait_ns = looks->next_ns - now;
	const struct timespec wait = { (time_t)(wait_ns / 1000000000),
		                       (long)(wait_ns % 1000000000) };
	struct pollfd signals = { .fd = looks->signals, .events = POLLIN };
	return ppoll(&signals, 1, &wait, NULL) == 0;
}

static void look_at_machine(struct looks *looks) {
	char *error = NULL;
	bool no_such = false;
	if (!live_open(&looks->live, looks->cli->netns, looks->writer, &no_such, &error)) {
		report_error(error);
		looks->status = no_such ? EXIT_STATUS_USAGE : EXIT_STATUS_PARTIAL;
		return;
	}
	if (looks->cli->batch)
		live_remember_owners(&looks->live);
	looks->next_ns = util_monotonic_ns();
	do {
		const struct source source = live_source(&looks->live);
		look(looks, &source);
	} while (wait_for_next(looks));
	live_close(&looks->live);
}

static void look_at_file(struct looks *looks) {
	char *error = NULL;
	struct source source;
	if (!playback_open(&looks->playback, looks->cli->replay, &error)) {
		report_error(error);
		looks->status = EXIT_STATUS_USAGE;
		return;
	}
	while (looks->out.error == 0 && !is_enough(looks) &&
	       playback_next(&looks->playback, &source, &error))
		look(looks, &source);
	if (!error && looks->number == 0)
		error = xasprintf("%s", _("the recording ends before its first look"));
	if (error) {
		report_error(error);
		looks->status = EXIT_STATUS_PARTIAL;
	}
	playback_close(&looks->playback);
}

int looks_run(const struct cli *cli) {
	struct looks looks = { .cli = cli, .signals = -1, .status = EXIT_STATUS_NO_MATCH };
	char *error = NULL;
	if (cli->record) {
		looks.writer = recording_create(cli->record, &error);
		if (!looks.writer) {
			report_error(error);
			return EXIT_STATUS_USAGE;
		}
	}
	if (cli->batch)
		looks.batch = batch_create(cli);
	if (repeats(&looks))
		looks.signals = ending_open();
	out_init(&looks.out, STDOUT_FILENO);
	out_init(&looks.notes, OUT_MEMORY);
	looks.out.interrupt_fd = looks.signals;
	if (looks.writer)
		recording_set_interrupt(looks.writer, looks.signals);
	if (cli->replay)
		look_at_file(&looks);
	else
		look_at_machine(&looks);
	const int closed = recording_close(looks.writer);
	if (closed < 0) {
		fprintf(stderr, _("socklens: recording: %s\n"), strerror(-closed));
		looks.status = EXIT_STATUS_PARTIAL;
	}
	out_finish(&looks.out);
	out_finish(&looks.notes);
	history_finish(&looks.history);
	free(looks.host);
	free(looks.boot);
	batch_destroy(looks.batch);
	if (looks.signals >= 0)
		close(looks.signals);
	return (int)looks.status;
}
