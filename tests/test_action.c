#include <criterion/criterion.h>
#include <string.h>

#include "action.h"
#include "key.h"

Test(action, every_name_stands_in_one_row_only) {
	for (size_t i = 0; i < action_count; i++)
		cr_expect_eq(action_named(actions[i].name, strlen(actions[i].name)),
		             actions[i].action, "%s", actions[i].name);
	cr_expect_eq(action_named("", 0), ACTION_NONE);
	cr_expect_eq(action_named("Help", 4), ACTION_NONE);
	cr_expect_eq(action_named("helping", 4), ACTION_HELP);
}

Test(action, every_key_is_found_by_its_name) {
	for (int key = 1; key < KEY_CODE_COUNT; key++) {
		const struct key_name name = key_name(key);
		const bool is_surrogate = key >= 0xd800 && key < 0xe000;
		if (name.text[0] && !is_surrogate && key_named(name.text, strlen(name.text)) != key)
			cr_expect(false, "%d '%s'", key, name.text);
	}
}

Test(action, a_key_may_be_named_in_any_case_but_a_letter_is_itself) {
	static const struct {
		const char *name;
		int key;
	} cases[] = {
		{ "f5", KEY_CODE_F1 + 4 },
		{ "F12", KEY_CODE_F12 },
		{ "pgup", KEY_CODE_PAGE_UP },
		{ "ctrl-B", 2 },
		{ "SPACE", ' ' },
		{ "comma", ',' },
		{ "t", 't' },
		{ "T", 'T' },
		{ "f", 'f' },
		{ "\xc3\xa9", 0xe9 },
		{ "F0", 0 },
		{ "F13", 0 },
		{ "ctrl-", 0 },
		{ "ctrl-1", 0 },
		{ "", 0 },
		{ "tt", 0 },
		{ " ", 0 },
		{ "\x1b", 0 },
		{ "\x7f", 0 },
		{ "\xff", 0 },
		{ "\xc2\x9b", 0 },
		{ "F5 ", 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(key_named(cases[i].name, strlen(cases[i].name)), cases[i].key, "'%s'",
		             cases[i].name);
}

Test(action, moves_are_by_lines_pages_and_to_the_ends) {
	cr_expect_eq(action_step(ACTION_UP, 20, 66), -1);
	cr_expect_eq(action_step(ACTION_HALF_PAGE_DOWN, 20, 66), 10);
	cr_expect_eq(action_step(ACTION_HALF_PAGE_DOWN, 1, 66), 1, "the least that moves");
	cr_expect_eq(action_step(ACTION_PAGE_UP, 20, 66), -20);
	cr_expect_eq(action_step(ACTION_LAST, 20, 66), 66);
	cr_expect_eq(action_step(ACTION_QUIT, 20, 66), 0);
}

Test(action, every_action_has_a_row_with_a_key_and_a_sentence) {
	bool seen[ACTION_COUNT] = { false };
	for (size_t i = 0; i < action_count; i++) {
		cr_expect_neq(actions[i].keys[0], 0);
		cr_expect(actions[i].help && actions[i].help[0]);
		seen[actions[i].action] = true;
	}
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
		cr_expect(seen[i], "action %d", i);
}

Test(action, what_is_in_the_function_bar_has_a_function_key_of_its_own_first) {
	bool seen[KEY_CODE_F12 - KEY_CODE_F1 + 1] = { false };
	size_t count = 0;
	for (size_t i = 0; i < action_count; i++) {
		const int key = actions[i].keys[0];
		const bool is_function = key >= KEY_CODE_F1 && key <= KEY_CODE_F12;
		cr_expect_eq(is_function, actions[i].bar != NULL, "%s", actions[i].name);
		if (is_function)
			seen[key - KEY_CODE_F1] = true;
		count += is_function;
	}
	cr_expect_eq(count, 10);
	for (size_t i = 0; i < count; i++)
		cr_expect(seen[i], "F%zu", i + 1);
}

Test(action, every_key_has_a_name) {
	for (size_t i = 0; i < action_count; i++) {
		for (size_t j = 0; j < ACTION_KEYS_MAX && actions[i].keys[j]; j++)
			cr_expect_neq(key_name(actions[i].keys[j]).text[0], '\0');
	}
	cr_expect_str_eq(key_name(KEY_CODE_F10).text, "F10");
	cr_expect_str_eq(key_name(KEY_CODE_CTRL_L).text, "Ctrl-L");
	cr_expect_str_eq(key_name('/').text, "/");
	cr_expect_str_eq(key_name(KEY_CODE_ENTER).text, "Enter");
}
