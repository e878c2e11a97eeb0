/* Even rates, and what becomes of a stall. */

#include <criterion/criterion.h>

#include "pace.h"

static const uint64_t second_ns = 1000000000;

static uint64_t take_all(struct pace *pace, uint64_t now_ns) {
	uint64_t count = 0;
	uint64_t meant_ns;
	while (pace_take(pace, now_ns, &meant_ns))
		count++;
	return count;
}

Test(pace, events_come_evenly_from_the_start_on) {
	struct pace pace = pace_start(4, 77);
	uint64_t meant_ns = 0;
	cr_expect(!pace_take(&pace, 76, &meant_ns));
	for (uint64_t i = 0; i < 10; i++) {
		const uint64_t due_ns = 77 + i * second_ns / 4;
		cr_expect_eq(pace_next(&pace), due_ns);
		cr_expect(!pace_take(&pace, due_ns - 1, &meant_ns));
		cr_expect(pace_take(&pace, due_ns, &meant_ns));
		cr_expect_eq(meant_ns, due_ns);
	}
	cr_expect_eq(pace.skipped, 0);
}

Test(pace, the_rate_is_kept_over_a_long_time) {
	struct pace pace = pace_start(30000, 0);
	uint64_t count = 0;
	for (uint64_t now_ns = 0; now_ns < 1000 * second_ns; now_ns += second_ns / 10)
		count += take_all(&pace, now_ns);
	cr_expect(count >= 30000 * 999 && count <= 30000 * 1000 + 1, "%llu",
	          (unsigned long long)count);
}

Test(pace, a_short_stall_is_made_up_for_with_the_times_that_were_meant) {
	struct pace pace = pace_start(1000, 0);
	uint64_t meant_ns = 1;
	for (uint64_t i = 0; i <= 500; i++) {
		cr_assert(pace_take(&pace, second_ns / 2, &meant_ns));
		cr_assert_eq(meant_ns, i * second_ns / 1000);
	}
	cr_expect(!pace_take(&pace, second_ns / 2, &meant_ns));
	cr_expect_eq(pace.skipped, 0);
}

Test(pace, a_long_stall_is_not_followed_by_a_long_burst) {
	struct pace pace = pace_start(1000, 0);
	cr_expect_eq(take_all(&pace, 0), 1);
	const uint64_t burst = take_all(&pace, 3600 * second_ns);
	cr_expect(burst >= 1000 && burst <= 1001, "%llu", (unsigned long long)burst);
	cr_expect_eq(burst + pace.skipped, 3600 * 1000);
}

Test(pace, nothing_overflows_at_any_rate) {
	const double rates[] = { 1e-300, 1e-9, 1e9, 1e300 };
	for (int i = 0; i < 4; i++) {
		struct pace pace = pace_start(rates[i], 5);
		uint64_t meant_ns = 0;
		cr_expect(pace_take(&pace, 5, &meant_ns));
		cr_expect_eq(meant_ns, 5);
		cr_expect(pace_next(&pace) >= 5);
	}
}
