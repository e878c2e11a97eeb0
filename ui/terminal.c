/* The terminal, through curses. It shows a canvas and reads keys, and knows nothing of what they
 * mean. What was drawn last is kept, so that curses is only told what is different and a screen
 * that did not change costs not one byte. Curses never ends the program and keeps no signal. */

#define NCURSES_NOMACROS

#include "terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "clipboard.h"
#include "escape.h"
#include "out.h"
#include "util.h"

/* A size beyond is a mistake of the one who set it, and must not cost gigabytes. */
enum { WIDTH_MAX = 2048, HEIGHT_MAX = 1024 };

/* How long the rest of an escape sequence may take. */
enum { ESCAPE_DELAY_MS = 25 };

/* The default colour and sixteen. */
enum { COLOR_CHOICES = 17 };

/* Signals that curses would handle. */
static const int kept_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGTTOU, SIGWINCH };

struct terminal {
	FILE *input, *output; /* of descriptors of their own */
	SCREEN *screen;
	struct sigaction pipe_action; /* before terminal_open() */
	int width, height;
	int colors;
	bool has_default_colors;
	bool is_gone;
	bool is_suspended;
	short pairs[COLOR_CHOICES][COLOR_CHOICES]; /* by foreground and background; 0: not yet */
	short pair_count;
	struct cell *shown;       /* width * height cells as drawn last; NULL: all is to be drawn */
	unsigned char partial[4]; /* of a character of several bytes */
	size_t partial_length;
};

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

/* newterm() takes signals for itself; they are the caller's. */
static SCREEN *open_screen(const struct terminal *terminal, const char *type) {
	struct sigaction actions[ARRAY_LENGTH(kept_signals)];
	for (size_t i = 0; i < ARRAY_LENGTH(kept_signals); i++)
		sigaction(kept_signals[i], NULL, &actions[i]);
	use_env(FALSE);
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

/* What many terminals send, whatever their type says. */
static void define_keys(void) {
	static const struct {
		const char *sequence;
		int key;
	} sequences[] = {
		{ "\033[A", KEY_UP },     { "\033OA", KEY_UP },     { "\033[B", KEY_DOWN },
		{ "\033OB", KEY_DOWN },   { "\033[C", KEY_RIGHT },  { "\033OC", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },   { "\033OD", KEY_LEFT },   { "\033[H", KEY_HOME },
		{ "\033OH", KEY_HOME },   { "\033[1~", KEY_HOME },  { "\033[F", KEY_END },
		{ "\033OF", KEY_END },    { "\033[4~", KEY_END },   { "\033[Z", KEY_BTAB },
		{ "\033OP", KEY_F(1) },   { "\033OQ", KEY_F(2) },   { "\033OR", KEY_F(3) },
		{ "\033OS", KEY_F(4) },   { "\033[11~", KEY_F(1) }, { "\033[12~", KEY_F(2) },
		{ "\033[13~", KEY_F(3) }, { "\033[14~", KEY_F(4) },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(sequences); i++) {
		if (key_defined(sequences[i].sequence) == 0)
			define_key(sequences[i].sequence, sequences[i].key);
	}
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
	define_keys();
	start_colors(terminal);
	terminal_resize(terminal);
	return terminal;
}

/* Whoever is the shell's job may have been killed, and the terminal be the shell's again; it is to
 * be as it was all the same, and that is no reason to be stopped. */
static void give_back(void) {
	sigset_t stop;
	sigset_t before;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stop, &before);
	endwin();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void terminal_close(struct terminal *terminal) {
	if (!terminal)
		return;
	if (!terminal->is_suspended)
		give_back();
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

bool terminal_is_ascii(const struct terminal *terminal) {
	(void)terminal;
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
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

/* A colour as this terminal has it. */
static short color_of(const struct terminal *terminal, int8_t color, short otherwise) {
	if (color == THEME_COLOR_DEFAULT)
		return terminal->has_default_colors ? -1 : otherwise;
	return (short)(color < terminal->colors ? color : color & 7);
}

static short pair_of(struct terminal *terminal, const struct theme_look *look) {
	const bool is_default =
	    look->foreground == THEME_COLOR_DEFAULT && look->background == THEME_COLOR_DEFAULT;
	if (is_default || terminal->colors < 8)
		return 0;
	short *pair = &terminal->pairs[look->foreground + 1][look->background + 1];
	if (*pair == 0 && terminal->pair_count + 1 < COLOR_PAIRS) {
		*pair = ++terminal->pair_count;
		init_pair(*pair, color_of(terminal, look->foreground, COLOR_WHITE),
		          color_of(terminal, look->background, COLOR_BLACK));
	}
	return *pair;
}

static attr_t attributes_of(const struct theme_look *look) {
	static const struct {
		enum theme_attribute is;
		attr_t as;
	} attributes[] = {
		{ THEME_BOLD, A_BOLD },
		{ THEME_DIM, A_DIM },
		{ THEME_UNDERLINE, A_UNDERLINE },
		{ THEME_REVERSE, A_REVERSE },
	};
	attr_t all = A_NORMAL;
	for (size_t i = 0; i < ARRAY_LENGTH(attributes); i++)
		all |= look->attributes & attributes[i].is ? attributes[i].as : 0;
	return all;
}

/* The canvas keeps to what setcchar() takes: a character and at most four marks. */
static void draw_cell(struct terminal *terminal, int x, int y, const struct cell *cell,
                      const struct theme *theme) {
	const struct theme_look *look = &theme->looks[cell->style];
	wchar_t characters[CCHARW_MAX + 1] = { 0 };
	size_t count = 0;
	for (size_t at = 0; at < cell->length && count < CCHARW_MAX;) {
		uint32_t code_point = 0;
		const unsigned char *bytes = (const unsigned char *)cell->bytes + at;
		const size_t length = escape_decode(bytes, cell->length - at, &code_point);
		if (length == 0)
			break;
		characters[count++] = (wchar_t)code_point;
		at += length;
	}
	cchar_t character;
	if (setcchar(&character, characters, attributes_of(look), pair_of(terminal, look), NULL) ==
	    OK)
		mvadd_wch(y, x, &character);
}

static const struct cell *row_of(const struct canvas *canvas, int y) {
	return &canvas->cells[(size_t)y * (size_t)canvas->width];
}

static void draw_row(struct terminal *terminal, int y, const struct canvas *canvas,
                     const struct theme *theme) {
	const struct cell *row = row_of(canvas, y);
	struct cell *shown = &terminal->shown[(size_t)y * (size_t)terminal->width];
	const size_t size = (size_t)terminal->width * sizeof(*shown);
	if (memcmp(row, shown, size) == 0)
		return;
	for (int x = 0; x < terminal->width; x++) {
		if (row[x].length > 0 && memcmp(&row[x], &shown[x], sizeof(*shown)) != 0)
			draw_cell(terminal, x, y, &row[x], theme);
	}
	memcpy(shown, row, size);
}

static void place_cursor(const struct canvas *canvas) {
	const bool is_shown = canvas->cursor_x >= 0 && canvas->cursor_x < canvas->width &&
	                      canvas->cursor_y >= 0 && canvas->cursor_y < canvas->height;
	leaveok(stdscr, !is_shown);
	if (is_shown)
		move(canvas->cursor_y, canvas->cursor_x);
	curs_set(is_shown ? 1 : 0);
}

/* Nothing is like this, so that every cell is different. */
static void make_shown(struct terminal *terminal) {
	const size_t count = (size_t)terminal->width * (size_t)terminal->height;
	terminal->shown = xmalloc(count * sizeof(*terminal->shown));
	memset(terminal->shown, 0xff, count * sizeof(*terminal->shown));
}

static void check_gone(struct terminal *terminal, FILE *file) {
	struct pollfd wait = { .fd = fileno(file) };
	if (poll(&wait, 1, 0) > 0 && wait.revents & (POLLHUP | POLLERR | POLLNVAL))
		terminal->is_gone = true;
}

void terminal_draw(struct terminal *terminal, const struct canvas *canvas,
                   const struct theme *theme) {
	check_gone(terminal, terminal->output);
	if (terminal->is_gone || terminal->is_suspended || canvas->width != terminal->width ||
	    canvas->height != terminal->height)
		return;
	if (!terminal->shown)
		make_shown(terminal);
	for (int y = 0; y < terminal->height; y++)
		draw_row(terminal, y, canvas, theme);
	place_cursor(canvas);
	refresh();
	check_gone(terminal, terminal->output);
}

void terminal_redraw(struct terminal *terminal) {
	(void)terminal;
	clearok(curscr, TRUE);
}

static const struct {
	int curses;
	enum key key;
} keys[] = {
	{ KEY_UP, KEY_CODE_UP },
	{ KEY_DOWN, KEY_CODE_DOWN },
	{ KEY_LEFT, KEY_CODE_LEFT },
	{ KEY_RIGHT, KEY_CODE_RIGHT },
	{ KEY_HOME, KEY_CODE_HOME },
	{ KEY_FIND, KEY_CODE_HOME },
	{ KEY_END, KEY_CODE_END },
	{ KEY_SELECT, KEY_CODE_END },
	{ KEY_PPAGE, KEY_CODE_PAGE_UP },
	{ KEY_NPAGE, KEY_CODE_PAGE_DOWN },
	{ KEY_IC, KEY_CODE_INSERT },
	{ KEY_DC, KEY_CODE_DELETE },
	{ KEY_BTAB, KEY_CODE_BACKTAB },
	{ KEY_ENTER, KEY_CODE_ENTER },
	{ KEY_BACKSPACE, KEY_CODE_BACKSPACE },
	{ '\r', KEY_CODE_ENTER },
	{ '\n', KEY_CODE_ENTER },
	{ '\b', KEY_CODE_BACKSPACE },
};

/* KEY_CODE_NONE for keys that we have no use for. */
static int key_of(int curses) {
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		if (keys[i].curses == curses)
			return keys[i].key;
	}
	if (curses >= KEY_F(1) && curses <= KEY_F(12))
		return KEY_CODE_F1 + (curses - KEY_F(1));
	return curses < 0x80 ? curses : KEY_CODE_NONE;
}

static size_t length_from(unsigned char lead) {
	return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

/* Adds a byte from 0x80 on to those before it. The character once it is whole; bytes that are none
 * are dropped, and so are the controls among the characters. */
static int take_byte(struct terminal *terminal, unsigned char byte) {
	uint32_t code_point = 0;
	if (byte >= 0xc0)
		terminal->partial_length = 0;
	else if (terminal->partial_length == 0)
		return KEY_CODE_NONE;
	terminal->partial[terminal->partial_length++] = byte;
	if (terminal->partial_length < length_from(terminal->partial[0]))
		return KEY_CODE_NONE;
	const size_t length =
	    escape_decode(terminal->partial, terminal->partial_length, &code_point);
	terminal->partial_length = 0;
	return length > 0 && code_point >= 0xa0 ? (int)code_point : KEY_CODE_NONE;
}

/* After an escape: the rest of a sequence that curses does not know is no keys that somebody
 * pressed. True if there was one. */
static bool skip_sequence(void) {
	enum { LONGEST = 32 };
	const int first = getch();
	if (first != '[' && first != 'O') {
		if (first != ERR)
			ungetch(first);
		return false;
	}
	int next = getch();
	if (next == ERR) {
		ungetch(first);
		return false;
	}
	for (int i = 0; first == '[' && i < LONGEST && next >= 0x20 && next < 0x40; i++)
		next = getch();
	return true;
}

/* Readable, but there is nothing: the end. */
static void check_end(struct terminal *terminal) {
	struct pollfd wait = { .fd = fileno(terminal->input), .events = POLLIN };
	int waiting = 0;
	if (poll(&wait, 1, 0) <= 0)
		return;
	if (ioctl(wait.fd, FIONREAD, &waiting) != 0 || waiting == 0)
		terminal->is_gone = true;
}

int terminal_read_key(struct terminal *terminal) {
	if (terminal->is_suspended)
		return KEY_CODE_NONE;
	for (int curses = getch(); curses != ERR; curses = getch()) {
		int key = KEY_CODE_NONE;
		if (curses >= 0x80 && curses <= 0xff) {
			key = take_byte(terminal, (unsigned char)curses);
		} else {
			terminal->partial_length = 0;
			if (curses != KEY_CODE_ESCAPE || !skip_sequence())
				key = key_of(curses);
		}
		if (key != KEY_CODE_NONE)
			return key;
	}
	check_end(terminal);
	return KEY_CODE_NONE;
}

bool terminal_is_gone(const struct terminal *terminal) {
	return terminal->is_gone;
}

void terminal_suspend(struct terminal *terminal) {
	if (terminal->is_suspended)
		return;
	endwin();
	terminal->is_suspended = true;
}

void terminal_resume(struct terminal *terminal) {
	if (!terminal->is_suspended)
		return;
	terminal->is_suspended = false;
	clearok(curscr, TRUE);
	refresh();
}

void terminal_copy(struct terminal *terminal, const void *bytes, size_t length) {
	struct out out;
	if (terminal->is_gone || terminal->is_suspended)
		return;
	out_init(&out, OUT_MEMORY);
	clipboard_write(&out, bytes, length);
	if (util_write_all(fileno(terminal->output), out.bytes, out.used, -1) < 0)
		check_gone(terminal, terminal->output);
	out_finish(&out);
}

static void read_line_back(int y, int width, struct out *out) {
	wchar_t *text = xcalloc((size_t)width * CCHARW_MAX + 1, sizeof(*text));
	size_t end = out->used;
	mvwinnwstr(curscr, y, 0, text, width * CCHARW_MAX);
	for (const wchar_t *at = text; *at; at++) {
		char bytes[MB_LEN_MAX];
		mbstate_t state = { 0 };
		const size_t length = wcrtomb(bytes, *at, &state);
		if (length != (size_t)-1)
			out_bytes(out, bytes, length);
		if (*at != L' ')
			end = out->used;
	}
	out->used = end;
	out_char(out, '\n');
	free(text);
}

void terminal_read_back(const struct terminal *terminal, struct out *out) {
	const int x = getcurx(curscr), y = getcury(curscr);
	for (int line = 0; line < terminal->height; line++)
		read_line_back(line, terminal->width, out);
	wmove(curscr, y, x);
}
