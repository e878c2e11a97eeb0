/* Timelines made by hand: which moment is meant, and how far it is to the next. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "timeline.h"
#include "util.h"

static const uint64_t start_ns = 1700000000 * SECOND_NS; /* 22:13:20 UTC */

/* A moment for each of these times, in seconds behind the start. */
static struct timeline make(const int *seconds, size_t count) {
	struct timeline timeline = { 0 };
	for (size_t i = 0; i < count; i++) {
		const struct timeline_moment moment = {
			.position = 24 + i,
			.time_ns = start_ns + (uint64_t)seconds[i] * SECOND_NS,
			.sockets = i,
		};
		timeline_add(&timeline, &moment);
	}
	timeline.is_whole = true;
	return timeline;
}

static const int steady[] = { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90 };

Test(timeline, a_text_says_which_moment_is_meant) {
	static const struct {
		size_t from;
		const char *text;
		size_t moment;
	} rows[] = {
		{ 0, "1", 0 },        { 0, "10", 9 },       { 3, "+30s", 6 },  { 3, "+25", 6 },
		{ 3, "+1", 4 },       { 3, "-1", 2 },       { 3, "-30s", 0 },  { 8, "-1m", 2 },
		{ 8, "-55", 2 },      { 8, "+1h", 9 },      { 8, "-1h", 0 },   { 9, "+10", 9 },
		{ 0, "22:13:50", 3 }, { 9, "22:13:41", 3 }, { 9, "22:14", 4 },
	};
	setenv("TZ", "UTC0", 1);
	struct timeline timeline = make(steady, ARRAY_LENGTH(steady));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		size_t moment = 99;
		cr_expect(timeline_find(&timeline, rows[i].from, rows[i].text, &moment), "%s",
		          rows[i].text);
		cr_expect_eq(moment, rows[i].moment, "%zu %s: %zu", rows[i].from, rows[i].text,
		             moment);
	}
	timeline_finish(&timeline);
}

Test(timeline, what_means_no_moment_is_refused_and_changes_nothing) {
	static const char *const texts[] = { "0", "11", "", "x", "+", "12:61", "22:15" };
	setenv("TZ", "UTC0", 1);
	struct timeline timeline = make(steady, ARRAY_LENGTH(steady));
	struct timeline empty = { 0 };
	size_t moment = 99;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		cr_expect(!timeline_find(&timeline, 0, texts[i], &moment), "%s", texts[i]);
	cr_expect(!timeline_find(&timeline, ARRAY_LENGTH(steady), "1", &moment));
	cr_expect(!timeline_find(&empty, 0, "1", &moment));
	cr_expect_eq(moment, 99);
	timeline_finish(&timeline);
}

/* Any order of times, also those that are not known, leads to a moment that there is. */
Test(timeline, a_clock_that_was_set_back_leads_nowhere_outside) {
	static const char *const texts[] = { "+5", "-5", "+1h", "-1h", "+0", "-0" };
	struct timeline timeline = { 0 };
	srand(7);
	for (size_t i = 0; i < 50; i++) {
		const uint64_t time_ns = rand() % 4 == 0 ? 0 : (uint64_t)rand() * 1000000;
		timeline_add(&timeline, &(struct timeline_moment){ .time_ns = time_ns });
	}
	timeline.is_whole = true;
	for (size_t from = 0; from < timeline.count; from++) {
		for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
			size_t moment = 99;
			cr_assert(timeline_find(&timeline, from, texts[i], &moment));
			cr_assert_lt(moment, timeline.count);
			cr_assert(texts[i][0] == '+' ? moment >= from : moment <= from);
		}
	}
	timeline_finish(&timeline);
}

Test(timeline, as_long_as_more_may_come_the_last_that_is_known_is_not_the_end) {
	struct timeline timeline = make(steady, ARRAY_LENGTH(steady));
	size_t moment = 99;
	timeline.is_whole = false;
	cr_expect(!timeline_find(&timeline, 3, "+1h", &moment));
	cr_expect(!timeline_find(&timeline, 9, "+1", &moment));
	cr_expect_eq(moment, 99);
	cr_expect(timeline_find(&timeline, 3, "+1m", &moment));
	cr_expect_eq(moment, 9);
	cr_expect(timeline_find(&timeline, 3, "-1h", &moment));
	cr_expect_eq(moment, 0);
	timeline_finish(&timeline);
}

Test(timeline, the_distance_to_the_next_moment_is_known_or_zero) {
	static const int seconds[] = { 0, 10, 5, 65 };
	struct timeline timeline = make(seconds, ARRAY_LENGTH(seconds));
	timeline.times_ns[3] = 0;
	cr_expect_eq(timeline_distance_ns(&timeline, 0), 10 * SECOND_NS);
	cr_expect_eq(timeline_distance_ns(&timeline, 1), 0, "set back");
	cr_expect_eq(timeline_distance_ns(&timeline, 2), 0, "not known");
	cr_expect_eq(timeline_distance_ns(&timeline, 3), 0, "the last one");
	cr_expect_eq(timeline_distance_ns(&timeline, SIZE_MAX), 0);
	timeline_finish(&timeline);
}

Test(timeline, one_that_follows_gets_what_it_has_not) {
	struct timeline all = make(steady, 3);
	struct timeline follower = { 0 };
	cr_expect(timeline_follow(&follower, &all));
	cr_expect(!timeline_follow(&follower, &all), "nothing new");
	timeline_add(&all, &(struct timeline_moment){ .position = 7, .sockets = 8 });
	all.is_whole = true;
	cr_expect(timeline_follow(&follower, &all));
	cr_expect_eq(follower.count, 4);
	cr_expect_eq(follower.positions[3], 7);
	cr_expect_eq(follower.sockets[3], 8);
	cr_expect_eq(follower.times_ns[2], all.times_ns[2]);
	cr_expect(follower.is_whole);
	timeline_finish(&all);
	timeline_finish(&follower);
}
