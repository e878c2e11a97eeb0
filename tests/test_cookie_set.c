/* The set of cookies against the plainest set there is. */

#include <criterion/criterion.h>
#include <stdlib.h>

#include "cookie_set.h"
#include "util.h"

/* A fixed sequence (xorshift64), so that a failure can be repeated. */
static uint64_t next_random(uint64_t *state) {
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static bool model_add(uint64_t *model, size_t *count, uint64_t cookie) {
	for (size_t i = 0; i < *count; i++) {
		if (model[i] == cookie)
			return false;
	}
	model[(*count)++] = cookie;
	return true;
}

Test(cookie_set, it_answers_as_a_plain_list_does) {
	enum { ROUNDS = 6000 };
	/* Dense, in runs like the kernel's, far apart, and where only the top or the low bits
	 * differ. */
	static const struct {
		uint64_t mask;
		unsigned shift;
	} kinds[] = {
		{ 0x3ff, 0 }, { 0xffff, 0 }, { 0xffff, 6 }, { 0xfff, 52 }, { UINT64_MAX, 0 }
	};
	uint64_t *model = xcalloc(ROUNDS, sizeof(*model));
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct cookie_set set = { 0 };
		uint64_t random = 88172645463325252;
		size_t count = 0;
		for (int j = 0; j < ROUNDS; j++) {
			const uint64_t cookie = (next_random(&random) & kinds[i].mask)
			                        << kinds[i].shift;
			cr_assert_eq(cookie_set_add(&set, cookie), model_add(model, &count, cookie),
			             "kind %zu, %#jx", i, (uintmax_t)cookie);
		}
		cookie_set_finish(&set);
	}
	free(model);
}

Test(cookie_set, the_extremes_are_cookies_like_any_other) {
	static const uint64_t cookies[] = {
		0, 1, 63, 64, 65, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX, (uint64_t)1 << 63
	};
	struct cookie_set set = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(cookies); i++)
		cr_expect(cookie_set_add(&set, cookies[i]), "%#jx", (uintmax_t)cookies[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(cookies); i++)
		cr_expect_not(cookie_set_add(&set, cookies[i]), "%#jx", (uintmax_t)cookies[i]);
	cookie_set_finish(&set);
}

Test(cookie_set, growing_forgets_nothing) {
	enum { COOKIES = 200000, STEP = 67 };
	struct cookie_set set = { 0 };
	for (uint64_t i = 0; i < COOKIES; i++)
		cr_assert(cookie_set_add(&set, i * STEP));
	for (uint64_t i = 0; i < COOKIES; i++)
		cr_assert_not(cookie_set_add(&set, i * STEP));
	cr_assert(cookie_set_add(&set, 1), "between two that are in");
	cookie_set_finish(&set);
}

Test(cookie_set, a_finished_set_is_empty_and_can_be_used_again) {
	struct cookie_set set = { 0 };
	cookie_set_finish(&set);
	cr_expect(cookie_set_add(&set, 5));
	cookie_set_finish(&set);
	cr_expect(cookie_set_add(&set, 5));
	cookie_set_finish(&set);
	cookie_set_finish(&set);
}

/* Cookies that stood in one row when a product with this was all that scattered them: a recording
 * may have any. Quadratic, it would take minutes. */
Test(cookie_set, crafted_cookies_are_no_burden, .timeout = 60) {
	enum { COUNT = 300000 };
	const uint64_t spread = 0x9e3779b97f4a7c15;
	uint64_t inverse = spread;
	struct cookie_set set = { 0 };
	for (int i = 0; i < 6; i++)
		inverse *= 2 - spread * inverse;
	cr_assert_eq(inverse * spread, 1);
	for (uint64_t i = 0, count = 0; count < COUNT; i++) {
		const uint64_t word = (i % 4096 << 52 | (i / 4096 + 1)) * inverse;
		if (word < UINT64_C(1) << 58)
			count += cookie_set_add(&set, word * 64);
	}
	cookie_set_finish(&set);
}
