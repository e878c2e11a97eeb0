/* What differs between two looks: on one machine by cookies, on two by what sockets are for. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "compare_key.h"
#include "snapshot.h"
#include "util.h"

static const struct process nginx = { .pid = 10,
	                              .start_time = 1,
	                              .comm = "nginx",
	                              .comm_length = 5,
	                              .exe = "nginx",
	                              .exe_length = 5 };
static const struct process nginx_again = { .pid = 77,
	                                    .start_time = 9,
	                                    .comm = "nginx",
	                                    .comm_length = 5,
	                                    .exe = "nginx",
	                                    .exe_length = 5 };
static const struct process apache = { .pid = 20,
	                               .start_time = 1,
	                               .comm = "apache2",
	                               .comm_length = 7,
	                               .exe = "apache2",
	                               .exe_length = 7 };
static const struct process client = {
	.pid = 30, .start_time = 1, .comm = "curl", .comm_length = 4
};
static const struct owner of_nginx[] = { { &nginx, 3 } };
static const struct owner of_nginx_again[] = { { &nginx_again, 8 }, { &nginx_again, 9 } };
static const struct owner of_apache[] = { { &apache, 3 } };
static const struct owner of_both[] = { { &nginx, 3 }, { &apache, 3 } };
static const struct owner of_client[] = { { &client, 5 } };

/* Two looks, and what is asked of their comparison. */
struct looks {
	struct snapshot before, now;
	struct compare_side sides[2];
	struct filter filter;
	struct comparison comparison;
};

static struct looks *new_looks(void) {
	struct looks *looks = xcalloc(1, sizeof(*looks));
	snapshot_init(&looks->before);
	snapshot_init(&looks->now);
	for (size_t i = 0; i < SOCK_PROBE_COUNT; i++)
		looks->before.reports[i].outcome = looks->now.reports[i].outcome = REPORT_WHOLE;
	looks->sides[0] = (struct compare_side){ &looks->before, { "web1", "boot-1", 5 } };
	looks->sides[1] = (struct compare_side){ &looks->now, { "web1", "boot-1", 5 } };
	looks->filter = filter_all();
	return looks;
}

static struct looks *new_looks_of_two_machines(void) {
	struct looks *looks = new_looks();
	looks->sides[1].origin.host = "web2";
	looks->sides[1].origin.boot = "boot-2";
	return looks;
}

static size_t compare(struct looks *looks) {
	compare_finish(&looks->comparison);
	looks->comparison = compare_make(&looks->sides[0], &looks->sides[1], &looks->filter);
	return looks->comparison.count;
}

static void free_looks(struct looks *looks) {
	compare_finish(&looks->comparison);
	filter_finish(&looks->filter);
	snapshot_finish(&looks->before);
	snapshot_finish(&looks->now);
	free(looks);
}

static struct sock *put(struct snapshot *snapshot, enum sock_state state, uint16_t local,
                        uint16_t peer, const struct owner *owners, uint32_t owner_count) {
	struct sock *sock = snapshot_add(snapshot);
	sock->known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_PORTS;
	sock->protocol = SOCK_PROTOCOL_TCP;
	sock->family = SOCK_FAMILY_INET;
	sock->state = (uint8_t)state;
	sock->cookie = sock->inode = (uint32_t)snapshot->count;
	sock->netns = 5;
	sock->local.port = local;
	sock->peer.port = peer;
	sock->owners = owners;
	sock->owner_count = owner_count;
	sock->ownership = owner_count > 1   ? SOCK_OWNERSHIP_SEVERAL
	                  : owner_count > 0 ? SOCK_OWNERSHIP_EXACT
	                                    : SOCK_OWNERSHIP_NONE;
	return sock;
}

static struct sock *put_listener(struct snapshot *snapshot, uint16_t port,
                                 const struct owner *owner) {
	return put(snapshot, SOCK_STATE_LISTEN, port, 0, owner, owner ? 1 : 0);
}

/* "+80 -443": what became of each row, and its local port. */
static const char *rows_of(const struct looks *looks) {
	static char text[512];
	size_t length = 0;
	text[0] = '\0';
	for (size_t i = 0; i < looks->comparison.count; i++) {
		const struct sock *sock = looks->comparison.rows[i];
		length += (size_t)snprintf(
		    text + length, sizeof(text) - length, "%s%s%u", i > 0 ? " " : "",
		    sock_change_name((enum sock_change)sock->change), sock->local.port);
	}
	return text;
}

Test(compare, a_look_does_not_differ_from_itself) {
	struct looks *looks = new_looks();
	cr_expect_eq(compare(looks), 0);
	put_listener(&looks->before, 80, of_nginx);
	put_listener(&looks->now, 80, of_nginx);
	cr_expect_eq(compare(looks), 0);
	cr_expect_eq(looks->comparison.by, COMPARE_BY_COOKIE);
	free_looks(looks);
}

Test(compare, what_opened_closed_and_changed_is_told_with_what_it_was) {
	struct looks *looks = new_looks();
	put_listener(&looks->before, 80, of_nginx);
	put(&looks->before, SOCK_STATE_ESTABLISHED, 80, 4000, of_nginx, 1);
	put_listener(&looks->before, 81, of_nginx);
	put_listener(&looks->now, 80, of_nginx);
	put(&looks->now, SOCK_STATE_CLOSE_WAIT, 80, 4000, of_nginx, 1);
	put_listener(&looks->now, 82, of_apache)->cookie = 99;
	cr_expect_eq(compare(looks), 3);
	cr_expect_str_eq(rows_of(looks), "-81 +82 *80");
	const struct sock *was = compare_before(&looks->comparison, looks->comparison.rows[2]);
	cr_assert_not_null(was);
	cr_expect_eq(was->state, SOCK_STATE_ESTABLISHED);
	cr_expect_null(compare_before(&looks->comparison, looks->comparison.rows[0]));
	cr_expect_null(compare_before(&looks->comparison, looks->comparison.rows[1]));
	free_looks(looks);
}

Test(compare, listeners_come_first_and_what_closed_before_what_opened_in_its_place) {
	struct looks *looks = new_looks();
	put(&looks->before, SOCK_STATE_ESTABLISHED, 22, 4000, NULL, 0);
	put_listener(&looks->before, 8080, of_nginx);
	put_listener(&looks->now, 8080, of_apache)->cookie = 99;
	put_listener(&looks->now, 9090, of_apache)->cookie = 98;
	cr_expect_eq(compare(looks), 4);
	cr_expect_str_eq(rows_of(looks), "-8080 +8080 +9090 -22");
	free_looks(looks);
}

Test(compare, queues_timers_and_counters_are_no_difference) {
	struct looks *looks = new_looks();
	put(&looks->before, SOCK_STATE_ESTABLISHED, 80, 4000, of_nginx, 1);
	struct sock *now = put(&looks->now, SOCK_STATE_ESTABLISHED, 80, 4000, of_nginx, 1);
	now->known |= SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_TIMER | SOCK_KNOWS_DROPS;
	now->recvq = now->sendq = now->drops = 7;
	now->timer = SOCK_TIMER_ON;
	cr_expect_eq(compare(looks), 0);
	free_looks(looks);
}

Test(compare, other_owners_are_a_change_if_both_are_known) {
	static const enum sock_ownership unknown[] = { SOCK_OWNERSHIP_UNKNOWN,
		                                       SOCK_OWNERSHIP_HIDDEN };
	struct looks *looks = new_looks();
	struct sock *before = put_listener(&looks->before, 80, of_nginx);
	struct sock *now = put(&looks->now, SOCK_STATE_LISTEN, 80, 0, of_both, 2);
	cr_expect_eq(compare(looks), 1);
	cr_expect_str_eq(rows_of(looks), "*80");
	before->owner_count = 0;
	before->ownership = SOCK_OWNERSHIP_NONE;
	cr_expect_eq(compare(looks), 1, "nobody held it");
	for (size_t i = 0; i < ARRAY_LENGTH(unknown); i++) {
		before->ownership = (uint8_t)unknown[i];
		cr_expect_eq(compare(looks), 0, "row %zu", i);
	}
	now->owner_count = 0;
	now->ownership = SOCK_OWNERSHIP_UNKNOWN;
	cr_expect_eq(compare(looks), 0);
	free_looks(looks);
}

Test(compare, a_row_counts_if_the_filter_lets_it_pass_on_either_side) {
	static const struct {
		const char *filter;
		const char *rows;
	} rows[] = {
		{ "established", "*80" }, { "close-wait", "*80" }, { "listen", "-81 +82" },
		{ "81", "-81" },          { "udp", "" },           { "not listen", "*80" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct looks *looks = new_looks();
		struct filter_error error = { 0 };
		put(&looks->before, SOCK_STATE_ESTABLISHED, 80, 4000, NULL, 0);
		put_listener(&looks->before, 81, of_nginx);
		put(&looks->now, SOCK_STATE_CLOSE_WAIT, 80, 4000, NULL, 0);
		put_listener(&looks->now, 82, of_nginx)->cookie = 99;
		cr_assert(filter_parse(rows[i].filter, NULL, &looks->filter, &error));
		compare(looks);
		cr_expect_str_eq(rows_of(looks), rows[i].rows, "%s", rows[i].filter);
		free_looks(looks);
	}
}

Test(compare, who_was_not_asked_or_not_whole_says_nothing_of_who_is_missing) {
	static const struct {
		enum report_outcome before, now;
		const char *rows;
		bool one_sided;
	} rows[] = {
		{ REPORT_WHOLE, REPORT_WHOLE, "-81 +82", false },
		{ REPORT_PARTIAL, REPORT_WHOLE, "-81", false },
		{ REPORT_WHOLE, REPORT_PARTIAL, "+82", false },
		{ REPORT_PARTIAL, REPORT_PARTIAL, "", false },
		{ REPORT_UNLISTED, REPORT_WHOLE, "-81", false },
		{ REPORT_NOT_ASKED, REPORT_WHOLE, "-81", true },
		{ REPORT_WHOLE, REPORT_NOT_ASKED, "+82", true },
		{ REPORT_ABSENT, REPORT_WHOLE, "-81 +82", false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct looks *looks = new_looks();
		put_listener(&looks->before, 81, of_nginx);
		put_listener(&looks->now, 82, of_nginx)->cookie = 99;
		looks->before.reports[SOCK_PROBE_TCP].outcome = rows[i].before;
		looks->now.reports[SOCK_PROBE_TCP].outcome = rows[i].now;
		looks->before.reports[SOCK_PROBE_TCP].count = 1;
		looks->now.reports[SOCK_PROBE_TCP].count = 1;
		compare(looks);
		cr_expect_str_eq(rows_of(looks), rows[i].rows, "row %zu", i);
		cr_expect_eq(looks->comparison.one_sided, rows[i].one_sided ? 1 : 0, "row %zu", i);
		free_looks(looks);
	}
}

Test(compare, cookies_count_only_within_one_boot_and_one_namespace) {
	static const struct {
		const char *host, *boot;
		uint32_t netns;
		enum compare_by by;
	} rows[] = {
		{ "web1", "boot-1", 5, COMPARE_BY_COOKIE },
		{ "web1", "boot-2", 5, COMPARE_BY_ENDS },
		{ "web2", "boot-1", 5, COMPARE_BY_COOKIE },
		{ "web2", "", 5, COMPARE_BY_ENDS },
		{ "web1", "", 5, COMPARE_BY_COOKIE },
		{ "web1", NULL, 0, COMPARE_BY_COOKIE },
		{ "", "", 0, COMPARE_BY_COOKIE },
		{ "web1", "boot-1", 6, COMPARE_BY_ENDS },
		{ "web1", "boot-1", 0, COMPARE_BY_COOKIE },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct looks *looks = new_looks();
		looks->sides[1].origin.host = rows[i].host;
		looks->sides[1].origin.boot = rows[i].boot;
		looks->sides[1].origin.netns = rows[i].netns;
		cr_expect_eq(compare(looks), 0);
		cr_expect_eq(looks->comparison.by, rows[i].by, "row %zu", i);
		free_looks(looks);
	}
}

Test(compare, where_no_boot_is_known_a_cookie_of_another_inode_or_protocol_betrays_it) {
	for (int what = 0; what < 3; what++) {
		struct looks *looks = new_looks();
		looks->sides[0].origin.boot = "";
		put_listener(&looks->before, 80, of_nginx);
		struct sock *now = put_listener(&looks->now, 80, of_nginx);
		if (what == 1)
			now->inode = 4711;
		else if (what == 2)
			now->known &= ~(uint32_t)SOCK_KNOWS_INODE;
		compare(looks);
		cr_expect_eq(looks->comparison.by, what == 1 ? COMPARE_BY_ENDS : COMPARE_BY_COOKIE,
		             "%d", what);
		free_looks(looks);
	}
}

Test(compare, on_another_machine_the_same_listener_of_the_same_program_is_no_difference) {
	struct looks *looks = new_looks_of_two_machines();
	put_listener(&looks->before, 80, of_nginx);
	put_listener(&looks->before, 443, of_nginx);
	struct sock *now = put_listener(&looks->now, 443, of_nginx_again);
	now->cookie = now->inode = 1; /* as another one of the other machine */
	put(&looks->now, SOCK_STATE_LISTEN, 80, 0, of_nginx_again, 2)->cookie = 2;
	cr_expect_eq(compare(looks), 0);
	cr_expect_eq(looks->comparison.by, COMPARE_BY_ENDS);
	looks->now.socks[0].owners = of_apache;
	cr_expect_eq(compare(looks), 1);
	cr_expect_str_eq(rows_of(looks), "*443");
	cr_expect_eq(compare_before(&looks->comparison, looks->comparison.rows[0])->owners,
	             of_nginx);
	looks->now.socks[0].local.port = 444;
	cr_expect_eq(compare(looks), 2);
	cr_expect_str_eq(rows_of(looks), "-443 +444");
	free_looks(looks);
}

/* Three connections to a database from here, and two from there, with ports that mean nothing. */
Test(compare, connections_that_serve_the_same_purpose_are_counted) {
	struct looks *looks = new_looks_of_two_machines();
	for (uint16_t i = 0; i < 3; i++)
		put(&looks->before, SOCK_STATE_ESTABLISHED, (uint16_t)(40000 + i), 5432, of_client,
		    1);
	for (uint16_t i = 0; i < 2; i++)
		put(&looks->now, SOCK_STATE_ESTABLISHED, (uint16_t)(50000 + i), 5432, of_client, 1);
	cr_expect_eq(compare(looks), 1);
	cr_expect_eq(looks->comparison.rows[0]->change, SOCK_CHANGE_GONE);
	put(&looks->now, SOCK_STATE_ESTABLISHED, 50002, 5432, of_nginx, 1);
	cr_expect_eq(compare(looks), 2, "another program's");
	put(&looks->now, SOCK_STATE_TIME_WAIT, 50003, 5432, of_client, 1);
	cr_expect_eq(compare(looks), 3, "in another state");
	free_looks(looks);
}

Test(compare, of_a_connection_from_outside_the_peers_port_does_not_matter) {
	struct looks *looks = new_looks_of_two_machines();
	put_listener(&looks->before, 80, of_nginx);
	put_listener(&looks->now, 80, of_nginx);
	put(&looks->before, SOCK_STATE_ESTABLISHED, 80, 40000, of_nginx, 1);
	struct sock *now = put(&looks->now, SOCK_STATE_ESTABLISHED, 80, 50000, of_nginx, 1);
	cr_expect_eq(compare(looks), 0);
	now->peer.address[0] = 10;
	cr_expect_eq(compare(looks), 2, "another peer");
	now->peer.address[0] = 0;
	now->local.port = 81;
	cr_expect_eq(compare(looks), 2, "another door");
	free_looks(looks);
}

Test(compare, where_owners_are_hidden_connections_are_matched_without_them) {
	struct looks *looks = new_looks_of_two_machines();
	put(&looks->before, SOCK_STATE_ESTABLISHED, 40000, 5432, of_client, 1);
	struct sock *now = put(&looks->now, SOCK_STATE_ESTABLISHED, 50000, 5432, NULL, 0);
	cr_expect_eq(compare(looks), 2, "nobody holds it");
	now->ownership = SOCK_OWNERSHIP_HIDDEN;
	cr_expect_eq(compare(looks), 0);
	free_looks(looks);
}

static struct sock *put_unix(struct snapshot *snapshot, struct sock_unix *un, const char *name,
                             const struct owner *owner) {
	struct sock *sock = put(snapshot, SOCK_STATE_ESTABLISHED, 0, 0, owner, 1);
	*un = (struct sock_unix){ .known = SOCK_UNIX_KNOWS_PEER, .peer_inode = sock->inode + 1000 };
	if (name)
		un->name = (struct sock_unix_name){ name, (uint32_t)strlen(name), false };
	sock->protocol = SOCK_PROTOCOL_UNIX_STREAM;
	sock->family = SOCK_FAMILY_UNIX;
	sock->un = un;
	return sock;
}

Test(compare, unix_sockets_of_two_machines_are_the_same_by_name_and_owner) {
	struct sock_unix un[5];
	struct looks *looks = new_looks_of_two_machines();
	put_unix(&looks->before, &un[0], "/run/a", of_nginx);
	put_unix(&looks->before, &un[1], NULL, of_client);
	put_unix(&looks->now, &un[2], NULL, of_client);
	put_unix(&looks->now, &un[3], "/run/a", of_nginx_again);
	cr_expect_eq(compare(looks), 0);
	put_unix(&looks->now, &un[4], NULL, of_apache);
	cr_expect_eq(compare(looks), 1);
	cr_expect_eq(looks->comparison.rows[0]->change, SOCK_CHANGE_NEW);
	looks->now.socks[1].un->name.bytes = "/run/b";
	cr_expect_eq(compare(looks), 3);
	free_looks(looks);
}

/* Whatever is there, as many are new or gone as make one look of the other. */
Test(compare, rows_add_up_in_random_looks) {
	unsigned short seed[3] = { 7, 2, 6 };
	static const struct owner *const owners[] = { of_nginx, of_apache, of_client };
	for (int round = 0; round < 300; round++) {
		struct looks *looks = round % 2 ? new_looks_of_two_machines() : new_looks();
		for (int side = 0; side < 2; side++) {
			struct snapshot *snapshot = side ? &looks->now : &looks->before;
			const long count = nrand48(seed) % 40;
			for (long i = 0; i < count; i++) {
				const struct owner *owner = owners[nrand48(seed) % 3];
				struct sock *sock =
				    put(snapshot, (enum sock_state)(1 + nrand48(seed) % 11),
				        (uint16_t)(nrand48(seed) % 5),
				        (uint16_t)(nrand48(seed) % 3), owner, 1);
				sock->cookie = sock->inode = (uint32_t)(i * 2 + nrand48(seed) % 2);
			}
		}
		long balance = (long)looks->before.count - (long)looks->now.count;
		const size_t count = compare(looks);
		for (size_t i = 0; i < count; i++) {
			const struct sock *sock = looks->comparison.rows[i];
			balance += sock->change == SOCK_CHANGE_NEW;
			balance -= sock->change == SOCK_CHANGE_GONE;
			cr_expect_eq(compare_before(&looks->comparison, sock) != NULL,
			             sock->change == SOCK_CHANGE_CHANGED);
		}
		cr_expect_eq(balance, 0, "round %d", round);
		free_looks(looks);
	}
}

Test(compare, keys_of_random_sockets_never_run_into_each_other) {
	/* The end of one text must not pass for the start of the next. */
	const struct process a = { .pid = 1, .start_time = 1, .comm = "ab", .comm_length = 2 };
	const struct process b = { .pid = 2, .start_time = 1, .comm = "c", .comm_length = 1 };
	const struct process c = { .pid = 1, .start_time = 1, .comm = "a", .comm_length = 1 };
	const struct process d = { .pid = 2, .start_time = 1, .comm = "bc", .comm_length = 2 };
	const struct owner first[] = { { &a, 1 }, { &b, 1 } };
	const struct owner second[] = { { &c, 1 }, { &d, 1 } };
	const struct sock left = { .owners = first, .owner_count = 2 };
	const struct sock right = { .owners = second, .owner_count = 2 };
	cr_expect_not(compare_key_has_same_owners(&left, &right));
	cr_expect(compare_key_has_same_owners(&left, &left));
}
