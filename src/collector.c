/* A look goes from the kernel's messages straight into a file: they are parsed in batches, each
 * forgotten once it is known what must be found out beside them, so that little of a look is ever
 * held here. What is not shared between looks is in struct look. */

#include "collector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"
#include "channel.h"
#include "live.h"
#include "owner_cache.h"
#include "recorder.h"
#include "recording.h"
#include "util.h"

enum {
	/* Small enough to stay in a processor's cache between parsing and reading. */
	BATCH_LIMIT = 256,
	/* Sockets between the one whose inode is looked up and the one whose inode will be. */
	AHEAD = 8,
};

struct collector {
	struct live live;
	struct recorder *recorder;
	struct owner_cache *owners;
	struct snapshot batch; /* its memory serves look after look */
};

struct look {
	struct collector *collector;
	uint32_t needs;
};

struct collector *collector_open(const char *netns, bool *no_such, char **error) {
	struct collector *collector = xcalloc(1, sizeof(*collector));
	if (!live_open(&collector->live, netns, NULL, no_such, error)) {
		free(collector);
		return NULL;
	}
	collector->recorder = recorder_create();
	collector->owners = owner_cache_create();
	probe_set_recorder(collector->live.probe, collector->recorder);
	snapshot_init(&collector->batch);
	return collector;
}

void collector_close(struct collector *collector) {
	if (!collector)
		return;
	live_close(&collector->live);
	recorder_destroy(collector->recorder);
	owner_cache_destroy(collector->owners);
	snapshot_finish(&collector->batch);
	free(collector);
}

static void name_user(struct collector *collector, struct sock *sock) {
	if (sock->known & SOCK_KNOWS_UID)
		sock->user = user_cache_find(&collector->live.users, sock->uid);
}

static void tell_owners(struct owner_cache *owners, const struct sock *sock, uint32_t needs) {
	owner_cache_tell(owners, sock->inode);
	if ((needs & SOCK_NEED_PEER_OWNERS) && sock->family == SOCK_FAMILY_UNIX && sock->un)
		owner_cache_tell(owners, sock->un->peer_inode);
}

static void tell_batch(struct owner_cache *owners, const struct snapshot *batch, uint32_t needs) {
	for (size_t i = 0; i < batch->count; i++) {
		if (i + AHEAD < batch->count)
			owner_cache_expect(owners, batch->socks[i + AHEAD].inode);
		tell_owners(owners, &batch->socks[i], needs);
	}
}

static bool take_batch(void *context, struct snapshot *batch) {
	const struct look *look = context;
	struct collector *collector = look->collector;
	for (size_t i = 0; (look->needs & SOCK_NEED_USER) && i < batch->count; i++)
		name_user(collector, &batch->socks[i]);
	if (look->needs & SOCK_NEED_OWNERS)
		tell_batch(collector->owners, batch, look->needs);
	recorder_add_names(collector->recorder, batch);
	return true;
}

static void put_process(void *context, const struct process *process) {
	recorder_add_process(context, process);
}

static void put_holder(void *context, uint32_t inode, uint32_t process, uint32_t fd) {
	recorder_add_holder(context, inode, process, fd);
}

static void find_owners(struct collector *collector) {
	struct recorder *recorder = collector->recorder;
	struct probe_report *report = &collector->batch.reports[REPORT_OWNERS];
	owner_cache_update(collector->owners, util_monotonic_ns());
	const struct owner_summary summary = owner_cache_summary(collector->owners, report);
	recorder_begin_owners(recorder);
	owner_cache_each(collector->owners, put_process, put_holder, recorder);
	recorder_end_owners(recorder, &summary);
}

static void look_around(struct collector *collector, uint32_t needs) {
	struct look look = { .collector = collector, .needs = needs };
	/* The screen chooses, and may choose otherwise without asking again. */
	const struct want want = want_everything(needs);
	struct snapshot *batch = &collector->batch;
	snapshot_reset(batch);
	memset(batch->reports, 0, sizeof(batch->reports));
	if (needs & SOCK_NEED_OWNERS)
		owner_cache_begin(collector->owners, needs);
	probe_sockets(collector->live.probe, &want, BATCH_LIMIT, batch, take_batch, &look);
	if (needs & SOCK_NEED_OWNERS)
		find_owners(collector);
	snapshot_note_names(batch, collector->live.users.error, "getpwuid");
}

/* 0 or -errno. */
static int write_moment(struct collector *collector, int file, uint32_t needs, uint64_t *length) {
	const struct moment_origin origin = live_origin(&collector->live, needs);
	const int error = recorder_begin_file(collector->recorder, file, &origin);
	if (error != 0)
		return error;
	look_around(collector, needs);
	const int result = recorder_end_file(collector->recorder, collector->batch.reports, length);
	return result == 0 && *length > RECORDING_MOMENT_MAX ? -EFBIG : result;
}

/* The file, sealed; or -errno, and it is closed. `error` is of what was written to it. */
static int seal_or_close(int file, int error) {
	if (error == 0)
		error = channel_seal(file);
	if (error == 0)
		return file;
	close(file);
	return error;
}

/* A sealed file, or -errno. */
static int make_moment(struct collector *collector, uint32_t needs, uint64_t *length) {
	const int file = channel_create_file();
	if (file < 0)
		return file;
	return seal_or_close(file, write_moment(collector, file, needs, length));
}

/* A failure is an answer, too. */
static int send_answer(int channel, struct channel_answer answer, int file) {
	if (file < 0)
		answer = (struct channel_answer){ .monotonic_ns = answer.monotonic_ns,
			                          .cost_ns = answer.cost_ns,
			                          .error = -file };
	const int result = channel_answer(channel, &answer, file);
	if (file >= 0)
		close(file);
	return result;
}

/* The screen asks for names of hosts and services itself. */
int collector_answer(struct collector *collector, int channel, uint32_t needs) {
	struct channel_answer answer = { .monotonic_ns = util_monotonic_ns() };
	const uint64_t start = util_process_cpu_ns();
	const int file = make_moment(collector, needs & ~(uint32_t)SOCK_NEED_NAMES, &answer.length);
	answer.cost_ns = util_process_cpu_ns() - start;
	return send_answer(channel, answer, file);
}

/* What is looked up for it is nobody's moment. */
static void carry_out(struct collector *collector, const struct act_order *order,
                      const struct act_deed *deeds, struct act_result *results, size_t count) {
	probe_set_recorder(collector->live.probe, NULL);
	actor_carry_out(collector->live.probe, order, deeds, results, count, NULL);
	probe_set_recorder(collector->live.probe, collector->recorder);
}

/* A sealed file, or -errno. It is there before anything is done, so that what was done is told. */
static int act_into_file(struct collector *collector, const struct act_order *order,
                         const struct act_deed *deeds, size_t count) {
	const int file = channel_create_file();
	if (file < 0)
		return file;
	/* Nothing is done that there is no room to tell of. */
	const int full = posix_fallocate(file, 0, (off_t)(count * sizeof(struct act_result)));
	if (full != 0)
		return seal_or_close(file, -full);
	struct act_result *results = xcalloc(count, sizeof(*results));
	carry_out(collector, order, deeds, results, count);
	const int error = util_write_all(file, results, count * sizeof(*results), -1);
	free(results);
	return seal_or_close(file, error);
}

int collector_act(struct collector *collector, int channel, const struct act_order *order,
                  const struct act_deed *deeds, size_t count) {
	struct channel_answer answer = {
		.length = count * sizeof(struct act_result),
		.monotonic_ns = util_monotonic_ns(),
	};
	const uint64_t start = util_process_cpu_ns();
	const int file = act_into_file(collector, order, deeds, count);
	answer.cost_ns = util_process_cpu_ns() - start;
	return send_answer(channel, answer, file);
}
