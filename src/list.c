/* A list that needs nothing but the sockets themselves flows through in batches and takes the same
 * memory for ten sockets or a million. Owners, names and order need them all at hand; then the one
 * batch holds everything, and the rest is the same code. */

#include "list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "names.h"
#include "notes.h"
#include "owner.h"
#include "probe.h"
#include "summary.h"
#include "unix_peer.h"
#include "users.h"

/* How many rows decide on the widths of columns. Nobody reads down the columns of a longer list. */
enum { MEASURE_LIMIT = 1024 };

/* Small enough to stay in a processor's cache between parsing and showing. */
enum { BATCH_LIMIT = 256 };

struct list {
	const struct cli *cli;
	uint32_t needs;
	bool finds_peers;
	struct sink sink;
	struct user_cache users;
	struct summary summary;
	struct sock **matching; /* of the batch at hand */
	size_t matching_capacity;
	bool measured;
	uint64_t shown;
	struct owner_summary owners;
	size_t unresolved;
	struct out *out;
};

/* Owners, names, peers and order are found for all sockets at once. */
static bool needs_all(const struct list *list) {
	const uint32_t all_at_once = SOCK_NEED_OWNERS | SOCK_NEED_NAMES;
	return !list->cli->summary &&
	       ((list->needs & all_at_once) || list->finds_peers || list->cli->view.key_count > 0);
}

static size_t choose(struct list *list, struct snapshot *batch) {
	if (batch->count > list->matching_capacity) {
		list->matching_capacity = batch->count;
		list->matching =
		    xreallocarray(list->matching, list->matching_capacity, sizeof(struct sock *));
	}
	size_t count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		if (filter_matches(&list->cli->filter, &batch->socks[i]))
			list->matching[count++] = &batch->socks[i];
	}
	return count;
}

static void name_users(struct list *list, struct snapshot *batch, size_t count) {
	for (size_t i = 0; i < count; i++) {
		struct sock *sock = list->matching[i];
		if (!(sock->known & SOCK_KNOWS_UID))
			continue;
		const char *name = user_cache_find(&list->users, sock->uid);
		if (name)
			sock->user = arena_copy(&batch->arena, name, strlen(name));
	}
}

static void annotate(struct list *list, struct snapshot *batch, size_t count) {
	if (list->finds_peers)
		unix_peer_resolve(batch->socks, batch->count);
	if (list->needs & SOCK_NEED_OWNERS)
		list->owners = owner_resolve(batch, list->matching, count, list->needs);
	if (list->needs & SOCK_NEED_USER)
		name_users(list, batch, count);
	if (list->needs & SOCK_NEED_NAMES)
		list->unresolved = names_annotate(batch, list->matching, count);
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
		show(list, count < MEASURE_LIMIT ? count : MEASURE_LIMIT,
		     list->sink.class->measure);
	list->measured = true;
	show(list, count, list->sink.class->row);
}

static bool take_batch(void *context, struct snapshot *batch) {
	struct list *list = context;
	const size_t count = choose(list, batch);
	list->shown += count;
	if (list->cli->summary) {
		for (size_t i = 0; i < count; i++)
			summary_add(&list->summary, list->matching[i]);
		return true;
	}
	annotate(list, batch, count);
	view_sort(&list->cli->view, (const struct sock **)list->matching, count);
	show_rows(list, count);
	return list->out->error == 0;
}

static struct list_outcome conclude(const struct list *list, const struct snapshot *snapshot) {
	struct list_outcome outcome = {
		.status = list->shown > 0 ? EXIT_STATUS_MATCHED : EXIT_STATUS_NO_MATCH,
	};
	out_init(&outcome.notes, OUT_MEMORY);
	if (!snapshot_is_whole(snapshot))
		outcome.status = EXIT_STATUS_PARTIAL;
	notes_on_reports(&outcome.notes, snapshot);
	if (snapshot->reports[REPORT_OWNERS].outcome != REPORT_PARTIAL)
		notes_on_hidden_owners(&outcome.notes, &list->owners);
	notes_on_unresolved(&outcome.notes, list->unresolved);
	if (list->cli->verbose)
		notes_on_probes(&outcome.notes, snapshot);
	return outcome;
}

static const struct column **columns_of(const struct list *list, size_t *count) {
	const struct cli *cli = list->cli;
	*count = cli->summary ? SUMMARY_COLUMNS : cli->view.column_count;
	const struct column **columns = xcalloc(*count, sizeof(*columns));
	for (size_t i = 0; i < *count; i++)
		columns[i] = cli->summary ? summary_columns[i] : &cli->view.columns[i]->column;
	return columns;
}

static void begin_sink(struct list *list, struct out *out) {
	struct utsname system;
	char time_text[sizeof("2026-01-01T00:00:00Z")] = "";
	const time_t now = time(NULL);
	struct tm parts;
	if (uname(&system) != 0)
		system.nodename[0] = '\0';
	if (gmtime_r(&now, &parts))
		strftime(time_text, sizeof(time_text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	list->sink = (struct sink){
		.class = list->cli->format,
		.out = out,
		.detail_count = list->cli->summary ? 0 : list->cli->view.detail_count,
		.header = list->cli->header,
		.rows_key = list->cli->summary ? "summary" : "sockets",
		.origin = { .host = system.nodename, .time = time_text },
	};
	if (!list->cli->summary)
		list->sink.accesses = list->cli->view.accesses;
	list->sink.columns = columns_of(list, &list->sink.column_count);
	sink_begin(&list->sink);
}

struct list_outcome list_run(const struct cli *cli, struct probe *probe, struct out *out) {
	struct list list = { .cli = cli, .out = out };
	struct snapshot snapshot;
	list.needs = cli->summary ? 0 : view_needs(&cli->view);
	if (cli->resolve)
		list.needs |= SOCK_NEED_NAMES;
	struct want want = filter_want(&cli->filter);
	want.needs = list.needs;
	list.finds_peers = (list.needs & SOCK_NEED_PEER) && want_has(&want, SOCK_PROTOCOLS_UNIX);
	snapshot_init(&snapshot);
	begin_sink(&list, out);
	probe_sockets(probe, &want, needs_all(&list) ? SIZE_MAX : BATCH_LIMIT, &snapshot,
	              take_batch, &list);
	snapshot_note_names(&snapshot, list.users.error, "getpwuid");
	if (cli->summary)
		summary_show(&list.summary, &list.sink);
	sink_end(&list.sink, &snapshot);
	struct list_outcome outcome = conclude(&list, &snapshot);
	free(list.matching);
	free(list.sink.columns);
	user_cache_finish(&list.users);
	snapshot_finish(&snapshot);
	return outcome;
}
