/* The cache's processes live until the next look, those of a snapshot as long as it; so they are
 * copied. */

#include "owner_recall.h"

#include <stdlib.h>

#include "owner.h"
#include "owner_cache.h"
#include "owner_table.h"
#include "util.h"

struct recalling {
	struct arena *arena;
	struct owner_table table;
	struct process **processes; /* copies, in the order in which the cache tells them */
	size_t count, capacity;
};

static void take_process(void *context, const struct process *process) {
	struct recalling *recalling = context;
	if (recalling->count == recalling->capacity) {
		recalling->capacity = recalling->capacity ? recalling->capacity * 2 : 64;
		recalling->processes = xreallocarray(recalling->processes, recalling->capacity,
		                                     sizeof(*recalling->processes));
	}
	struct process *copy = arena_alloc(recalling->arena, sizeof(*copy));
	*copy = sock_copy_process(recalling->arena, process);
	recalling->processes[recalling->count++] = copy;
}

static void take_holder(void *context, uint32_t inode, uint32_t process, uint32_t fd) {
	struct recalling *recalling = context;
	if (owner_table_wants(&recalling->table, inode))
		owner_table_add(&recalling->table, inode, recalling->processes[process], fd);
}

static void tell(struct owner_cache *cache, const struct sock *sock, uint32_t needs) {
	owner_cache_tell(cache, sock->inode);
	if (needs & SOCK_NEED_PEER_OWNERS)
		owner_cache_tell(cache, sock_peer_inode(sock));
}

struct owner_summary owner_recall(struct owner_cache *cache, struct snapshot *snapshot,
                                  struct sock *const *socks, size_t count, uint32_t needs,
                                  uint64_t now_ns) {
	struct recalling recalling = { .arena = &snapshot->arena };
	owner_cache_begin(cache, needs);
	for (size_t i = 0; i < count; i++)
		tell(cache, socks[i], needs);
	owner_cache_update(cache, now_ns);
	owner_want(&recalling.table, socks, count, needs);
	owner_cache_each(cache, take_process, take_holder, &recalling);
	struct owner_summary summary =
	    owner_cache_summary(cache, &snapshot->reports[REPORT_OWNERS]);
	owner_attach(&recalling.table, &summary, snapshot, socks, count, needs);
	owner_table_finish(&recalling.table);
	free(recalling.processes);
	return summary;
}
