/* Deeds lie in one list, in the order of the rows, so that they can be handed over as they are. A
 * process that holds several of the sockets has a deed for each; who carries them out tells it
 * once. */

#include "act_plan.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "format.h"
#include "out.h"
#include "session.h"
#include "sock.h"
#include "util.h"

void act_plan_begin(struct act_plan *plan, const struct act_order *order, uint32_t allowed) {
	*plan = (struct act_plan){ .order = *order, .allowed = allowed };
}

void act_plan_finish(struct act_plan *plan) {
	for (size_t i = 0; i < plan->row_count; i++) {
		free(plan->rows[i].socket);
		free(plan->rows[i].owners);
	}
	for (size_t i = 0; i < plan->deed_count; i++)
		free(plan->names[i]);
	free(plan->rows);
	free(plan->deeds);
	free(plan->results);
	free(plan->names);
	*plan = (struct act_plan){ 0 };
}

/* Values of the socket as a list has them, with blanks between. */
static char *text_of(const struct sock *sock, const char *const *names, size_t count) {
	const struct field_source source = field_source(sock);
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < count; i++) {
		const struct field *field = field_named(names[i]);
		const struct value value = field_value(&field->access, &source);
		if (i > 0)
			out_char(&out, ' ');
		format_value(&out, &field->column, &value, FORMAT_HUMAN);
	}
	out_char(&out, '\0');
	return out.bytes;
}

static char *name_of(const struct owner *owner) {
	const struct sock alone = { .ownership = SOCK_OWNERSHIP_EXACT,
		                    .owners = owner,
		                    .owner_count = 1 };
	static const char *const names[] = { "owners" };
	return text_of(&alone, names, ARRAY_LENGTH(names));
}

static void add_deed(struct act_plan *plan, struct act_row *row, const struct act_deed *deed,
                     char *name) {
	if (plan->deed_count == plan->deed_capacity) {
		plan->deed_capacity = plan->deed_capacity ? plan->deed_capacity * 2 : 16;
		plan->deeds = xreallocarray(plan->deeds, plan->deed_capacity, sizeof(*plan->deeds));
		plan->results =
		    xreallocarray(plan->results, plan->deed_capacity, sizeof(*plan->results));
		plan->names = xreallocarray(plan->names, plan->deed_capacity, sizeof(*plan->names));
	}
	plan->deeds[plan->deed_count] = *deed;
	plan->results[plan->deed_count] = (struct act_result){ .outcome = ACT_OUTCOME_PLANNED };
	plan->names[plan->deed_count++] = name;
	row->count++;
}

static struct act_deed deed_of(const struct sock *sock) {
	return (struct act_deed){ .cookie = sock->cookie, .protocol = sock->protocol };
}

static void add_close(struct act_plan *plan, struct act_row *row, const struct sock *sock) {
	const struct act_deed deed = deed_of(sock);
	if (SOCK_PROTOCOLS_IP >> sock->protocol & 1)
		add_deed(plan, row, &deed, xasprintf("%s", ""));
	else
		row->without.outcome = ACT_OUTCOME_NO_SUCH_PROTOCOL;
}

/* Whoever held it before its close holds it no more. Owners are sorted by process. */
static void add_signals(struct act_plan *plan, struct act_row *row, const struct sock *sock) {
	const bool is_held =
	    sock->ownership == SOCK_OWNERSHIP_EXACT || sock->ownership == SOCK_OWNERSHIP_SEVERAL;
	for (uint32_t i = 0; is_held && i < sock->owner_count; i++) {
		const struct process *process = sock->owners[i].process;
		struct act_deed deed = deed_of(sock);
		if (i > 0 && sock->owners[i - 1].process->pid == process->pid)
			continue;
		deed.pid = process->pid;
		deed.start_time = process->start_time;
		add_deed(plan, row, &deed, name_of(&sock->owners[i]));
	}
	row->without.outcome = sock->ownership == SOCK_OWNERSHIP_HIDDEN ? ACT_OUTCOME_HIDDEN_OWNER
	                                                                : ACT_OUTCOME_NO_OWNER;
}

static struct act_row *new_row(struct act_plan *plan) {
	if (plan->row_count == plan->row_capacity) {
		plan->row_capacity = plan->row_capacity ? plan->row_capacity * 2 : 16;
		plan->rows = xreallocarray(plan->rows, plan->row_capacity, sizeof(*plan->rows));
	}
	return &plan->rows[plan->row_count++];
}

void act_plan_add(struct act_plan *plan, const struct sock *sock, const struct session *session) {
	static const char *const socket_fields[] = { "proto", "state", "local", "peer" };
	static const char *const owner_fields[] = { "owners" };
	struct act_row *row = new_row(plan);
	*row = (struct act_row){
		.socket = text_of(sock, socket_fields, ARRAY_LENGTH(socket_fields)),
		.owners = text_of(sock, owner_fields, ARRAY_LENGTH(owner_fields)),
		.protocol = (enum sock_protocol)sock->protocol,
		.first = plan->deed_count,
	};
	if (sock_is_listening(sock))
		row->dangers |= ACT_DANGER_LISTENER;
	if (session_has(session, sock))
		row->dangers |= ACT_DANGER_SESSION;
	if (!sock_has_cookie(sock))
		row->without.outcome = ACT_OUTCOME_NO_COOKIE;
	else if (plan->order.kind == ACT_CLOSE)
		add_close(plan, row, sock);
	else
		add_signals(plan, row, sock);
}

struct dangerous {
	uint32_t pid, dangers;
};

static int compare_pids(const void *a, const void *b) {
	const struct dangerous *x = a;
	const struct dangerous *y = b;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Each process once, with what is dangerous about any of its sockets. */
static size_t gather(const struct act_plan *plan, struct dangerous *processes) {
	size_t count = 0;
	size_t kept = 0;
	for (size_t i = 0; i < plan->row_count; i++) {
		const struct act_row *row = &plan->rows[i];
		for (size_t j = row->first; j < row->first + row->count; j++)
			processes[count++] = (struct dangerous){ plan->deeds[j].pid, row->dangers };
	}
	qsort(processes, count, sizeof(*processes), compare_pids);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && processes[kept - 1].pid == processes[i].pid)
			processes[kept - 1].dangers |= processes[i].dangers;
		else
			processes[kept++] = processes[i];
	}
	return kept;
}

static void spread_dangers(struct act_plan *plan) {
	struct dangerous *processes = xcalloc(plan->deed_count + 1, sizeof(*processes));
	const size_t count = gather(plan, processes);
	for (size_t i = 0; i < plan->row_count; i++) {
		struct act_row *row = &plan->rows[i];
		for (size_t j = row->first; j < row->first + row->count; j++) {
			const struct dangerous key = { .pid = plan->deeds[j].pid };
			const struct dangerous *found =
			    bsearch(&key, processes, count, sizeof(key), compare_pids);
			row->dangers |= found ? found->dangers : 0;
		}
	}
	free(processes);
}

/* Moves the row's deeds to `to`, or forgets them. Returns how many there are left. */
static size_t keep_deeds(struct act_plan *plan, struct act_row *row, size_t to) {
	const uint32_t forbidden = row->dangers & ~plan->allowed;
	const size_t from = row->first;
	const size_t count = row->count;
	row->first = to;
	if (forbidden != 0 && count > 0) {
		for (size_t i = from; i < from + count; i++)
			free(plan->names[i]);
		row->count = 0;
		row->without.outcome =
		    forbidden & ACT_DANGER_SESSION ? ACT_OUTCOME_OF_SESSION : ACT_OUTCOME_LISTENER;
		return 0;
	}
	memmove(&plan->deeds[to], &plan->deeds[from], count * sizeof(*plan->deeds));
	memmove(&plan->names[to], &plan->names[from], count * sizeof(*plan->names));
	return count;
}

void act_plan_settle(struct act_plan *plan) {
	size_t kept = 0;
	if (plan->order.kind == ACT_SIGNAL)
		spread_dangers(plan);
	for (size_t i = 0; plan->deed_count > 0 && i < plan->row_count; i++)
		kept += keep_deeds(plan, &plan->rows[i], kept);
	plan->deed_count = kept;
}

uint32_t act_plan_dangers(const struct act_plan *plan) {
	uint32_t dangers = 0;
	for (size_t i = 0; i < plan->row_count; i++)
		dangers |= plan->rows[i].count > 0 ? plan->rows[i].dangers : 0;
	return dangers;
}

enum act_outcome act_plan_outcome(const struct act_plan *plan, const struct act_row *row) {
	uint32_t worst = row->count > 0 ? 0 : row->without.outcome;
	for (size_t i = row->first; i < row->first + row->count; i++) {
		if (plan->results[i].outcome > worst)
			worst = plan->results[i].outcome;
	}
	return (enum act_outcome)worst;
}

static bool is_same(const struct act_result *a, const struct act_result *b) {
	return a->outcome == b->outcome && a->error == b->error;
}

/* Neighbours of whom the same is to be said share it. */
void act_plan_write_result(struct out *out, const struct act_plan *plan,
                           const struct act_row *row) {
	const size_t end = row->first + row->count;
	if (row->count == 0)
		act_write_result(out, &plan->order, row->protocol, &row->without);
	for (size_t i = row->first; i < end; i++) {
		const bool repeats =
		    i > row->first && is_same(&plan->results[i], &plan->results[i - 1]);
		if (i > row->first)
			out_text(out, repeats ? ", " : "; ");
		if (!repeats)
			act_write_result(out, &plan->order, row->protocol, &plan->results[i]);
		if (plan->names[i][0])
			out_printf(out, "%s%s", repeats ? "" : ": ", plan->names[i]);
	}
}

void act_plan_write_summary(struct out *out, const struct act_plan *plan) {
	size_t counts[ACT_OUTCOME_COUNT] = { 0 };
	const char *separator = "";
	for (size_t i = 0; i < plan->row_count; i++)
		counts[act_plan_outcome(plan, &plan->rows[i])]++;
	for (int i = 0; i < ACT_OUTCOME_COUNT; i++) {
		if (counts[i] == 0)
			continue;
		out_printf(out, "%s%zu %s", separator, counts[i],
		           act_outcome_name(plan->order.kind, (enum act_outcome)i));
		separator = ", ";
	}
}
