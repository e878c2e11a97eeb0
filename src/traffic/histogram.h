#pragma once
/* How often each length of time was seen, to three significant digits in a fixed amount of memory,
 * in the way of HdrHistogram: as many equal steps in each power of two. Pure. */

#include <stdint.h>

/* What is longer is counted as this: 2^42 ns, a bit more than an hour. */
#define HISTOGRAM_MAX_NS ((UINT64_C(1) << 42) - 1)

struct histogram;

struct histogram *histogram_create(void);
void histogram_destroy(struct histogram *histogram);

void histogram_record(struct histogram *histogram, uint64_t ns);

/* How many were recorded; if there are none, all that follow are 0. */
uint64_t histogram_count(const struct histogram *histogram);

/* These are exact, as long as nothing was longer than the maximum. */
uint64_t histogram_min(const struct histogram *histogram);
uint64_t histogram_max(const struct histogram *histogram);
uint64_t histogram_mean(const struct histogram *histogram);

/* That which so many of 1000 are not longer than: 990 is the 99th percentile. At most 0.1 % too
 * long, never too short. */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned per_mille);
