#pragma once
/* The terminal: only its files know curses. One at a time. */

#include <stdbool.h>
#include <stddef.h>

#include "canvas.h"
#include "key.h"
#include "mouse.h"
#include "theme.h"

struct out;
struct terminal;

/* Takes over the terminal that `input` and `output` are (for tests they may be anything, with
 * `type` for TERM; NULL: from the environment). The caller has set LC_CTYPE. Signals are left as
 * they are, but SIGPIPE is ignored until terminal_close(). NULL sets `error`, which the caller
 * frees. */
struct terminal *terminal_open(int input, int output, const char *type, char **error);

/* Gives it back as it was. Also after it went away. */
void terminal_close(struct terminal *terminal);

/* For poll(): readable when there are keys, or when the terminal has gone away. */
int terminal_fd(const struct terminal *terminal);

int terminal_width(const struct terminal *terminal);
int terminal_height(const struct terminal *terminal);
int terminal_colors(const struct terminal *terminal);

/* Asks the kernel for the size anew, after SIGWINCH. */
void terminal_resize(struct terminal *terminal);

/* Shows the canvas, writing only what is different from what is shown. */
void terminal_draw(struct terminal *terminal, const struct canvas *canvas,
                   const struct theme *theme);

/* Everything is drawn anew the next time. */
void terminal_redraw(struct terminal *terminal);

/* The next key press, or KEY_CODE_NONE if there is none yet; never waits, but for the rest of an
 * escape sequence (25 ms). */
int terminal_read_key(struct terminal *terminal);

/* True once the terminal has gone away. */
bool terminal_is_gone(const struct terminal *terminal);

/* Asks the terminal which background it has, once, and only if it has colours and passes over what
 * it does not understand. KEY_CODE_BACKGROUND comes if it tells; the answer never becomes other
 * keys. */
void terminal_ask_background(struct terminal *terminal);
enum theme_background terminal_background(const struct terminal *terminal);

/* From now on the mouse is ours (KEY_CODE_MOUSE), or the terminal's again. */
void terminal_use_mouse(struct terminal *terminal, bool is_ours);
/* What was done with it last, within the size of the terminal. */
struct mouse terminal_mouse(const struct terminal *terminal);

/* Back to the shell for a while; terminal_resume() takes over again. */
void terminal_suspend(struct terminal *terminal);
void terminal_resume(struct terminal *terminal);

/* Asks the terminal to put bytes on the clipboard (OSC 52); at most CLIPBOARD_MAX of them. */
void terminal_copy(struct terminal *terminal, const void *bytes, size_t length);

/* For tests: the text that curses believes to be on the screen, a line break behind each line,
 * without trailing blanks. */
void terminal_read_back(const struct terminal *terminal, struct out *out);
