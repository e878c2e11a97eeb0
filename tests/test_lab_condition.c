/* The table of conditions, and their names as people write them. */

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "lab_check.h"
#include "lab_condition.h"
#include "lab_made.h"
#include "util.h"

Test(lab_condition, is_found_by_every_spelling_that_people_use) {
	static const char *const rows[][2] = {
		{ "LISTEN", "LISTEN" },
		{ "listening", "LISTEN" },
		{ "ESTAB", "ESTAB" },
		{ "established", "ESTAB" },
		{ "ESTABLISHED", "ESTAB" },
		{ "TIME_WAIT", "TIME-WAIT" },
		{ "time-wait", "TIME-WAIT" },
		{ "TimeWait", "TIME-WAIT" },
		{ "FIN_WAIT1", "FIN-WAIT-1" },
		{ "fin-wait-2", "FIN-WAIT-2" },
		{ "FIN_WAIT_2", "FIN-WAIT-2" },
		{ "SYN_RECV", "SYN-RECV" },
		{ "syn-rcv", "SYN-RECV" },
		{ "SYN_RECEIVED", "SYN-RECV" },
		{ "SYN_SENT", "SYN-SENT" },
		{ "close_wait", "CLOSE-WAIT" },
		{ "LAST_ACK", "LAST-ACK" },
		{ "closing", "CLOSING" },
		{ "CLOSE", "BOUND-INACTIVE" },
		{ "bound-inactive", "BOUND-INACTIVE" },
		{ "UNCONN", "UDP-UNCONNECTED" },
		{ "Zero_Window", "zero-window" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct lab_condition *condition = lab_find(rows[i][0]);
		cr_assert(condition, "%s", rows[i][0]);
		cr_expect_str_eq(condition->name, rows[i][1]);
	}
}

Test(lab_condition, is_not_found_by_other_words) {
	static const char *const words[] = { "", "-", "wait", "LISTENS", "listen ", "fin-wait" };
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		cr_expect_null(lab_find(words[i]), "%s", words[i]);
}

Test(lab_condition, suggests_what_was_meant) {
	static const char *const rows[][2] = {
		{ "tine-wait", "TIME-WAIT" }, { "ESTABLISED", "established" },
		{ "finwait", "FIN-WAIT-1" },  { "zero-windw", "zero-window" },
		{ "LISTN", "LISTEN" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *suggestion = lab_suggest(rows[i][0]);
		cr_assert(suggestion, "%s", rows[i][0]);
		cr_expect_str_eq(suggestion, rows[i][1]);
	}
	cr_expect_null(lab_suggest("xyzzy"));
	cr_expect_null(lab_suggest(""));
}

static void takes_no_other_condition(const struct lab_condition *condition, const char *name) {
	cr_expect_eq(lab_find(name), condition, "%s is %s", name, lab_find(name)->name);
	cr_expect_lt(strlen(name), 20);
}

Test(lab_condition, has_no_name_twice_and_says_everything) {
	size_t names = 0;
	for (size_t i = 0; i < lab_condition_count; i++) {
		const struct lab_condition *condition = &lab_conditions[i];
		takes_no_other_condition(condition, condition->name);
		names++;
		for (size_t j = 0; condition->others && condition->others[j]; j++, names++)
			takes_no_other_condition(condition, condition->others[j]);
		cr_expect(condition->meaning && condition->turn && condition->done, "%s",
		          condition->name);
		cr_expect(condition->make, "%s", condition->name);
		cr_expect(condition->targets[0].what, "%s", condition->name);
	}
	cr_expect_leq(names, 128, "lab_suggest() knows so many");
}

static void is_a_filter(const char *expression) {
	struct filter filter = filter_all();
	struct filter_error problem;
	const bool parsed = filter_parse(expression, NULL, &filter, &problem);
	cr_expect(parsed, "%s: %s", expression, parsed ? "" : problem.message);
	filter_finish(&filter);
}

Test(lab_condition, has_targets_that_can_be_looked_for_and_judged) {
	for (size_t i = 0; i < lab_condition_count; i++) {
		const struct lab_made made = { .condition = &lab_conditions[i],
			                       .server = 1234,
			                       .client = 5678,
			                       .inode = 91,
			                       .peer = 92 };
		const struct lab_target *targets = lab_conditions[i].targets;
		for (size_t j = 0; j < LAB_TARGETS_MAX && targets[j].what; j++) {
			char *filter = lab_expand(&made, targets[j].filter);
			cr_expect_null(strchr(filter, '@'), "%s", filter);
			/* It stands in a command line as it is. */
			cr_expect_eq(strcspn(filter, "()<>!&|;*?$'\""), strlen(filter), "%s",
			             filter);
			is_a_filter(filter);
			cr_expect(lab_expectation_is_valid(targets[j].expect), "%s",
			          targets[j].expect);
			free(filter);
		}
	}
}

Test(lab_condition, names_of_numbers_are_replaced_and_nothing_else) {
	const struct lab_made made = { .server = 1, .client = 65535, .inode = 4000000000u };
	static const char *const rows[][2] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "@server:@client", "1:65535" },
		{ "@inode@peer", "40000000000" },
		{ "@other @", "@other @" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *text = lab_expand(&made, rows[i][0]);
		cr_expect_str_eq(text, rows[i][1]);
		free(text);
	}
}

Test(lab_condition, knows_which_kernel_is_older) {
	static const struct {
		const char *release;
		bool is_since;
	} rows[] = {
		{ "6.8.0-generic", true }, { "6.18.44", true },   { "7.0", true },
		{ "6.7.12", false },       { "5.19.0-1", false }, { "strange", true },
	};
	const unsigned since[2] = { 6, 8 };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		cr_expect_eq(lab_is_since(since, rows[i].release), rows[i].is_since, "%s",
		             rows[i].release);
}
