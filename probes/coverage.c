/* Runs are the datagrams of the first dump, numbered from 1. Gap i lies behind run i. */

#include "coverage.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

/* How many sockets of each end of a run are remembered: enough that not all are gone when the next
 * dump comes by. */
enum { EDGE = 8 };

/* What the kernel allocates for a datagram: SKB_WITH_OVERHEAD() of 32 KiB, or of a page if memory
 * is short. No record takes more than RECORD_MAX. */
enum { CAPACITY_LEAST = 3776, CAPACITY_USUAL = 32448, RECORD_MAX = 1024 };

struct coverage_edge {
	uint64_t cookie;
	uint32_t run;
	uint8_t state; /* a socket that changed it may stand in another place */
};

/* The last datagram with sockets: if it has room to spare, the walk came to the end of the table in
 * it; if it was filled up, the end lies behind a gap. That a small one was filled up is believed
 * only of a kernel that did so before in this dump. */
static bool ends_full(const struct coverage *coverage) {
	const size_t length = coverage->run_length;
	const size_t capacities[] = { coverage->first_size, CAPACITY_USUAL, CAPACITY_LEAST };
	const size_t count = coverage->runs_short ? 3 : 2;
	for (size_t i = 0; i < count; i++) {
		if (length <= capacities[i] && length + RECORD_MAX > capacities[i])
			return true;
	}
	return length > CAPACITY_USUAL;
}

static int compare_edges(const void *a, const void *b) {
	const struct coverage_edge *left = a;
	const struct coverage_edge *right = b;
	return (left->cookie > right->cookie) - (left->cookie < right->cookie);
}

/* The first dump is over: its runs are known, and its edges are looked up from now on. */
static void settle(struct coverage *coverage) {
	coverage->bridged = xcalloc(coverage->run_count + 1, sizeof(*coverage->bridged));
	if (coverage->edge_count > 1)
		qsort(coverage->edges, coverage->edge_count, sizeof(*coverage->edges),
		      compare_edges);
}

void coverage_begin_dump(struct coverage *coverage, size_t first_size) {
	if (coverage->dumps == 1)
		settle(coverage);
	coverage->dumps++;
	coverage->run = 0;
	coverage->previous = 0; /* the beginning of the table is known to be in front of run 1 */
	coverage->first_size = first_size;
	coverage->run_length = 0;
	coverage->runs_short = false;
}

void coverage_begin_datagram(struct coverage *coverage, size_t length) {
	coverage->length = length;
	coverage->begins_run = true;
}

/* Between this datagram with sockets and the one before is a gap. */
static void begin_run(struct coverage *coverage) {
	coverage->begins_run = false;
	if (coverage->run > 0) {
		coverage->previous = -1;
		coverage->runs_short |= coverage->run_length <= CAPACITY_LEAST;
	}
	coverage->run_length = coverage->length;
	coverage->run++;
	coverage->run_start = coverage->edge_count;
	coverage->run_members = 0;
	if (coverage->dumps == 1)
		coverage->run_count = coverage->run;
}

/* The first EDGE sockets of a run take places of their own, and the last EDGE take turns in as many
 * behind them. */
static void remember(struct coverage *coverage, uint64_t cookie, uint8_t state) {
	const size_t member = coverage->run_members++;
	const size_t at =
	    coverage->run_start + (member < 2 * EDGE ? member : EDGE + (member - EDGE) % EDGE);
	if (at >= coverage->edge_capacity) {
		coverage->edge_capacity =
		    coverage->edge_capacity ? coverage->edge_capacity * 2 : 256;
		coverage->edges = xreallocarray(coverage->edges, coverage->edge_capacity,
		                                sizeof(*coverage->edges));
	}
	if (at >= coverage->edge_count)
		coverage->edge_count = at + 1;
	coverage->edges[at] = (struct coverage_edge){ cookie, coverage->run, state };
}

/* Everything between the last known socket of this datagram and one of `run` is in it. */
static void reach(struct coverage *coverage, uint32_t run) {
	for (int64_t gap = coverage->previous; gap >= 0 && gap < run; gap++)
		coverage->bridged[gap] = true;
	coverage->previous = run;
}

void coverage_add(struct coverage *coverage, uint64_t cookie, uint8_t state) {
	if (coverage->begins_run)
		begin_run(coverage);
	if (coverage->dumps == 1) {
		remember(coverage, cookie, state);
		return;
	}
	const struct coverage_edge wanted = { .cookie = cookie };
	const struct coverage_edge *edge =
	    coverage->edge_count == 0 ? NULL
				      : bsearch(&wanted, coverage->edges, coverage->edge_count,
	                                        sizeof(*coverage->edges), compare_edges);
	if (edge && edge->state == state)
		reach(coverage, edge->run);
}

void coverage_end_dump(struct coverage *coverage) {
	const bool in_sight = !ends_full(coverage);
	if (coverage->dumps > 1 && in_sight)
		reach(coverage, coverage->run_count + 1);
	else if (coverage->dumps == 1 && !in_sight)
		coverage->run_count++;
}

size_t coverage_gaps(const struct coverage *coverage) {
	size_t gaps = 0;
	for (uint32_t gap = 1; gap < coverage->run_count; gap++)
		gaps += !coverage->bridged || !coverage->bridged[gap];
	return gaps;
}

void coverage_finish(struct coverage *coverage) {
	free(coverage->edges);
	free(coverage->bridged);
	*coverage = (struct coverage){ 0 };
}
