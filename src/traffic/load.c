/* Opens connections as fast as the plan, the rate and the machine allow, until all are done, the
 * time is up or a signal comes. What a connection does is load_connection.c. */

#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "descriptors.h"
#include "load_connection.h"
#include "load_progress.h"
#include "load_result.h"
#include "loop.h"
#include "out.h"
#include "pace.h"
#include "util.h"

enum {
	ROUND_MAX = 64,       /* opened in a row, so that those that are open have their turn */
	CONNECTING_MAX = 256, /* of those that are to be held: more fill the queue of a server */
};

static const uint64_t shortest_pause_ns = UINT64_C(10000000);
static const uint64_t longest_pause_ns = UINT64_C(1000000000);

struct load {
	const struct load_plan *plan;
	struct load_group group;
	struct load_result *result;
	struct load_progress progress;
	struct loop_timer opener;
	struct loop_timer stopper;
	struct pace pace; /* of connections */
	uint64_t total;   /* connections; 0: without end */
	uint64_t opened;
	uint64_t connecting;
	uint64_t not_before_ns;
	unsigned failures;            /* in a row */
	uint64_t messages_at_failure; /* how many were answered then */
	bool is_short;                /* there is no descriptor for another one */
	bool is_told;
};

static bool is_paced(const struct load_plan *plan) {
	return plan->rate > 0 && (plan->style == LOAD_CHURN || plan->style == LOAD_HOLD);
}

static bool wants_more(const struct load *load) {
	if (load->total > 0 && load->opened >= load->total)
		return false;
	return load->plan->style == LOAD_HOLD ? load->connecting < CONNECTING_MAX
	                                      : load->result->open < load->plan->parallel;
}

static bool is_over(const struct load *load) {
	return load->total > 0 && load->opened >= load->total && load->result->open == 0;
}

static void wake_opener(struct load *load, uint64_t due_ns) {
	loop_set_timer(load->group.loop, &load->opener, due_ns);
}

/* When the next may be opened; true if that is now. */
static bool may_open(struct load *load, uint64_t now_ns, uint64_t *meant_ns) {
	*meant_ns = now_ns;
	if (now_ns < load->not_before_ns) {
		wake_opener(load, load->not_before_ns);
		return false;
	}
	if (!is_paced(load->plan))
		return true;
	const bool is_due = pace_take(&load->pace, now_ns, meant_ns);
	if (!is_due)
		wake_opener(load, pace_next(&load->pace));
	return is_due;
}

static void open_some(struct load *load) {
	const struct load_plan *plan = load->plan;
	for (int i = 0; i < ROUND_MAX && wants_more(load); i++) {
		uint64_t meant_ns;
		if (!may_open(load, util_monotonic_ns(), &meant_ns))
			return;
		const struct address *target = &plan->targets[load->opened % plan->target_count];
		load->opened++;
		load->connecting++;
		load->result->open++;
		load_connection_open(&load->group, target, meant_ns);
	}
	if (wants_more(load))
		wake_opener(load, loop_now(load->group.loop));
	if (is_over(load))
		loop_stop(load->group.loop);
}

static void opener_due(struct loop_timer *timer) {
	open_some((struct load *)((char *)timer - offsetof(struct load, opener)));
}

static void stopper_due(struct loop_timer *timer) {
	loop_stop(((struct load *)((char *)timer - offsetof(struct load, stopper)))->group.loop);
}

/* Once; later the summary counts it. */
static void tell(struct load *load, enum load_phase phase, int error) {
	if (load->is_told || load->plan->quiet)
		return;
	load->is_told = true;
	load_progress_clear(&load->progress);
	command_complain(xasprintf(_("no more connections can be opened for now (open: %llu): %s"),
	                           (unsigned long long)load->result->open,
	                           load_error_words(phase, error)));
}

/* Who meets one failure after the other waits a while, and longer each time. */
static void pause_opening(struct load *load) {
	if (load->result->messages != load->messages_at_failure)
		load->failures = 0;
	load->messages_at_failure = load->result->messages;
	uint64_t pause_ns = longest_pause_ns;
	if (load->failures < 6)
		pause_ns = shortest_pause_ns << load->failures;
	load->failures++;
	load->not_before_ns = util_monotonic_ns() + pause_ns;
}

/* It was not opened at all, and is tried again when one has ended; without any there is no hope. */
static void await_descriptor(struct load *load, int error) {
	load->opened--;
	load->is_short = true;
	load->not_before_ns = util_monotonic_ns() + longest_pause_ns;
	tell(load, LOAD_PHASE_OPEN, error);
	if (load->result->open == 0)
		loop_stop(load->group.loop);
}

/* EAGAIN is what UDP says (connect(2)). */
static bool is_without_port(int error) {
	return error == EADDRNOTAVAIL || error == EAGAIN;
}

static void made(void *context) {
	struct load *load = context;
	load->connecting--;
	if (load->plan->style == LOAD_HOLD)
		wake_opener(load, loop_now(load->group.loop));
}

static void ended(void *context, enum load_end end, int error) {
	struct load *load = context;
	load->result->open--;
	if (load->is_short)
		load->not_before_ns = 0;
	load->is_short = false;
	switch (end) {
	case LOAD_END_DONE:
		load->failures = 0;
		break;
	case LOAD_END_FAILED:
		if (load->total == 0)
			pause_opening(load);
		break;
	case LOAD_END_UNMADE:
		load->connecting--;
		load->result->failed++;
		if (is_without_port(error))
			tell(load, LOAD_PHASE_CONNECT, error);
		if (load->total == 0 || is_without_port(error))
			pause_opening(load);
		break;
	case LOAD_END_SHORTAGE:
		load->connecting--;
		await_descriptor(load, error);
		break;
	}
	wake_opener(load, loop_now(load->group.loop));
}

/* Printable, and without a period that a server might have too. */
static char *make_pattern(size_t size) {
	char *pattern = xmalloc(size);
	for (size_t i = 0; i < size; i++)
		pattern[i] = (char)('!' + (i * 7 + i / 94) % 94);
	return pattern;
}

/* For a stream as many messages as fit into one large write. */
char *load_make_message(const struct load_plan *plan, size_t *size) {
	const bool is_stream = plan->style == LOAD_STREAM && plan->type == SOCK_STREAM;
	char *message = plan->message ? xmalloc(plan->size) : make_pattern(plan->size);
	if (plan->message)
		memcpy(message, plan->message, plan->size);
	*size = plan->size;
	if (!is_stream || plan->size == 0 || plan->size >= LOAD_BUFFER_SIZE)
		return message;
	const size_t count = LOAD_BUFFER_SIZE / plan->size;
	message = xreallocarray(message, count, plan->size);
	for (size_t i = 1; i < count; i++)
		memcpy(message + i * plan->size, message, plan->size);
	*size = count * plan->size;
	return message;
}

static uint64_t total_of(const struct load_plan *plan) {
	return plan->style == LOAD_HOLD && plan->connections == 0 ? plan->parallel
	                                                          : plan->connections;
}

static bool is_once(const struct load_plan *plan) {
	return plan->style == LOAD_CHURN ||
	       (plan->style == LOAD_MESSAGES && plan->connections > 0 && plan->duration_ns == 0);
}

static int print_summary(const struct load *load) {
	struct out out;
	out_init(&out, STDOUT_FILENO);
	out.interrupt_fd = loop_signal_fd(load->group.loop);
	if (load->plan->json)
		load_result_write_json(load->result, &out);
	else
		load_result_write_text(load->result, &out);
	const int error = -out_flush(&out);
	out_finish(&out);
	return command_end_output(error, EXIT_STATUS_MATCHED);
}

static void set_up(struct load *load, struct loop *loop, const char *message, size_t size) {
	const struct load_plan *plan = load->plan;
	const uint64_t now_ns = util_monotonic_ns();
	load->group.loop = loop;
	load->group.turns = (struct turns){ .loop = loop, .per_second = plan->rate };
	load->group.message = message;
	load->group.size = size;
	load->opener.due = opener_due;
	load->stopper.due = stopper_due;
	load->progress = (struct load_progress){
		.fd = plan->quiet || !isatty(STDERR_FILENO) ? -1 : STDERR_FILENO,
		.loop = loop,
		.result = load->result,
		.started_ns = now_ns,
	};
	if (is_paced(plan))
		load->pace = pace_start(plan->rate, now_ns);
	if (plan->duration_ns > 0)
		loop_set_timer(loop, &load->stopper, now_ns + plan->duration_ns);
	load_progress_start(&load->progress);
	wake_opener(load, now_ns);
}

static int run(struct load *load, struct loop *loop) {
	size_t size;
	char *message = load_make_message(load->plan, &size);
	load->group.buffer = xmalloc(LOAD_BUFFER_SIZE);
	set_up(load, loop, message, size);
	loop_run(loop);
	load->result->elapsed_ns = util_monotonic_ns() - load->progress.started_ns;
	load->result->open -= load->connecting; /* these are not made yet */
	load->result->skipped = load->pace.skipped + load->group.turns.pace.skipped;
	load_progress_clear(&load->progress);
	const int status = load->plan->quiet ? EXIT_STATUS_MATCHED : print_summary(load);
	load_group_close(&load->group);
	free(load->group.buffer);
	free(message);
	return load_result_is_good(load->result) ? status : EXIT_STATUS_PARTIAL;
}

int load_run(const struct load_plan *plan, struct loop *loop) {
	descriptors_raise_limit();
	struct load load = {
		.plan = plan,
		.result = load_result_create(),
		.total = total_of(plan),
	};
	load.group = (struct load_group){
		.plan = plan,
		.result = load.result,
		.is_once = is_once(plan),
		.first_fd = plan->first_fd,
		.made = made,
		.ended = ended,
		.context = &load,
	};
	const int status = run(&load, loop);
	load_result_destroy(load.result);
	return status;
}
