/* The trails of single sockets: bounded, and those that matter are kept. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "life.h"
#include "sock.h"
#include "tcp_info.h"
#include "trail.h"
#include "util.h"

enum { CROWD = 3 * TRAIL_MAX };

static struct sock_life lives[CROWD];
static struct tcp_counters counters[CROWD];
static struct sock socks[CROWD];

/* `count` connections with the serials from `first` on, all of them still. */
static struct frame connections(uint64_t first, size_t count) {
	for (size_t i = 0; i < count; i++) {
		lives[i] = (struct sock_life){ .serial = first + i,
			                       .known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX };
		counters[i] = (struct tcp_counters){ .rtt = 100, .snd_cwnd = 10 };
		socks[i] = (struct sock){ .protocol = SOCK_PROTOCOL_TCP,
			                  .state = SOCK_STATE_ESTABLISHED,
			                  .tcp = &counters[i],
			                  .tcp_length = sizeof(counters[i]),
			                  .life = &lives[i] };
	}
	struct frame frame = { .snapshot = { .socks = socks, .count = count } };
	frame.totals.protocols[SOCK_PROTOCOL_TCP] = count;
	return frame;
}

static size_t count_found(struct trails *trails, uint64_t first, size_t count) {
	size_t found = 0;
	for (size_t i = 0; i < count; i++)
		found += trails_find(trails, first + i) != NULL;
	return found;
}

static uint32_t newest(const struct series *series) {
	cr_assert_gt(series->count, 0);
	const size_t at = (series->count - 1) % SERIES_LENGTH;
	cr_assert(series->known[at]);
	return series->values[at];
}

Test(trail, every_value_is_added_once_a_look) {
	struct trails *trails = trails_create();
	const struct frame frame = connections(1, 3);
	lives[1].rx = 5;
	lives[1].tx = 6;
	trails_add(trails, &frame);
	lives[1].rx = 7;
	trails_add(trails, &frame);
	const struct trail *trail = trails_find(trails, 2);
	cr_assert_not_null(trail);
	cr_expect_eq(trail->serial, 2);
	cr_expect_eq(trail->rx.count, 2);
	cr_expect_eq(newest(&trail->rx), 7);
	cr_expect_eq(newest(&trail->tx), 6);
	cr_expect_eq(newest(&trail->rtt), 100);
	cr_expect_eq(newest(&trail->cwnd), 10);
	trails_destroy(trails);
}

Test(trail, what_is_not_known_is_a_gap) {
	struct trails *trails = trails_create();
	const struct frame frame = connections(1, 1);
	lives[0].known = 0;
	socks[0].tcp_length = offsetof(struct tcp_counters, rtt);
	trails_add(trails, &frame);
	lives[0].known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX;
	lives[0].missing = 1;
	socks[0].tcp_length = sizeof(counters[0]);
	trails_add(trails, &frame);
	const struct trail *trail = trails_find(trails, 1);
	cr_assert_not_null(trail);
	cr_expect_eq(trail->rx.count, 2);
	for (size_t i = 0; i < 2; i++) {
		cr_expect_not(trail->rx.known[i]);
		cr_expect_not(trail->tx.known[i]);
		cr_expect_not(trail->rtt.known[i]);
		cr_expect_not(trail->cwnd.known[i]);
	}
	trails_destroy(trails);
}

Test(trail, a_socket_without_rates_has_none) {
	struct trails *trails = trails_create();
	const struct frame frame = connections(1, 2);
	socks[0].tcp = NULL;
	lives[0].known = 0;
	socks[1].life = NULL;
	trails_add(trails, &frame);
	cr_expect_null(trails_find(trails, 1));
	cr_expect_null(trails_find(trails, 2));
	cr_expect_null(trails_find(trails, 0));
	trails_destroy(trails);
}

Test(trail, the_ones_that_are_gone_make_room) {
	struct trails *trails = trails_create();
	for (uint64_t look = 0; look < 5; look++) {
		const struct frame frame = connections(1 + look * TRAIL_MAX, TRAIL_MAX - 2);
		trails_add(trails, &frame); /* the old ones are seen to be gone */
		trails_add(trails, &frame);
	}
	cr_expect_eq(count_found(trails, 1, 4 * TRAIL_MAX), 0);
	cr_expect_eq(count_found(trails, 1 + 4 * TRAIL_MAX, TRAIL_MAX - 2), TRAIL_MAX - 2);
	trails_destroy(trails);
}

Test(trail, in_a_crowd_only_those_that_move_get_one) {
	struct trails *trails = trails_create();
	const struct frame frame = connections(1, CROWD);
	lives[5].rx = 1;
	lives[CROWD - 2].tx = 1;
	lives[CROWD - 1].retrans = 1;
	trails_add(trails, &frame);
	cr_expect_not_null(trails_find(trails, 6));
	cr_expect_not_null(trails_find(trails, CROWD - 1));
	cr_expect_not_null(trails_find(trails, CROWD));
	cr_expect_eq(count_found(trails, 1, CROWD), 3);
	trails_destroy(trails);
}

Test(trail, one_that_stands_still_for_a_moment_keeps_it) {
	struct trails *trails = trails_create();
	const struct frame frame = connections(1, CROWD);
	lives[5].rx = 1;
	trails_add(trails, &frame);
	lives[5].rx = 0;
	trails_add(trails, &frame);
	cr_assert_not_null(trails_find(trails, 6));
	cr_expect_eq(trails_find(trails, 6)->rx.count, 2);
	trails_destroy(trails);
}

/* First a few thousand that all have one, then a crowd in which others move. */
Test(trail, those_that_stay_still_make_room_for_those_that_move) {
	struct trails *trails = trails_create();
	struct frame frame = connections(1, TRAIL_MAX - 1);
	trails_add(trails, &frame);
	cr_expect_eq(count_found(trails, 1, TRAIL_MAX - 1), TRAIL_MAX - 1);
	frame = connections(1, CROWD);
	for (size_t i = 0; i < 100; i++)
		lives[CROWD - 1 - i].rx = 1;
	for (int look = 0; look < 40; look++)
		trails_add(trails, &frame);
	cr_expect_eq(count_found(trails, CROWD - 99, 100), 100);
	trails_destroy(trails);
}

Test(trail, one_that_was_asked_for_gets_one_whatever_the_crowd) {
	struct trails *trails = trails_create();
	const struct frame frame = connections(1, CROWD);
	for (size_t i = 0; i < CROWD; i++)
		lives[i].rx = 1;
	lives[CROWD - 1].rx = 0;
	trails_add(trails, &frame);
	for (uint64_t wanted = CROWD; wanted > CROWD - 3; wanted--) {
		cr_expect_null(trails_find(trails, wanted));
		trails_add(trails, &frame);
		cr_assert_not_null(trails_find(trails, wanted));
		for (int look = 0; look < 60; look++)
			trails_add(trails, &frame);
		cr_expect_eq(trails_find(trails, wanted)->rx.count, 61);
	}
	trails_destroy(trails);
}

Test(trail, never_more_than_there_is_memory_for) {
	struct trails *trails = trails_create();
	cr_expect_leq(sizeof(struct trail) * TRAIL_MAX, 10u << 20);
	for (uint64_t look = 0; look < 8; look++) {
		const struct frame frame = connections(1 + look * 1000, CROWD);
		for (size_t i = 0; i < CROWD; i++)
			lives[i].rx = 1;
		trails_add(trails, &frame);
		cr_expect_leq(count_found(trails, 1, 2 * CROWD), TRAIL_MAX);
	}
	trails_destroy(trails);
}

Test(trail, none_are_nothing_to_destroy) {
	trails_destroy(NULL);
}
