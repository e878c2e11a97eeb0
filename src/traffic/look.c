/* The same steps as a list of socklens takes, in the same order: the filter says what can be left
 * out, the probes deliver, the filter chooses, owners are looked for, the filter decides. */

#include "look.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "filter.h"
#include "format.h"
#include "owner.h"
#include "probe.h"
#include "snapshot.h"
#include "unix_peer.h"
#include "users.h"
#include "util.h"

struct look {
	struct snapshot snapshot;
	struct sock **socks; /* of the snapshot, those that match */
	size_t count;
};

/* The one batch holds everything, so it is taken over as it is. */
static bool take_batch(void *context, struct snapshot *batch) {
	struct look *look = context;
	look->snapshot = *batch;
	snapshot_init(batch);
	return true;
}

static void choose(struct look *look, const struct filter *filter) {
	struct snapshot *snapshot = &look->snapshot;
	look->socks = xcalloc(snapshot->count, sizeof(struct sock *));
	for (size_t i = 0; i < snapshot->count; i++) {
		if (filter_may_match(filter, &snapshot->socks[i]))
			look->socks[look->count++] = &snapshot->socks[i];
	}
}

static void choose_again(struct look *look, const struct filter *filter) {
	size_t kept = 0;
	for (size_t i = 0; i < look->count; i++) {
		if (filter_matches(filter, look->socks[i]))
			look->socks[kept++] = look->socks[i];
	}
	look->count = kept;
}

static void name_users(struct look *look) {
	struct user_cache users = { 0 };
	for (size_t i = 0; i < look->count; i++) {
		struct sock *sock = look->socks[i];
		const bool known = (sock->known & SOCK_KNOWS_UID) != 0;
		const char *name = known ? user_cache_find(&users, sock->uid) : NULL;
		if (name)
			sock->user = arena_copy(&look->snapshot.arena, name, strlen(name));
	}
	snapshot_note_names(&look->snapshot, users.error, "getpwuid");
	user_cache_finish(&users);
}

static void annotate(struct look *look, uint32_t needs) {
	struct snapshot *snapshot = &look->snapshot;
	if (needs & SOCK_NEED_PEER)
		unix_peer_resolve(snapshot->socks, snapshot->count);
	if (needs & SOCK_NEED_OWNERS)
		owner_resolve(snapshot, look->socks, look->count, needs, NULL);
	if (needs & SOCK_NEED_USER)
		name_users(look);
}

static struct look *take(struct probe *probe, struct filter *filter, uint32_t needs) {
	struct look *look = xcalloc(1, sizeof(*look));
	struct snapshot snapshot;
	probe_ephemeral(probe, filter->ephemeral);
	struct want want = filter_want(filter);
	want.needs = needs | filter_needs(filter);
	snapshot_init(&snapshot);
	probe_sockets(probe, &want, SIZE_MAX, &snapshot, take_batch, look);
	snapshot_finish(&snapshot);
	choose(look, filter);
	annotate(look, want.needs);
	if (filter_decides_late(filter))
		choose_again(look, filter);
	return look;
}

/* Without a word on it, it is about IP, as in a list. */
static bool parse(const char *expression, struct filter *filter, char **error) {
	struct filter_error problem;
	*filter = filter_all();
	if (!filter_parse(expression, NULL, filter, &problem)) {
		*error = problem.message;
		free(problem.expression);
		return false;
	}
	filter->protocols = SOCK_PROTOCOLS_IP | filter_named_protocols(filter);
	return true;
}

struct look *look_take(const char *netns, const char *expression, uint32_t needs, char **error) {
	struct filter filter;
	struct look *look = NULL;
	bool no_such = false;
	if (!parse(expression, &filter, error))
		return NULL;
	struct probe *probe = probe_open(netns, &no_such, error);
	if (probe)
		look = take(probe, &filter, needs);
	probe_close(probe);
	filter_finish(&filter);
	return look;
}

void look_destroy(struct look *look) {
	if (!look)
		return;
	free(look->socks);
	snapshot_finish(&look->snapshot);
	free(look);
}

size_t look_count(const struct look *look) {
	return look->count;
}

const struct sock *look_sock(const struct look *look, size_t index) {
	return look->socks[index];
}

bool look_write_field(const struct sock *sock, const char *name, struct out *out) {
	const struct field *field = field_named(name);
	const struct field_source source = field_source(sock);
	struct value value;
	if (!field_get(&field->access, &source, &value))
		return false;
	format_value(out, &field->column, &value, FORMAT_HUMAN);
	return true;
}

char *look_problem(const struct look *look) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &look->snapshot.reports[i];
		if (report->outcome == REPORT_PARTIAL)
			return xasprintf(_("%s: the answer is not whole: %s: %s"), report_name(i),
			                 report->place ? report->place : "",
			                 strerror(report->error));
	}
	return NULL;
}
