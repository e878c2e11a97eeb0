/* What is to be done to which socket, and what is left alone. */

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "act_plan.h"
#include "out.h"
#include "session.h"
#include "sock.h"
#include "util.h"

static const struct act_order closing = { ACT_CLOSE, 0 };
static const struct act_order ending = { ACT_SIGNAL, SIGTERM };
static const struct session nobody = { .pid_count = 0 };

static const struct process processes[] = {
	{ .pid = 10, .start_time = 100, .comm = "nc", .comm_length = 2 },
	{ .pid = 20, .start_time = 200, .comm = "a\033b", .comm_length = 3 },
};
static const struct owner owners[] = {
	{ &processes[0], 3 },
	{ &processes[0], 4 },
	{ &processes[1], 3 },
};

/* Held by the first process, twice, and by the second; connected. */
static struct sock sock_of(uint64_t cookie) {
	return (struct sock){
		.known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_PORTS,
		.protocol = SOCK_PROTOCOL_TCP,
		.state = SOCK_STATE_ESTABLISHED,
		.cookie = cookie,
		.local = { .address = { 127, 0, 0, 1 }, .port = 80 },
		.peer = { .address = { 127, 0, 0, 1 }, .port = 4711 },
		.ownership = SOCK_OWNERSHIP_SEVERAL,
		.owners = owners,
		.owner_count = 3,
	};
}

static struct act_plan plan_of(const struct act_order *order, uint32_t allowed,
                               const struct sock *socks, size_t count) {
	struct act_plan plan;
	act_plan_begin(&plan, order, allowed);
	for (size_t i = 0; i < count; i++)
		act_plan_add(&plan, &socks[i], &nobody);
	act_plan_settle(&plan);
	return plan;
}

static void expect_result(const struct act_plan *plan, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	act_plan_write_result(&out, plan, &plan->rows[0]);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s'", out.bytes);
	out_finish(&out);
}

Test(act_plan, a_socket_is_closed_by_its_cookie_and_protocol) {
	const struct sock sock = sock_of(7);
	struct act_plan plan = plan_of(&closing, 0, &sock, 1);
	cr_assert_eq(plan.deed_count, 1);
	cr_expect_eq(plan.deeds[0].cookie, 7);
	cr_expect_eq(plan.deeds[0].protocol, SOCK_PROTOCOL_TCP);
	cr_expect(act_is_sane(&closing, plan.deeds, 1));
	cr_expect_str_eq(plan.rows[0].socket, "tcp ESTAB 127.0.0.1:80 127.0.0.1:4711");
	expect_result(&plan, "would be closed");
	act_plan_finish(&plan);
}

Test(act_plan, each_owner_is_signalled_once_however_many_descriptors_it_has) {
	const struct sock sock = sock_of(7);
	struct act_plan plan = plan_of(&ending, 0, &sock, 1);
	cr_assert_eq(plan.deed_count, 2);
	cr_expect_eq(plan.deeds[0].pid, 10);
	cr_expect_eq(plan.deeds[1].pid, 20);
	cr_expect_eq(plan.deeds[1].start_time, 200);
	cr_expect(act_is_sane(&ending, plan.deeds, 2));
	act_plan_finish(&plan);
}

Test(act_plan, names_of_processes_are_made_printable) {
	const struct sock sock = sock_of(7);
	struct act_plan plan = plan_of(&ending, 0, &sock, 1);
	cr_expect_str_eq(plan.names[1], "20/a\\x1bb");
	cr_expect_null(strchr(plan.rows[0].owners, '\033'));
	act_plan_finish(&plan);
}

Test(act_plan, results_that_are_the_same_are_said_once) {
	const struct sock sock = sock_of(7);
	struct act_plan plan = plan_of(&ending, 0, &sock, 1);
	expect_result(&plan, "would be sent TERM: 10/nc, 20/a\\x1bb");
	plan.results[0].outcome = ACT_OUTCOME_DONE;
	plan.results[1].outcome = ACT_OUTCOME_NOT_PERMITTED;
	expect_result(&plan, "TERM sent: 10/nc; not permitted: needs CAP_KILL: 20/a\\x1bb");
	cr_expect_eq(act_plan_outcome(&plan, &plan.rows[0]), ACT_OUTCOME_NOT_PERMITTED);
	act_plan_finish(&plan);
}

static const struct {
	const char *what;
	struct act_order order;
	struct sock sock;
	enum act_outcome outcome;
} nothing[] = {
	{ "no cookie", { ACT_CLOSE, 0 }, { .cookie = 5 }, ACT_OUTCOME_NO_COOKIE },
	{ "cookie 0", { ACT_CLOSE, 0 }, { .known = SOCK_KNOWS_COOKIE }, ACT_OUTCOME_NO_COOKIE },
	{ "any cookie",
	  { ACT_CLOSE, 0 },
	  { .known = SOCK_KNOWS_COOKIE, .cookie = UINT64_MAX },
	  ACT_OUTCOME_NO_COOKIE },
	{ "UNIX",
	  { ACT_CLOSE, 0 },
	  { .known = SOCK_KNOWS_COOKIE,
	    .cookie = 5,
	    .protocol = SOCK_PROTOCOL_UNIX_STREAM,
	    .family = SOCK_FAMILY_UNIX },
	  ACT_OUTCOME_NO_SUCH_PROTOCOL },
	{ "no owner",
	  { ACT_SIGNAL, SIGTERM },
	  { .known = SOCK_KNOWS_COOKIE, .cookie = 5, .ownership = SOCK_OWNERSHIP_NONE },
	  ACT_OUTCOME_NO_OWNER },
	{ "hidden",
	  { ACT_SIGNAL, SIGTERM },
	  { .known = SOCK_KNOWS_COOKIE, .cookie = 5, .ownership = SOCK_OWNERSHIP_HIDDEN },
	  ACT_OUTCOME_HIDDEN_OWNER },
	{ "remembered",
	  { ACT_SIGNAL, SIGTERM },
	  { .known = SOCK_KNOWS_COOKIE,
	    .cookie = 5,
	    .ownership = SOCK_OWNERSHIP_REMEMBERED,
	    .owners = owners,
	    .owner_count = 3 },
	  ACT_OUTCOME_NO_OWNER },
};

Test(act_plan, where_nothing_can_be_done_the_row_says_why) {
	for (size_t i = 0; i < ARRAY_LENGTH(nothing); i++) {
		struct sock sock = nothing[i].sock;
		sock.state = SOCK_STATE_ESTABLISHED;
		struct act_plan plan = plan_of(&nothing[i].order, ACT_DANGERS_ALL, &sock, 1);
		cr_expect_eq(plan.deed_count, 0, "%s", nothing[i].what);
		cr_expect_eq(act_plan_outcome(&plan, &plan.rows[0]), nothing[i].outcome, "%s",
		             nothing[i].what);
		act_plan_finish(&plan);
	}
}

Test(act_plan, a_listener_is_left_alone_unless_it_is_allowed) {
	struct sock socks[] = { sock_of(1), sock_of(2), sock_of(3) };
	socks[1].state = SOCK_STATE_LISTEN;
	struct act_plan plan = plan_of(&closing, ACT_DANGER_SESSION, socks, 3);
	cr_assert_eq(plan.deed_count, 2);
	cr_expect_eq(plan.deeds[plan.rows[2].first].cookie, 3);
	cr_expect_eq(act_plan_outcome(&plan, &plan.rows[1]), ACT_OUTCOME_LISTENER);
	act_plan_finish(&plan);
	plan = plan_of(&closing, ACT_DANGER_LISTENER, socks, 3);
	cr_expect_eq(plan.deed_count, 3);
	cr_expect_eq(act_plan_dangers(&plan), ACT_DANGER_LISTENER);
	act_plan_finish(&plan);
}

/* Whatever else is closed with it: nothing that is allowed would help, and there is nothing to ask.
 */
Test(act_plan, a_listener_that_cannot_be_closed_at_all_is_no_danger) {
	struct sock socks[] = { sock_of(1), sock_of(2) };
	socks[1].state = SOCK_STATE_LISTEN;
	socks[1].protocol = SOCK_PROTOCOL_UNIX_STREAM;
	socks[1].family = SOCK_FAMILY_UNIX;
	for (uint32_t allowed = 0; allowed <= ACT_DANGERS_ALL; allowed++) {
		struct act_plan plan = plan_of(&closing, allowed, socks, 2);
		cr_expect_eq(plan.deed_count, 1);
		cr_expect_eq(act_plan_outcome(&plan, &plan.rows[1]), ACT_OUTCOME_NO_SUCH_PROTOCOL);
		cr_expect_eq(act_plan_dangers(&plan), 0);
		act_plan_finish(&plan);
	}
}

Test(act_plan, a_process_is_as_dangerous_as_the_worst_of_its_sockets) {
	struct sock socks[] = { sock_of(1), sock_of(2), sock_of(3) };
	socks[0].owner_count = 2; /* the first process only */
	socks[1].owners += 2;     /* the second only, which listens, too */
	socks[1].owner_count = 1;
	socks[2].owners += 2;
	socks[2].owner_count = 1;
	socks[2].state = SOCK_STATE_LISTEN;
	struct act_plan plan = plan_of(&ending, 0, socks, 3);
	cr_assert_eq(plan.deed_count, 1);
	cr_expect_eq(plan.deeds[0].pid, 10);
	cr_expect_eq(act_plan_outcome(&plan, &plan.rows[1]), ACT_OUTCOME_LISTENER);
	act_plan_finish(&plan);
}

Test(act_plan, rows_are_counted_by_what_came_of_them) {
	struct sock socks[] = { sock_of(1), sock_of(2), sock_of(3) };
	struct act_plan plan = plan_of(&closing, 0, socks, 3);
	struct out out;
	plan.results[0].outcome = plan.results[2].outcome = ACT_OUTCOME_DONE;
	plan.results[1].outcome = ACT_OUTCOME_GONE;
	out_init(&out, OUT_MEMORY);
	act_plan_write_summary(&out, &plan);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, "2 closed, 1 gone");
	out_finish(&out);
	act_plan_finish(&plan);
}
