/* Sets of whole numbers: how ranges unite, and what is in them at both ends of 64 bits. */

#include "range.h"

#include <criterion/criterion.h>

#include "arena.h"
#include "util.h"

#define MAX UINT64_MAX

static struct range_set settled(struct arena *arena, const struct range *ranges, size_t count) {
	struct range_set set = { 0 };
	for (size_t i = 0; i < count; i++)
		range_add(&set, arena, ranges[i]);
	range_settle(&set);
	return set;
}

Test(range, what_overlaps_or_touches_becomes_one) {
	static const struct {
		size_t count;
		struct range ranges[4];
		size_t left;
		struct range result[4];
	} cases[] = {
		{ 0, { { 0, 0 } }, 0, { { 0, 0 } } },
		{ 1, { { 0, 0 } }, 1, { { 0, 0 } } },
		{ 1, { { 5, 4 } }, 0, { { 0, 0 } } },
		{ 1, { { MAX, 0 } }, 0, { { 0, 0 } } },
		{ 2, { { 1, 2 }, { 3, 4 } }, 1, { { 1, 4 } } },
		{ 2, { { 3, 4 }, { 1, 2 } }, 1, { { 1, 4 } } },
		{ 2, { { 1, 2 }, { 4, 5 } }, 2, { { 1, 2 }, { 4, 5 } } },
		{ 2, { { 1, 9 }, { 3, 4 } }, 1, { { 1, 9 } } },
		{ 2, { { 1, 3 }, { 1, 9 } }, 1, { { 1, 9 } } },
		{ 3, { { 1, 9 }, { 2, 3 }, { 5, 20 } }, 1, { { 1, 20 } } },
		{ 3, { { 7, 7 }, { 7, 7 }, { 7, 7 } }, 1, { { 7, 7 } } },
		{ 2, { { MAX, MAX }, { 0, 0 } }, 2, { { 0, 0 }, { MAX, MAX } } },
		{ 2, { { 0, MAX - 1 }, { MAX, MAX } }, 1, { { 0, MAX } } },
		{ 2, { { 0, MAX }, { MAX, MAX } }, 1, { { 0, MAX } } },
		{ 3, { { 0, MAX }, { 5, 6 }, { 0, 1 } }, 1, { { 0, MAX } } },
		{ 3, { { 9, 9 }, { 5, 4 }, { 0, 0 } }, 2, { { 0, 0 }, { 9, 9 } } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct arena arena = { 0 };
		const struct range_set set = settled(&arena, cases[i].ranges, cases[i].count);
		cr_expect_eq(set.count, cases[i].left, "case %zu", i);
		for (size_t j = 0; j < set.count && j < cases[i].left; j++) {
			cr_expect_eq(set.ranges[j].first, cases[i].result[j].first, "case %zu", i);
			cr_expect_eq(set.ranges[j].last, cases[i].result[j].last, "case %zu", i);
		}
		arena_finish(&arena);
	}
}

Test(range, both_ends_belong_to_it) {
	static const struct range ranges[] = { { 0, 0 }, { 10, 20 }, { MAX - 1, MAX } };
	static const struct {
		uint64_t number;
		bool has;
	} cases[] = {
		{ 0, true },  { 1, false },  { 9, false },       { 10, true },      { 15, true },
		{ 20, true }, { 21, false }, { MAX - 2, false }, { MAX - 1, true }, { MAX, true },
	};
	struct arena arena = { 0 };
	const struct range_set set = settled(&arena, ranges, ARRAY_LENGTH(ranges));
	const struct range_set none = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		cr_expect_eq(range_has(&set, cases[i].number), cases[i].has, "case %zu", i);
		cr_expect_not(range_has(&none, cases[i].number), "case %zu of none", i);
	}
	arena_finish(&arena);
}

/* Short ones, as long ones would soon be everything. */
Test(range, many_in_any_order_answer_like_a_list_of_all) {
	enum { NUMBERS = 1000, RANGES = 200, ROUNDS = 50 };
	uint64_t seed = 1;
	for (int round = 0; round < ROUNDS; round++) {
		bool has[NUMBERS] = { false };
		struct arena arena = { 0 };
		struct range_set set = { 0 };
		for (int i = 0; i < RANGES; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			const uint64_t first = (seed >> 33) % NUMBERS;
			const struct range range = { first, first + (seed >> 60) % 4 };
			range_add(&set, &arena, range);
			for (uint64_t j = range.first; j <= range.last && j < NUMBERS; j++)
				has[j] = true;
		}
		range_settle(&set);
		for (size_t i = 0; i < NUMBERS; i++)
			cr_expect_eq(range_has(&set, i), has[i], "round %d: %zu", round, i);
		arena_finish(&arena);
	}
}
