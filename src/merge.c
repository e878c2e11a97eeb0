/* Sockets are copied, but not what they point to. Rates and what came and went count in the merged
 * frame that shows them first only; the sockets themselves in every one. */

#include "merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life.h"

static size_t count_sockets(const struct merge_part *parts, size_t count) {
	size_t all = 0;
	for (size_t i = 0; i < count; i++)
		all += parts[i].frame ? parts[i].frame->snapshot.count : 0;
	return all;
}

/* What is not up to date moves nothing. */
static const struct sock_life *stale_life(struct arena *arena, const struct sock_life *life) {
	struct sock_life *copy = arena_alloc(arena, sizeof(*copy));
	*copy = *life;
	copy->stale = true;
	life_stop(copy);
	return copy;
}

static void add_sockets(struct frame *merged, const struct merge_part *part) {
	const struct snapshot *from = &part->frame->snapshot;
	for (size_t i = 0; i < from->count; i++) {
		struct sock *sock = snapshot_add(&merged->snapshot);
		*sock = from->socks[i];
		sock->host = part->host;
		if (part->trouble && sock->life)
			sock->life = stale_life(&merged->snapshot.arena, sock->life);
	}
}

/* A probe that failed on one machine has failed; of several the first is told. */
static void add_reports(struct frame *merged, const struct frame *from) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		struct probe_report *to = &merged->snapshot.reports[i];
		const struct probe_report *report = &from->snapshot.reports[i];
		const bool was_bad = to->outcome == REPORT_PARTIAL || to->diag_error != 0;
		const bool is_bad = report->outcome == REPORT_PARTIAL || report->diag_error != 0;
		if (to->outcome == REPORT_NOT_ASKED || (is_bad && !was_bad))
			*to = *report;
	}
}

static void add_owners(struct owner_summary *to, const struct owner_summary *from) {
	to->hidden += from->hidden;
	to->unreadable += from->unreadable;
	to->scoped |= from->scoped;
	to->privileged &= from->privileged;
	to->blind |= from->blind;
}

/* What happened between two looks is told once. */
static struct totals totals_to_add(const struct merge_part *part) {
	struct totals totals = part->frame->totals;
	if (part->is_new && !part->trouble)
		return totals;
	totals.appeared = totals.gone = 0;
	totals.retrans = totals.sent = 0;
	totals.transitions = (struct transitions){ 0 };
	if (part->trouble)
		totals.rx = totals.tx = 0;
	return totals;
}

static void add_part(struct frame *merged, const struct merge_part *part) {
	const struct frame *frame = part->frame;
	const struct totals totals = totals_to_add(part);
	add_sockets(merged, part);
	add_reports(merged, frame);
	add_owners(&merged->owners, &frame->owners);
	totals_add(&merged->totals, &totals);
	merged->needs |= frame->needs;
	if (frame->monotonic_ns > merged->monotonic_ns)
		merged->monotonic_ns = frame->monotonic_ns;
}

/* There is one range for all sockets of a frame: none, unless all machines have the same. */
static void set_ephemeral(struct frame *merged, const struct merge_part *parts, size_t count) {
	static const uint16_t unknown[2] = { 0 };
	const uint16_t *agreed = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct frame *frame = parts[i].frame;
		if (!frame)
			continue;
		const bool agrees =
		    !agreed || memcmp(agreed, frame->ephemeral, sizeof(unknown)) == 0;
		agreed = agrees ? frame->ephemeral : unknown;
	}
	memcpy(merged->ephemeral, agreed ? agreed : unknown, sizeof(unknown));
}

static void add_hosts(struct frame *merged, const struct merge_part *parts, size_t count) {
	struct arena *arena = &merged->snapshot.arena;
	struct frame_host *hosts = arena_alloc(arena, count * sizeof(*hosts));
	for (size_t i = 0; i < count; i++) {
		const char *trouble = parts[i].trouble;
		hosts[i].name = parts[i].host;
		hosts[i].trouble = trouble ? arena_copy(arena, trouble, strlen(trouble)) : NULL;
	}
	merged->hosts = hosts;
	merged->host_count = count;
}

void merge_frames(struct frame *merged, const struct merge_part *parts, size_t count) {
	struct snapshot snapshot = merged->snapshot;
	snapshot_reset(&snapshot);
	memset(snapshot.reports, 0, sizeof(snapshot.reports));
	snapshot_reserve(&snapshot, count_sockets(parts, count));
	*merged = (struct frame){ .snapshot = snapshot, .owners.privileged = true };
	for (size_t i = 0; i < count; i++) {
		if (parts[i].frame)
			add_part(merged, &parts[i]);
	}
	set_ephemeral(merged, parts, count);
	add_hosts(merged, parts, count);
}
