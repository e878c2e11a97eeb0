/* The table of options: nothing in it contradicts itself, and the help fits a screen. */

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "option.h"
#include "sock.h"
#include "util.h"

static char *help_text(void) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	option_write_help(&out);
	out_char(&out, '\0');
	return out.bytes;
}

Test(option, letters_and_names_are_given_once) {
	for (size_t i = 0; i < option_count; i++) {
		cr_expect(options[i].letter || options[i].name, "row %zu cannot be typed", i);
		for (size_t j = 0; j < i; j++) {
			cr_expect(!options[i].letter || options[i].letter != options[j].letter,
			          "-%c", options[i].letter);
			cr_expect(!options[i].name || !options[j].name ||
			              strcmp(options[i].name, options[j].name) != 0,
			          "--%s", options[i].name);
		}
	}
}

Test(option, letters_are_alphanumeric_and_names_are_words_with_hyphens) {
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &options[i];
		cr_expect(!row->letter || isalnum((unsigned char)row->letter), "-%c", row->letter);
		if (row->name) {
			cr_expect_eq(strspn(row->name, allowed), strlen(row->name), "%s",
			             row->name);
			cr_expect(islower((unsigned char)row->name[0]), "%s", row->name);
		}
	}
}

Test(option, every_option_has_help_and_a_topic) {
	for (size_t i = 0; i < option_count; i++) {
		cr_expect(options[i].help && options[i].help[0], "row %zu", i);
		cr_expect_lt(options[i].topic, OPTION_TOPIC_COUNT, "row %zu", i);
	}
	for (int topic = 0; topic < OPTION_TOPIC_COUNT; topic++)
		cr_expect_gt(strlen(option_topic_title((enum option_topic)topic)), 2);
}

Test(option, exactly_those_options_take_an_argument_that_need_one) {
	for (size_t i = 0; i < option_count; i++) {
		const enum option_action action = options[i].action;
		const bool needs = action == OPTION_PROTOCOL_LIST || action == OPTION_NETNS ||
		                   action == OPTION_COLUMNS || action == OPTION_SORT ||
		                   action == OPTION_GROUP_BY || action == OPTION_FORMAT ||
		                   action == OPTION_WATCH || action == OPTION_COUNT_OF_LOOKS ||
		                   action == OPTION_RECORD || action == OPTION_REPLAY ||
		                   action == OPTION_FILTER_FILE;
		cr_expect_eq(options[i].argument != NULL, needs, "row %zu", i);
	}
}

Test(option, values_are_protocols_families_groups_and_seconds_that_exist) {
	for (size_t i = 0; i < option_count; i++) {
		if (options[i].action == OPTION_PROTOCOL)
			cr_expect_eq(options[i].value & ~SOCK_PROTOCOLS_ALL, 0);
		else if (options[i].action == OPTION_FAMILY)
			cr_expect_lt(options[i].value, SOCK_FAMILY_COUNT);
		else if (options[i].action == OPTION_GROUP)
			cr_expect_lt(options[i].value, FIELD_GROUP_COUNT);
		else if (options[i].action == OPTION_WATCH)
			cr_expect_gt(options[i].value, 0);
		else
			cr_expect_eq(options[i].value, 0);
	}
}

/* What fingers know from ss and netstat. */
Test(option, the_letters_of_ss_are_there) {
	for (const char *letter = "tuwxMS046lemoisrHNanpOA"; *letter; letter++) {
		size_t found = 0;
		for (size_t i = 0; i < option_count; i++)
			found += options[i].letter == *letter;
		cr_expect_eq(found, 1, "-%c", *letter);
	}
}

Test(option, help_fits_80_columns_and_50_lines) {
	char *text = help_text();
	size_t lines = 0;
	for (const char *line = text; *line; lines++) {
		const size_t length = strcspn(line, "\n");
		cr_expect_leq(length, 80, "%.*s", (int)length, line);
		cr_expect(length == 0 || line[length - 1] != ' ', "%.*s", (int)length, line);
		cr_assert_eq(line[length], '\n', "the last line has no end");
		line += length + 1;
	}
	cr_expect_leq(lines, 50, "%zu lines", lines);
	cr_expect_null(strchr(text, '\t'));
	free(text);
}

Test(option, help_names_every_option_with_its_argument_and_text) {
	char *text = help_text();
	const char *defaults = strstr(text, option_topic_title(OPTION_TOPIC_DEFAULT));
	cr_assert_not_null(defaults);
	for (size_t i = 0; i < option_count; i++) {
		if (options[i].topic == OPTION_TOPIC_DEFAULT) {
			const char letter[] = { ' ', '-', options[i].letter, '\0' };
			const char *found = strstr(defaults, letter);
			cr_expect(found && found < strchr(defaults, '\n'), "%s", letter);
			continue;
		}
		char *head = xasprintf(
		    "%s%s%s%s", options[i].name ? "--" : "-",
		    options[i].name ? options[i].name : (const char[]){ options[i].letter, '\0' },
		    options[i].argument ? " " : "", options[i].argument ? options[i].argument : "");
		char *line = strstr(text, head);
		cr_expect_not_null(line, "%s", head);
		const char *help = strstr(line ? line : text, options[i].help);
		cr_expect(help && memchr(line, '\n', (size_t)(help - line)) == NULL, "%s: %s", head,
		          options[i].help);
		free(head);
	}
	free(text);
}

Test(option, help_tells_usage_filter_and_exit_status) {
	char *text = help_text();
	static const char *const wanted[] = { "Usage: socklens", "Filter: 1234, tcp, listen",
		                              "Exit status:", "0 found", "3 answer incomplete" };
	for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++)
		cr_expect_not_null(strstr(text, wanted[i]), "%s", wanted[i]);
	free(text);
}
