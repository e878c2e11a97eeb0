/* The proof that nothing was missed, held against a model of the kernel's tables: chains that
 * change between the datagrams of a dump, which remembers its place in a chain as a count. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "util.h"

enum {
	RECORD = 112,
	BUCKETS_MAX = 64,
	CHAIN_MAX = 4096,
	STABLE_MAX = 2048,
	SIZE_USUAL = 32448,
	DUMPS_MAX = 4,
};

static const size_t first_sizes[DUMPS_MAX] = { 32448, 16384, 8192, 24576 };

/* Cookies up to `stable` stay; those above come and go. */
struct model {
	uint64_t chains[BUCKETS_MAX][CHAIN_MAX];
	size_t lengths[BUCKETS_MAX];
	size_t buckets;
	uint64_t stable, next;
	unsigned short seed[3];
	uint8_t seen[STABLE_MAX + 1]; /* by cookie, for the stable ones */
	struct coverage coverage;
	size_t changes; /* between two datagrams */
};

static size_t any(struct model *model, size_t below) {
	return (size_t)nrand48(model->seed) % below;
}

static void insert(struct model *model, size_t bucket, uint64_t cookie) {
	uint64_t *chain = model->chains[bucket];
	cr_assert_lt(model->lengths[bucket], CHAIN_MAX);
	memmove(chain + 1, chain, model->lengths[bucket]++ * sizeof(*chain));
	chain[0] = cookie;
}

static void take_out(struct model *model, size_t bucket, size_t at) {
	uint64_t *chain = model->chains[bucket];
	memmove(chain + at, chain + at + 1, (--model->lengths[bucket] - at) * sizeof(*chain));
}

/* One comes at the head of a chain, or one of those that do not stay goes. */
static void change(struct model *model) {
	const size_t bucket = any(model, model->buckets);
	const size_t length = model->lengths[bucket];
	if (any(model, 2) == 0 && length < CHAIN_MAX - 1) {
		insert(model, bucket, model->next++);
		return;
	}
	for (size_t i = 0; i < 8 && length > 0; i++) {
		const size_t at = any(model, length);
		if (model->chains[bucket][at] > model->stable) {
			take_out(model, bucket, at);
			return;
		}
	}
}

static struct model *new_model(size_t buckets, uint64_t stable, size_t changes, int seed) {
	struct model *model = xcalloc(1, sizeof(*model));
	model->buckets = buckets;
	model->stable = stable;
	model->next = stable + 1;
	model->changes = changes;
	model->seed[0] = (unsigned short)seed;
	for (uint64_t i = 1; i <= stable; i++) {
		insert(model, any(model, buckets), i);
		if (i % 8 == 0)
			insert(model, any(model, buckets), model->next++);
	}
	return model;
}

static void free_model(struct model *model) {
	coverage_finish(&model->coverage);
	free(model);
}

static void tell(struct model *model, uint64_t cookie, bool *first_dump_saw) {
	const bool again = first_dump_saw && first_dump_saw[cookie];
	if (first_dump_saw)
		first_dump_saw[cookie] = true;
	if (cookie <= model->stable)
		model->seen[cookie] = 1;
	if (!again)
		coverage_add(&model->coverage, cookie, 1);
}

/* Where a walk goes on: a bucket and a count. */
struct place {
	size_t bucket, at;
};

/* Fills one datagram, under the lock, and returns whether the table came to its end. */
static bool fill(struct model *model, struct place *place, size_t size, bool *saw) {
	uint64_t told[SIZE_USUAL / RECORD];
	size_t count = 0;
	bool full = false;
	while (place->bucket < model->buckets && !full) {
		if (place->at >= model->lengths[place->bucket]) {
			*place = (struct place){ place->bucket + 1, 0 };
			continue;
		}
		full = (count + 1) * RECORD > size;
		if (!full)
			told[count++] = model->chains[place->bucket][place->at++];
	}
	coverage_begin_datagram(&model->coverage, count * RECORD);
	for (size_t i = 0; i < count; i++)
		tell(model, told[i], saw);
	return !full;
}

static void dump(struct model *model, size_t number) {
	bool *saw = number == 0 ? xcalloc((size_t)model->next + 100000, sizeof(*saw)) : NULL;
	struct place place = { 0 };
	size_t size = first_sizes[number];
	coverage_begin_dump(&model->coverage, size);
	while (!fill(model, &place, size, saw)) {
		size = SIZE_USUAL;
		for (size_t i = 0; i < model->changes; i++)
			change(model);
	}
	coverage_begin_datagram(&model->coverage, 20); /* NLMSG_DONE in one of its own */
	coverage_end_dump(&model->coverage);
	free(saw);
}

static size_t missed(const struct model *model) {
	size_t count = 0;
	for (uint64_t i = 1; i <= model->stable; i++)
		count += !model->seen[i];
	return count;
}

Test(coverage, a_table_that_fits_one_datagram_has_no_gap) {
	struct model *model = new_model(4, 20, 0, 1);
	dump(model, 0);
	cr_expect_eq(coverage_gaps(&model->coverage), 0);
	cr_expect_eq(missed(model), 0);
	free_model(model);
}

Test(coverage, every_full_datagram_leaves_a_gap_until_another_dump_bridges_it) {
	struct model *model = new_model(1, 2000, 0, 2);
	dump(model, 0);
	cr_expect_eq(coverage_gaps(&model->coverage), 2000 * 9 / 8 * RECORD / SIZE_USUAL);
	dump(model, 1);
	cr_expect_eq(coverage_gaps(&model->coverage), 0);
	free_model(model);
}

Test(coverage, the_same_gaps_again_prove_nothing) {
	struct model *model = new_model(1, 2000, 0, 3);
	dump(model, 0);
	const size_t gaps = coverage_gaps(&model->coverage);
	dump(model, 0);
	cr_expect_eq(coverage_gaps(&model->coverage), gaps);
	free_model(model);
}

/* The claim itself. The model loses sockets in single dumps, or it would show nothing. */
Test(coverage, what_is_proved_whole_has_missed_nothing) {
	static const size_t buckets[] = { 1, 2, 7, BUCKETS_MAX };
	static const size_t changes[] = { 1, 3, 30 };
	size_t lossy = 0;
	size_t proved = 0;
	size_t dumps = 0;
	size_t rounds = 0;
	for (int seed = 0; seed < 600; seed++, rounds++) {
		struct model *model =
		    new_model(buckets[seed % 4], 300 + (uint64_t)seed * 2, changes[seed % 3], seed);
		dump(model, 0);
		lossy += missed(model) > 0;
		size_t number = 1;
		while (number < DUMPS_MAX && coverage_gaps(&model->coverage) > 0)
			dump(model, number++);
		dumps += number;
		const bool whole = coverage_gaps(&model->coverage) == 0;
		proved += whole;
		cr_expect(!whole || missed(model) == 0, "seed %d: %zu are missing", seed,
		          missed(model));
		free_model(model);
	}
	cr_expect_gt(lossy, rounds / 10, "only %zu single dumps lost one", lossy);
	cr_expect_gt(proved, rounds * 99 / 100, "only %zu were proved", proved);
	cr_expect_lt(dumps, rounds * 22 / 10, "%zu dumps for %zu rounds", dumps, rounds);
}

Test(coverage, a_socket_that_changed_its_state_bridges_nothing) {
	struct coverage coverage = { 0 };
	coverage_begin_dump(&coverage, SIZE_USUAL);
	coverage_begin_datagram(&coverage, SIZE_USUAL);
	coverage_add(&coverage, 1, 1);
	coverage_begin_datagram(&coverage, 100);
	coverage_add(&coverage, 2, 1);
	coverage_end_dump(&coverage);
	cr_assert_eq(coverage_gaps(&coverage), 1);
	static const uint8_t states[] = { 7, 1 };
	for (size_t i = 0; i < 2; i++) {
		coverage_begin_dump(&coverage, SIZE_USUAL / 2);
		coverage_begin_datagram(&coverage, SIZE_USUAL / 2);
		coverage_begin_datagram(&coverage, SIZE_USUAL);
		coverage_add(&coverage, 1, 1);
		coverage_add(&coverage, 2, states[i]);
		coverage_begin_datagram(&coverage, 20);
		coverage_end_dump(&coverage);
		cr_expect_eq(coverage_gaps(&coverage), states[i] == 7);
	}
	coverage_finish(&coverage);
}
