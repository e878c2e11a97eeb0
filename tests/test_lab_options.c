/* What the words of "lab" mean. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "lab_condition.h"
#include "lab_options.h"
#include "util.h"

enum { WORDS_MAX = 16 };

static const uint64_t second_ns = 1000000000;

static struct lab_plan parse(const char *line, char **error) {
	char words[200];
	char *argv[WORDS_MAX + 1] = { (char[]){ "lab" } };
	int argc = 1;
	struct lab_plan plan = { 0 };
	strcpy(words, line);
	for (char *word = strtok(words, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
		argv[argc++] = word;
	*error = NULL;
	const bool understood = lab_parse(argc, argv, &plan, error);
	cr_expect_eq(understood, *error == NULL, "%s", line);
	return plan;
}

static struct lab_plan understood(const char *line) {
	char *error;
	struct lab_plan plan = parse(line, &error);
	cr_assert_null(error, "%s: %s", line, error);
	return plan;
}

Test(lab_options, states_are_made_in_the_order_in_which_they_stand_and_once) {
	struct lab_plan plan = understood("time_wait ESTABLISHED estab listen TIME-WAIT");
	cr_assert_eq(plan.count, 3);
	cr_expect_str_eq(plan.conditions[0]->name, "TIME-WAIT");
	cr_expect_str_eq(plan.conditions[1]->name, "ESTAB");
	cr_expect_str_eq(plan.conditions[2]->name, "LISTEN");
	cr_expect_eq(plan.action, LAB_HOLD);
	free(plan.conditions);
}

Test(lab_options, all_is_all_and_so_is_verify_alone) {
	static const char *const lines[] = { "all", "ALL estab", "--verify", "--verify all",
		                             "list" };
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		struct lab_plan plan = understood(lines[i]);
		cr_expect_eq(plan.count, lab_condition_count, "%s", lines[i]);
		free(plan.conditions);
	}
}

Test(lab_options, options_mean_what_they_say) {
	static const struct {
		const char *line;
		enum lab_action action;
		uint64_t hold_s;
		uint16_t port;
		enum report_format format;
	} rows[] = {
		{ "estab", LAB_HOLD, 60, 0, REPORT_TEXT },
		{ "estab --hold 5m", LAB_HOLD, 300, 0, REPORT_TEXT },
		{ "--hold=0 estab", LAB_HOLD, 0, 0, REPORT_TEXT },
		{ "estab -p 1234", LAB_HOLD, 60, 1234, REPORT_TEXT },
		{ "estab --port 65535 -j", LAB_HOLD, 60, 65535, REPORT_JSON },
		{ "estab listen --port 65534", LAB_HOLD, 60, 65534, REPORT_TEXT },
		{ "unix-stuck estab --port 65535", LAB_HOLD, 60, 65535, REPORT_TEXT },
		{ "--verify estab -q", LAB_VERIFY, 60, 0, REPORT_QUIET },
		{ "list --json", LAB_LIST, 60, 0, REPORT_JSON },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct lab_plan plan = understood(rows[i].line);
		cr_expect_eq(plan.action, rows[i].action, "%s", rows[i].line);
		cr_expect_eq(plan.hold_ns, rows[i].hold_s * second_ns, "%s", rows[i].line);
		cr_expect_eq(plan.port, rows[i].port, "%s", rows[i].line);
		cr_expect_eq(plan.format, rows[i].format, "%s", rows[i].line);
		free(plan.conditions);
	}
}

Test(lab_options, help_wins_over_what_is_behind_it) {
	struct lab_plan plan = understood("--help nonsense");
	cr_expect(plan.help);
	free(plan.conditions);
}

Test(lab_options, what_is_wrong_is_said_in_one_line) {
	static const char *const rows[][2] = {
		{ "", "name a state" },
		{ "--hold 5s", "name a state" },
		{ "tine-wait", "did you mean TIME-WAIT?" },
		{ "xyzzy", "unknown state 'xyzzy'; see 'socklens lab list'" },
		{ "\x1b[2J", "'\\x1b[2J'" },
		{ "estab --hold x", "'x' is no time to hold" },
		{ "estab --hold -1", "'-1' is no time to hold" },
		{ "estab --port 65536", "'65536' is no port" },
		{ "estab --port x", "'x' is no port" },
		{ "estab listen --port 65535", "there are not 2 ports from 65535 on" },
		{ "list estab", "list stands alone" },
		{ "list --verify", "list stands alone" },
		{ "estab -q -j", "one of --quiet, --json" },
		{ "--wrong", "unknown option --wrong" },
		{ "estab --hold", "--hold needs a value" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *error;
		struct lab_plan plan = parse(rows[i][0], &error);
		cr_assert_not_null(error, "%s", rows[i][0]);
		cr_expect_not_null(strstr(error, rows[i][1]), "%s: %s", rows[i][0], error);
		cr_expect_null(strchr(error, '\n'));
		free(plan.conditions);
		free(error);
	}
}
