/* Sockets point to their processes; a moment has each process once, and their numbers. The numbers
 * are those of the processes in the order of their addresses. */

#include "findings.h"

#include <stdlib.h>

#include "recorder.h"
#include "util.h"

/* Each process once, in the order of their addresses. */
struct process_index {
	struct recorder *recorder;
	const struct process **processes;
	size_t count, capacity;
};

static int compare_processes(const void *a, const void *b) {
	const uintptr_t left = (uintptr_t) * (const struct process *const *)a;
	const uintptr_t right = (uintptr_t) * (const struct process *const *)b;
	return (left > right) - (left < right);
}

static void collect_processes(struct process_index *index, uint32_t inode,
                              const struct owner *owners, uint32_t count) {
	(void)inode;
	for (uint32_t i = 0; i < count; i++) {
		if (index->count > 0 && index->processes[index->count - 1] == owners[i].process)
			continue;
		if (index->count == index->capacity) {
			index->capacity = index->capacity ? index->capacity * 2 : 64;
			index->processes = xreallocarray(index->processes, index->capacity,
			                                 sizeof(*index->processes));
		}
		index->processes[index->count++] = owners[i].process;
	}
}

static void settle_processes(struct process_index *index) {
	size_t kept = 0;
	if (index->count > 1)
		qsort(index->processes, index->count, sizeof(*index->processes), compare_processes);
	for (size_t i = 0; i < index->count; i++) {
		if (kept == 0 || index->processes[kept - 1] != index->processes[i])
			index->processes[kept++] = index->processes[i];
	}
	index->count = kept;
}

static void add_holders(struct process_index *index, uint32_t inode, const struct owner *owners,
                        uint32_t count) {
	for (uint32_t i = 0; i < count; i++) {
		const struct process **found =
		    bsearch(&owners[i].process, index->processes, index->count,
		            sizeof(*index->processes), compare_processes);
		recorder_add_holder(index->recorder, inode, (uint32_t)(found - index->processes),
		                    owners[i].fd);
	}
}

typedef void (*owners_fn)(struct process_index *index, uint32_t inode, const struct owner *owners,
                          uint32_t count);

static void each_owners(struct process_index *index, const struct snapshot *batch,
                        owners_fn visit) {
	for (size_t i = 0; i < batch->count; i++) {
		const struct sock *sock = &batch->socks[i];
		visit(index, sock->inode, sock->owners, sock->owner_count);
		if (sock->family == SOCK_FAMILY_UNIX && sock->un)
			visit(index, sock->un->peer_inode, sock->un->peer_owners,
			      sock->un->peer_owner_count);
	}
}

static void record_owners(struct recorder *recorder, const struct snapshot *batch,
                          const struct owner_summary *summary) {
	struct process_index index = { .recorder = recorder };
	each_owners(&index, batch, collect_processes);
	settle_processes(&index);
	recorder_begin_owners(recorder);
	for (size_t i = 0; i < index.count; i++)
		recorder_add_process(recorder, index.processes[i]);
	each_owners(&index, batch, add_holders);
	recorder_end_owners(recorder, summary);
	free(index.processes);
}

void findings_record(struct recorder *recorder, const struct snapshot *batch,
                     const struct owner_summary *owners) {
	recorder_add_names(recorder, batch);
	recorder_add_resolved(recorder, batch);
	if (owners)
		record_owners(recorder, batch, owners);
}
