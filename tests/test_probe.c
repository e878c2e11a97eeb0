/* Which sockets of a dump are kept. */

#include <criterion/criterion.h>

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
