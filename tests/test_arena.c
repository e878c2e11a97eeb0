/* The arena: objects are aligned, do not overlap, do not move, and all go at once. */

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"

Test(arena, objects_are_aligned_for_anything) {
	struct arena arena = { 0 };
	for (size_t size = 0; size < 200; size++) {
		const uintptr_t address = (uintptr_t)arena_alloc(&arena, size);
		cr_assert_eq(address % alignof(max_align_t), 0, "an object of %zu bytes", size);
	}
	arena_finish(&arena);
}

enum { OBJECTS = 500 };

static size_t size_of(size_t i) {
	return i % 50 == 49 ? 100000 : i * 7 + 1;
}

static void fill(struct arena *arena, unsigned char *objects[OBJECTS]) {
	for (size_t i = 0; i < OBJECTS; i++) {
		objects[i] = arena_alloc(arena, size_of(i));
		memset(objects[i], (int)(i % 251), size_of(i));
	}
}

static void expect_unharmed(unsigned char *objects[OBJECTS]) {
	for (size_t i = 0; i < OBJECTS; i++) {
		for (size_t j = 0; j < size_of(i); j++)
			cr_assert_eq(objects[i][j], i % 251, "byte %zu of object %zu", j, i);
	}
}

Test(arena, objects_of_any_size_do_not_overlap) {
	struct arena arena = { 0 };
	unsigned char *objects[OBJECTS];
	fill(&arena, objects);
	expect_unharmed(objects);
	arena_finish(&arena);
}

Test(arena, a_round_after_a_reset_is_as_good_as_the_first) {
	struct arena arena = { 0 };
	unsigned char *objects[OBJECTS];
	for (int round = 0; round < 3; round++) {
		fill(&arena, objects);
		expect_unharmed(objects);
		arena_reset(&arena);
		arena_alloc(&arena, (size_t)round * 70000); /* another order of sizes */
	}
	arena_finish(&arena);
}

Test(arena, a_reset_keeps_the_memory_for_the_next_round) {
	struct arena arena = { 0 };
	const void *first = arena_alloc(&arena, 100);
	arena_alloc(&arena, 100);
	arena_reset(&arena);
	cr_assert_eq(arena_alloc(&arena, 100), first);
	arena_finish(&arena);
}

/* A large object that comes behind more and more small ones. */
Test(arena, rounds_that_differ_do_not_add_up) {
	enum { ROUNDS = 200, LARGE = 100000, CHUNK = 65536 };
	struct arena arena = { 0 };
	size_t used_first = 0;
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < ROUNDS; i++) {
			arena_alloc(&arena, CHUNK / 2);
			if (i == round)
				arena_alloc(&arena, LARGE);
		}
		const struct mallinfo2 info = mallinfo2();
		const size_t used = info.uordblks + info.hblkhd;
		if (round == 0)
			used_first = used;
		cr_assert_lt(used, used_first + 4 * LARGE, "round %zu", round);
		arena_reset(&arena);
	}
	arena_finish(&arena);
}

Test(arena, a_copy_ends_with_a_nul_and_keeps_those_inside) {
	struct arena arena = { 0 };
	const char *copy = arena_copy(&arena, "a\0b", 3);
	cr_assert_eq(memcmp(copy, "a\0b", 4), 0);
	cr_assert_str_eq(arena_copy(&arena, NULL, 0), "");
	cr_assert_str_eq(arena_copy(&arena, "xyz", 1), "x");
	arena_finish(&arena);
}

Test(arena, an_unused_arena_can_be_reset_and_finished_twice) {
	struct arena arena = { 0 };
	arena_reset(&arena);
	arena_finish(&arena);
	arena_finish(&arena);
	cr_assert_str_eq(arena_copy(&arena, "again", 5), "again");
	arena_finish(&arena);
}
