/* A list that needs nothing but the sockets themselves flows through in batches and takes the same
 * memory for ten sockets or a million. Owners, names and order need them all at hand; then the one
 * batch holds everything, and the rest is the same code. */

#include "list.h"

#include <errno.h>
#include <libintl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "names.h"
#include "owner.h"
#include "probe.h"
#include "resolve.h"
#include "summary.h"
#include "users.h"

/* How many rows decide on the widths of columns. Nobody reads down the columns of a longer list. */
enum { MEASURE_LIMIT = 1024 };

/* Small enough to stay in a processor's cache between parsing and showing. */
enum { BATCH_LIMIT = 256 };

struct list {
	const struct cli *cli;
	uint32_t needs;
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

/* Owners, names and order are found for all matching sockets at once. */
static bool needs_all(const struct list *list) {
	const uint32_t all_at_once = SOCK_NEED_OWNERS | SOCK_NEED_NAMES;
	return !list->cli->summary &&
	       ((list->needs & all_at_once) || list->cli->view.key_count > 0);
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
	if (list->needs & SOCK_NEED_OWNERS)
		list->owners = owner_resolve(batch, list->matching, count);
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

static const char *outcome_advice(const struct probe_report *report) {
	switch (report->error) {
	case EMFILE:
		return _("; raise the limit of open files (ulimit -n)");
	case EPERM:
	case EACCES:
		return _("; try as root");
	case EBADMSG:
		return _("; the kernel sent messages that make no sense");
	default:
		return "";
	}
}

static void note_reports(struct out *notes, const struct snapshot *snapshot) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &snapshot->reports[i];
		if (report->outcome == REPORT_PARTIAL)
			out_printf(notes, _("socklens: %s: the answer is not whole: %s: %s%s\n"),
			           report_name(i), report->place, strerror(report->error),
			           outcome_advice(report));
	}
}

/* TCP from /proc/net means that the kernel's diag interface is out of reach altogether. */
static void note_fallback(struct out *notes, const struct snapshot *snapshot) {
	const struct probe_report *tcp = &snapshot->reports[SOCK_PROTOCOL_TCP];
	const struct probe_report *udp = &snapshot->reports[SOCK_PROTOCOL_UDP];
	const struct probe_report *report = tcp->outcome != REPORT_NOT_ASKED ? tcp : udp;
	if (report->diag_error != 0 && report->source == SOCK_SOURCE_PROC)
		out_printf(
		    notes,
		    _("socklens: no netlink sock_diag here (%s): read /proc/net instead, which "
		      "knows no cookie, no TCP details and no socket that is only bound\n"),
		    strerror(report->diag_error));
}

/* Owners that are missing for another reason than permission are in the reports. */
static void note_hidden_owners(struct out *notes, const struct list *list) {
	const struct owner_summary *owners = &list->owners;
	if (owners->hidden == 0)
		return;
	out_printf(notes,
	           ngettext("socklens: the owner of %zu socket is hidden: ",
	                    "socklens: the owners of %zu sockets are hidden: ", owners->hidden),
	           owners->hidden);
	if (owners->privileged)
		out_printf(notes,
		           _("even root may not look into every process here (refused: %zu)\n"),
		           owners->unreadable);
	else
		out_text(notes, _("run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n"));
}

static void note_unresolved(struct out *notes, const struct list *list) {
	if (list->unresolved > 0)
		out_printf(notes,
		           ngettext("socklens: %zu address had no answer within %d ms and stays a "
		                    "number\n",
		                    "socklens: %zu addresses had no answer within %d ms and stay "
		                    "numbers\n",
		                    list->unresolved),
		           list->unresolved, RESOLVE_LIMIT_MS);
}

static void note_verbosely(struct out *notes, const struct snapshot *snapshot) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &snapshot->reports[i];
		if (report->outcome == REPORT_NOT_ASKED)
			continue;
		out_printf(notes, "socklens: probe %s:", report_name(i));
		if (report->outcome == REPORT_ABSENT) {
			out_text(notes, " absent\n");
			continue;
		}
		out_printf(notes, " source=%s count=%llu elapsed_us=%llu duplicates=%llu",
		           sock_source_name(report->source), (unsigned long long)report->count,
		           (unsigned long long)(report->elapsed_ns / 1000),
		           (unsigned long long)report->duplicates);
		if (report->diag_error)
			out_printf(notes, " diag_error=%s", strerrorname_np(report->diag_error));
		if (report->error)
			out_printf(notes, " error=%s", strerrorname_np(report->error));
		out_char(notes, '\n');
	}
}

static struct list_outcome conclude(const struct list *list, const struct snapshot *snapshot) {
	struct list_outcome outcome = {
		.status = list->shown > 0 ? EXIT_STATUS_MATCHED : EXIT_STATUS_NO_MATCH,
	};
	out_init(&outcome.notes, OUT_MEMORY);
	if (!snapshot_is_whole(snapshot))
		outcome.status = EXIT_STATUS_PARTIAL;
	note_reports(&outcome.notes, snapshot);
	note_fallback(&outcome.notes, snapshot);
	if (snapshot->reports[REPORT_OWNERS].outcome != REPORT_PARTIAL)
		note_hidden_owners(&outcome.notes, list);
	note_unresolved(&outcome.notes, list);
	if (list->cli->verbose)
		note_verbosely(&outcome.notes, snapshot);
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
