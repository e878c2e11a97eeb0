/* Names of conditions, as people write them. */

#include "lab_condition.h"

#include <stdio.h>
#include <string.h>

#include "util.h"

enum { NAMES_MAX = 128, NAME_SIZE = 32 };

static bool is_joint(char c) {
	return c == '-' || c == '_';
}

static bool is_same_name(const char *one, const char *other) {
	for (;;) {
		one += is_joint(*one);
		other += is_joint(*other);
		if (util_to_lower(*one) != util_to_lower(*other))
			return false;
		if (*one == '\0')
			return true;
		one++;
		other++;
	}
}

static const char *name_of(const struct lab_condition *condition, size_t index) {
	if (index == 0)
		return condition->name;
	return condition->others ? condition->others[index - 1] : NULL;
}

const struct lab_condition *lab_find(const char *name) {
	for (size_t i = 0; i < lab_condition_count; i++) {
		const char *one;
		for (size_t j = 0; (one = name_of(&lab_conditions[i], j)); j++) {
			if (is_same_name(one, name))
				return &lab_conditions[i];
		}
	}
	return NULL;
}

/* Without joints, as they cost nothing. */
static void simplify(char to[NAME_SIZE], const char *from) {
	size_t length = 0;
	for (; *from && length + 1 < NAME_SIZE; from++) {
		if (!is_joint(*from))
			to[length++] = util_to_lower(*from);
	}
	to[length] = '\0';
}

const char *lab_suggest(const char *name) {
	char names[NAMES_MAX][NAME_SIZE];
	const char *candidates[NAMES_MAX] = { NULL };
	const char *spelled[NAMES_MAX];
	char word[NAME_SIZE];
	size_t count = 0;
	for (size_t i = 0; i < lab_condition_count; i++) {
		const char *one;
		for (size_t j = 0; count < NAMES_MAX && (one = name_of(&lab_conditions[i], j));
		     j++) {
			simplify(names[count], one);
			candidates[count] = names[count];
			spelled[count++] = one;
		}
	}
	simplify(word, name);
	const char *best = util_closest(word, strlen(word), candidates, count);
	for (size_t i = 0; best && i < count; i++) {
		if (candidates[i] == best)
			return spelled[i];
	}
	return NULL;
}

bool lab_is_since(const unsigned since[2], const char *release) {
	unsigned major, minor;
	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return true;
	return major > since[0] || (major == since[0] && minor >= since[1]);
}
