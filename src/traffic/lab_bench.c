#include "lab_bench.h"

#include <poll.h>
#include <stdlib.h>

#include "look.h"
#include "loop.h"
#include "sock.h"
#include "util.h"

enum { LOOK_PAUSE_MS = 20 };

struct lab_made *lab_bench_add(struct lab_bench *bench, const struct lab_condition *condition,
                               uint16_t port) {
	bench->mades = xreallocarray(bench->mades, bench->count + 1, sizeof(*bench->mades));
	struct lab_made *made = &bench->mades[bench->count++];
	lab_make(made, condition, port);
	return made;
}

void lab_bench_drop_last(struct lab_bench *bench) {
	lab_unmake(&bench->mades[--bench->count]);
}

void lab_bench_clear(struct lab_bench *bench) {
	while (bench->count > 0)
		lab_bench_drop_last(bench);
	free(bench->mades);
	bench->mades = NULL;
}

void lab_bench_tick(struct lab_bench *bench) {
	const uint64_t now_ns = util_monotonic_ns();
	if (now_ns - bench->ticked_ns < LAB_TICK_MS * UINT64_C(1000000))
		return;
	bench->ticked_ns = now_ns;
	for (size_t i = 0; i < bench->count; i++) {
		struct lab_made *made = &bench->mades[i];
		if (made->outcome != LAB_MADE || !made->condition->tick)
			continue;
		made->condition->tick(made);
		made->broken = made->outcome != LAB_MADE;
	}
}

static bool wait_for_signal(const struct lab_bench *bench, int timeout_ms) {
	struct pollfd signals = { .fd = loop_signal_fd(bench->loop), .events = POLLIN };
	return poll(&signals, 1, timeout_ms) > 0;
}

bool lab_bench_is_interrupted(const struct lab_bench *bench) {
	return wait_for_signal(bench, 0);
}

static void judge(struct lab_made *made, const struct lab_target *target, size_t index,
                  struct lab_sight *sight) {
	struct out seen;
	const size_t count = look_count(sight->look);
	const struct sock **socks = xcalloc(count + 1, sizeof(*socks));
	out_init(&seen, OUT_MEMORY);
	for (size_t i = 0; i < count; i++)
		socks[i] = look_sock(sight->look, i);
	sight->fits = lab_check(target, made->count, socks, count, &made->baselines[index], &seen);
	out_char(&seen, '\0');
	sight->seen = seen.bytes;
	free(socks);
}

/* An answer that is not whole proves nothing. */
static void look_at(struct lab_made *made, size_t index, struct lab_sight *sight) {
	const struct lab_target *target = &made->condition->targets[index];
	char *expression = lab_expand(made, target->filter);
	const char *netns = made->netns[0] ? made->netns : NULL;
	sight->look =
	    look_take(netns, expression, lab_needs(target) | SOCK_NEED_PEER, &sight->seen);
	char *problem = sight->look ? look_problem(sight->look) : NULL;
	sight->blind = problem || !sight->look;
	if (problem)
		sight->seen = problem;
	else if (sight->look)
		judge(made, target, index, sight);
	free(expression);
}

static bool look_at_all(struct lab_made *made, struct lab_sights *sights) {
	bool fits = true;
	lab_sights_finish(sights);
	for (size_t i = 0; i < LAB_TARGETS_MAX && made->condition->targets[i].what; i++) {
		look_at(made, i, &sights->targets[i]);
		fits = fits && sights->targets[i].fits;
	}
	return fits;
}

bool lab_sights_are_blind(const struct lab_sights *sights) {
	bool blind = false;
	for (size_t i = 0; i < LAB_TARGETS_MAX; i++)
		blind = blind || sights->targets[i].blind;
	return blind;
}

static uint64_t patience_ns(const struct lab_sights *sights) {
	const uint64_t second_ns = 1000000000;
	return (lab_sights_are_blind(sights) ? 1 : LAB_PATIENCE_SECONDS) * second_ns;
}

bool lab_bench_wait(struct lab_bench *bench, struct lab_made *made, struct lab_sights *sights) {
	const uint64_t start_ns = util_monotonic_ns();
	while (!look_at_all(made, sights)) {
		if (util_monotonic_ns() - start_ns > patience_ns(sights) ||
		    wait_for_signal(bench, LOOK_PAUSE_MS))
			return false;
		lab_bench_tick(bench);
	}
	return true;
}

void lab_sights_finish(struct lab_sights *sights) {
	for (size_t i = 0; i < LAB_TARGETS_MAX; i++) {
		struct lab_sight *sight = &sights->targets[i];
		look_destroy(sight->look);
		free(sight->seen);
		sight->look = NULL;
		sight->seen = NULL;
		sight->blind = false;
		sight->fits = false;
	}
}
