#include "turns.h"

#include <stddef.h>

#include "util.h"

static void due(struct loop_timer *timer) {
	struct turns *turns = (struct turns *)((char *)timer - offsetof(struct turns, timer));
	const uint64_t now_ns = util_monotonic_ns();
	uint64_t meant_ns;
	while (turns->first && pace_take(&turns->pace, now_ns, &meant_ns)) {
		struct turn *turn = turns->first;
		turns_leave(turns, turn);
		turn->taken(turn, meant_ns, now_ns);
	}
	if (turns->first)
		loop_set_timer(turns->loop, timer, pace_next(&turns->pace));
}

void turns_wait(struct turns *turns, struct turn *turn, uint64_t now_ns) {
	turn->previous = turns->last;
	turn->next = NULL;
	if (turns->first)
		turns->last->next = turn;
	else
		turns->first = turn;
	turns->last = turn;
	if (!turns->timer.due) {
		turns->timer.due = due;
		turns->pace = pace_start(turns->per_second, now_ns);
	}
	if (turns->timer.position == 0)
		loop_set_timer(turns->loop, &turns->timer, pace_next(&turns->pace));
}

void turns_leave(struct turns *turns, struct turn *turn) {
	if (turn->previous)
		turn->previous->next = turn->next;
	else
		turns->first = turn->next;
	if (turn->next)
		turn->next->previous = turn->previous;
	else
		turns->last = turn->previous;
	if (!turns->first)
		loop_cancel_timer(turns->loop, &turns->timer);
}
