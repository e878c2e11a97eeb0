/* What is asked of the terminal beside what curses draws: its background, its mouse. */

#include "terminal.h"

#include <string.h>

#include "terminal_part.h"
#include "util.h"

static void tell(struct terminal *terminal, const char *sequence) {
	if (terminal->is_gone || terminal->is_suspended)
		return;
	if (util_write_all(fileno(terminal->output), sequence, strlen(sequence), -1) < 0)
		terminal_check_gone(terminal, terminal->output);
}

/* The console of an old kernel shows what it does not understand. */
static bool prints_questions(void) {
	const char *type = termname();
	return strncmp(type, "linux", strlen("linux")) == 0;
}

/* Behind the question comes another one, that all of them answer: what they say to that tells that
 * they will not answer the first any more. */
void terminal_ask_background(struct terminal *terminal) {
	if (terminal->was_asked || terminal->colors < 8 || prints_questions())
		return;
	terminal->was_asked = true;
	terminal->is_asked = true;
	tell(terminal, "\033]11;?\033\\\033[c");
}

enum theme_background terminal_background(const struct terminal *terminal) {
	return terminal->background;
}

void terminal_tell_mouse(struct terminal *terminal, bool is_ours) {
	tell(terminal, is_ours ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l");
}

void terminal_use_mouse(struct terminal *terminal, bool is_ours) {
	if (terminal->has_mouse == is_ours)
		return;
	terminal->has_mouse = is_ours;
	terminal_tell_mouse(terminal, is_ours);
}

struct mouse terminal_mouse(const struct terminal *terminal) {
	return terminal->mouse;
}
