/* Up to 2 * STEPS nanoseconds each value has a counter; from there on each power of two is cut into
 * STEPS. */

#include "histogram.h"

#include <stddef.h>
#include <stdlib.h>

#include "util.h"

enum {
	STEP_BITS = 10,
	STEPS = 1 << STEP_BITS, /* 1/1024 is less than 0.1 % */
	VALUE_BITS = 42,
	COUNTERS = (VALUE_BITS - STEP_BITS + 1) * STEPS,
};

struct histogram {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t min_ns;
	uint64_t max_ns;
	uint64_t counters[COUNTERS];
};

struct histogram *histogram_create(void) {
	struct histogram *histogram = xcalloc(1, sizeof(*histogram));
	histogram->min_ns = UINT64_MAX;
	return histogram;
}

void histogram_destroy(struct histogram *histogram) {
	free(histogram);
}

static size_t counter_of(uint64_t ns) {
	if (ns < 2 * STEPS)
		return (size_t)ns;
	const int shift = 63 - __builtin_clzll(ns) - STEP_BITS;
	return (size_t)shift * STEPS + (size_t)(ns >> shift);
}

/* The longest time that is counted there. */
static uint64_t end_of(size_t counter) {
	if (counter < 2 * STEPS)
		return counter;
	const size_t shift = counter / STEPS - 1;
	return ((uint64_t)(counter - shift * STEPS + 1) << shift) - 1;
}

void histogram_record(struct histogram *histogram, uint64_t ns) {
	if (ns > HISTOGRAM_MAX_NS)
		ns = HISTOGRAM_MAX_NS;
	histogram->count++;
	histogram->sum_ns += ns;
	if (ns < histogram->min_ns)
		histogram->min_ns = ns;
	if (ns > histogram->max_ns)
		histogram->max_ns = ns;
	histogram->counters[counter_of(ns)]++;
}

uint64_t histogram_count(const struct histogram *histogram) {
	return histogram->count;
}

uint64_t histogram_min(const struct histogram *histogram) {
	return histogram->count > 0 ? histogram->min_ns : 0;
}

uint64_t histogram_max(const struct histogram *histogram) {
	return histogram->max_ns;
}

uint64_t histogram_mean(const struct histogram *histogram) {
	return histogram->count > 0 ? histogram->sum_ns / histogram->count : 0;
}

uint64_t histogram_quantile(const struct histogram *histogram, unsigned per_mille) {
	const unsigned __int128 wanted =
	    ((unsigned __int128)histogram->count * per_mille + 999) / 1000;
	uint64_t seen = 0;
	for (size_t i = 0; i < COUNTERS; i++) {
		seen += histogram->counters[i];
		if (seen > 0 && seen >= wanted)
			return end_of(i) < histogram->max_ns ? end_of(i) : histogram->max_ns;
	}
	return histogram->max_ns;
}
