/* Sums by key. */

#include <criterion/criterion.h>

#include "tally.h"

static struct tally_key key_of(uint64_t number) {
	return (struct tally_key){ .numbers = { number % 7, number / 7 % 11, number / 77 } };
}

Test(tally, has_one_entry_for_each_key_however_many_there_are) {
	enum { KEYS = 5000, TIMES = 3 };
	struct tally tally = { 0 };
	for (int round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < (uint64_t)KEYS * TIMES; i++) {
			const struct tally_key key = key_of(i % KEYS);
			tally_at(&tally, &key)->sockets += i % KEYS;
		}
		cr_assert_eq(tally.count, KEYS);
		for (uint64_t i = 0; i < KEYS; i++) {
			const struct tally_key key = key_of(i);
			const struct tally_entry *entry = tally_find(&tally, &key);
			cr_assert(entry);
			cr_expect_eq(entry->sockets, i * TIMES);
			cr_expect_eq(entry, &tally.entries[i], "in the order of first sight");
		}
		tally_reset(&tally);
		cr_expect_eq(tally.count, 0);
	}
	tally_finish(&tally);
}

Test(tally, finds_nothing_that_was_not_put_there) {
	const struct tally_key one = { .numbers = { 1, 0, 0 } };
	const struct tally_key other = { .numbers = { 0, 1, 0 } };
	struct tally tally = { 0 };
	cr_expect_null(tally_find(&tally, &one));
	tally_at(&tally, &one);
	cr_expect_null(tally_find(&tally, &other));
	tally_reset(&tally);
	cr_expect_null(tally_find(&tally, &one));
	tally_finish(&tally);
}
