#include "web_target.h"

#include <stddef.h>
#include <string.h>

static void replace(char *text, char from, char to) {
	for (char *at = strchr(text, from); at; at = strchr(at, from))
		*at = to;
}

bool web_target_guess(char *path, unsigned guess) {
	const bool plus = guess & 1;
	const bool semicolon = guess & 2;
	const bool no_slash = guess & 4;
	const size_t length = strlen(path);
	if ((plus && !strchr(path, ' ')) || (semicolon && !strchr(path, '&')) ||
	    (no_slash && (length < 2 || strcmp(path + length - 2, "&/") != 0)))
		return false;
	if (no_slash)
		path[length - 1] = '\0';
	if (plus)
		replace(path, ' ', '+');
	if (semicolon)
		replace(path, '&', ';');
	return true;
}
