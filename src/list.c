/* A list that needs nothing but the sockets themselves flows through in batches and takes the same
 * memory for ten sockets or a million. Owners, names and order need them all at hand; then the one
 * batch holds everything, and the rest is the same code. */

#include "list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "annotate.h"
#include "history.h"
#include "live.h"
#include "notes.h"
#include "sink_socks.h"
#include "summary.h"

/* Small enough to stay in a processor's cache between parsing and showing. */
enum { BATCH_LIMIT = 256 };

struct list {
	const struct cli *cli;
	struct filter filter; /* the command line's, with what is known of the source */
	const struct source *source;
	struct live *recorded;   /* NULL: nothing is recorded */
	struct history *history; /* NULL: everything is shown, not only what changed */
	int record_error;        /* errno */
	uint32_t needs;
	bool finds_peers;
	bool decides_late; /* the filter asks for what annotate() finds out */
	struct sink sink;
	struct summary summary;
	struct sock **matching; /* of the batch at hand */
	size_t matching_capacity;
	bool measured;
	uint64_t shown;
	struct owner_scope scope; /* whom the filter names, if nobody else matters */
	struct annotation annotation;
	struct out *out;
};

static bool is_grouped(const struct list *list) {
	return list->cli->groups.by.level_count > 0;
}

/* True if the rows are sockets, so that the columns of the view are theirs. */
static bool shows_sockets(const struct list *list) {
	return !list->cli->summary && !is_grouped(list);
}

/* Owners, names, peers and order are found for all sockets at once. */
static bool needs_all(const struct list *list) {
	const uint32_t all_at_once = SOCK_NEED_OWNERS | SOCK_NEED_NAMES | SOCK_NEED_SERVICE;
	return list->recorded || list->history || (list->needs & all_at_once) ||
	       list->finds_peers || is_grouped(list) ||
	       (!list->cli->summary && list->cli->view.key_count > 0);
}

static size_t choose(struct list *list, struct snapshot *batch) {
	if (batch->count > list->matching_capacity) {
		list->matching_capacity = batch->count;
		list->matching =
		    xreallocarray(list->matching, list->matching_capacity, sizeof(struct sock *));
	}
	size_t count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		if (filter_may_match(&list->filter, &batch->socks[i]))
			list->matching[count++] = &batch->socks[i];
	}
	return count;
}

/* Once everything is known of those that were chosen. */
static size_t choose_again(struct list *list, size_t count) {
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (filter_matches(&list->filter, list->matching[i]))
			list->matching[kept++] = list->matching[i];
	}
	return kept;
}

static void complete(struct list *list, struct snapshot *batch, struct sock *const *socks,
                     size_t count) {
	const uint32_t needs =
	    list->finds_peers ? list->needs : list->needs & ~(uint32_t)SOCK_NEED_PEER;
	list->annotation = annotate(list->source, batch, socks, count, needs, &list->scope);
}

/* A recording holds every socket, whatever the filter says, so everything is found out of all. */
static void complete_and_record(struct list *list, struct snapshot *batch) {
	struct sock **all = xcalloc(batch->count, sizeof(struct sock *));
	for (size_t i = 0; i < batch->count; i++)
		all[i] = &batch->socks[i];
	complete(list, batch, all, batch->count);
	const bool with_owners = (list->needs & SOCK_NEED_OWNERS) != 0;
	list->record_error =
	    -live_record(list->recorded, batch, with_owners ? &list->annotation.owners : NULL);
	free(all);
}

static void show(struct list *list, size_t count,
                 void (*to)(struct sink *sink, const struct row *row)) {
	for (size_t i = 0; i < count; i++) {
		const struct field_source source = field_source(list->matching[i]);
		to(&list->sink, &(struct row){ .source = &source });
	}
}

static void show_rows(struct list *list, size_t count) {
	if (!list->measured && list->sink.class->measure)
		show(list, count < SINK_MEASURE_LIMIT ? count : SINK_MEASURE_LIMIT,
		     list->sink.class->measure);
	list->measured = true;
	show(list, count, list->sink.class->row);
}

/* Leaves only what changed since the look before among the matching, which then lie elsewhere. */
static size_t keep_changes(struct list *list, struct snapshot *batch, size_t count) {
	size_t shown = 0;
	struct sock **changes = history_add(list->history, batch, list->matching, count,
	                                    snapshot_is_whole(batch), &shown);
	free(list->matching);
	list->matching = changes;
	list->matching_capacity = shown;
	return shown;
}

static void count_all(struct list *list, size_t count) {
	for (size_t i = 0; i < count; i++)
		summary_add(&list->summary, list->matching[i]);
}

/* A recording is of all sockets, but what is said is of those that are shown. */
static size_t count_hidden(const struct list *list, size_t count) {
	size_t hidden = 0;
	for (size_t i = 0; i < count; i++)
		hidden += list->matching[i]->ownership == SOCK_OWNERSHIP_HIDDEN;
	return hidden;
}

static bool take_batch(void *context, struct snapshot *batch) {
	struct list *list = context;
	if (list->recorded)
		complete_and_record(list, batch);
	size_t count = choose(list, batch);
	if (list->recorded)
		list->annotation.owners.hidden = count_hidden(list, count);
	else
		complete(list, batch, list->matching, count);
	if (list->decides_late)
		count = choose_again(list, count);
	list->shown += count;
	if (list->cli->silent)
		return true;
	if (list->cli->summary) {
		count_all(list, count);
		return true;
	}
	if (list->history)
		count = keep_changes(list, batch, count);
	if (is_grouped(list)) {
		group_rows_show(&list->cli->groups, (const struct sock *const *)list->matching,
		                count, &list->sink);
		return true;
	}
	view_sort(&list->cli->view, (const struct sock **)list->matching, count);
	show_rows(list, count);
	return list->out->error == 0;
}

/* A recording may have been made for fewer columns. */
static void note_unrecorded(const struct list *list, struct out *notes) {
	const uint32_t missing = list->needs & ~list->source->needs;
	if (missing == 0)
		return;
	out_text(notes, _("socklens: not recorded: "));
	if (missing == SOCK_NEED_NAMES)
		out_text(notes, _("names of hosts and services"));
	else if (shows_sockets(list) && (missing & view_needs(&list->cli->view)))
		view_put_needing(notes, &list->cli->view, missing);
	else if (missing & group_needs(&list->cli->groups.by))
		out_text(notes, _("what the groups ask for"));
	else
		out_text(notes, _("what the filter asks for"));
	out_char(notes, '\n');
}

static struct list_outcome conclude(const struct list *list, const struct snapshot *snapshot) {
	struct list_outcome outcome = {
		.status = list->shown > 0 ? EXIT_STATUS_MATCHED : EXIT_STATUS_NO_MATCH,
	};
	out_init(&outcome.notes, OUT_MEMORY);
	if (!snapshot_is_whole(snapshot))
		outcome.status = EXIT_STATUS_PARTIAL;
	else
		note_unrecorded(list, &outcome.notes);
	notes_on_reports(&outcome.notes, snapshot);
	if (list->record_error) {
		outcome.status = EXIT_STATUS_PARTIAL;
		notes_on_recording(&outcome.notes, list->record_error);
	}
	if (snapshot->reports[REPORT_OWNERS].outcome != REPORT_PARTIAL)
		notes_on_hidden_owners(&outcome.notes, &list->annotation.owners);
	notes_on_unresolved(&outcome.notes, list->annotation.unresolved);
	if (list->cli->verbose)
		notes_on_probes(&outcome.notes, snapshot);
	return outcome;
}

static const char *rows_key(const struct list *list) {
	if (is_grouped(list))
		return "groups";
	return list->cli->summary ? "summary" : "sockets";
}

static const struct column **columns_of(const struct list *list, size_t *count) {
	const struct cli *cli = list->cli;
	const size_t own = cli->summary ? SUMMARY_COLUMNS : cli->view.column_count;
	*count = is_grouped(list) ? GROUP_COLUMNS_MAX : own;
	const struct column **columns = xcalloc(*count, sizeof(*columns));
	if (is_grouped(list)) {
		*count = group_rows_columns(&cli->groups, columns);
		return columns;
	}
	for (size_t i = 0; i < *count; i++)
		columns[i] = cli->summary ? summary_columns[i] : &cli->view.columns[i]->column;
	return columns;
}

/* Silence is without a heading, too: a recording may go where the list would. */
static void begin_sink(struct list *list, struct out *out, const char *time_text) {
	if (list->cli->silent)
		return;
	list->sink = (struct sink){
		.class = list->cli->format,
		.out = out,
		.detail_count = shows_sockets(list) ? list->cli->view.detail_count : 0,
		.header = list->cli->header,
		.rows_key = rows_key(list),
		.origin = { .host = list->source->host, .time = time_text },
	};
	if (shows_sockets(list))
		list->sink.accesses = list->cli->view.accesses;
	list->sink.columns = columns_of(list, &list->sink.column_count);
	sink_begin(&list->sink);
}

static void end_sink(struct list *list, const struct snapshot *snapshot) {
	if (list->cli->silent)
		return;
	if (list->cli->summary)
		summary_show(&list->summary, &list->sink);
	sink_end(&list->sink, snapshot);
}

struct list_outcome list_run(const struct cli *cli, const struct source *source,
                             struct live *recorded, struct history *history, struct out *out) {
	struct list list = {
		.cli = cli,
		.filter = cli->filter,
		.source = source,
		.recorded = recorded,
		.history = history,
		.out = out,
	};
	struct snapshot snapshot;
	const struct sink_time time = sink_time(source->time_ns);
	list.needs = filter_needs(&list.filter);
	list.decides_late = filter_decides_late(&list.filter);
	list.needs |= group_needs(&cli->groups.by);
	if (shows_sockets(&list))
		list.needs |= view_needs(&cli->view);
	if (cli->resolve && !cli->summary)
		list.needs |= SOCK_NEED_NAMES;
	struct want want = filter_want(&list.filter);
	want.needs = list.needs;
	list.finds_peers = (list.needs & SOCK_NEED_PEER) && want_has(&want, SOCK_PROTOCOLS_UNIX);
	if (!(list.needs & SOCK_NEED_PEER_OWNERS))
		list.scope.count = filter_pids(&list.filter, &list.scope.pids);
	filter_set_ephemeral(&list.filter, source->ephemeral);
	snapshot_init(&snapshot);
	if (source->begin)
		source->begin(source->self, list.needs);
	begin_sink(&list, out, time.text);
	source->sockets(source->self, &want, needs_all(&list) ? SIZE_MAX : BATCH_LIMIT, &snapshot,
	                take_batch, &list);
	if (source->conclude)
		source->conclude(source->self, &snapshot);
	end_sink(&list, &snapshot);
	struct list_outcome outcome = conclude(&list, &snapshot);
	free(list.matching);
	free(list.sink.columns);
	snapshot_finish(&snapshot);
	return outcome;
}
