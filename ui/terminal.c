/* The terminal, through curses: taken over, measured, given back. Curses never ends the program
 * here and keeps no signal, and what it would find out too late is found out before. What is shown
 * is the business of terminal_draw.c, what is pressed that of terminal_keys.c. */

#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clipboard.h"
#include "escape.h"
#include "out.h"
#include "terminal_part.h"
#include "util.h"

/* Behind all others: its names are short ones. */
#include <term.h>

/* A size beyond is a mistake of the one who set it, and must not cost gigabytes. */
enum { WIDTH_MAX = 2048, HEIGHT_MAX = 1024 };

/* How long the rest of an escape sequence may take. */
enum { ESCAPE_DELAY_MS = 25 };

/* Signals that curses would handle. */
static const int kept_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGTTOU, SIGWINCH };

static int size_from(const char *variable, int otherwise) {
	const char *text = getenv(variable);
	uint64_t number = 0;
	if (text && util_parse_number(text, strlen(text), INT16_MAX, &number) && number > 0)
		return (int)number;
	return otherwise;
}

/* The kernel knows best, then the environment. */
static struct winsize find_size(const struct terminal *terminal) {
	struct winsize size = { 0 };
	if (ioctl(fileno(terminal->output), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		ioctl(fileno(terminal->input), TIOCGWINSZ, &size);
	if (size.ws_col == 0)
		size.ws_col = (unsigned short)size_from("COLUMNS", 80);
	if (size.ws_row == 0)
		size.ws_row = (unsigned short)size_from("LINES", 24);
	if (size.ws_col > WIDTH_MAX)
		size.ws_col = WIDTH_MAX;
	if (size.ws_row > HEIGHT_MAX)
		size.ws_row = HEIGHT_MAX;
	return size;
}

static bool can_move_cursor(void) {
	const char *text = tigetstr("cup");
	return text && text != (const char *)-1;
}

/* What is wrong with the type, or NULL; before newterm(), which would not say. */
static const char *check_type(const char *type, int output) {
	enum { HARDCOPY = 1 };
	int status = 0;
	const bool is_known = *type && setupterm(type, output, &status) == OK;
	if (!is_known && status != HARDCOPY)
		return N_("the terminal type '%s' is not known; set TERM, e.g. xterm-256color");
	const bool is_good = is_known && can_move_cursor();
	if (is_known)
		del_curterm(cur_term);
	if (!is_good)
		return N_("the terminal type '%s' cannot move the cursor; set TERM, e.g. "
		          "xterm-256color");
	return NULL;
}

static FILE *open_copy(int fd, const char *mode) {
	const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *file = copy < 0 ? NULL : fdopen(copy, mode);
	if (!file && copy >= 0)
		close(copy);
	return file;
}

static bool has_sane_size(FILE *output) {
	struct winsize size = { 0 };
	ioctl(fileno(output), TIOCGWINSZ, &size);
	return size.ws_col <= WIDTH_MAX && size.ws_row <= HEIGHT_MAX;
}

/* newterm() takes signals for itself; they are the caller's. It asks the kernel for the size, since
 * it refuses types that have none of their own (linux). */
static SCREEN *open_screen(const struct terminal *terminal, const char *type) {
	struct sigaction actions[ARRAY_LENGTH(kept_signals)];
	for (size_t i = 0; i < ARRAY_LENGTH(kept_signals); i++)
		sigaction(kept_signals[i], NULL, &actions[i]);
	use_env(FALSE);
	use_tioctl(has_sane_size(terminal->output));
	SCREEN *screen = newterm(type, terminal->output, terminal->input);
	for (size_t i = 0; i < ARRAY_LENGTH(kept_signals); i++)
		sigaction(kept_signals[i], &actions[i], NULL);
	return screen;
}

static void start_colors(struct terminal *terminal) {
	if (!has_colors() || start_color() != OK)
		return;
	terminal->colors = COLORS;
	terminal->has_default_colors = use_default_colors() == OK;
}

/* Each key arrives at once, as a key, Ctrl-C too. */
static void set_modes(void) {
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	meta(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_DELAY_MS);
	scrollok(stdscr, FALSE);
	typeahead(-1);
	curs_set(0);
}

/* What is pasted comes marked as such from then on (bracketed paste), or not any more. Only those
 * terminals are asked whose sequences are of that kind. */
static void mark_paste(const struct terminal *terminal, bool on) {
	const char *const text = on ? "\033[?2004h" : "\033[?2004l";
	const char *const move = tigetstr("cup");
	if (move && move != (const char *)-1 && strncmp(move, "\033[", 2) == 0)
		util_write_all(fileno(terminal->output), text, strlen(text), -1);
}

static void close_files(struct terminal *terminal) {
	if (terminal->input)
		fclose(terminal->input);
	if (terminal->output)
		fclose(terminal->output);
}

static bool open_files(struct terminal *terminal, int input, int output) {
	terminal->input = open_copy(input, "r");
	terminal->output = open_copy(output, "w");
	return terminal->input && terminal->output;
}

static bool take_over(struct terminal *terminal, int input, int output, const char *type,
                      char **error) {
	const char *complaint = check_type(type, output);
	if (complaint) {
		char *name = escape_copy(type, strlen(type));
		*error = xasprintf(_(complaint), name);
		free(name);
		return false;
	}
	if (!open_files(terminal, input, output)) {
		*error = xasprintf(_("terminal: %s"), strerror(errno));
		return false;
	}
	terminal->screen = open_screen(terminal, type);
	if (!terminal->screen)
		*error = xasprintf(_("the terminal cannot be used"));
	return terminal->screen;
}

struct terminal *terminal_open(int input, int output, const char *type, char **error) {
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct terminal *terminal = xcalloc(1, sizeof(*terminal));
	if (!type)
		type = getenv("TERM");
	if (!take_over(terminal, input, output, type ? type : "", error)) {
		close_files(terminal);
		free(terminal);
		return NULL;
	}
	sigaction(SIGPIPE, &ignore, &terminal->pipe_action);
	set_modes();
	terminal_define_keys();
	mark_paste(terminal, true);
	start_colors(terminal);
	terminal_resize(terminal);
	return terminal;
}

/* Whoever is the shell's job may have been killed, and the terminal be the shell's again; it is to
 * be as it was all the same, and that is no reason to be stopped. */
static void give_back(const struct terminal *terminal) {
	sigset_t stop;
	sigset_t before;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stop, &before);
	mark_paste(terminal, false);
	endwin();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void terminal_close(struct terminal *terminal) {
	if (!terminal)
		return;
	if (!terminal->is_suspended) {
		terminal_use_mouse(terminal, false);
		give_back(terminal);
	}
	delscreen(terminal->screen);
	close_files(terminal);
	sigaction(SIGPIPE, &terminal->pipe_action, NULL);
	free(terminal->shown);
	free(terminal);
}

int terminal_fd(const struct terminal *terminal) {
	return fileno(terminal->input);
}

int terminal_width(const struct terminal *terminal) {
	return terminal->width;
}

int terminal_height(const struct terminal *terminal) {
	return terminal->height;
}

int terminal_colors(const struct terminal *terminal) {
	return terminal->colors;
}

void terminal_check_gone(struct terminal *terminal, FILE *file) {
	struct pollfd wait = { .fd = fileno(file) };
	if (poll(&wait, 1, 0) > 0 && wait.revents & (POLLHUP | POLLERR | POLLNVAL))
		terminal->is_gone = true;
}

static void forget_shown(struct terminal *terminal) {
	free(terminal->shown);
	terminal->shown = NULL;
}

void terminal_resize(struct terminal *terminal) {
	const struct winsize size = find_size(terminal);
	if (size.ws_col == terminal->width && size.ws_row == terminal->height)
		return;
	resizeterm(size.ws_row, size.ws_col);
	terminal->width = size.ws_col;
	terminal->height = size.ws_row;
	forget_shown(terminal);
}

bool terminal_is_gone(const struct terminal *terminal) {
	return terminal->is_gone;
}

void terminal_suspend(struct terminal *terminal) {
	if (terminal->is_suspended)
		return;
	if (terminal->has_mouse)
		terminal_tell_mouse(terminal, false);
	mark_paste(terminal, false);
	endwin();
	terminal->is_suspended = true;
}

void terminal_resume(struct terminal *terminal) {
	if (!terminal->is_suspended)
		return;
	terminal->is_suspended = false;
	mark_paste(terminal, true);
	clearok(curscr, TRUE);
	refresh();
	if (terminal->has_mouse)
		terminal_tell_mouse(terminal, true);
}

void terminal_copy(struct terminal *terminal, const void *bytes, size_t length) {
	struct out out;
	if (terminal->is_gone || terminal->is_suspended)
		return;
	out_init(&out, OUT_MEMORY);
	clipboard_write(&out, bytes, length);
	if (util_write_all(fileno(terminal->output), out.bytes, out.used, -1) < 0)
		terminal_check_gone(terminal, terminal->output);
	out_finish(&out);
}
