/* A snapshot: sockets come zeroed, what they point to stays, and one partial probe is enough for
 * an answer that is not whole. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "snapshot.h"

Test(snapshot, a_new_socket_is_zero_even_where_one_was_before) {
	static const struct sock zero;
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 2000; i++) {
			struct sock *sock = snapshot_add(&snapshot);
			cr_assert_eq(memcmp(sock, &zero, sizeof(zero)), 0);
			memset(sock, 0xff, sizeof(*sock));
		}
		snapshot_reset(&snapshot);
	}
	snapshot_finish(&snapshot);
}

Test(snapshot, sockets_and_what_they_point_to_survive_growth) {
	struct snapshot snapshot;
	char name[32];
	snapshot_init(&snapshot);
	for (uint32_t i = 0; i < 5000; i++) {
		struct sock *sock = snapshot_add(&snapshot);
		sock->inode = i;
		snprintf(name, sizeof(name), "user-%u", i);
		sock->user = arena_copy(&snapshot.arena, name, strlen(name));
	}
	cr_assert_eq(snapshot.count, 5000);
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "user-%u", i);
		cr_assert_eq(snapshot.socks[i].inode, i);
		cr_assert_str_eq(snapshot.socks[i].user, name);
	}
	snapshot_finish(&snapshot);
}

Test(snapshot, the_last_socket_can_be_taken_back) {
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	snapshot_add(&snapshot)->inode = 1;
	snapshot_add(&snapshot)->inode = 2;
	snapshot_drop_last(&snapshot);
	cr_assert_eq(snapshot.count, 1);
	cr_assert_eq(snapshot.socks[0].inode, 1);
	cr_assert_eq(snapshot_add(&snapshot)->inode, 0);
	snapshot_finish(&snapshot);
}

Test(snapshot, a_reset_forgets_sockets_and_keeps_reports_and_memory) {
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	snapshot_add(&snapshot);
	snapshot.reports[SOCK_PROBE_UDP].outcome = REPORT_PARTIAL;
	snapshot.reports[SOCK_PROBE_UDP].count = 7;
	const size_t capacity = snapshot.capacity;
	snapshot_reset(&snapshot);
	cr_assert_eq(snapshot.count, 0);
	cr_assert_eq(snapshot.capacity, capacity);
	cr_assert_eq(snapshot.reports[SOCK_PROBE_UDP].count, 7);
	cr_assert_not(snapshot_is_whole(&snapshot));
	snapshot_finish(&snapshot);
}

Test(snapshot, only_a_partial_report_makes_the_answer_partial) {
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		struct snapshot snapshot;
		snapshot_init(&snapshot);
		cr_expect(snapshot_is_whole(&snapshot));
		snapshot.reports[i].outcome = REPORT_WHOLE;
		cr_expect(snapshot_is_whole(&snapshot));
		snapshot.reports[i].outcome = REPORT_ABSENT;
		cr_expect(snapshot_is_whole(&snapshot));
		snapshot.reports[i].outcome = REPORT_PARTIAL;
		cr_expect_not(snapshot_is_whole(&snapshot), "report %zu", i);
		snapshot_finish(&snapshot);
	}
}

Test(snapshot, reports_are_named_after_what_they_are_about) {
	static const char *const names[] = { "tcp",  "udp",    "udplite", "raw",     "mptcp",
		                             "sctp", "unix",   "packet",  "netlink", "vsock",
		                             "xdp",  "owners", "names" };
	_Static_assert(sizeof(names) / sizeof(names[0]) == REPORT_COUNT, "a name for each");
	for (size_t i = 0; i < REPORT_COUNT; i++)
		cr_expect_str_eq(report_name(i), names[i]);
}

Test(snapshot, names_that_could_not_be_had_are_a_partial_report) {
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	snapshot_note_names(&snapshot, 0, "nothing");
	cr_assert_eq(snapshot.reports[REPORT_NAMES].outcome, REPORT_NOT_ASKED);
	snapshot_note_names(&snapshot, EMFILE, "/etc/passwd");
	cr_assert_not(snapshot_is_whole(&snapshot));
	cr_assert_eq(snapshot.reports[REPORT_NAMES].error, EMFILE);
	cr_assert_str_eq(snapshot.reports[REPORT_NAMES].place, "/etc/passwd");
	snapshot_note_names(&snapshot, 0, "nothing"); /* a later success takes nothing back */
	cr_assert_not(snapshot_is_whole(&snapshot));
	snapshot_finish(&snapshot);
}

Test(snapshot, a_snapshot_can_be_finished_twice) {
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	snapshot_add(&snapshot);
	snapshot_finish(&snapshot);
	snapshot_finish(&snapshot);
	cr_assert_null(snapshot.socks);
}
