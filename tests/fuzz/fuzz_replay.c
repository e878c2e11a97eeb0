/* Moments of any content, or messages without one around them: everything is asked for, of all
 * protocols, and what came is read again after its moment is gone. The first byte chooses between
 * the two and how many sockets a batch may hold; as it is no part of the moment, a seed has one in
 * front. */

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "out.h"
#include "replay.h"
#include "util.h"

struct receiver {
	struct replay *replay;
	struct snapshot kept; /* the latest batch */
	size_t batches, limit;
	bool stops; /* at the first batch */
	uint64_t sum;
};

static void touch_text(struct receiver *receiver, const char *text) {
	receiver->sum += text ? strlen(text) : 0;
}

static void check_owners(struct receiver *receiver, const struct owner *owners, uint32_t count) {
	assert(count == 0 || owners);
	for (uint32_t i = 0; i < count; i++) {
		const struct process *process = owners[i].process;
		assert(i == 0 || owners[i - 1].process->pid <= process->pid);
		assert(process->comm[process->comm_length] == '\0');
		assert(!process->exe || process->exe[process->exe_length] == '\0');
		touch_text(receiver, process->comm);
		touch_text(receiver, process->exe);
		touch_text(receiver, process->parent);
	}
}

static void show_end(const struct sock *sock, enum value_end end) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	endpoint_format(&out, sock, end);
	assert(out.used >= 3);
	out_finish(&out);
}

static void check_sock(struct receiver *receiver, const struct sock *sock) {
	assert(sock->protocol < SOCK_PROTOCOL_COUNT && sock->family < SOCK_FAMILY_COUNT);
	assert(sock->state > 0 && sock->state < SOCK_STATE_COUNT);
	assert(sock->timer < SOCK_TIMER_COUNT && sock->source < SOCK_SOURCE_COUNT);
	assert(sock->ownership < SOCK_OWNERSHIP_COUNT);
	assert((sock->family <= SOCK_FAMILY_INET6) == (SOCK_PROTOCOLS_IP >> sock->protocol & 1));
	touch_text(receiver, sock->interface_name);
	touch_text(receiver, sock->cgroup);
	touch_text(receiver, sock->bpf_storage);
	touch_text(receiver, sock_names(sock)->local.host);
	touch_text(receiver, sock_names(sock)->local.service);
	touch_text(receiver, sock_names(sock)->peer.host);
	touch_text(receiver, sock_names(sock)->peer.service);
	check_owners(receiver, sock->owners, sock->owner_count);
	if (sock->family == SOCK_FAMILY_UNIX && sock->un) {
		touch_text(receiver, sock->un->pending);
		check_owners(receiver, sock->un->peer_owners, sock->un->peer_owner_count);
	}
	if (sock->family == SOCK_FAMILY_PACKET && sock->packet)
		touch_text(receiver, sock->packet->filter);
	show_end(sock, VALUE_LOCAL);
	show_end(sock, VALUE_PEER);
}

static void check_reports(struct receiver *receiver, const struct snapshot *snapshot) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &snapshot->reports[i];
		assert(report->outcome <= REPORT_PARTIAL && report->source < SOCK_SOURCE_COUNT);
		assert(report->error >= 0 && report->diag_error >= 0);
		touch_text(receiver, report->place);
	}
}

static bool take_batch(void *context, struct snapshot *batch) {
	struct receiver *receiver = context;
	struct sock **socks = xcalloc(batch->count, sizeof(struct sock *));
	assert(batch->count <= receiver->limit);
	for (size_t i = 0; i < batch->count; i++)
		socks[i] = &batch->socks[i];
	const struct owner_summary summary =
	    replay_owners(receiver->replay, batch, socks, batch->count, UINT32_MAX);
	assert(summary.hidden <= batch->count);
	replay_names(receiver->replay, batch, socks, batch->count);
	for (size_t i = 0; i < batch->count; i++) {
		check_sock(receiver, socks[i]);
		touch_text(receiver, replay_user(receiver->replay, socks[i]->uid));
	}
	check_reports(receiver, batch);
	free(socks);
	snapshot_finish(&receiver->kept);
	receiver->kept = *batch;
	batch->arena = (struct arena){ 0 };
	batch->socks = NULL;
	batch->count = batch->capacity = 0;
	receiver->batches++;
	return !receiver->stops;
}

static struct want want_all(void) {
	struct want want = { .families = SOCK_FAMILIES_ALL, .needs = UINT32_MAX };
	for (size_t i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		want.states[i] = SOCK_STATES_ALL;
	return want;
}

typedef struct replay *(*open_fn)(const unsigned char *bytes, size_t length);

/* Bytes of exactly their size, aligned for any number. */
static void play(open_fn open, uint8_t choice, const uint8_t *data, size_t size) {
	static const size_t limits[] = { SIZE_MAX, 1, 2, 100 };
	const struct want want = want_all();
	struct receiver receiver = { .limit = limits[choice & 3], .stops = choice & 4 };
	struct snapshot snapshot;
	unsigned char *copy = xmalloc(size);
	if (size > 0)
		memcpy(copy, data, size);
	receiver.replay = open(copy, size);
	snapshot_init(&snapshot);
	snapshot.capacity = 4; /* as many as it takes at first would be most of the work */
	snapshot.socks = xcalloc(snapshot.capacity, sizeof(*snapshot.socks));
	replay_sockets(receiver.replay, &want, receiver.limit, &snapshot, take_batch, &receiver);
	assert(receiver.batches > 0 && (!receiver.stops || receiver.batches == 1));
	check_reports(&receiver, &snapshot);
	touch_text(&receiver, replay_host(receiver.replay));
	receiver.sum += replay_time_ns(receiver.replay);
	replay_close(receiver.replay);
	free(copy);
	for (size_t i = 0; i < receiver.kept.count; i++)
		check_sock(&receiver, &receiver.kept.socks[i]);
	snapshot_finish(&receiver.kept);
	snapshot_finish(&snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size == 0)
		return 0;
	play(data[0] & 8 ? replay_open_messages : replay_open, data[0], data + 1, size - 1);
	return 0;
}
