#pragma once
/* Where conditions are held, and how they are looked at while others go on. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab_made.h"

struct look;
struct loop;

struct lab_bench {
	struct loop *loop; /* borrowed */
	struct lab_made *mades;
	size_t count;
	uint64_t ticked_ns;
};

/* What one target looked like. */
struct lab_sight {
	struct look *look; /* or NULL */
	bool blind;        /* it, or part of it, could not be looked at */
	bool fits;         /* it is as expected */
	char *seen;        /* in the words of the expectation, or why there is nothing to see */
};

/* Zero-initialise them; empty where there is no target. */
struct lab_sights {
	struct lab_sight targets[LAB_TARGETS_MAX];
};

/* Makes one more. It stays where it is only until the next one. */
struct lab_made *lab_bench_add(struct lab_bench *bench, const struct lab_condition *condition,
                               uint16_t port);

/* Ends the last one, or all. */
void lab_bench_drop_last(struct lab_bench *bench);
void lab_bench_clear(struct lab_bench *bench);

/* Lets go on what has to, if it is time. */
void lab_bench_tick(struct lab_bench *bench);

/* Looks again and again until all targets are as expected, for LAB_PATIENCE_SECONDS at most or
 * until a signal comes. */
enum { LAB_PATIENCE_SECONDS = 10 };
bool lab_bench_wait(struct lab_bench *bench, struct lab_made *made, struct lab_sights *sights);

/* True if something could not be looked at, which is then waited for only a second. */
bool lab_sights_are_blind(const struct lab_sights *sights);
void lab_sights_finish(struct lab_sights *sights);

/* True once a signal has come. */
bool lab_bench_is_interrupted(const struct lab_bench *bench);
