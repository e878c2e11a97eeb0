/* What the live view does of a screen's worth of sockets, this does of all of them: a frame, the
 * filter, the order, the columns. A mark stays on the screen for a few looks, so that eyes can find
 * it; here, where programs count them, it is in one look only. */

#include "batch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frame_make.h"
#include "notes.h"
#include "sink_socks.h"

struct batch {
	const struct cli *cli;
	struct filter filter; /* the command line's, with what is known of the source */
	uint32_t needs;
	struct frame frames[2];
	const struct frame *last;
	struct life life;
	struct arena arena;   /* of rows without their old marks */
	struct snapshot told; /* no sockets, but the reports that matter to the filter */
};

struct batch *batch_create(const struct cli *cli) {
	struct batch *batch = xcalloc(1, sizeof(*batch));
	batch->cli = cli;
	batch->filter = cli->filter;
	batch->needs = filter_needs(&cli->filter) | view_needs(&cli->view) | SOCK_NEED_INFO;
	if (cli->resolve)
		batch->needs |= SOCK_NEED_NAMES;
	return batch;
}

void batch_destroy(struct batch *batch) {
	if (!batch)
		return;
	frame_finish(&batch->frames[0]);
	frame_finish(&batch->frames[1]);
	arena_finish(&batch->arena);
	free(batch);
}

static bool is_old(const struct sock *sock) {
	return sock->life && sock->life->mark_looks > 0;
}

static bool is_shown(const struct batch *batch, const struct sock *sock) {
	return !(sock->change == SOCK_CHANGE_GONE && is_old(sock)) &&
	       filter_matches(&batch->filter, sock);
}

/* The socket, or a copy without a mark that an earlier look has shown. */
static const struct sock *without_old_mark(struct batch *batch, const struct sock *sock) {
	if (!is_old(sock) || sock->change == SOCK_CHANGE_NONE)
		return sock;
	struct sock *copy = arena_alloc(&batch->arena, sizeof(*copy));
	*copy = *sock;
	copy->change = SOCK_CHANGE_NONE;
	return copy;
}

/* For the caller to free. */
static const struct sock **choose(struct batch *batch, size_t *count) {
	const struct snapshot *snapshot = &batch->last->snapshot;
	const struct sock **rows = xcalloc(snapshot->count, sizeof(*rows));
	*count = 0;
	for (size_t i = 0; i < snapshot->count; i++) {
		if (is_shown(batch, &snapshot->socks[i]))
			rows[(*count)++] = &snapshot->socks[i];
	}
	view_sort(&batch->cli->view, rows, *count);
	arena_reset(&batch->arena);
	for (size_t i = 0; i < *count; i++)
		rows[i] = without_old_mark(batch, rows[i]);
	return rows;
}

/* Who was asked only to be counted as hidden has nothing to say. */
static void choose_reports(struct batch *batch) {
	const struct want want = filter_want(&batch->filter);
	memcpy(batch->told.reports, batch->last->snapshot.reports, sizeof(batch->told.reports));
	for (int i = 0; i < SOCK_PROBE_COUNT; i++) {
		if (!want_has_probe(&want, (enum sock_probe)i))
			batch->told.reports[i] = (struct probe_report){ 0 };
	}
}

static void put_rate(struct out *out, const char *name, const struct totals *totals,
                     uint64_t rate) {
	if (totals->elapsed_ns == 0)
		out_printf(out, " %s -", name);
	else
		out_printf(out, " %s %" PRIu64, name, rate);
}

/* For programs as well, so never translated. */
static void put_totals(struct out *out, const struct frame *frame, const struct sock *const *rows,
                       size_t count) {
	const struct totals *totals = &frame->totals;
	uint64_t shown = 0;
	for (size_t i = 0; i < count; i++)
		shown += rows[i]->change != SOCK_CHANGE_GONE;
	const uint64_t hidden = totals->sockets > shown ? totals->sockets - shown : 0;
	out_printf(out, "# %s sockets %" PRIu64 " shown %" PRIu64 " hidden %" PRIu64,
	           sink_time(frame->time_ns).text, totals->sockets, shown, hidden);
	put_rate(out, "rx", totals, totals->rx);
	put_rate(out, "tx", totals, totals->tx);
	out_char(out, '\n');
}

static void put_table(const struct batch *batch, const struct sock *const *rows, size_t count,
                      struct out *out) {
	const struct cli *cli = batch->cli;
	const struct sink_time time = sink_time(batch->last->time_ns);
	struct sink sink = {
		.class = cli->format,
		.out = out,
		.header = cli->header,
		.origin = { .host = batch->last->host, .time = time.text },
	};
	sink_socks(&sink, &cli->view, rows, count, &batch->told);
}

/* What is said is of those that are shown. */
static struct owner_summary owners_of(const struct frame *frame, const struct sock *const *rows,
                                      size_t count) {
	struct owner_summary owners = frame->owners;
	owners.hidden = 0;
	for (size_t i = 0; i < count; i++)
		owners.hidden += rows[i]->ownership == SOCK_OWNERSHIP_HIDDEN;
	return owners;
}

static struct list_outcome conclude(const struct batch *batch, const struct sock *const *rows,
                                    size_t count) {
	const struct frame *frame = batch->last;
	const struct owner_summary owners = owners_of(frame, rows, count);
	struct list_outcome outcome = {
		.status = count > 0 ? EXIT_STATUS_MATCHED : EXIT_STATUS_NO_MATCH,
	};
	out_init(&outcome.notes, OUT_MEMORY);
	if (!snapshot_is_whole(&batch->told))
		outcome.status = EXIT_STATUS_PARTIAL;
	notes_on_reports(&outcome.notes, &batch->told);
	if (batch->told.reports[REPORT_OWNERS].outcome != REPORT_PARTIAL)
		notes_on_hidden_owners(&outcome.notes, &owners);
	return outcome;
}

struct list_outcome batch_look(struct batch *batch, const struct source *source, struct out *out) {
	struct frame *frame = &batch->frames[batch->last == &batch->frames[0] ? 1 : 0];
	size_t count = 0;
	filter_set_ephemeral(&batch->filter, source->ephemeral);
	frame_make(frame, batch->last, &batch->life, source, batch->needs);
	batch->last = frame;
	choose_reports(batch);
	const struct sock **rows = choose(batch, &count);
	if (batch->cli->format == &sink_text && batch->cli->header)
		put_totals(out, frame, rows, count);
	put_table(batch, rows, count, out);
	const struct list_outcome outcome = conclude(batch, rows, count);
	free(rows);
	return outcome;
}
