/* Which key does what, before and after the configuration said otherwise. */

#include <criterion/criterion.h>

#include "key.h"
#include "keymap.h"

Test(keymap, every_key_of_the_table_does_what_its_row_says) {
	const struct keymap keymap = keymap_default();
	for (size_t i = 0; i < action_count; i++) {
		for (size_t j = 0; j < ACTION_KEYS_MAX && actions[i].keys[j]; j++)
			cr_expect_eq(keymap_action(&keymap, actions[i].keys[j]), actions[i].action,
			             "%s", key_name(actions[i].keys[j]).text);
	}
	cr_expect_eq(keymap_action(&keymap, KEY_CODE_NONE), ACTION_NONE);
	cr_expect_eq(keymap_action(&keymap, 0x1f600), ACTION_NONE);
}

Test(keymap, keys_that_are_set_are_taken_from_whoever_had_them) {
	struct keymap keymap = keymap_default();
	cr_expect_null(keymap_set(&keymap, ACTION_FILTER, "x , Ctrl-T,\t\xc3\xa9"));
	cr_expect_eq(keymap_action(&keymap, 'x'), ACTION_FILTER);
	cr_expect_eq(keymap_action(&keymap, 'T' & 0x1f), ACTION_FILTER);
	cr_expect_eq(keymap_action(&keymap, 0xe9), ACTION_FILTER);
	cr_expect_eq(keymap_action(&keymap, '/'), ACTION_NONE);
	cr_expect_eq(keymap_key(&keymap, ACTION_FILTER), 'x');
	cr_expect_eq(keymap_key(&keymap, ACTION_EXPORT), KEY_CODE_NONE);
	cr_expect_eq(keymap_action(&keymap, 'j'), ACTION_DOWN);
}

Test(keymap, of_a_key_that_is_given_twice_the_last_word_counts) {
	struct keymap keymap = keymap_default();
	cr_expect_null(keymap_set(&keymap, ACTION_HELP, "z,a,z,z"));
	cr_expect_eq(keymap_key(&keymap, ACTION_HELP), 'a');
	cr_expect_eq(keymap.keys[ACTION_HELP][1], 'z');
	cr_expect_eq(keymap.keys[ACTION_HELP][2], KEY_CODE_NONE);
	cr_expect_null(keymap_set(&keymap, ACTION_QUIT, "z"));
	cr_expect_eq(keymap_action(&keymap, 'z'), ACTION_QUIT);
	cr_expect_eq(keymap.keys[ACTION_HELP][1], KEY_CODE_NONE);
}

Test(keymap, an_action_may_have_no_key_at_all) {
	struct keymap keymap = keymap_default();
	cr_expect_null(keymap_set(&keymap, ACTION_COPY, ""));
	cr_expect_eq(keymap_action(&keymap, 'y'), ACTION_NONE);
}

Test(keymap, what_is_wrong_changes_nothing) {
	static const char *const lists[] = { "nokey", "x,,y",  ",",      "x,",       "x y",
		                             "F10",   "y,F10", "ctrl-c", "a,b,c,d,e" };
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct keymap keymap = keymap_default();
		cr_expect_not_null(keymap_set(&keymap, ACTION_UP, lists[i]), "%s", lists[i]);
		cr_expect_eq(keymap_key(&keymap, ACTION_UP), KEY_CODE_UP, "%s", lists[i]);
		cr_expect_eq(keymap_action(&keymap, 'x'), ACTION_EXPORT, "%s", lists[i]);
	}
}
