#pragma once
/* Those who wait until a pace lets them go on, in the order in which they came. */

#include <stdint.h>

#include "loop.h"
#include "pace.h"

/* Part of who waits. */
struct turn {
	struct turn *previous, *next;
	/* It is over with the wait; `meant_ns` is when it was meant to go on. */
	void (*taken)(struct turn *turn, uint64_t meant_ns, uint64_t now_ns);
};

/* Zero-initialise all but the first two. */
struct turns {
	struct loop *loop;
	double per_second;
	struct pace pace; /* begins with who comes first */
	struct loop_timer timer;
	struct turn *first, *last;
};

void turns_wait(struct turns *turns, struct turn *turn, uint64_t now_ns);

/* For one that waits. */
void turns_leave(struct turns *turns, struct turn *turn);
