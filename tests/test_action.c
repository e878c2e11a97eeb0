#include <criterion/criterion.h>
#include <string.h>

#include "action.h"
#include "key.h"

Test(action, every_key_stands_in_one_row_only) {
	for (size_t i = 0; i < action_count; i++) {
		for (size_t j = 0; j < ACTION_KEYS_MAX && actions[i].keys[j]; j++)
			cr_expect_eq(action_of(actions[i].keys[j]), actions[i].action, "%s",
			             key_name(actions[i].keys[j]).text);
	}
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

Test(action, a_key_without_a_row_does_nothing) {
	cr_expect_eq(action_of(KEY_CODE_NONE), ACTION_NONE);
	cr_expect_eq(action_of(0x1f600), ACTION_NONE);
}
