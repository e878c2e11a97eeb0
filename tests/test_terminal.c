/* The terminal, at the end of a pseudo-terminal whose other end is held here: what is written to it
 * and what keys come of what it sends. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "clipboard.h"
#include "out.h"
#include "terminal.h"
#include "util.h"

static struct {
	int master, slave;
	struct terminal *terminal;
	struct canvas canvas;
	struct theme theme;
} it;

static void set_size(int width, int height) {
	const struct winsize size = { .ws_col = (unsigned short)width,
		                      .ws_row = (unsigned short)height };
	cr_assert_eq(ioctl(it.slave, TIOCSWINSZ, &size), 0);
}

static void open_pty(int width, int height) {
	it.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	cr_assert_geq(it.master, 0);
	cr_assert_eq(grantpt(it.master), 0);
	cr_assert_eq(unlockpt(it.master), 0);
	it.slave = open(ptsname(it.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	cr_assert_geq(it.slave, 0);
	set_size(width, height);
}

static void use_colors(int colors) {
	it.theme = theme_make(THEME_AUTO, &(struct theme_terminal){ .colors = colors });
}

static void open_type(int width, int height, const char *type) {
	char *error = NULL;
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	open_pty(width, height);
	it.terminal = terminal_open(it.slave, it.slave, type, &error);
	cr_assert(it.terminal, "%s", error);
	use_colors(terminal_colors(it.terminal));
	canvas_init(&it.canvas, width, height, false);
}

static void open_small(void) {
	open_type(20, 4, "xterm-256color");
}

static void close_all(void) {
	terminal_close(it.terminal);
	canvas_finish(&it.canvas);
	close(it.master);
	close(it.slave);
}

static void draw(void) {
	terminal_draw(it.terminal, &it.canvas, &it.theme);
}

/* All that was written since the last time, ended by a NUL, in memory that the caller frees. */
static char *take_written(size_t *length) {
	struct pollfd wait = { .fd = it.master, .events = POLLIN };
	struct out out;
	out_init(&out, OUT_MEMORY);
	while (poll(&wait, 1, 20) > 0 && wait.revents & POLLIN) {
		const ssize_t count = read(it.master, out_reserve(&out, 4096), 4096);
		if (count <= 0)
			break;
		out_advance(&out, (size_t)count);
	}
	*length = out.used;
	out_char(&out, '\0');
	return out.bytes;
}

static size_t count_written(void) {
	size_t length = 0;
	free(take_written(&length));
	return length;
}

static bool has_written(const char *what) {
	size_t length = 0;
	char *bytes = take_written(&length);
	const bool found = memmem(bytes, length, what, strlen(what));
	free(bytes);
	return found;
}

static void expect_screen(const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	terminal_read_back(it.terminal, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
}

static void send(const char *bytes, size_t length) {
	cr_assert_eq(write(it.master, bytes, length), (ssize_t)length);
}

static void expect_keys(const char *bytes, size_t length, const int *keys, size_t count) {
	send(bytes, length);
	for (size_t i = 0; i < count; i++) {
		const int key = terminal_read_key(it.terminal);
		cr_expect_eq(key, keys[i], "key %zu is %d, not %d", i, key, keys[i]);
	}
	const int key = terminal_read_key(it.terminal);
	cr_expect_eq(key, KEY_CODE_NONE, "%d after the last", key);
}

Test(terminal, a_type_that_cannot_be_used_is_an_error_that_names_it) {
	static const struct {
		const char *type, *wanted;
	} cases[] = {
		{ "no-such-terminal", "'no-such-terminal' is not known" },
		{ "../../etc/passwd", "is not known" },
		{ "a\033[2Jb", "'a\\x1b[2Jb' is not known" },
		{ "dumb", "'dumb' cannot move the cursor" },
		{ "", "'' is not known" },
	};
	open_pty(80, 24);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char *error = NULL;
		cr_expect_not(terminal_open(it.slave, it.slave, cases[i].type, &error));
		cr_assert(error);
		cr_expect(strstr(error, cases[i].wanted), "%s", error);
		cr_expect(strstr(error, "set TERM"), "%s", error);
		free(error);
	}
	cr_expect_eq(count_written(), 0);
}

Test(terminal, the_type_comes_from_the_environment) {
	char *error = NULL;
	open_pty(80, 24);
	unsetenv("TERM");
	cr_expect_not(terminal_open(it.slave, it.slave, NULL, &error));
	cr_expect(strstr(error, "'' is not known"), "%s", error);
	free(error);
	setenv("TERM", "xterm", 1);
	it.terminal = terminal_open(it.slave, it.slave, NULL, &error);
	cr_expect(it.terminal);
	terminal_close(it.terminal);
}

Test(terminal, the_canvas_is_what_is_on_the_screen, .init = open_small, .fini = close_all) {
	canvas_text(&it.canvas, 0, 0, 20, STYLE_HEADING, "STATE");
	canvas_text(&it.canvas, 2, 1, 20, STYLE_NEW, "世界 e\xcc\x81");
	draw();
	expect_screen("STATE\n  世界 e\xcc\x81\n\n\n");
	canvas_text(&it.canvas, 3, 1, 20, STYLE_TEXT, "x");
	draw();
	expect_screen("STATE\n   x界 e\xcc\x81\n\n\n");
	canvas_text(&it.canvas, 2, 1, 20, STYLE_TEXT, "世");
	draw();
	expect_screen("STATE\n  世界 e\xcc\x81\n\n\n");
}

Test(terminal, the_last_cell_of_the_last_line_does_not_scroll, .init = open_small,
     .fini = close_all) {
	for (int y = 0; y < 4; y++)
		canvas_text(&it.canvas, 0, y, 20, STYLE_TEXT, "abcdefghijklmnopqrst");
	draw();
	expect_screen("abcdefghijklmnopqrst\nabcdefghijklmnopqrst\n"
	              "abcdefghijklmnopqrst\nabcdefghijklmnopqrst\n");
	cr_expect_not(has_written("\n"));
}

Test(terminal, what_did_not_change_costs_nothing, .init = open_small, .fini = close_all) {
	canvas_text(&it.canvas, 0, 0, 20, STYLE_SELECTED, "127.0.0.1:80 世");
	draw();
	cr_expect_gt(count_written(), 15);
	draw();
	cr_expect_eq(count_written(), 0);
	terminal_read_key(it.terminal);
	cr_expect_eq(count_written(), 0);
	canvas_text(&it.canvas, 11, 0, 1, STYLE_SELECTED, "1");
	draw();
	const size_t written = count_written();
	cr_expect(written > 0 && written < 64, "%zu", written);
	it.canvas.cursor_x = it.canvas.cursor_y = 1;
	draw();
	cr_expect_gt(count_written(), 0);
	draw();
	cr_expect_eq(count_written(), 0);
}

Test(terminal, drawing_anew_draws_all, .init = open_small, .fini = close_all) {
	canvas_text(&it.canvas, 0, 0, 20, STYLE_TEXT, "here");
	draw();
	count_written();
	terminal_redraw(it.terminal);
	draw();
	cr_expect(has_written("here"));
}

Test(terminal, colours_and_attributes_are_sent, .init = open_small, .fini = close_all) {
	canvas_text(&it.canvas, 0, 0, 20, STYLE_SELECTED, "selected");
	draw();
	cr_expect(has_written("\033[30m\033[46mselected"));
	use_colors(0);
	canvas_text(&it.canvas, 0, 1, 20, STYLE_SELECTED, "again");
	draw();
	cr_expect(has_written("7mselected"));
}

Test(terminal, another_theme_is_drawn_at_once, .init = open_small, .fini = close_all) {
	const struct theme_terminal kind = { .colors = 256 };
	canvas_text(&it.canvas, 0, 0, 20, STYLE_NEW, "new");
	draw();
	cr_expect(has_written("\033[38;5;34m"));
	for (int i = 0; i < 3 * THEME_COUNT; i++) {
		it.theme = theme_make((enum theme_kind)(i % THEME_COUNT), &kind);
		draw();
	}
	count_written();
	it.theme = theme_make(THEME_LIGHT, &kind);
	draw();
	cr_expect(has_written("\033[38;5;28m"));
	draw();
	cr_expect_eq(count_written(), 0);
}

/* A type that few machines have, made by tic(1) as ncurses has it. */
static char *make_direct_type(void) {
	static const char source[] =
	    "xterm-direct|with true colours, use=xterm-256color, RGB,\n"
	    "\tcolors#0x1000000, pairs#0x7FFF, ccc@,\n"
	    "\tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38\\:2\\:\\:%p1%{65536}%/%d\\:"
	    "%p1%{256}%/%{255}%&%d\\:%p1%{255}%&%d%;m,\n"
	    "\tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48\\:2\\:\\:%p1%{65536}%/%d\\:"
	    "%p1%{256}%/%{255}%&%d\\:%p1%{255}%&%d%;m,\n";
	char *directory = xasprintf("/tmp/socklens-test-XXXXXX");
	cr_assert(mkdtemp(directory));
	char *command = xasprintf("tic -x -o '%s' - 2>'%s/errors'", directory, directory);
	FILE *tic = popen(command, "we");
	cr_assert(tic);
	fputs(source, tic);
	if (pclose(tic) != 0)
		cr_skip_test("no tic(1) that understands it");
	free(command);
	setenv("TERMINFO", directory, 1);
	return directory;
}

Test(terminal, true_colours_are_those_of_the_256) {
	char *directory = make_direct_type();
	open_type(20, 4, "xterm-direct");
	cr_expect_eq(terminal_colors(it.terminal), 0x1000000);
	canvas_text(&it.canvas, 0, 0, 20, STYLE_NEW, "new");
	canvas_text(&it.canvas, 0, 1, 20, STYLE_SELECTED, "selected");
	draw();
	size_t length = 0;
	char *bytes = take_written(&length);
	cr_expect(strstr(bytes, "38:2::0:175:0mnew"), "%s", bytes);
	cr_expect(strstr(bytes, "\033[46mselected"), "%s", bytes);
	free(bytes);
	close_all();
	char *command = xasprintf("rm -r '%s'", directory);
	cr_expect_eq(system(command), 0);
	free(command);
	free(directory);
}

Test(terminal, a_type_without_a_size_has_that_of_the_kernel) {
	open_type(31, 7, "linux");
	cr_expect_eq(terminal_width(it.terminal), 31);
	cr_expect_eq(terminal_height(it.terminal), 7);
	close_all();
	open_type(0, 0, "linux");
	cr_expect_eq(terminal_width(it.terminal), 80);
	close_all();
}

Test(terminal, a_terminal_without_colours_has_none) {
	open_type(20, 4, "vt100");
	cr_expect_lt(terminal_colors(it.terminal), 8);
	canvas_text(&it.canvas, 0, 0, 20, STYLE_SELECTED, "selected");
	draw();
	expect_screen("selected\n\n\n\n");
	close_all();
}

Test(terminal, hostile_names_do_nothing_but_show, .init = open_small, .fini = close_all) {
	char name[4096];
	draw();
	count_written();
	memset(name, '\033', sizeof(name));
	canvas_put(&it.canvas, 0, 0, 20, STYLE_TEXT, "\033[31m\n\a", 7);
	canvas_put(&it.canvas, 0, 1, 20, STYLE_TEXT, "\xe2\x80\xae\xc2\x9bx", 6);
	canvas_put(&it.canvas, 0, 2, 20, STYLE_TEXT, name, sizeof(name));
	canvas_put(&it.canvas, 0, 3, 20, STYLE_TEXT, "x\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81y",
	           12);
	draw();
	expect_screen("\\x1b[31m\\x0a\\x07\n\\xe2\\x80\\xae\\xc2\\x9b\n\\x1b\\x1b\\x1b\\x1b\\x1b\n"
	              "x\xcc\x81\xcc\x81\xcc\x81\xcc\x81y\n");
	size_t length = 0;
	canvas_put(&it.canvas, 0, 0, 20, STYLE_TEXT, "\a\xe2\x80\xae\033c", 6);
	draw();
	char *bytes = take_written(&length);
	cr_expect_not(memmem(bytes, length, "\033c", 2));
	cr_expect_not(memmem(bytes, length, "\a", 1));
	cr_expect_not(memmem(bytes, length, "\xe2\x80\xae", 3));
	free(bytes);
}

Test(terminal, the_cursor_is_shown_only_where_the_canvas_has_one, .init = open_small,
     .fini = close_all) {
	draw();
	cr_expect_not(has_written("\033[?25h"));
	it.canvas.cursor_x = 4;
	it.canvas.cursor_y = 2;
	draw();
	cr_expect(has_written("\033[?25h"));
	it.canvas.cursor_x = -1;
	draw();
	cr_expect(has_written("\033[?25l"));
	it.canvas.cursor_x = 20;
	draw();
	cr_expect_not(has_written("\033[?25h"));
}

Test(terminal, one_cell_is_enough) {
	open_type(1, 1, "xterm-256color");
	cr_expect_eq(terminal_width(it.terminal), 1);
	cr_expect_eq(terminal_height(it.terminal), 1);
	canvas_text(&it.canvas, 0, 0, 1, STYLE_TEXT, "x");
	draw();
	expect_screen("x\n");
	close_all();
}

Test(terminal, it_takes_the_size_that_the_kernel_has, .init = open_small, .fini = close_all) {
	static const int sizes[][2] = { { 132, 50 }, { 1, 1 }, { 1, 30 }, { 300, 2 }, { 80, 24 } };
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		draw();
		set_size(sizes[i][0], sizes[i][1]);
		terminal_resize(it.terminal);
		cr_expect_eq(terminal_width(it.terminal), sizes[i][0]);
		cr_expect_eq(terminal_height(it.terminal), sizes[i][1]);
		draw(); /* of the old size: not shown */
		canvas_clear(&it.canvas, sizes[i][0], sizes[i][1]);
		canvas_text(&it.canvas, 0, sizes[i][1] - 1, 1, STYLE_TEXT, "z");
		draw();
		cr_expect(has_written("z"));
		cr_expect_eq(terminal_read_key(it.terminal), KEY_CODE_NONE);
	}
}

Test(terminal, a_size_beyond_all_reason_is_bounded) {
	char *error = NULL;
	open_pty(65535, 65535);
	it.terminal = terminal_open(it.slave, it.slave, "xterm-256color", &error);
	cr_assert(it.terminal);
	cr_expect_eq(terminal_width(it.terminal), 2048);
	cr_expect_eq(terminal_height(it.terminal), 1024);
	terminal_close(it.terminal);
}

Test(terminal, without_a_size_the_environment_decides) {
	char *error = NULL;
	open_pty(0, 0);
	setenv("COLUMNS", "101", 1);
	setenv("LINES", "-3", 1);
	it.terminal = terminal_open(it.slave, it.slave, "xterm-256color", &error);
	cr_assert(it.terminal);
	cr_expect_eq(terminal_width(it.terminal), 101);
	cr_expect_eq(terminal_height(it.terminal), 24);
	terminal_close(it.terminal);
}

Test(terminal, keys_are_what_people_press, .init = open_small, .fini = close_all) {
	static const struct {
		const char *bytes;
		int key;
	} cases[] = {
		{ "q", 'q' },
		{ "\x03", KEY_CODE_CTRL_C },
		{ "\x1a", KEY_CODE_CTRL_Z },
		{ "\x0c", KEY_CODE_CTRL_L },
		{ "\x13", 0x13 },
		{ "\r", KEY_CODE_ENTER },
		{ "\n", KEY_CODE_ENTER },
		{ "\t", KEY_CODE_TAB },
		{ "\b", KEY_CODE_BACKSPACE },
		{ "\x7f", KEY_CODE_BACKSPACE },
		{ "\033", KEY_CODE_ESCAPE },
		{ "\033OA", KEY_CODE_UP },
		{ "\033[A", KEY_CODE_UP },
		{ "\033[B", KEY_CODE_DOWN },
		{ "\033OC", KEY_CODE_RIGHT },
		{ "\033[D", KEY_CODE_LEFT },
		{ "\033OH", KEY_CODE_HOME },
		{ "\033[1~", KEY_CODE_HOME },
		{ "\033[F", KEY_CODE_END },
		{ "\033[5~", KEY_CODE_PAGE_UP },
		{ "\033[6~", KEY_CODE_PAGE_DOWN },
		{ "\033[2~", KEY_CODE_INSERT },
		{ "\033[3~", KEY_CODE_DELETE },
		{ "\033[Z", KEY_CODE_BACKTAB },
		{ "\033OP", KEY_CODE_F1 },
		{ "\033[11~", KEY_CODE_F1 },
		{ "\033[15~", KEY_CODE_F5 },
		{ "\033[21~", KEY_CODE_F10 },
		{ "\033[24~", KEY_CODE_F12 },
		{ "\xc3\xa9", 0xe9 },
		{ "\xe4\xb8\x96", 0x4e16 },
		{ "\xf0\x9f\x98\x80", 0x1f600 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		expect_keys(cases[i].bytes, strlen(cases[i].bytes), &cases[i].key, 1);
}

Test(terminal, keys_are_understood_whatever_the_type_says) {
	static const int keys[] = { KEY_CODE_F10, KEY_CODE_PAGE_DOWN, KEY_CODE_F6, KEY_CODE_UP };
	open_type(20, 4, "vt100");
	expect_keys("\033[21~\033[6~\033[17~\033[A", 17, keys, ARRAY_LENGTH(keys));
	close_all();
}

Test(terminal, what_is_no_key_is_passed_over, .init = open_small, .fini = close_all) {
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
		{ "\033[1;5C", 6 }, /* Ctrl-Right */
		{ "\033[25~", 5 },  /* F13 */
		{ "\033[99;99;99X", 11 },
		{ "\033[?1;2c", 7 }, /* an answer of the terminal */
		{ "\033Oz", 3 },
		{ "\xff", 1 }, /* not UTF-8 */
		{ "\xe4\xb8", 2 },
		{ "\xc0\x80", 2 },
		{ "\x80\x80\x80\x80", 4 },
		{ "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6", 10 },
		{ "\xc2\x9b", 2 }, /* a control */
		{ "\0", 1 },
	};
	static const int wanted = 'x';
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char bytes[32] = { 0 };
		memcpy(bytes, cases[i].bytes, cases[i].length);
		bytes[cases[i].length] = 'x';
		expect_keys(bytes, cases[i].length + 1, &wanted, 1);
	}
}

Test(terminal, what_is_pasted_comes_between_marks, .init = open_small, .fini = close_all) {
	static const char bytes[] = "\033[200~y\r\033[201~y";
	static const int keys[] = { KEY_CODE_PASTE_BEGIN, 'y', KEY_CODE_ENTER, KEY_CODE_PASTE_END,
		                    'y' };
	expect_keys(bytes, sizeof(bytes) - 1, keys, ARRAY_LENGTH(keys));
}

Test(terminal, marks_around_what_is_pasted_are_asked_for_and_given_up) {
	open_small();
	cr_expect(has_written("\033[?2004h"));
	terminal_suspend(it.terminal);
	cr_expect(has_written("\033[?2004l"));
	terminal_resume(it.terminal);
	cr_expect(has_written("\033[?2004h"));
	terminal_close(it.terminal);
	cr_expect(has_written("\033[?2004l"));
	it.terminal = NULL;
	close_all();
}

Test(terminal, a_burst_arrives_key_by_key, .init = open_small, .fini = close_all) {
	static const int wanted[] = {
		'j', 'j',         KEY_CODE_DOWN, 0xe9,           KEY_CODE_ENTER, KEY_CODE_ESCAPE,
		'k', KEY_CODE_F3, '/',           KEY_CODE_ESCAPE
	};
	static const char bytes[] = "jj\033[B\xc3\xa9\r\033k\033OR/\033";
	expect_keys(bytes, sizeof(bytes) - 1, wanted, ARRAY_LENGTH(wanted));
}

Test(terminal, a_character_may_come_in_parts, .init = open_small, .fini = close_all) {
	static const int wanted = 0x4e16;
	expect_keys("\xe4", 1, NULL, 0);
	expect_keys("\xb8", 1, NULL, 0);
	expect_keys("\x96", 1, &wanted, 1);
}

static void expect_actions(const struct sigaction *before, const int *numbers, size_t count) {
	for (size_t i = 0; i < count; i++) {
		struct sigaction now;
		sigaction(numbers[i], NULL, &now);
		cr_expect_eq(now.sa_handler, before[i].sa_handler, "signal %d", numbers[i]);
	}
}

Test(terminal, no_signal_is_taken) {
	static const int numbers[] = { SIGINT,   SIGTERM, SIGTSTP, SIGTTOU,
		                       SIGWINCH, SIGHUP,  SIGQUIT, SIGCONT };
	struct sigaction before[ARRAY_LENGTH(numbers)];
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		signal(numbers[i], SIG_DFL);
		sigaction(numbers[i], NULL, &before[i]);
	}
	open_small();
	expect_actions(before, numbers, ARRAY_LENGTH(numbers));
	draw();
	terminal_suspend(it.terminal);
	terminal_resume(it.terminal);
	draw();
	expect_actions(before, numbers, ARRAY_LENGTH(numbers));
	close_all();
	expect_actions(before, numbers, ARRAY_LENGTH(numbers));
}

static struct termios modes(void) {
	struct termios now = { 0 };
	cr_assert_eq(tcgetattr(it.slave, &now), 0);
	return now;
}

static void expect_modes(const struct termios *wanted) {
	const struct termios now = modes();
	cr_expect_eq(now.c_lflag, wanted->c_lflag);
	cr_expect_eq(now.c_iflag, wanted->c_iflag);
	cr_expect_eq(now.c_oflag, wanted->c_oflag);
}

Test(terminal, it_is_given_back_as_it_was) {
	char *error = NULL;
	open_pty(20, 4);
	const struct termios before = modes();
	it.terminal = terminal_open(it.slave, it.slave, "xterm-256color", &error);
	cr_assert(it.terminal);
	cr_expect_not(modes().c_lflag & (ICANON | ECHO | ISIG));
	canvas_init(&it.canvas, 20, 4, true);
	use_colors(0);
	draw();
	count_written();
	terminal_close(it.terminal);
	expect_modes(&before);
	cr_expect(has_written("\033[?1049l"));
	it.terminal = terminal_open(it.slave, it.slave, "xterm-256color", &error);
	cr_expect(it.terminal, "a second time");
	terminal_close(it.terminal);
	expect_modes(&before);
}

Test(terminal, the_shell_has_it_for_a_while) {
	char *error = NULL;
	open_pty(20, 4);
	const struct termios before = modes();
	it.terminal = terminal_open(it.slave, it.slave, "xterm-256color", &error);
	canvas_init(&it.canvas, 20, 4, true);
	use_colors(0);
	canvas_text(&it.canvas, 0, 0, 20, STYLE_TEXT, "hello");
	draw();
	count_written();
	terminal_suspend(it.terminal);
	expect_modes(&before);
	cr_expect(has_written("\033[?1049l"));
	draw();
	terminal_copy(it.terminal, "x", 1);
	send("x\n", 2);
	cr_expect_eq(terminal_read_key(it.terminal), KEY_CODE_NONE);
	count_written();
	tcflush(it.slave, TCIFLUSH);
	terminal_resume(it.terminal);
	terminal_redraw(it.terminal);
	draw();
	cr_expect(has_written("hello"));
	cr_expect_not(modes().c_lflag & (ICANON | ECHO | ISIG));
	terminal_suspend(it.terminal);
	close_all();
	cr_expect_eq(error, NULL);
}

Test(terminal, a_terminal_that_went_away_is_noticed, .timeout = 10) {
	open_small();
	signal(SIGPIPE, SIG_DFL);
	draw();
	cr_expect_not(terminal_is_gone(it.terminal));
	close(it.master);
	struct pollfd wait = { .fd = terminal_fd(it.terminal), .events = POLLIN };
	cr_expect_eq(poll(&wait, 1, 0), 1);
	cr_expect_eq(terminal_read_key(it.terminal), KEY_CODE_NONE);
	cr_expect(terminal_is_gone(it.terminal));
	canvas_text(&it.canvas, 0, 0, 20, STYLE_TEXT, "anybody?");
	draw();
	terminal_copy(it.terminal, "x", 1);
	terminal_suspend(it.terminal);
	terminal_resume(it.terminal);
	terminal_close(it.terminal);
}

Test(terminal, writing_notices_it_too, .timeout = 10) {
	open_small();
	close(it.master);
	canvas_text(&it.canvas, 0, 0, 20, STYLE_TEXT, "anybody?");
	draw();
	cr_expect(terminal_is_gone(it.terminal));
	terminal_close(it.terminal);
}

Test(terminal, the_end_of_the_input_is_the_end, .timeout = 10) {
	char *error = NULL;
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	open_pty(20, 4);
	it.terminal = terminal_open(ends[0], it.slave, "xterm-256color", &error);
	cr_assert(it.terminal);
	cr_assert_eq(write(ends[1], "ab", 2), 2);
	close(ends[1]);
	cr_expect_eq(terminal_read_key(it.terminal), 'a');
	cr_expect_eq(terminal_read_key(it.terminal), 'b');
	cr_expect_eq(terminal_read_key(it.terminal), KEY_CODE_NONE);
	cr_expect(terminal_is_gone(it.terminal));
	terminal_close(it.terminal);
}

Test(terminal, a_reader_of_the_output_that_ends_kills_nobody, .timeout = 10) {
	char *error = NULL;
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	open_pty(20, 4);
	it.terminal = terminal_open(it.slave, ends[1], "xterm-256color", &error);
	cr_assert(it.terminal);
	close(ends[0]);
	terminal_copy(it.terminal, "x", 1);
	canvas_init(&it.canvas, 20, 4, true);
	use_colors(0);
	draw();
	cr_expect(terminal_is_gone(it.terminal));
	terminal_close(it.terminal);
}

Test(terminal, what_is_copied_is_asked_for_in_one_sequence, .init = open_small, .fini = close_all) {
	draw();
	count_written();
	terminal_copy(it.terminal, "foo", 3);
	cr_expect(has_written("\033]52;c;Zm9v\a"));
}

static void expect_key(const char *bytes, int wanted) {
	expect_keys(bytes, strlen(bytes), &wanted, wanted != KEY_CODE_NONE);
}

Test(terminal, the_mouse_is_ours_until_it_is_given_back, .init = open_small, .fini = close_all) {
	draw();
	count_written();
	terminal_use_mouse(it.terminal, true);
	cr_expect(has_written("\033[?1000h\033[?1006h"));
	terminal_use_mouse(it.terminal, true);
	cr_expect_eq(count_written(), 0);
	terminal_suspend(it.terminal);
	cr_expect(has_written("\033[?1006l\033[?1000l"));
	terminal_resume(it.terminal);
	cr_expect(has_written("\033[?1000h"));
	terminal_use_mouse(it.terminal, false);
	cr_expect(has_written("\033[?1006l\033[?1000l"));
	terminal_suspend(it.terminal);
	cr_expect_not(has_written("\033[?1000"));
	terminal_resume(it.terminal);
	cr_expect_not(has_written("\033[?1000"));
}

Test(terminal, closing_gives_the_mouse_back) {
	open_small();
	terminal_use_mouse(it.terminal, true);
	count_written();
	terminal_close(it.terminal);
	cr_expect(has_written("\033[?1006l\033[?1000l"));
}

Test(terminal, a_click_is_told_with_its_place, .init = open_small, .fini = close_all) {
	terminal_use_mouse(it.terminal, true);
	expect_key("\033[<0;20;4M", KEY_CODE_MOUSE);
	cr_expect_eq(terminal_mouse(it.terminal).kind, MOUSE_CLICK);
	cr_expect_eq(terminal_mouse(it.terminal).x, 19);
	cr_expect_eq(terminal_mouse(it.terminal).y, 3);
	expect_key("\033[<65;1;1M", KEY_CODE_MOUSE);
	cr_expect_eq(terminal_mouse(it.terminal).kind, MOUSE_WHEEL_DOWN);
}

Test(terminal, what_is_no_click_on_it_is_passed_over, .init = open_small, .fini = close_all) {
	static const char *const others[] = { "\033[<0;21;1M", "\033[<0;1;5M",
		                              "\033[<0;1;1m",  "\033[<35;1;1M",
		                              "\033[<0;0;0M",  "\033[<0;99999999999;1M" };
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		expect_key(others[i], KEY_CODE_NONE);
}

Test(terminal, a_report_in_pieces_is_never_keys, .init = open_small, .fini = close_all) {
	expect_key("\033[<0;", KEY_CODE_NONE);
	expect_key("3;", KEY_CODE_NONE);
	expect_key("2M", KEY_CODE_MOUSE);
}

Test(terminal, its_background_is_asked_for_once, .init = open_small, .fini = close_all) {
	draw();
	count_written();
	terminal_ask_background(it.terminal);
	cr_expect(has_written("\033]11;?\033\\\033[c"));
	terminal_ask_background(it.terminal);
	cr_expect_eq(count_written(), 0);
}

Test(terminal, a_console_that_would_show_the_question_is_not_asked) {
	open_type(20, 4, "linux");
	draw();
	count_written();
	terminal_ask_background(it.terminal);
	cr_expect_eq(count_written(), 0);
	close_all();
	open_type(20, 4, "vt100");
	draw();
	count_written();
	terminal_ask_background(it.terminal);
	cr_expect_eq(count_written(), 0);
	close_all();
}

Test(terminal, the_answer_tells_the_background, .init = open_small, .fini = close_all) {
	terminal_ask_background(it.terminal);
	cr_expect_eq(terminal_background(it.terminal), THEME_BACKGROUND_UNKNOWN);
	expect_key("\033]11;rgb:ffff/ffff/dddd\033\\", KEY_CODE_BACKGROUND);
	cr_expect_eq(terminal_background(it.terminal), THEME_BACKGROUND_LIGHT);
	expect_key("\033[?62;22c", KEY_CODE_NONE);
	expect_key("\033]11;rgb:00/2b/36\007", KEY_CODE_BACKGROUND);
	cr_expect_eq(terminal_background(it.terminal), THEME_BACKGROUND_DARK);
}

/* Cut at every place, also behind the escape, and however late. */
Test(terminal, an_answer_in_pieces_is_never_keys, .init = open_small, .fini = close_all) {
	static const char answer[] = "\033]11;rgb:ffff/ffff/ffff\033\\";
	const size_t length = sizeof(answer) - 1;
	terminal_ask_background(it.terminal);
	for (size_t cut = 2; cut < length; cut++) {
		expect_keys(answer, cut, NULL, 0);
		expect_keys(answer + cut, length - cut, (const int[]){ KEY_CODE_BACKGROUND }, 1);
	}
	for (size_t i = 2; i < length; i++)
		expect_keys(i == 2 ? answer : answer + i, i == 2 ? 3 : 1,
		            (const int[]){ KEY_CODE_BACKGROUND }, i + 1 == length);
	expect_key("q", 'q');
}

/* Writes the rest of an answer while somebody waits for it. */
static void *answer_late(void *unused) {
	static const char rest[] = "]11;rgb:0/0/0\007";
	(void)unused;
	usleep(60000);
	send(rest, sizeof(rest) - 1);
	return NULL;
}

Test(terminal, an_escape_that_begins_an_answer_is_no_key, .init = open_small, .fini = close_all) {
	pthread_t thread;
	terminal_ask_background(it.terminal);
	send("\033", 1);
	cr_assert_eq(pthread_create(&thread, NULL, answer_late, NULL), 0);
	cr_expect_eq(terminal_read_key(it.terminal), KEY_CODE_BACKGROUND);
	pthread_join(thread, NULL);
	expect_key("\033[?6c", KEY_CODE_NONE);
}

Test(terminal, one_that_never_answers_costs_nothing_but_a_moment_at_an_escape, .init = open_small,
     .fini = close_all) {
	terminal_ask_background(it.terminal);
	expect_key("\033", KEY_CODE_ESCAPE);
	expect_key("j", 'j');
}

/* Types of few colours and of many; those that this machine does not know are passed over. */
Test(terminal, every_theme_is_shown_on_every_type) {
	static const char *const types[] = {
		"linux", "screen",         "screen-256color",       "tmux-256color",
		"xterm", "xterm-256color", "rxvt-unicode-256color", "vt100",
		"ansi"
	};
	int seen = 0;
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		char *error = NULL;
		open_pty(20, 4);
		it.terminal = terminal_open(it.slave, it.slave, types[i], &error);
		free(error);
		if (!it.terminal)
			continue;
		seen++;
		canvas_init(&it.canvas, 20, 4, false);
		for (int style = 0; style < STYLE_COUNT && style < 20; style++)
			canvas_text(&it.canvas, style, 0, 1, (enum style)style, "x");
		const struct theme_terminal kind = { .colors = terminal_colors(it.terminal) };
		for (int theme = 0; theme < THEME_COUNT; theme++) {
			it.theme = theme_make((enum theme_kind)theme, &kind);
			draw();
			expect_screen("xxxxxxxxxxxxxxxxxxxx\n\n\n\n");
			count_written();
		}
		close_all();
	}
	cr_expect_gt(seen, 3);
}

Test(terminal, the_marks_of_a_paste_may_come_in_pieces, .init = open_small, .fini = close_all) {
	expect_key("\033[20", KEY_CODE_NONE);
	expect_key("0~", KEY_CODE_PASTE_BEGIN);
	expect_key("x", 'x');
	expect_key("\033[", KEY_CODE_NONE);
	expect_key("201~", KEY_CODE_PASTE_END);
}

Test(terminal, the_end_of_a_paste_ends_what_was_not_whole, .init = open_small, .fini = close_all) {
	static const char *const pieces[] = { "\033[200~\033[<0;1", "\033[200~\033]0;abc" };
	static const int begin = KEY_CODE_PASTE_BEGIN;
	for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
		expect_keys(pieces[i], strlen(pieces[i]), &begin, 1);
		expect_key("\033[201~", KEY_CODE_PASTE_END);
		expect_key("j", 'j');
	}
}
