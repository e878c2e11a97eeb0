/* A growing array of sockets beside the arena that holds what they point to. */

#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { CAPACITY_FIRST = 512 };

void snapshot_init(struct snapshot *snapshot) {
	*snapshot = (struct snapshot){ 0 };
}

void snapshot_finish(struct snapshot *snapshot) {
	arena_finish(&snapshot->arena);
	free(snapshot->socks);
	*snapshot = (struct snapshot){ 0 };
}

void snapshot_reset(struct snapshot *snapshot) {
	arena_reset(&snapshot->arena);
	snapshot->count = 0;
}

struct sock *snapshot_add(struct snapshot *snapshot) {
	if (snapshot->count == snapshot->capacity) {
		snapshot->capacity = snapshot->capacity ? snapshot->capacity * 2 : CAPACITY_FIRST;
		snapshot->socks =
		    xreallocarray(snapshot->socks, snapshot->capacity, sizeof(*snapshot->socks));
	}
	struct sock *sock = &snapshot->socks[snapshot->count++];
	util_clear(sock, sizeof(*sock));
	return sock;
}

void snapshot_reserve(struct snapshot *snapshot, size_t count) {
	if (count <= snapshot->capacity)
		return;
	snapshot->socks = xreallocarray(snapshot->socks, count, sizeof(*snapshot->socks));
	snapshot->capacity = count;
}

static struct sock_end_names copy_names(struct arena *arena, const struct sock_end_names *from) {
	return (struct sock_end_names){
		.host = from->host ? arena_copy(arena, from->host, strlen(from->host)) : NULL,
		.service =
		    from->service ? arena_copy(arena, from->service, strlen(from->service)) : NULL,
	};
}

void snapshot_name(struct snapshot *snapshot, struct sock *sock, const struct sock_names *names) {
	const struct sock_end_names *local = &names->local;
	const struct sock_end_names *peer = &names->peer;
	if (!local->host && !local->service && !peer->host && !peer->service)
		return;
	struct sock_names *copy = arena_alloc(&snapshot->arena, sizeof(*copy));
	copy->local = copy_names(&snapshot->arena, local);
	copy->peer = copy_names(&snapshot->arena, peer);
	copy->service = NULL;
	sock->names = copy;
}

void snapshot_drop_last(struct snapshot *snapshot) {
	snapshot->count--;
}

const char *report_name(size_t index) {
	switch (index) {
	case REPORT_OWNERS:
		return "owners";
	case REPORT_NAMES:
		return "names";
	default:
		return sock_probe_name((enum sock_probe)index);
	}
}

void snapshot_note_names(struct snapshot *snapshot, int error, const char *place) {
	if (error != 0 && snapshot->reports[REPORT_NAMES].outcome != REPORT_PARTIAL)
		snapshot->reports[REPORT_NAMES] = (struct probe_report){
			.outcome = REPORT_PARTIAL,
			.source = SOCK_SOURCE_PROC,
			.error = error,
			.place = place,
		};
}

bool snapshot_is_whole(const struct snapshot *snapshot) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		if (snapshot->reports[i].outcome == REPORT_PARTIAL)
			return false;
	}
	return true;
}
