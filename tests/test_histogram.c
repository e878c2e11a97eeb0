/* Percentiles of times, within 0.1 %. */

#include <criterion/criterion.h>
#include <stdlib.h>

#include "histogram.h"
#include "util.h"

Test(histogram, an_empty_one_is_all_zero) {
	struct histogram *histogram = histogram_create();
	cr_expect_eq(histogram_count(histogram), 0);
	cr_expect_eq(histogram_min(histogram), 0);
	cr_expect_eq(histogram_max(histogram), 0);
	cr_expect_eq(histogram_mean(histogram), 0);
	cr_expect_eq(histogram_quantile(histogram, 500), 0);
	cr_expect_eq(histogram_quantile(histogram, 1000), 0);
	histogram_destroy(histogram);
}

Test(histogram, short_times_are_exact) {
	struct histogram *histogram = histogram_create();
	for (uint64_t ns = 1; ns <= 2000; ns++)
		histogram_record(histogram, ns);
	cr_expect_eq(histogram_count(histogram), 2000);
	cr_expect_eq(histogram_min(histogram), 1);
	cr_expect_eq(histogram_max(histogram), 2000);
	cr_expect_eq(histogram_mean(histogram), 1000);
	cr_expect_eq(histogram_quantile(histogram, 0), 1);
	cr_expect_eq(histogram_quantile(histogram, 500), 1000);
	cr_expect_eq(histogram_quantile(histogram, 900), 1800);
	cr_expect_eq(histogram_quantile(histogram, 999), 1998);
	cr_expect_eq(histogram_quantile(histogram, 1000), 2000);
	histogram_destroy(histogram);
}

Test(histogram, any_time_is_kept_to_a_thousandth_and_never_too_short) {
	for (uint64_t ns = 1; ns <= HISTOGRAM_MAX_NS / 3; ns = ns * 33 / 32 + 1) {
		struct histogram *histogram = histogram_create();
		histogram_record(histogram, ns);
		histogram_record(histogram, HISTOGRAM_MAX_NS);
		const uint64_t half = histogram_quantile(histogram, 500);
		cr_assert(half >= ns && half - ns <= ns / 1000, "%llu is %llu",
		          (unsigned long long)ns, (unsigned long long)half);
		histogram_destroy(histogram);
	}
}

Test(histogram, powers_of_two_and_their_neighbours_stay_in_order) {
	for (int bit = 1; bit < 42; bit++) {
		const uint64_t power = UINT64_C(1) << bit;
		struct histogram *histogram = histogram_create();
		histogram_record(histogram, power - 1);
		histogram_record(histogram, power);
		histogram_record(histogram, HISTOGRAM_MAX_NS);
		cr_expect_eq(histogram_quantile(histogram, 1), power - 1, "bit %d", bit);
		const uint64_t second = histogram_quantile(histogram, 600);
		cr_expect(second >= power && second <= power + power / 1000, "bit %d", bit);
		histogram_destroy(histogram);
	}
}

Test(histogram, one_outlier_is_the_maximum_and_not_the_median) {
	struct histogram *histogram = histogram_create();
	for (int i = 0; i < 999; i++)
		histogram_record(histogram, 100);
	histogram_record(histogram, 5000000000);
	cr_expect_eq(histogram_quantile(histogram, 500), 100);
	cr_expect_eq(histogram_quantile(histogram, 999), 100);
	cr_expect_eq(histogram_quantile(histogram, 1000), 5000000000);
	cr_expect_eq(histogram_max(histogram), 5000000000);
	histogram_destroy(histogram);
}

Test(histogram, what_is_too_long_counts_as_the_longest) {
	struct histogram *histogram = histogram_create();
	histogram_record(histogram, UINT64_MAX);
	cr_expect_eq(histogram_count(histogram), 1);
	cr_expect_eq(histogram_max(histogram), HISTOGRAM_MAX_NS);
	cr_expect_eq(histogram_quantile(histogram, 500), HISTOGRAM_MAX_NS);
	histogram_destroy(histogram);
}
