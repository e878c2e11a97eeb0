/* Orders that make sense and those that do not, and what their outcomes are called. */

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "act.h"
#include "out.h"
#include "util.h"

static const struct act_order closing = { ACT_CLOSE, 0 };
static const struct act_order ending = { ACT_SIGNAL, SIGTERM };

Test(act, a_signal_is_found_by_name_in_any_case_and_by_number) {
	static const char *const names[] = { "TERM", "term", "SIGTERM", "sigTerm", "15" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const struct act_signal *signal = act_find_signal(names[i]);
		cr_assert(signal, "%s", names[i]);
		cr_assert_eq(signal->number, SIGTERM, "%s", names[i]);
	}
	for (size_t i = 0; i < act_signal_count; i++)
		cr_expect_eq(act_find_signal(act_signals[i].name), &act_signals[i]);
}

Test(act, what_is_no_signal_of_ours_is_not_found) {
	static const char *const names[] = { "",   "SIG",         "0",    "-15",   "15 ",
		                             "64", "99999999999", "SEGV", "TERMX", "SIGSIGTERM" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		cr_expect_null(act_find_signal(names[i]), "%s", names[i]);
}

static const struct {
	const char *what;
	struct act_order order;
	struct act_deed deed;
	bool is_sane;
} orders[] = {
	{ "close", { ACT_CLOSE, 0 }, { .cookie = 1 }, true },
	{ "signal", { ACT_SIGNAL, SIGKILL }, { .cookie = 1, .pid = 4, .start_time = 5 }, true },
	{ "a cookie that is none", { ACT_CLOSE, 0 }, { .cookie = 0 }, false },
	{ "a cookie that is any", { ACT_CLOSE, 0 }, { .cookie = UINT64_MAX }, false },
	{ "no such kind", { ACT_KIND_COUNT, 0 }, { .cookie = 1 }, false },
	{ "a kind below all", { (enum act_kind) - 1, 0 }, { .cookie = 1 }, false },
	{ "no such protocol", { ACT_CLOSE, 0 }, { 1, 0, 0, SOCK_PROTOCOL_COUNT }, false },
	{ "a signal that is not ours", { ACT_SIGNAL, SIGSEGV }, { .cookie = 1, .pid = 4 }, false },
	{ "signal 0", { ACT_SIGNAL, 0 }, { .cookie = 1, .pid = 4 }, false },
	{ "a signal below all", { ACT_SIGNAL, -9 }, { .cookie = 1, .pid = 4 }, false },
	{ "a signal to nobody", { ACT_SIGNAL, SIGKILL }, { .cookie = 1 }, false },
	{ "a signal to a group", { ACT_SIGNAL, SIGKILL }, { .cookie = 1, .pid = -4u }, false },
	{ "a process to close", { ACT_CLOSE, 0 }, { .cookie = 1, .pid = 4 }, false },
};

Test(act, an_order_that_could_not_have_been_meant_is_refused) {
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
		const struct act_deed deeds[] = { orders[0].deed, orders[i].deed };
		cr_expect_eq(act_is_sane(&orders[i].order, &orders[i].deed, 1), orders[i].is_sane,
		             "%s", orders[i].what);
		cr_expect(orders[i].is_sane || !act_is_sane(&orders[i].order, deeds, 2), "%s",
		          orders[i].what);
	}
}

Test(act, an_order_has_some_deeds_but_not_too_many) {
	static struct act_deed deeds[ACT_DEEDS_MAX + 1];
	for (size_t i = 0; i < ARRAY_LENGTH(deeds); i++)
		deeds[i].cookie = i + 1;
	cr_expect_not(act_is_sane(&closing, deeds, 0));
	cr_expect(act_is_sane(&closing, deeds, ACT_DEEDS_MAX));
	cr_expect_not(act_is_sane(&closing, deeds, ACT_DEEDS_MAX + 1));
}

static const struct {
	int error;
	enum sock_protocol protocol;
	enum act_outcome outcome;
} closings[] = {
	{ 0, SOCK_PROTOCOL_TCP, ACT_OUTCOME_DONE },
	{ -ENOENT, SOCK_PROTOCOL_TCP, ACT_OUTCOME_GONE },
	{ -EPERM, SOCK_PROTOCOL_TCP, ACT_OUTCOME_NOT_PERMITTED },
	{ -EOPNOTSUPP, SOCK_PROTOCOL_TCP, ACT_OUTCOME_NO_SUPPORT },
	{ -EINVAL, SOCK_PROTOCOL_UDP, ACT_OUTCOME_NO_SUPPORT },
	{ -EOPNOTSUPP, SOCK_PROTOCOL_MPTCP, ACT_OUTCOME_NO_SUCH_PROTOCOL },
	{ -EOPNOTSUPP, SOCK_PROTOCOL_UDPLITE, ACT_OUTCOME_NO_SUCH_PROTOCOL },
	{ -ENOTUNIQ, SOCK_PROTOCOL_TCP, ACT_OUTCOME_NO_COOKIE },
	{ -ENOTUNIQ, SOCK_PROTOCOL_UNIX_STREAM, ACT_OUTCOME_NO_SUCH_PROTOCOL },
	{ -ENOBUFS, SOCK_PROTOCOL_TCP, ACT_OUTCOME_FAILED },
};

Test(act, what_the_kernel_answers_has_a_meaning) {
	for (size_t i = 0; i < ARRAY_LENGTH(closings); i++) {
		const struct act_result result =
		    act_result_of_close(closings[i].error, closings[i].protocol);
		cr_expect_eq(result.outcome, closings[i].outcome, "row %zu", i);
		cr_expect(act_is_sane_result(&result), "row %zu", i);
	}
	cr_expect_eq(act_result_of_close(-ENOBUFS, SOCK_PROTOCOL_TCP).error, ENOBUFS);
	cr_expect_eq(act_result_of_signal(0).outcome, ACT_OUTCOME_DONE);
	cr_expect_eq(act_result_of_signal(-ESRCH).outcome, ACT_OUTCOME_ENDED);
	cr_expect_eq(act_result_of_signal(-EPERM).outcome, ACT_OUTCOME_NOT_PERMITTED);
	cr_expect_eq(act_result_of_signal(-ENOSYS).outcome, ACT_OUTCOME_NO_SUPPORT);
	cr_expect_eq(act_result_of_signal(-EMFILE).error, EMFILE);
}

static void expect_text(const struct act_order *order, enum act_outcome outcome,
                        const char *wanted) {
	const struct act_result result = { (uint32_t)outcome, EIO };
	struct out out;
	out_init(&out, OUT_MEMORY);
	act_write_result(&out, order, SOCK_PROTOCOL_MPTCP, &result);
	out_char(&out, '\0');
	cr_expect_gt(out.used, 4, "outcome %d", outcome);
	cr_expect(strstr(out.bytes, wanted), "'%s' is not in '%s'", wanted, out.bytes);
	out_finish(&out);
}

Test(act, every_outcome_has_words_for_people_and_one_for_programs) {
	for (int i = 0; i < ACT_OUTCOME_COUNT; i++) {
		expect_text(&closing, (enum act_outcome)i, "");
		expect_text(&ending, (enum act_outcome)i, "");
		cr_expect_null(strchr(act_outcome_name(ACT_CLOSE, (enum act_outcome)i), ' '));
	}
	expect_text(&closing, ACT_OUTCOME_DONE, "closed");
	expect_text(&ending, ACT_OUTCOME_DONE, "TERM sent");
	expect_text(&closing, ACT_OUTCOME_NOT_PERMITTED, "not permitted: needs CAP_NET_ADMIN");
	expect_text(&ending, ACT_OUTCOME_NOT_PERMITTED, "not permitted: needs CAP_KILL");
	expect_text(&closing, ACT_OUTCOME_FAILED, "failed: Input/output error");
	expect_text(&closing, ACT_OUTCOME_NO_SUPPORT, "CONFIG_INET_DIAG_DESTROY");
	expect_text(&closing, ACT_OUTCOME_NO_SUCH_PROTOCOL, "mptcp");
	expect_text(&closing, ACT_OUTCOME_UNREACHABLE, "does not find it");
}

/* Which option a kernel needs is only said where it is known to lack it. */
Test(act, a_listener_of_mptcp_is_not_taken_for_an_old_kernel) {
	const struct act_result results[] = {
		act_result_of_close(-EOPNOTSUPP, SOCK_PROTOCOL_TCP),
		act_result_of_close(-EINVAL, SOCK_PROTOCOL_TCP),
	};
	static const char *const words[] = { "CONFIG_INET_DIAG_DESTROY", "listener of MPTCP" };
	for (size_t i = 0; i < ARRAY_LENGTH(results); i++) {
		struct out out;
		out_init(&out, OUT_MEMORY);
		act_write_result(&out, &closing, SOCK_PROTOCOL_TCP, &results[i]);
		out_char(&out, '\0');
		cr_expect(strstr(out.bytes, words[i]), "%s", out.bytes);
		cr_expect_null(strstr(out.bytes, words[!i]), "%s", out.bytes);
		out_finish(&out);
	}
}

Test(act, a_result_that_makes_no_sense_is_seen) {
	cr_expect_not(act_is_sane_result(&(struct act_result){ ACT_OUTCOME_COUNT, 0 }));
	cr_expect_not(act_is_sane_result(&(struct act_result){ 0, -1 }));
	cr_expect_not(act_is_sane_result(&(struct act_result){ 0, 4096 }));
}
