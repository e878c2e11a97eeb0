/* Frames made by hand, as one. */

#include <criterion/criterion.h>
#include <string.h>

#include "life.h"
#include "merge.h"
#include "util.h"

static void add(struct frame *frame, uint64_t serial, uint64_t rx) {
	struct sock_life *life = arena_alloc(&frame->snapshot.arena, sizeof(*life));
	*life = (struct sock_life){
		.serial = serial, .known = SOCK_LIFE_KNOWS_RX, .rx = rx, .rate = rx, .age_ms = 5000
	};
	struct sock *sock = snapshot_add(&frame->snapshot);
	sock->protocol = SOCK_PROTOCOL_TCP;
	sock->state = SOCK_STATE_ESTABLISHED;
	sock->cookie = 7;
	sock->change = SOCK_CHANGE_NEW;
	sock->life = life;
}

/* Two sockets of serial 1 and 2 and behind `serial`, which came in this look. */
static struct frame make(uint64_t serial) {
	struct frame frame = { .monotonic_ns = 5 + serial, .time_ns = 9 + serial };
	snapshot_init(&frame.snapshot);
	add(&frame, serial + 1, 100);
	add(&frame, serial + 2, 50);
	frame.snapshot.reports[SOCK_PROBE_TCP].outcome = REPORT_WHOLE;
	frame.owners.privileged = true;
	frame.totals = totals_of(&frame.snapshot, &frame.snapshot, SECOND_NS);
	return frame;
}

Test(merge, all_sockets_are_there_each_with_its_host) {
	struct frame a = make(0);
	struct frame b = make(1000);
	struct frame merged = { 0 };
	const struct merge_part parts[] = { { "web1", &a, true, NULL },
		                            { "web2", &b, true, NULL } };
	merge_frames(&merged, parts, 2);
	cr_assert_eq(merged.snapshot.count, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct sock *sock = &merged.snapshot.socks[i];
		cr_expect_str_eq(sock->host, i < 2 ? "web1" : "web2");
		cr_expect_eq(sock->life->serial, (i < 2 ? 0 : 1000) + i % 2 + 1);
		cr_expect(!sock->life->stale);
	}
	cr_expect_eq(merged.totals.sockets, 4);
	cr_expect_eq(merged.totals.rx, 300);
	cr_expect_eq(merged.totals.appeared, 4);
	cr_expect_eq(merged.totals.states[SOCK_STATE_ESTABLISHED], 4);
	cr_expect_eq(merged.totals.elapsed_ns, SECOND_NS);
	cr_expect_eq(merged.monotonic_ns, 1005);
	cr_expect_eq(merged.time_ns, 0, "none of the two");
	cr_expect(merged.owners.privileged);
	cr_expect_eq(merged.host_count, 2);
	cr_expect_null(merged.hosts[1].trouble);
	cr_expect(snapshot_is_whole(&merged.snapshot));
	snapshot_finish(&merged.snapshot);
	snapshot_finish(&a.snapshot);
	snapshot_finish(&b.snapshot);
}

Test(merge, who_is_away_stays_on_the_screen_and_moves_nothing) {
	struct frame a = make(0);
	struct frame b = make(1000);
	struct frame merged = { 0 };
	char trouble[] = "it is away";
	const struct merge_part parts[] = { { "web1", &a, true, NULL },
		                            { "web2", &b, false, trouble } };
	merge_frames(&merged, parts, 2);
	memset(trouble, 'x', sizeof(trouble) - 1);
	cr_expect_str_eq(merged.hosts[1].trouble, "it is away", "a copy");
	const struct sock *stale = &merged.snapshot.socks[2];
	cr_expect(stale->life->stale);
	cr_expect_eq(stale->life->rx, 0);
	cr_expect_eq(stale->life->known & SOCK_LIFE_KNOWS_RX, 0, "unknown, not zero");
	cr_expect_eq(stale->life->serial, 1001);
	cr_expect_eq(stale->life->age_ms, 5000);
	cr_expect(!b.snapshot.socks[0].life->stale, "the part's own frame is as it was");
	cr_expect(!merged.snapshot.socks[0].life->stale);
	cr_expect_eq(merged.totals.sockets, 4);
	cr_expect_eq(merged.totals.rx, 150);
	cr_expect_eq(merged.totals.appeared, 2);
	snapshot_finish(&merged.snapshot);
	snapshot_finish(&a.snapshot);
	snapshot_finish(&b.snapshot);
}

Test(merge, what_happened_is_told_in_one_look_only) {
	struct frame a = make(0);
	struct frame merged = { 0 };
	const struct merge_part fresh = { "web1", &a, true, NULL };
	const struct merge_part same = { "web1", &a, false, NULL };
	merge_frames(&merged, &fresh, 1);
	cr_expect_eq(merged.totals.appeared, 2);
	merge_frames(&merged, &same, 1);
	cr_expect_eq(merged.totals.appeared, 0);
	cr_expect_eq(merged.totals.rx, 150, "it still receives");
	cr_expect_eq(merged.totals.sockets, 2);
	snapshot_finish(&merged.snapshot);
	snapshot_finish(&a.snapshot);
}

Test(merge, a_probe_that_failed_anywhere_has_failed) {
	struct frame a = make(0);
	struct frame b = make(1000);
	struct frame merged = { 0 };
	b.snapshot.reports[SOCK_PROBE_TCP] =
	    (struct probe_report){ .outcome = REPORT_PARTIAL, .error = 24 };
	b.owners.privileged = false;
	const struct merge_part parts[] = { { "web1", &a, true, NULL },
		                            { "web2", &b, true, NULL } };
	merge_frames(&merged, parts, 2);
	cr_expect_eq(merged.snapshot.reports[SOCK_PROBE_TCP].error, 24);
	cr_expect(!snapshot_is_whole(&merged.snapshot));
	cr_expect(!merged.owners.privileged);
	snapshot_finish(&merged.snapshot);
	snapshot_finish(&a.snapshot);
	snapshot_finish(&b.snapshot);
}

Test(merge, the_ports_that_the_kernel_chooses_are_known_if_all_agree) {
	struct frame a = { .ephemeral = { 1024, 2000 } };
	struct frame b = a;
	struct frame other = { .ephemeral = { 1024, 2001 } };
	struct frame merged = { 0 };
	struct merge_part parts[] = { { "web1", &a, true, NULL },
		                      { "web2", NULL, true, NULL },
		                      { "web3", &b, true, NULL } };
	merge_frames(&merged, parts, 3);
	cr_expect_eq(merged.ephemeral[0], 1024);
	cr_expect_eq(merged.ephemeral[1], 2000);
	parts[1].frame = &other;
	merge_frames(&merged, parts, 3);
	cr_expect_eq(merged.ephemeral[1], 0);
	snapshot_finish(&merged.snapshot);
}

Test(merge, nobody_has_been_heard_of_yet) {
	struct frame merged = { 0 };
	const struct merge_part part = { "web1", NULL, false, "connecting ..." };
	merge_frames(&merged, &part, 1);
	cr_expect_eq(merged.snapshot.count, 0);
	cr_expect_eq(merged.totals.sockets, 0);
	cr_expect_str_eq(merged.hosts[0].name, "web1");
	snapshot_finish(&merged.snapshot);
}
