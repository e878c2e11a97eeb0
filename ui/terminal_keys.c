/* What comes from the terminal becomes keys (key.h). Characters are UTF-8 whatever the locale; what
 * is neither a character nor a key that somebody pressed is passed over, and stops nothing. */

#include "terminal.h"

#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "escape.h"
#include "terminal_part.h"
#include "util.h"

/* What many terminals send, whatever their type says. */
void terminal_define_keys(void) {
	static const struct {
		const char *sequence;
		int key;
	} sequences[] = {
		{ "\033[A", KEY_UP },      { "\033OA", KEY_UP },      { "\033[B", KEY_DOWN },
		{ "\033OB", KEY_DOWN },    { "\033[C", KEY_RIGHT },   { "\033OC", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },    { "\033OD", KEY_LEFT },    { "\033[H", KEY_HOME },
		{ "\033OH", KEY_HOME },    { "\033[1~", KEY_HOME },   { "\033[F", KEY_END },
		{ "\033OF", KEY_END },     { "\033[4~", KEY_END },    { "\033[Z", KEY_BTAB },
		{ "\033OP", KEY_F(1) },    { "\033OQ", KEY_F(2) },    { "\033OR", KEY_F(3) },
		{ "\033OS", KEY_F(4) },    { "\033[11~", KEY_F(1) },  { "\033[12~", KEY_F(2) },
		{ "\033[13~", KEY_F(3) },  { "\033[14~", KEY_F(4) },  { "\033[15~", KEY_F(5) },
		{ "\033[17~", KEY_F(6) },  { "\033[18~", KEY_F(7) },  { "\033[19~", KEY_F(8) },
		{ "\033[20~", KEY_F(9) },  { "\033[21~", KEY_F(10) }, { "\033[23~", KEY_F(11) },
		{ "\033[24~", KEY_F(12) }, { "\033[5~", KEY_PPAGE },  { "\033[6~", KEY_NPAGE },
		{ "\033[2~", KEY_IC },     { "\033[3~", KEY_DC },
	};
	define_key(NULL,
	           KEY_MOUSE); /* curses would swallow the beginning of what sequence.c reads */
	for (size_t i = 0; i < ARRAY_LENGTH(sequences); i++) {
		if (key_defined(sequences[i].sequence) == 0)
			define_key(sequences[i].sequence, sequences[i].key);
	}
	define_key("\033[200~", KEY_OF_PASTE_BEGIN);
	define_key("\033[201~", KEY_OF_PASTE_END);
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
	{ KEY_OF_PASTE_BEGIN, KEY_CODE_PASTE_BEGIN },
	{ KEY_OF_PASTE_END, KEY_CODE_PASTE_END },
	{ '\r', KEY_CODE_ENTER },
	{ '\n', KEY_CODE_ENTER },
	{ '\b', KEY_CODE_BACKSPACE },
};

/* KEY_CODE_NONE for keys that we have no use for. */
static int key_of(int curses) {
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		if (keys[i].curses == curses)
			return (int)keys[i].key;
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

/* Curses knows the marks of a paste, but not if they come in pieces. */
static int paste_mark_of(const struct sequence *sequence) {
	return strcmp(sequence->bytes, "[200~") == 0   ? KEY_CODE_PASTE_BEGIN
	       : strcmp(sequence->bytes, "[201~") == 0 ? KEY_CODE_PASTE_END
	                                               : KEY_CODE_NONE;
}

/* What a whole sequence comes to; KEY_CODE_NONE for what is of no use. */
static int take_sequence(struct terminal *terminal) {
	const struct sequence *sequence = &terminal->sequence;
	struct mouse mouse;
	uint32_t rgb[3];
	if (sequence_mouse(sequence, &mouse)) {
		if (mouse.x >= terminal->width || mouse.y >= terminal->height)
			return KEY_CODE_NONE;
		terminal->mouse = mouse;
		return KEY_CODE_MOUSE;
	}
	if (sequence_is_attributes(sequence))
		terminal->is_asked = false;
	if (!sequence_background(sequence, rgb))
		return paste_mark_of(sequence);
	terminal->background = theme_background_of_rgb(rgb, UINT16_MAX);
	return KEY_CODE_BACKGROUND;
}

/* The next one. An answer that was asked for may come in pieces, of which the first is an escape by
 * itself: it is given more time than a key. */
static int next_behind_escape(const struct terminal *terminal) {
	enum { PATIENCE_MS = 300 };
	struct pollfd wait = { .fd = fileno(terminal->input), .events = POLLIN };
	const int next = getch();
	if (next != ERR || !terminal->is_asked || poll(&wait, 1, PATIENCE_MS) <= 0)
		return next;
	return getch();
}

/* True if a sequence has begun: it is no keys that somebody pressed, and neither is what follows.
 */
static bool begin_sequence(struct terminal *terminal) {
	const int next = next_behind_escape(terminal);
	if (next == ERR)
		return false;
	if (sequence_take(&terminal->sequence, next) == SEQUENCE_MORE)
		return true;
	ungetch(next);
	return false;
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

/* The key that it makes, or KEY_CODE_NONE. */
static int take(struct terminal *terminal, int curses) {
	if (sequence_has_begun(&terminal->sequence)) {
		switch (sequence_take(&terminal->sequence, curses)) {
		case SEQUENCE_MORE:
			return KEY_CODE_NONE;
		case SEQUENCE_WHOLE:
			return take_sequence(terminal);
		case SEQUENCE_BROKEN:
			break;
		}
	}
	if (curses >= 0x80 && curses <= 0xff)
		return take_byte(terminal, (unsigned char)curses);
	terminal->partial_length = 0;
	if (curses == KEY_CODE_ESCAPE && begin_sequence(terminal))
		return KEY_CODE_NONE;
	return key_of(curses);
}

int terminal_read_key(struct terminal *terminal) {
	if (terminal->is_suspended)
		return KEY_CODE_NONE;
	for (int curses = getch(); curses != ERR; curses = getch()) {
		const int key = take(terminal, curses);
		if (key != KEY_CODE_NONE)
			return key;
	}
	check_end(terminal);
	return KEY_CODE_NONE;
}
