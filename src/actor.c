/* First each socket is looked for by its cookie, among those of its protocol: the ends and the
 * inode that it has now are what counts. Then it is closed by them, or its process, which must
 * still be the same one and still hold it, is signalled. */

#include "actor.h"

#include <stdlib.h>
#include <unistd.h>

#include "ancestors.h"
#include "destroy.h"
#include "held_process.h"
#include "owner.h"
#include "probe.h"
#include "session.h"
#include "snapshot.h"
#include "util.h"

enum { BATCH_LIMIT = 256 };

/* A deed, and its socket as it is now. */
struct task {
	const struct act_deed *deed;
	struct act_result *result;
	bool is_found;
	struct sock sock; /* plain members only */
};

struct actor {
	struct probe *probe;
	const struct act_order *order;
	bool (*is_over)(void); /* NULL: never */
	struct task *tasks;    /* by cookie, then by process */
	size_t count;
};

static int compare_cookies(const void *a, const void *b) {
	const uint64_t x = ((const struct task *)a)->deed->cookie;
	const uint64_t y = ((const struct task *)b)->deed->cookie;
	return (x > y) - (x < y);
}

static int compare_processes(const void *a, const void *b) {
	const struct act_deed *x = ((const struct task *)a)->deed;
	const struct act_deed *y = ((const struct task *)b)->deed;
	if (x->pid != y->pid)
		return (x->pid > y->pid) - (x->pid < y->pid);
	return (x->start_time > y->start_time) - (x->start_time < y->start_time);
}

static void set(struct task *task, enum act_outcome outcome) {
	*task->result = (struct act_result){ .outcome = (uint32_t)outcome };
}

/* The first task of that cookie, or NULL. */
static struct task *find(const struct actor *actor, uint64_t cookie) {
	size_t low = 0;
	size_t high = actor->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (actor->tasks[middle].deed->cookie < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return low < actor->count && actor->tasks[low].deed->cookie == cookie ? &actor->tasks[low]
	                                                                      : NULL;
}

static void keep(const struct actor *actor, const struct sock *sock) {
	const struct task *const end = actor->tasks + actor->count;
	struct task *task = sock->known & SOCK_KNOWS_COOKIE ? find(actor, sock->cookie) : NULL;
	for (; task && task < end && task->deed->cookie == sock->cookie; task++) {
		if (task->deed->protocol != sock->protocol)
			continue;
		task->is_found = true;
		task->sock = *sock;
	}
}

static bool take_batch(void *context, struct snapshot *batch) {
	const struct actor *actor = context;
	for (size_t i = 0; i < batch->count; i++)
		keep(actor, &batch->socks[i]);
	return true;
}

static struct want want_of(const struct actor *actor) {
	struct want want = { .families = SOCK_FAMILIES_ALL };
	for (size_t i = 0; i < actor->count; i++)
		want.states[actor->tasks[i].deed->protocol] = SOCK_STATES_ALL;
	return want;
}

/* Looks for every socket; the tasks are in order by cookie afterwards. What a probe that failed did
 * not tell of may be there all the same. */
static void look(struct actor *actor) {
	const struct want want = want_of(actor);
	struct snapshot snapshot;
	qsort(actor->tasks, actor->count, sizeof(*actor->tasks), compare_cookies);
	for (size_t i = 0; i < actor->count; i++)
		actor->tasks[i].is_found = false;
	snapshot_init(&snapshot);
	probe_sockets(actor->probe, &want, BATCH_LIMIT, &snapshot, take_batch, actor);
	for (size_t i = 0; i < actor->count; i++) {
		struct task *task = &actor->tasks[i];
		const enum sock_probe probe =
		    sock_probe_of((enum sock_protocol)task->deed->protocol);
		if (task->is_found)
			continue;
		set(task, ACT_OUTCOME_GONE);
		if (snapshot.reports[probe].error != 0)
			*task->result = (struct act_result){ ACT_OUTCOME_FAILED,
				                             snapshot.reports[probe].error };
	}
	snapshot_finish(&snapshot);
}

static void close_socket(const struct actor *actor, struct task *task) {
	const int error = destroy_socket(actor->probe, &task->sock);
	*task->result = act_result_of_close(error, (enum sock_protocol)task->deed->protocol);
}

/* The kernel did not find it by its ends: is it gone, or is another socket in its place? */
static void look_for_lost(struct actor *actor) {
	struct actor lost = { .probe = actor->probe,
		              .tasks = xcalloc(actor->count, sizeof(struct task)) };
	for (size_t i = 0; i < actor->count; i++) {
		if (actor->tasks[i].is_found && actor->tasks[i].result->outcome == ACT_OUTCOME_GONE)
			lost.tasks[lost.count++] = actor->tasks[i];
	}
	if (lost.count > 0)
		look(&lost);
	for (size_t i = 0; i < lost.count; i++) {
		if (lost.tasks[i].is_found)
			set(&lost.tasks[i], ACT_OUTCOME_UNREACHABLE);
	}
	free(lost.tasks);
}

static bool is_over(const struct actor *actor) {
	return actor->is_over && actor->is_over();
}

static void close_all(struct actor *actor) {
	for (size_t i = 0; i < actor->count; i++) {
		struct task *task = &actor->tasks[i];
		if (!task->is_found)
			continue;
		if (is_over(actor))
			set(task, ACT_OUTCOME_INTERRUPTED);
		else
			close_socket(actor, task);
	}
	look_for_lost(actor);
}

static bool is_held_by(const struct sock *sock, const struct act_deed *deed) {
	for (uint32_t i = 0; i < sock->owner_count; i++) {
		const struct process *process = sock->owners[i].process;
		if (process->pid == deed->pid && process->start_time == deed->start_time)
			return true;
	}
	return false;
}

/* What to say of a socket that was not found with the process. */
static struct act_result result_without(const struct snapshot *snapshot,
                                        const struct owner_summary *summary) {
	const int error = snapshot->reports[REPORT_OWNERS].error;
	if (error != 0)
		return (struct act_result){ ACT_OUTCOME_FAILED, error };
	return (struct act_result){ .outcome = summary->unreadable > 0 ? ACT_OUTCOME_HIDDEN_OWNER
		                                                       : ACT_OUTCOME_LET_GO };
}

/* Those of the tasks, which are all about one process, whose sockets it still holds. The others are
 * told what came of that. Returns how many there are. */
static size_t check_holds(struct task *tasks, size_t count) {
	const struct owner_scope scope = { &tasks[0].deed->pid, 1 };
	struct sock **socks = xcalloc(count, sizeof(struct sock *));
	struct snapshot snapshot;
	size_t held = 0;
	for (size_t i = 0; i < count; i++)
		socks[i] = &tasks[i].sock;
	snapshot_init(&snapshot);
	const struct owner_summary summary =
	    owner_resolve(&snapshot, socks, count, SOCK_NEED_OWNERS, &scope);
	const struct act_result without = result_without(&snapshot, &summary);
	for (size_t i = 0; i < count; i++) {
		const bool is_held = tasks[i].is_found && is_held_by(&tasks[i].sock, tasks[i].deed);
		if (is_held)
			set(&tasks[i], ACT_OUTCOME_DONE);
		else if (tasks[i].is_found)
			*tasks[i].result = without;
		held += is_held;
	}
	snapshot_finish(&snapshot);
	free(socks);
	return held;
}

/* The descriptor is there before the check, so what is checked is what is signalled. */
static void signal_process(const struct actor *actor, struct task *tasks, size_t count) {
	const int process = held_process_open(tasks[0].deed->pid, tasks[0].deed->start_time);
	struct act_result result = act_result_of_signal(process < 0 ? process : 0);
	if (process >= 0 && check_holds(tasks, count) > 0)
		result = act_result_of_signal(held_process_signal(process, actor->order->signal));
	if (process >= 0)
		close(process);
	for (size_t i = 0; i < count; i++) {
		const bool stays = process >= 0 && tasks[i].result->outcome != ACT_OUTCOME_DONE;
		if (tasks[i].is_found && !stays)
			*tasks[i].result = result;
	}
}

static void leave_out(struct task *tasks, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (tasks[i].is_found)
			set(&tasks[i], ACT_OUTCOME_INTERRUPTED);
	}
}

static void signal_all(struct actor *actor) {
	qsort(actor->tasks, actor->count, sizeof(*actor->tasks), compare_processes);
	for (size_t first = 0, end; first < actor->count; first = end) {
		end = first + 1;
		while (end < actor->count &&
		       compare_processes(&actor->tasks[first], &actor->tasks[end]) == 0)
			end++;
		if (is_over(actor))
			leave_out(&actor->tasks[first], end - first);
		else
			signal_process(actor, &actor->tasks[first], end - first);
	}
}

static void (*const ways[])(struct actor *actor) = {
	[ACT_CLOSE] = close_all,
	[ACT_SIGNAL] = signal_all,
};
_Static_assert(ARRAY_LENGTH(ways) == ACT_KIND_COUNT, "a way for each");

/* sudo(8) and "su -" take the variable away, but those above them still have it. */
void actor_find_session(struct session *session) {
	session->pid_count = ancestors_find(session->pids, SESSION_PROCESSES_MAX);
	if (session_set_ssh(session, getenv("SSH_CONNECTION")))
		return;
	char *inherited = ancestors_variable(session->pids, session->pid_count, "SSH_CONNECTION");
	session_set_ssh(session, inherited);
	free(inherited);
}

void actor_carry_out(struct probe *probe, const struct act_order *order,
                     const struct act_deed *deeds, struct act_result *results, size_t count,
                     bool (*over)(void)) {
	struct actor actor = {
		.probe = probe,
		.order = order,
		.is_over = over,
		.tasks = xcalloc(count, sizeof(*actor.tasks)),
		.count = count,
	};
	for (size_t i = 0; i < count; i++) {
		actor.tasks[i].deed = &deeds[i];
		actor.tasks[i].result = &results[i];
	}
	look(&actor);
	ways[order->kind](&actor);
	free(actor.tasks);
}
