/* A key stands in one place only, since keymap_set() takes it away from where it was. */

#include "keymap.h"

#include <string.h>

#include "key.h"
#include "util.h"

struct keymap keymap_default(void) {
	struct keymap keymap = { 0 };
	for (size_t i = 0; i < action_count; i++)
		memcpy(keymap.keys[actions[i].action], actions[i].keys, sizeof(actions[i].keys));
	return keymap;
}

enum action keymap_action(const struct keymap *keymap, int key) {
	for (int action = 0; key != KEY_CODE_NONE && action < ACTION_COUNT; action++) {
		for (size_t i = 0; i < ACTION_KEYS_MAX; i++) {
			if (keymap->keys[action][i] == key)
				return (enum action)action;
		}
	}
	return ACTION_NONE;
}

int keymap_key(const struct keymap *keymap, enum action action) {
	return keymap->keys[action][0];
}

static void remove_key(int keys[ACTION_KEYS_MAX], int key) {
	size_t kept = 0;
	for (size_t i = 0; i < ACTION_KEYS_MAX; i++) {
		if (keys[i] != key)
			keys[kept++] = keys[i];
	}
	while (kept < ACTION_KEYS_MAX)
		keys[kept++] = KEY_CODE_NONE;
}

/* One that was named twice stays where it is named last. */
static void give_key(struct keymap *keymap, enum action action, int key) {
	int *keys = keymap->keys[action];
	for (int other = 0; other < ACTION_COUNT; other++)
		remove_key(keymap->keys[other], key);
	while (*keys != KEY_CODE_NONE)
		keys++;
	*keys = key;
}

static bool is_blank(char byte) {
	return byte == ' ' || byte == '\t';
}

/* The next name of the list, without blanks around it. False at its end. */
static bool take_name(const char **list, const char **name, size_t *length) {
	if (!*list)
		return false;
	size_t used = strcspn(*list, ",");
	*name = *list;
	*list = (*list)[used] == ',' ? *list + used + 1 : NULL;
	for (; used > 0 && is_blank(**name); used--)
		(*name)++;
	while (used > 0 && is_blank((*name)[used - 1]))
		used--;
	*length = used;
	return true;
}

/* What always ends the program must not be lost by a mistake in a file. */
static bool always_quits(int key) {
	return key == KEY_CODE_F10 || key == KEY_CODE_CTRL_C;
}

const char *keymap_set(struct keymap *keymap, enum action action, const char *list) {
	int keys[ACTION_KEYS_MAX] = { 0 };
	const char *name = NULL;
	size_t length = 0;
	size_t count = 0;
	if (list[0] == '\0')
		list = NULL;
	while (take_name(&list, &name, &length)) {
		const int key = key_named(name, length);
		if (key == KEY_CODE_NONE)
			return N_("not the name of a key");
		if (always_quits(key) && action != ACTION_QUIT)
			return N_("F10 and Ctrl-C always quit");
		if (count == ACTION_KEYS_MAX)
			return N_("too many keys");
		keys[count++] = key;
	}
	memset(keymap->keys[action], 0, sizeof(keymap->keys[action]));
	for (size_t i = 0; i < count; i++)
		give_key(keymap, action, keys[i]);
	return NULL;
}
