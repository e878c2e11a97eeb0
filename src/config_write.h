#pragma once
/* Settings go into the user's own configuration file; what it says of other things stays. */

#include <stdbool.h>
#include <stddef.h>

struct config_line {
	const char *key, *value; /* any bytes in the value; controls become blanks */
};

/* The text with each key set: where it stood first, and not again behind that; behind all else if
 * it was not there. For the caller to free. Pure. */
char *config_replace(const char *text, const struct config_line *lines, size_t count);

/* Does that to the file, of mode 0600 from then on, so that it is the old one or the new one
 * whatever happens. Nothing is written with more rights than who started the program has, nor to
 * where another user rules. `told` is where it went, or why it did not, one line for the caller to
 * free. */
bool config_save(const struct config_line *lines, size_t count, char **told);
