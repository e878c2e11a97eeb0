/* Which sockets of a dump are kept, and that those in batches are recorded too. */

#include <criterion/criterion.h>
#include <sys/socket.h>
#include <unistd.h>

#include "recorder.h"
#include "replay.h"
#include "run.h"
#include "sctp_info.h"
#include "snapshot.h"
#include "util.h"
#include "want.h"

Test(probe, what_comes_twice_is_kept_once_but_for_associations_of_sctp) {
	static struct sock_sctp endpoint = { .locals = "192.0.2.1" };
	static struct sock_sctp association = { .locals = "192.0.2.1", .peers = "192.0.2.2" };
	static const struct {
		enum sock_protocol protocol;
		uint64_t cookie; /* 0: unknown */
		struct sock_sctp *sctp;
		bool kept;
	} rows[] = {
		{ SOCK_PROTOCOL_TCP, 1, NULL, true },
		{ SOCK_PROTOCOL_TCP, 1, NULL, false },
		{ SOCK_PROTOCOL_TCP, 0, NULL, true },
		{ SOCK_PROTOCOL_TCP, 0, NULL, true },
		{ SOCK_PROTOCOL_NETLINK, 2, NULL, true }, /* one that has joined groups */
		{ SOCK_PROTOCOL_NETLINK, 2, NULL, false },
		{ SOCK_PROTOCOL_SCTP, 3, &endpoint, true },
		{ SOCK_PROTOCOL_SCTP, 4, NULL, true },
		{ SOCK_PROTOCOL_SCTP, 3, &endpoint, false }, /* in front of its associations */
		{ SOCK_PROTOCOL_SCTP, 3, &association, true },
		{ SOCK_PROTOCOL_SCTP, 3, &association, true },
		{ SOCK_PROTOCOL_SCTP, 4, NULL, false },
		{ SOCK_PROTOCOL_SCTP, 4, &association, true },
	};
	const struct want want = { 0 };
	struct probe probe = { 0 };
	struct probe_report report = { 0 };
	struct snapshot snapshot;
	struct run run = {
		.probe = &probe, .want = &want, .batch_limit = SIZE_MAX, .snapshot = &snapshot
	};
	size_t kept = 0;
	snapshot_init(&snapshot);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sock *sock = snapshot_add(&snapshot);
		sock->protocol = (uint8_t)rows[i].protocol;
		sock->cookie = rows[i].cookie;
		sock->known = rows[i].cookie ? SOCK_KNOWS_COOKIE : 0;
		if (rows[i].sctp)
			sock->sctp = rows[i].sctp;
		kept += rows[i].kept;
		cr_expect_eq(run_keep(&run, &report, sock), rows[i].kept, "row %zu", i);
		cr_expect_eq(snapshot.count, kept, "row %zu", i);
	}
	cr_expect_eq(report.count, kept);
	cookie_set_finish(&run.seen);
	snapshot_finish(&snapshot);
}

static bool count_batch(void *context, struct snapshot *batch) {
	*(size_t *)context += batch->count;
	return true;
}

Test(probe, sockets_in_batches_are_recorded_like_all_at_once, .timeout = 60) {
	enum { LIMIT = 3, PAIRS = 20 };
	const struct want want = {
		.families = SOCK_FAMILIES_ALL,
		.states[SOCK_PROTOCOL_UNIX_STREAM] = SOCK_STATES_ALL,
	};
	const char *bytes = NULL;
	size_t length = 0;
	size_t told = 0;
	size_t replayed = 0;
	bool no_such = false;
	char *error = NULL;
	int ends[PAIRS][2];
	struct snapshot snapshot;
	for (size_t i = 0; i < PAIRS; i++)
		cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends[i]), 0);
	struct probe *probe = probe_open(NULL, &no_such, &error);
	cr_assert_not_null(probe);
	struct recorder *recorder = recorder_create();
	recorder_begin(recorder, &(struct moment_origin){ .host = "", .kernel = "" });
	probe_set_recorder(probe, recorder);
	snapshot_init(&snapshot);
	probe_sockets(probe, &want, LIMIT, &snapshot, count_batch, &told);
	recorder_end(recorder, snapshot.reports, &bytes, &length);
	snapshot_finish(&snapshot);
	probe_close(probe);
	struct replay *replay = replay_open((const unsigned char *)bytes, length);
	snapshot_init(&snapshot);
	replay_sockets(replay, &want, LIMIT, &snapshot, count_batch, &replayed);
	cr_expect(snapshot_is_whole(&snapshot));
	cr_expect_geq(told, 2 * PAIRS);
	cr_expect_eq(replayed, told);
	snapshot_finish(&snapshot);
	replay_close(replay);
	recorder_destroy(recorder);
	for (size_t i = 0; i < PAIRS; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
}
