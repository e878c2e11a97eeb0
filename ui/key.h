#pragma once
/* A key press: a character (its code point), or one of these. The last two are none, but come the
 * same way. */

enum key {
	KEY_CODE_NONE = 0,
	KEY_CODE_CTRL_C = 3,
	KEY_CODE_TAB = 9,
	KEY_CODE_ENTER = 10,
	KEY_CODE_CTRL_L = 12,
	KEY_CODE_CTRL_Z = 26,
	KEY_CODE_ESCAPE = 27,
	KEY_CODE_BACKSPACE = 127,
	KEY_CODE_UP = 0x110000, /* behind the last code point */
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_INSERT,
	KEY_CODE_DELETE,
	KEY_CODE_BACKTAB,
	KEY_CODE_F1,
	KEY_CODE_F2,
	KEY_CODE_F3,
	KEY_CODE_F4,
	KEY_CODE_F5,
	KEY_CODE_F6,
	KEY_CODE_F7,
	KEY_CODE_F8,
	KEY_CODE_F9,
	KEY_CODE_F10,
	KEY_CODE_F11,
	KEY_CODE_F12,
	KEY_CODE_MOUSE,      /* terminal_mouse() has what was done */
	KEY_CODE_BACKGROUND, /* terminal_background() has become known */
	/* What comes between these was not typed. */
	KEY_CODE_PASTE_BEGIN,
	KEY_CODE_PASTE_END,
	KEY_CODE_COUNT,
};
