/* Reasons to read a process again: it is new, it has another number of descriptors, or a socket
 * that it held is gone. The numbers of all are asked for when a socket is told that nobody is known
 * to hold. If such a socket stays, everybody is read, which also puts right what was believed and
 * is not so any more; but never so often that it would take more than a twentieth of the time.
 * Sockets that nobody held even then are the kernel's, or on their way from one process to another;
 * they are looked for now and then, by numbers only. Nothing but a list of processes is read while
 * nothing is new. */

#include "owner_cache.h"

#include <stdlib.h>

#include "arena.h"
#include "inode_table.h"
#include "member.h"
#include "owner_walk.h"
#include "util.h"

#define WALK_PAUSE_NS (10 * SECOND_NS)  /* at least so long between walks */
#define ROUND_PAUSE_NS (10 * SECOND_NS) /* between rounds for old sockets without an owner */
#define FOLLOW_NS (5 * SECOND_NS)       /* from something new to one more round */
#define REFRESH_NS UINT64_C(1000000)    /* at least so long is read what was believed */

enum {
	REST_FACTOR = 20,      /* after work that can wait, in its own duration */
	REFRESH_FACTOR = 1000, /* the same after work for which there is no reason but doubt */
	PAUSE_DOUBLINGS = 4,   /* as long as pauses were in vain */
	/* Looks after which a guess will not find it any more. In the first a socket can lie behind
	 * the number of one that was told, then closed, before it was told itself. */
	AGE_WAITING = 2,
};

/* Something that waits longer each time it was in vain. */
struct pause {
	uint64_t until_ns;
	unsigned doublings;
};

struct owner_cache {
	struct inode_table inodes;
	uint32_t needs;          /* enum sock_need: of the latest look */
	struct owner_walk walk;  /* of the latest update */
	struct arena scratch;    /* for the process that is being read */
	struct member **members; /* sorted by number */
	size_t member_count;
	uint32_t *unheld; /* told in this look when nobody was known to hold them */
	size_t unheld_count, unheld_capacity;
	bool is_told;         /* there is a socket in this look */
	bool was_walked;      /* everybody was read at least once */
	struct pause walks;   /* everybody is read */
	struct pause rounds;  /* everybody is asked for a number */
	bool follows;         /* there will be one more round */
	uint64_t follow_at;   /* nanoseconds */
	uint64_t rest_until;  /* nanoseconds; before, nothing is read that can wait */
	uint64_t doubt_until; /* nanoseconds; before, nothing is read without reason */
	uint32_t doubted;     /* the process that was read last without reason */
	uint64_t elapsed_ns;  /* by the latest update */
	struct owner_cache_statistics statistics;
};

struct owner_cache *owner_cache_create(void) {
	return xcalloc(1, sizeof(struct owner_cache));
}

void owner_cache_destroy(struct owner_cache *cache) {
	if (!cache)
		return;
	for (size_t i = 0; i < cache->member_count; i++)
		member_finish(cache->members[i], &cache->inodes);
	free(cache->members);
	free(cache->unheld);
	inode_table_finish(&cache->inodes);
	arena_finish(&cache->scratch);
	free(cache);
}

/* What is known of the processes lacks what nobody asked for until now. */
static void read_all_again(struct owner_cache *cache) {
	for (size_t i = 0; i < cache->member_count; i++)
		cache->members[i]->is_due |= cache->members[i]->held_count > 0;
	cache->rest_until = 0;
}

void owner_cache_begin(struct owner_cache *cache, uint32_t needs) {
	if (needs & ~cache->needs & SOCK_NEED_PARENTS)
		read_all_again(cache);
	cache->needs = needs;
	inode_table_begin(&cache->inodes);
	cache->unheld_count = 0;
	cache->is_told = false;
}

void owner_cache_expect(const struct owner_cache *cache, uint32_t inode) {
	inode_table_expect(&cache->inodes, inode);
}

void owner_cache_tell(struct owner_cache *cache, uint32_t inode) {
	if (inode == 0)
		return;
	cache->is_told = true;
	if (!inode_table_tell(&cache->inodes, inode))
		return;
	if (cache->unheld_count == cache->unheld_capacity) {
		cache->unheld_capacity = cache->unheld_capacity ? cache->unheld_capacity * 2 : 256;
		cache->unheld =
		    xreallocarray(cache->unheld, cache->unheld_capacity, sizeof(*cache->unheld));
	}
	cache->unheld[cache->unheld_count++] = inode;
}

struct pids {
	uint32_t *numbers;
	size_t count, capacity;
};

static void add_pid(void *context, uint32_t pid) {
	struct pids *pids = context;
	if (pids->count == pids->capacity) {
		pids->capacity = pids->capacity ? pids->capacity * 2 : 256;
		pids->numbers =
		    xreallocarray(pids->numbers, pids->capacity, sizeof(*pids->numbers));
	}
	pids->numbers[pids->count++] = pid;
}

static struct member *new_member(uint32_t pid) {
	struct member *member = xmalloc(sizeof(*member));
	*member = (struct member){ .pid = pid, .is_due = true };
	return member;
}

/* Who has ended is forgotten, who is new is due. Both lists ascend; if /proc's did not, a process
 * would only be read once more. */
static void merge_members(struct owner_cache *cache, const struct pids *pids) {
	struct member **old = cache->members;
	struct member **members = xcalloc(pids->count, sizeof(struct member *));
	size_t at = 0;
	for (size_t i = 0; i < pids->count; i++) {
		while (at < cache->member_count && old[at]->pid < pids->numbers[i])
			member_finish(old[at++], &cache->inodes);
		if (at < cache->member_count && old[at]->pid == pids->numbers[i])
			members[i] = old[at++];
		else
			members[i] = new_member(pids->numbers[i]);
	}
	while (at < cache->member_count)
		member_finish(old[at++], &cache->inodes);
	free(old);
	cache->members = members;
	cache->member_count = pids->count;
}

static bool list_members(struct owner_cache *cache) {
	struct pids pids = { 0 };
	const bool whole = owner_walk_each(&cache->walk, add_pid, &pids);
	if (whole)
		merge_members(cache, &pids);
	free(pids.numbers);
	return whole;
}

static void read_member(struct owner_cache *cache, struct member *member, enum member_depth depth) {
	cache->statistics.processes++;
	member_read(member, &cache->walk, &cache->inodes, depth);
}

/* The sockets of this look that nobody is known to hold. */
struct unheld {
	size_t fresh;   /* since one of the latest looks */
	size_t waiting; /* that stayed, and were not yet looked for everywhere; some may be fresh */
	size_t searched; /* nobody held them when everybody was read */
};

static struct unheld count_unheld(const struct owner_cache *cache) {
	struct unheld unheld = { 0 };
	for (size_t i = 0; i < cache->unheld_count; i++) {
		const struct inode_slot *slot = inode_table_find(&cache->inodes, cache->unheld[i]);
		if (!slot || slot->holders > 0)
			continue;
		const uint32_t age = cache->inodes.look - slot->since;
		unheld.fresh += !slot->is_searched && age <= AGE_WAITING;
		unheld.waiting += !slot->is_searched && age >= AGE_WAITING;
		unheld.searched += slot->is_searched;
	}
	return unheld;
}

static size_t count_all(const struct unheld *unheld) {
	return unheld->fresh + unheld->waiting + unheld->searched;
}

static void set_pause(struct pause *pause, uint64_t now_ns, uint64_t least_ns, bool in_vain) {
	if (!in_vain)
		pause->doublings = 0;
	pause->until_ns = now_ns + (least_ns << pause->doublings);
	if (in_vain && pause->doublings < PAUSE_DOUBLINGS)
		pause->doublings++;
}

/* Where the kernel does not tell numbers of descriptors, whoever holds sockets may hold more. */
static void find_candidates(struct owner_cache *cache, uint64_t now_ns) {
	const bool has_sizes = owner_walk_has_sizes(&cache->walk);
	const bool may_guess = !has_sizes && now_ns >= cache->rest_until;
	cache->statistics.rounds++;
	if (now_ns >= cache->follow_at)
		cache->follows = false;
	for (size_t i = 0; i < cache->member_count; i++) {
		struct member *member = cache->members[i];
		if (has_sizes)
			member->is_due |= member_has_other_size(member, &cache->walk);
		else
			member->is_due |= may_guess && member->held_count > 0;
		member->is_due |= member_has_lost(member, &cache->inodes);
	}
	if (may_guess)
		cache->rest_until = UINT64_MAX; /* until it is known how long it took */
}

static void read_due(struct owner_cache *cache, uint64_t now_ns, enum member_depth depth,
                     bool can_wait) {
	const uint64_t start = util_monotonic_ns();
	for (size_t i = 0; i < cache->member_count; i++) {
		if (cache->members[i]->is_due)
			read_member(cache, cache->members[i], depth);
	}
	if (can_wait || cache->rest_until == UINT64_MAX)
		cache->rest_until = now_ns + REST_FACTOR * (util_monotonic_ns() - start);
}

static void mark_searched(struct owner_cache *cache) {
	for (size_t i = 0; i < cache->unheld_count; i++) {
		struct inode_slot *slot = inode_table_find(&cache->inodes, cache->unheld[i]);
		if (slot && slot->holders == 0)
			slot->is_searched = true;
	}
}

/* Everybody was read since `start`. */
static void conclude_walk(struct owner_cache *cache, uint64_t now_ns, uint64_t start,
                          bool in_vain) {
	const uint64_t rest = REST_FACTOR * (util_monotonic_ns() - start);
	cache->statistics.walks++;
	cache->was_walked = true;
	mark_searched(cache);
	cache->doubt_until = now_ns + WALK_PAUSE_NS;
	set_pause(&cache->walks, now_ns, rest > WALK_PAUSE_NS ? rest : WALK_PAUSE_NS, in_vain);
}

static void walk_all(struct owner_cache *cache, uint64_t now_ns, size_t unheld_before) {
	const uint64_t start = util_monotonic_ns();
	for (size_t i = 0; i < cache->member_count; i++)
		read_member(cache, cache->members[i], MEMBER_ALL);
	const struct unheld after = count_unheld(cache);
	conclude_walk(cache, now_ns, start, count_all(&after) >= unheld_before);
}

/* The next one behind `pid` that holds sockets, from the start again if there is none. */
static struct member *next_holder(const struct owner_cache *cache, uint32_t pid) {
	struct member *first = NULL;
	for (size_t i = 0; i < cache->member_count; i++) {
		struct member *member = cache->members[i];
		if (member->held_count == 0)
			continue;
		if (member->pid > pid)
			return member;
		if (!first)
			first = member;
	}
	return first;
}

/* A descriptor may be another socket than it was while somebody else holds the one that it was, and
 * a process may have another name. */
static void refresh(struct owner_cache *cache, uint64_t now_ns) {
	if (now_ns < cache->doubt_until)
		return;
	const uint64_t start = util_monotonic_ns();
	uint64_t elapsed = 0;
	for (size_t left = cache->member_count; left > 0 && elapsed < REFRESH_NS; left--) {
		struct member *member = next_holder(cache, cache->doubted);
		if (!member)
			break;
		cache->doubted = member->pid;
		read_member(cache, member, MEMBER_ALL);
		elapsed = util_monotonic_ns() - start;
	}
	cache->doubt_until = now_ns + REFRESH_FACTOR * elapsed;
}

/* True if all processes are to be asked for their number of descriptors. */
static bool needs_round(const struct owner_cache *cache, uint64_t now_ns,
                        const struct unheld *unheld) {
	const bool is_old = unheld->waiting + unheld->searched > 0;
	return cache->was_walked &&
	       (unheld->fresh > 0 || (is_old && now_ns >= cache->rounds.until_ns) ||
	        (cache->follows && now_ns >= cache->follow_at));
}

/* Something new came. */
static void expect_more(struct owner_cache *cache, uint64_t now_ns) {
	if (!cache->follows)
		cache->follow_at = now_ns + FOLLOW_NS;
	cache->follows = true;
}

static void search(struct owner_cache *cache, uint64_t now_ns) {
	const uint64_t start = util_monotonic_ns();
	const struct unheld before = count_unheld(cache);
	const bool is_round = needs_round(cache, now_ns, &before);
	if (is_round)
		find_candidates(cache, now_ns);
	if (is_round || now_ns >= cache->rest_until)
		read_due(cache, now_ns, before.waiting > 0 ? MEMBER_CHANGES : MEMBER_GUESS,
		         !is_round && cache->was_walked);
	const struct unheld after = count_unheld(cache);
	const bool in_vain = count_all(&after) >= count_all(&before);
	if (is_round && (before.fresh == 0 || !in_vain))
		set_pause(&cache->rounds, now_ns, ROUND_PAUSE_NS, in_vain);
	if (!cache->was_walked)
		conclude_walk(cache, now_ns, start, false);
	else if (after.waiting > 0 && now_ns >= cache->walks.until_ns)
		walk_all(cache, now_ns, count_all(&after));
	else if (before.fresh > 0)
		refresh(cache, now_ns);
	if (before.fresh > 0)
		expect_more(cache, now_ns);
}

void owner_cache_update(struct owner_cache *cache, uint64_t now_ns) {
	const uint64_t start = util_monotonic_ns();
	owner_walk_begin(&cache->walk, &cache->scratch, cache->needs);
	if (cache->is_told && list_members(cache))
		search(cache, now_ns);
	owner_walk_end(&cache->walk);
	cache->statistics.links += cache->walk.links;
	cache->statistics.listed += cache->walk.descriptors;
	cache->elapsed_ns = util_monotonic_ns() - start;
}

struct owner_cache_statistics owner_cache_statistics(const struct owner_cache *cache) {
	return cache->statistics;
}

struct owner_summary owner_cache_summary(const struct owner_cache *cache,
                                         struct probe_report *report) {
	struct owner_summary summary = { .privileged = owner_walk_is_privileged() };
	*report = (struct probe_report){
		.source = SOCK_SOURCE_PROC,
		.error = cache->walk.error,
		.elapsed_ns = cache->elapsed_ns,
	};
	for (size_t i = 0; i < cache->member_count; i++) {
		const struct member *member = cache->members[i];
		summary.unreadable += member->is_refused;
		report->count += member->descriptors;
		if (member->error)
			report->error = member->error;
	}
	report->outcome = report->error ? REPORT_PARTIAL : REPORT_WHOLE;
	report->place = report->error ? "/proc" : NULL;
	summary.blind = summary.unreadable > 0 || report->error != 0 || !summary.privileged;
	return summary;
}

struct each {
	owner_cache_process_fn process;
	owner_cache_holder_fn holder;
	void *context;
	bool holds; /* the process at hand does */
};

static bool note_holder(void *context, const struct member *member, uint32_t inode, uint32_t fd) {
	struct each *each = context;
	(void)member, (void)inode, (void)fd;
	each->holds = true;
	return false;
}

static bool tell_holder(void *context, const struct member *member, uint32_t inode, uint32_t fd) {
	const struct each *each = context;
	each->holder(each->context, inode, member->index, fd);
	return true;
}

void owner_cache_each(const struct owner_cache *cache, owner_cache_process_fn process,
                      owner_cache_holder_fn holder, void *context) {
	struct each each = { process, holder, context, false };
	uint32_t count = 0;
	for (size_t i = 0; i < cache->member_count; i++) {
		struct member *member = cache->members[i];
		each.holds = false;
		member_each(member, &cache->inodes, note_holder, &each);
		if (!each.holds)
			continue;
		member->index = count++;
		process(context, &member->process);
	}
	for (size_t i = 0; i < cache->member_count; i++)
		member_each(cache->members[i], &cache->inodes, tell_holder, &each);
}
