/* One walk, at the end of which every process that holds one of the sockets is known
 * (owner_walk.h). */

#include "owner.h"

#include <stdlib.h>
#include <string.h>

#include "owner_table.h"
#include "owner_walk.h"
#include "util.h"

/* Sockets between the one whose inode is looked up and the one whose inode will be. */
enum { AHEAD = 8 };

struct search {
	struct owner_walk walk;
	struct owner_table table;
	size_t unreadable;
};

static bool is_scoped(const struct owner_scope *scope) {
	return scope && scope->count > 0;
}

bool owner_scope_has(const struct owner_scope *scope, uint32_t pid) {
	bool found = !is_scoped(scope);
	for (size_t i = 0; !found && i < scope->count; i++)
		found = scope->pids[i] == pid;
	return found;
}

/* The memory of a process is taken only once it turns out to hold something. */
static void note_socket(void *context, struct owner_visit *visit, uint32_t inode, uint32_t fd,
                        enum owner_by by) {
	struct owner_table *table = context;
	(void)by;
	if (!owner_table_wants(table, inode))
		return;
	const struct process *process = owner_visit_process(visit);
	if (process)
		owner_table_add(table, inode, process, fd);
}

static void visit(struct search *search, uint32_t pid, enum owner_number number) {
	const struct owner_visitor visitor = { .context = &search->table, .found = note_socket };
	if (!owner_walk_process(&search->walk, pid, number, &visitor))
		search->unreadable++;
}

static void visit_listed(void *context, uint32_t pid) {
	visit(context, pid, OWNER_NUMBER_LISTED);
}

static int compare_pids(const void *a, const void *b) {
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

/* Each once, whoever is named again. */
static void visit_scope(struct search *search, const struct owner_scope *scope) {
	uint32_t *pids = xcalloc(scope->count, sizeof(*pids));
	memcpy(pids, scope->pids, scope->count * sizeof(*pids));
	qsort(pids, scope->count, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < scope->count; i++) {
		if (i == 0 || pids[i] != pids[i - 1])
			visit(search, pids[i], OWNER_NUMBER_NAMED);
	}
	free(pids);
}

/* Processes live as long as the sockets. */
static void walk_proc(struct search *search, struct arena *arena, uint32_t needs,
                      const struct owner_scope *scope) {
	owner_walk_begin(&search->walk, arena, needs);
	if (is_scoped(scope))
		visit_scope(search, scope);
	else
		owner_walk_each(&search->walk, visit_listed, search);
	owner_walk_end(&search->walk);
}

static enum sock_ownership ownership_of(const struct sock *sock,
                                        const struct owner_summary *summary) {
	if (sock_is_kernels(sock))
		return SOCK_OWNERSHIP_NONE;
	if (sock->owner_count == 0 && summary->scoped)
		return SOCK_OWNERSHIP_UNKNOWN;
	if (sock->owner_count == 0)
		return summary->blind && (sock->known & SOCK_KNOWS_INODE) ? SOCK_OWNERSHIP_HIDDEN
		                                                          : SOCK_OWNERSHIP_NONE;
	const struct owner *first = &sock->owners[0];
	const struct owner *last = &sock->owners[sock->owner_count - 1];
	return first->process == last->process ? SOCK_OWNERSHIP_EXACT : SOCK_OWNERSHIP_SEVERAL;
}

static void report(struct snapshot *snapshot, const struct owner_walk *walk, uint64_t start) {
	snapshot->reports[REPORT_OWNERS] = (struct probe_report){
		.outcome = walk->error ? REPORT_PARTIAL : REPORT_WHOLE,
		.source = SOCK_SOURCE_PROC,
		.error = walk->error,
		.place = walk->place,
		.count = walk->descriptors,
		.elapsed_ns = util_monotonic_ns() - start,
	};
}

void owner_want(struct owner_table *table, struct sock *const *socks, size_t count,
                uint32_t needs) {
	owner_table_make_room(table, count);
	for (size_t i = 0; i < count; i++) {
		if (i + AHEAD < count)
			owner_table_expect(table, socks[i + AHEAD]->inode);
		owner_table_want(table, socks[i]->inode);
		if (needs & SOCK_NEED_PEER_OWNERS)
			owner_table_want(table, sock_peer_inode(socks[i]));
	}
}

void owner_attach(const struct owner_table *table, struct owner_summary *summary,
                  struct snapshot *snapshot, struct sock *const *socks, size_t count,
                  uint32_t needs) {
	struct arena *arena = &snapshot->arena;
	summary->hidden = 0;
	for (size_t i = 0; i < count; i++) {
		struct sock *sock = socks[i];
		if (i + AHEAD < count)
			owner_table_expect(table, socks[i + AHEAD]->inode);
		sock->owners = owner_table_find(table, sock->inode, arena, &sock->owner_count);
		if ((needs & SOCK_NEED_PEER_OWNERS) && sock_peer_inode(sock) != 0)
			sock->un->peer_owners = owner_table_find(table, sock->un->peer_inode, arena,
			                                         &sock->un->peer_owner_count);
		sock->ownership = (uint8_t)ownership_of(sock, summary);
		summary->hidden += sock->ownership == SOCK_OWNERSHIP_HIDDEN;
	}
}

struct owner_summary owner_resolve(struct snapshot *snapshot, struct sock *const *socks,
                                   size_t count, uint32_t needs, const struct owner_scope *scope) {
	const uint64_t start = util_monotonic_ns();
	struct search search = { 0 };
	owner_want(&search.table, socks, count, needs);
	if (search.table.used > 0)
		walk_proc(&search, &snapshot->arena, needs, scope);
	struct owner_summary summary = {
		.unreadable = search.unreadable,
		.privileged = owner_walk_is_privileged(),
		.scoped = is_scoped(scope),
	};
	summary.blind = search.unreadable > 0 || search.walk.error != 0 || !summary.privileged;
	owner_attach(&search.table, &summary, snapshot, socks, count, needs);
	report(snapshot, &search.walk, start);
	owner_table_finish(&search.table);
	return summary;
}
