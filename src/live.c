/* Most of it gives functions that have another shape elsewhere the shape of a source. */

#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "findings.h"
#include "names.h"
#include "owner.h"
#include "owner_cache.h"
#include "owner_recall.h"
#include "recorder.h"
#include "recording.h"
#include "util.h"

bool live_open(struct live *live, const char *netns, struct recording_writer *writer, bool *no_such,
               char **error) {
	struct utsname system;
	*live = (struct live){ .writer = writer };
	live->probe = probe_open(netns, no_such, error);
	if (!live->probe)
		return false;
	live->boot = boot_id_read();
	const bool is_named = uname(&system) == 0;
	live->host = xasprintf("%s", is_named ? system.nodename : "");
	live->kernel = xasprintf("%s", is_named ? system.release : "");
	if (writer) {
		live->recorder = recorder_create();
		probe_set_recorder(live->probe, live->recorder);
	}
	return true;
}

void live_close(struct live *live) {
	probe_close(live->probe);
	user_cache_finish(&live->users);
	recorder_destroy(live->recorder);
	owner_cache_destroy(live->owners);
	free(live->host);
	free(live->kernel);
	*live = (struct live){ 0 };
}

void live_remember_owners(struct live *live) {
	live->owners = owner_cache_create();
}

static void live_sockets(void *self, const struct want *want, size_t batch_limit,
                         struct snapshot *snapshot, probe_batch_fn deliver, void *context) {
	const struct live *live = self;
	probe_sockets(live->probe, want, batch_limit, snapshot, deliver, context);
}

/* A recording is for other questions too, so it has the owners of everyone. */
static struct owner_summary live_owners(void *self, struct snapshot *snapshot,
                                        struct sock *const *socks, size_t count, uint32_t needs,
                                        const struct owner_scope *scope) {
	const struct live *live = self;
	if (live->owners)
		return owner_recall(live->owners, snapshot, socks, count, needs,
		                    util_monotonic_ns());
	return owner_resolve(snapshot, socks, count, needs, live->recorder ? NULL : scope);
}

static const char *live_user(void *self, uint32_t uid) {
	struct live *live = self;
	return user_cache_find(&live->users, uid);
}

static size_t live_names(void *self, struct snapshot *snapshot, struct sock *const *socks,
                         size_t count) {
	(void)self;
	return names_annotate(snapshot, socks, count);
}

static void live_conclude(void *self, struct snapshot *snapshot) {
	const struct live *live = self;
	snapshot_note_names(snapshot, live->users.error, "getpwuid");
}

static struct moment_origin origin_of(const struct live *live, uint32_t needs) {
	return (struct moment_origin){
		.time_ns = live->time_ns,
		.netns = probe_netns(live->probe),
		.needs = needs,
		.host = live->host,
		.kernel = live->kernel,
		.boot = live->boot.text,
		.ephemeral = { live->ephemeral[0], live->ephemeral[1] },
	};
}

static void live_begin(void *self, uint32_t needs) {
	const struct live *live = self;
	if (!live->recorder)
		return;
	const struct moment_origin origin = origin_of(live, needs);
	recorder_begin(live->recorder, &origin);
}

/* Of the look that begins. */
static void note_circumstances(struct live *live) {
	live->time_ns = util_realtime_ns();
	probe_ephemeral(live->probe, live->ephemeral);
}

struct moment_origin live_origin(struct live *live, uint32_t needs) {
	note_circumstances(live);
	return origin_of(live, needs);
}

struct source live_source(struct live *live) {
	note_circumstances(live);
	return (struct source){
		.self = live,
		.begin = live_begin,
		.sockets = live_sockets,
		.owners = live_owners,
		.user = live_user,
		.names = live_names,
		.conclude = live_conclude,
		.needs = UINT32_MAX,
		.host = live->host,
		.boot = live->boot.text,
		.netns = probe_netns(live->probe),
		.ephemeral = { live->ephemeral[0], live->ephemeral[1] },
		.time_ns = live->time_ns,
		.monotonic_ns = util_monotonic_ns(),
	};
}

int live_record(struct live *live, const struct snapshot *batch,
                const struct owner_summary *owners) {
	const char *bytes = NULL;
	size_t length = 0;
	findings_record(live->recorder, batch, owners);
	recorder_end(live->recorder, batch->reports, &bytes, &length);
	return recording_append(live->writer, bytes, length);
}
