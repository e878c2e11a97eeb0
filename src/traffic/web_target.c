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
	if ((plus && !strchr(path, ' ')) || (semicolon && !strchr(path, '&')))
		return false;
	if (plus)
		replace(path, ' ', '+');
	if (semicolon)
		replace(path, '&', ';');
	return true;
}
