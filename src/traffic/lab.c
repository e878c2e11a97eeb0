/* The command "lab": makes what was asked for, shows it, holds it or judges it, and ends it. */

#include "lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "descriptors.h"
#include "lab_bench.h"
#include "lab_options.h"
#include "lab_text.h"
#include "loop.h"
#include "util.h"

struct lab {
	const struct lab_plan *plan;
	struct lab_bench bench;
	struct loop_timer tick;
	struct loop_timer end;
	struct out out;
	size_t made;
	uint64_t held_ns;
	size_t troubles; /* what was not made, or is not as it should be */
};

static void complain(const struct lab_made *made) {
	command_complain(xasprintf("%s: %s", made->condition->name, made->reason));
}

static uint16_t next_port(const struct lab_condition *condition, uint16_t *port) {
	if (!condition->has_port || *port == 0)
		return 0;
	/* After the last one it becomes 0; that is checked before. */
	return (*port)++;
}

/* False if it is of no use to go on. */
static bool flush(struct lab *lab) {
	return out_flush(&lab->out) == 0 && !lab_bench_is_interrupted(&lab->bench);
}

static bool make_one(struct lab *lab, const struct lab_condition *condition, uint16_t *port) {
	struct lab_sights sights = { 0 };
	struct lab_made *made = lab_bench_add(&lab->bench, condition, next_port(condition, port));
	const bool is_there =
	    made->outcome == LAB_MADE && lab_bench_wait(&lab->bench, made, &sights);
	if (!is_there && lab_bench_is_interrupted(&lab->bench)) {
		lab_sights_finish(&sights);
		return false;
	}
	if (made->outcome == LAB_FAILED)
		complain(made);
	lab->made += made->outcome == LAB_MADE;
	lab->troubles += made->outcome != LAB_UNAVAILABLE && !is_there;
	lab_write_made(lab->plan, made, &sights, &lab->out);
	lab_sights_finish(&sights);
	return flush(lab) && !made->exhausted;
}

static void make_all(struct lab *lab) {
	uint16_t port = lab->plan->port;
	size_t i = 0;
	while (i < lab->plan->count && make_one(lab, lab->plan->conditions[i], &port))
		i++;
}

static void set_tick(struct lab *lab) {
	loop_set_timer(lab->bench.loop, &lab->tick,
	               util_monotonic_ns() + LAB_TICK_MS * UINT64_C(1000000));
}

static void tick(struct loop_timer *timer) {
	struct lab *lab = (struct lab *)((char *)timer - offsetof(struct lab, tick));
	lab_bench_tick(&lab->bench);
	set_tick(lab);
}

static void end(struct loop_timer *timer) {
	struct lab *lab = (struct lab *)((char *)timer - offsetof(struct lab, end));
	loop_stop(lab->bench.loop);
}

static void complain_of_broken(struct lab *lab) {
	for (size_t i = 0; i < lab->bench.count; i++) {
		if (!lab->bench.mades[i].broken)
			continue;
		complain(&lab->bench.mades[i]);
		lab->troubles++;
	}
}

static void hold(struct lab *lab) {
	if (lab_bench_is_interrupted(&lab->bench))
		return;
	lab_write_holding(lab->plan, &lab->out);
	if (!flush(lab))
		return;
	lab->tick.due = tick;
	lab->end.due = end;
	set_tick(lab);
	if (lab->plan->hold_ns > 0)
		loop_set_timer(lab->bench.loop, &lab->end,
		               util_monotonic_ns() + lab->plan->hold_ns);
	const uint64_t start_ns = util_monotonic_ns();
	loop_run(lab->bench.loop);
	lab->held_ns = util_monotonic_ns() - start_ns;
	complain_of_broken(lab);
}

static int make_and_hold(struct lab *lab) {
	make_all(lab);
	if (lab->made > 0)
		hold(lab);
	lab_bench_clear(&lab->bench);
	if (lab->made > 0)
		lab_write_summary(lab->plan, lab->made, lab->held_ns, &lab->out);
	return lab->troubles == 0 && lab->made > 0 ? EXIT_STATUS_MATCHED : EXIT_STATUS_PARTIAL;
}

static enum lab_verdict judge(struct lab *lab, struct lab_made *made, struct lab_sights *sights) {
	switch (made->outcome) {
	case LAB_UNAVAILABLE:
		return LAB_SKIPPED;
	case LAB_FAILED:
		return LAB_ERROR;
	case LAB_MADE:
		break;
	}
	if (lab_bench_wait(&lab->bench, made, sights))
		return LAB_PASS;
	return lab_sights_are_blind(sights) ? LAB_ERROR : LAB_FAIL;
}

static int status_of(const size_t counts[LAB_VERDICT_COUNT]) {
	if (counts[LAB_FAIL] > 0)
		return EXIT_STATUS_NO_MATCH;
	return counts[LAB_ERROR] == 0 && counts[LAB_PASS] > 0 ? EXIT_STATUS_MATCHED
	                                                      : EXIT_STATUS_PARTIAL;
}

/* For those who want no table. */
static void complain_of_verdict(const struct lab_made *made, const struct lab_sights *sights,
                                enum lab_verdict verdict) {
	const char *what = made->reason;
	for (size_t i = LAB_TARGETS_MAX; i > 0 && made->outcome == LAB_MADE; i--) {
		if (sights->targets[i - 1].seen && !sights->targets[i - 1].fits)
			what = sights->targets[i - 1].seen;
	}
	if (verdict == LAB_FAIL)
		command_complain(xasprintf(_("%s: not as expected, but %s"), made->condition->name,
		                           what ? what : "-"));
	if (verdict == LAB_ERROR)
		command_complain(xasprintf("%s: %s", made->condition->name, what ? what : "-"));
}

/* False if it is of no use to go on. */
static bool verify_one(struct lab *lab, const struct lab_condition *condition, uint16_t port,
                       size_t counts[LAB_VERDICT_COUNT]) {
	struct lab_sights sights = { 0 };
	struct lab_made *made = lab_bench_add(&lab->bench, condition, port);
	const enum lab_verdict verdict = judge(lab, made, &sights);
	const bool is_certain = verdict == LAB_PASS || !lab_bench_is_interrupted(&lab->bench);
	if (is_certain) {
		counts[verdict]++;
		lab_write_verdict(lab->plan, made, &sights, verdict, &lab->out);
		if (lab->plan->format == REPORT_QUIET)
			complain_of_verdict(made, &sights, verdict);
	}
	lab_sights_finish(&sights);
	lab_bench_drop_last(&lab->bench);
	return is_certain && flush(lab);
}

/* One after the other, so that what one does to the machine is not another's trouble. */
static int verify(struct lab *lab) {
	const struct lab_plan *plan = lab->plan;
	size_t counts[LAB_VERDICT_COUNT] = { 0 };
	bool go_on = true;
	uint16_t port = plan->port;
	lab_write_heading(plan, &lab->out);
	for (size_t i = 0; go_on && i < plan->count; i++) {
		const struct lab_condition *condition = plan->conditions[i];
		go_on = verify_one(lab, condition, next_port(condition, &port), counts);
	}
	lab_bench_clear(&lab->bench);
	lab_write_verdicts(plan, counts, &lab->out);
	return go_on ? status_of(counts) : EXIT_STATUS_PARTIAL;
}

static int finish_output(struct out *out, int status) {
	const int error = -out_flush(out);
	out_finish(out);
	return command_end_output(error, status);
}

static int run_in_loop(const struct lab_plan *plan) {
	struct lab lab = { .plan = plan };
	descriptors_raise_limit();
	lab.bench.loop = loop_create();
	if (!lab.bench.loop) {
		command_complain(xasprintf("lab: %s", strerror(errno)));
		return EXIT_STATUS_PARTIAL;
	}
	out_init(&lab.out, STDOUT_FILENO);
	lab.out.interrupt_fd = loop_signal_fd(lab.bench.loop);
	const int status = plan->action == LAB_VERIFY ? verify(&lab) : make_and_hold(&lab);
	/* A signal has ended the wait for what is held, not the last words. */
	lab.out.interrupt_fd = -1;
	const int result = finish_output(&lab.out, status);
	loop_destroy(lab.bench.loop);
	return result;
}

static int list(const struct lab_plan *plan) {
	struct out out;
	out_init(&out, STDOUT_FILENO);
	lab_write_list(plan, &out);
	return finish_output(&out, EXIT_STATUS_MATCHED);
}

int lab_run(int argc, char *argv[]) {
	struct lab_plan plan;
	char *error = NULL;
	int status = EXIT_STATUS_USAGE;
	if (!lab_parse(argc, argv, &plan, &error))
		command_complain(error);
	else if (plan.help)
		status = command_print_help(&lab_command);
	else if (plan.action == LAB_LIST)
		status = list(&plan);
	else
		status = run_in_loop(&plan);
	free(plan.conditions);
	return status;
}
