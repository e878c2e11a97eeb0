#pragma once
/* Which key does what: actions[] at first, then what the configuration says. Pure. */

#include "action.h"

struct keymap {
	int keys[ACTION_COUNT][ACTION_KEYS_MAX]; /* enum key by action; 0 behind the last one */
};

/* As actions[] has it. */
struct keymap keymap_default(void);

/* ACTION_NONE if the key does nothing. */
enum action keymap_action(const struct keymap *keymap, int key);

/* The first key of the action; KEY_CODE_NONE if it has none. */
int keymap_key(const struct keymap *keymap, enum action action);

/* Keys by name with commas between them ("F5,t"), instead of those that the action had; whatever
 * they did before they do no more. Nothing takes all of them away. NULL, or what is wrong, marked
 * with N_, and then nothing was changed. */
const char *keymap_set(struct keymap *keymap, enum action action, const char *list);
