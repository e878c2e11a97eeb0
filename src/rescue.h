#pragma once
/* The terminal as it was, for when the one who drew on it cannot give it back. */

#include <stdbool.h>
#include <termios.h>

struct rescue {
	int terminal; /* borrowed; -1: there is none */
	struct termios settings;
};

/* Remembers the terminal that `input` or `output` is. */
struct rescue rescue_remember(int input, int output);

/* True if its settings are not what they were. */
bool rescue_is_needed(const struct rescue *rescue);

/* Gives it back, unless it went away or is another process group's by now. */
void rescue_terminal(const struct rescue *rescue);
