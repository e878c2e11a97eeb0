/* Moments made by hand, and what a frame has of them. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "frame_make.h"
#include "moments.h"
#include "replay.h"
#include "replay_source.h"
#include "util.h"

enum { NEEDS = SOCK_NEED_INFO | SOCK_NEED_OWNERS | SOCK_NEED_USER };

static void make_of(const struct origin *origin, struct frame *frame, const struct frame *before,
                    struct life *life, const struct moment_sockets *sockets, uint32_t needs) {
	const struct moment_bytes moment = moments_make(sockets);
	struct replay *replay = replay_open(moment.start, moment.length);
	struct source source = replay_source(replay);
	source.monotonic_ns = sockets->time_ns;
	source.host = origin->host;
	source.boot = origin->boot;
	source.netns = origin->netns;
	frame_make(frame, before, life, &source, needs);
	replay_close(replay);
	free(moment.start);
}

static void make(struct frame *frame, const struct frame *before, struct life *life,
                 const struct moment_sockets *sockets, uint32_t needs) {
	make_of(&(struct origin){ "web1", "boot", 1 }, frame, before, life, sockets, needs);
}

Test(frame_make, a_frame_outlives_its_source) {
	struct frame frame = { 0 };
	struct life life = { 0 };
	make(&frame, NULL, &life, &(struct moment_sockets){ 1000000000, 1, 100, 0 }, NEEDS);
	cr_assert_eq(frame.snapshot.count, 100);
	cr_assert_eq(frame.number, 1);
	cr_assert_eq(frame.time_ns, 1000000000);
	cr_assert_eq(frame.monotonic_ns, 1000000000);
	cr_assert_eq(frame.needs, NEEDS);
	cr_assert_str_eq(frame.host, "web1");
	cr_assert_eq(frame.snapshot.reports[SOCK_PROBE_TCP].count, 100);
	for (size_t i = 0; i < frame.snapshot.count; i++) {
		const struct sock *sock = &frame.snapshot.socks[i];
		cr_assert_eq(sock->ownership, SOCK_OWNERSHIP_EXACT);
		cr_assert_str_eq(sock->owners[0].process->comm, "server");
		cr_assert_eq(sock->owners[0].fd, i);
		cr_assert_not_null(sock->tcp);
		cr_assert_not_null(sock->life);
	}
	frame_finish(&frame);
}

Test(frame_make, owners_are_looked_for_only_if_needed) {
	struct frame frame = { 0 };
	struct life life = { 0 };
	const struct moment_sockets sockets = { 1000000000, 1, 3, 0 };
	make(&frame, NULL, &life, &sockets, 0);
	cr_assert_eq(frame.snapshot.count, 3);
	cr_assert_eq(frame.snapshot.socks[0].ownership, SOCK_OWNERSHIP_UNKNOWN);
	cr_assert_eq(frame.owners.unreadable, 0);
	make(&frame, NULL, &life, &sockets, SOCK_NEED_OWNERS);
	cr_assert_eq(frame.snapshot.socks[0].ownership, SOCK_OWNERSHIP_EXACT);
	cr_assert_eq(frame.owners.unreadable, 3);
	frame_finish(&frame);
}

Test(frame_make, two_frames_take_turns) {
	struct frame frames[2] = { 0 };
	struct life life = { 0 };
	const struct frame *last = NULL;
	const struct sock *memory[2] = { 0 };
	for (uint32_t i = 0; i < 10; i++) {
		const uint64_t second_ns = 1000000000;
		const struct moment_sockets sockets = { (i + 1) * second_ns, 1, 500, 1000 * i };
		make(&frames[i % 2], last, &life, &sockets, NEEDS);
		last = &frames[i % 2];
		cr_assert_eq(last->number, i + 1);
		cr_assert_eq(last->snapshot.count, 500);
		cr_assert_eq(last->totals.sockets, 500);
		cr_assert_eq(last->totals.elapsed_ns, i == 0 ? 0 : second_ns);
		cr_assert_eq(last->totals.rx, i == 0 ? 0 : 500 * 1000);
		if (memory[i % 2])
			cr_assert_eq(memory[i % 2], last->snapshot.socks);
		memory[i % 2] = last->snapshot.socks;
	}
	frame_finish(&frames[0]);
	frame_finish(&frames[1]);
}

Test(frame_make, a_look_that_fails_leaves_its_report) {
	static const unsigned char garbage[64] = { 1, 2, 3 };
	struct frame frame = { 0 };
	struct life life = { 0 };
	struct replay *replay = replay_open(garbage, sizeof(garbage));
	const struct source source = replay_source(replay);
	frame_make(&frame, NULL, &life, &source, NEEDS);
	replay_close(replay);
	cr_assert_eq(frame.snapshot.count, 0);
	cr_assert(!snapshot_is_whole(&frame.snapshot));
	frame_finish(&frame);
}

Test(frame_make, a_long_name_of_a_host_is_cut) {
	char name[1000];
	struct frame frame = { 0 };
	struct life life = { 0 };
	struct replay *replay = replay_open(NULL, 0);
	struct source source = replay_source(replay);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	source.host = name;
	frame_make(&frame, NULL, &life, &source, 0);
	cr_assert_eq(strlen(frame.host), sizeof(frame.host) - 1);
	replay_close(replay);
	frame_finish(&frame);
}

/* A recording goes on in the same file after a boot, and another machine may come back after one:
 * then the same numbers are other sockets. */
Test(frame_make, what_shares_no_cookies_with_the_frame_before_is_a_first_look) {
	static const struct {
		struct origin origin;
		bool goes_on;
	} rows[] = {
		{ { "web1", "boot", 1 }, true },  { { "renamed", "boot", 1 }, true },
		{ { "web1", "", 0 }, true },      { { "web1", "other boot", 1 }, false },
		{ { "web1", "boot", 2 }, false }, { { "web2", NULL, 0 }, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct frame frames[2] = { 0 };
		struct life life = { 0 };
		const struct moment_sockets sockets = { SECOND_NS, 1, 3, 1000 };
		const struct moment_sockets later = { 3600 * SECOND_NS, 1, 3, 9000 };
		make(&frames[0], NULL, &life, &sockets, NEEDS);
		make_of(&rows[i].origin, &frames[1], &frames[0], &life, &later, NEEDS);
		const struct sock *sock = &frames[1].snapshot.socks[0];
		const struct sock *before = &frames[0].snapshot.socks[0];
		cr_expect_eq(frames[1].number, 2);
		cr_expect_eq(frames[1].snapshot.count, 3);
		cr_expect_eq(sock->life->serial == before->life->serial, rows[i].goes_on, "%zu", i);
		cr_expect_eq(sock->life->age_ms, rows[i].goes_on ? 3599000 : 0, "%zu", i);
		cr_expect_eq(frames[1].totals.elapsed_ns != 0, rows[i].goes_on, "%zu", i);
		cr_expect_eq(frames[1].totals.rx != 0, rows[i].goes_on, "%zu", i);
		cr_expect_eq(sock->change, SOCK_CHANGE_NONE);
		frame_finish(&frames[0]);
		frame_finish(&frames[1]);
	}
}
