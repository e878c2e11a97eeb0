/* What the terminal shows. What was drawn last is kept, so that curses is only told what is
 * different and a screen that did not change costs not one byte. */

#include "terminal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "escape.h"
#include "out.h"
#include "terminal_part.h"
#include "util.h"

/* A colour as this terminal has it. One with true colours (xterm-direct) has the eight, and behind
 * them 0xRRGGBB. */
static int color_of(const struct terminal *terminal, int16_t color, int otherwise) {
	if (color == THEME_COLOR_DEFAULT)
		return terminal->has_default_colors ? -1 : otherwise;
	if (terminal->colors > 256 && color >= 8)
		return (int)theme_rgb(color);
	return color < terminal->colors ? color : color & 7;
}

/* 0, the pair of what is default, if curses has no more. */
static short add_pair(struct terminal *terminal, const struct theme_look *look) {
	const short next = terminal->pair_count;
	if (next >= PAIRS_MAX || next + 1 >= COLOR_PAIRS)
		return 0;
	terminal->pairs[next].foreground = look->foreground;
	terminal->pairs[next].background = look->background;
	terminal->pair_count++;
	init_extended_pair(terminal->pair_count, color_of(terminal, look->foreground, COLOR_WHITE),
	                   color_of(terminal, look->background, COLOR_BLACK));
	return terminal->pair_count;
}

static short pair_of(struct terminal *terminal, const struct theme_look *look) {
	const bool is_default =
	    look->foreground == THEME_COLOR_DEFAULT && look->background == THEME_COLOR_DEFAULT;
	if (is_default || terminal->colors < 8)
		return 0;
	for (short i = 0; i < terminal->pair_count; i++) {
		if (terminal->pairs[i].foreground == look->foreground &&
		    terminal->pairs[i].background == look->background)
			return (short)(i + 1);
	}
	return add_pair(terminal, look);
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

static void draw_row(struct terminal *terminal, int y, const struct canvas *canvas,
                     const struct theme *theme) {
	const struct cell *row = canvas_row(canvas, y);
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

/* Cells name styles, so what was shown in another theme is no longer what is there. */
static void take_theme(struct terminal *terminal, const struct theme *theme) {
	if (theme_is_same(&terminal->theme, theme))
		return;
	terminal->theme = *theme;
	terminal->pair_count = 0;
	free(terminal->shown);
	terminal->shown = NULL;
}

/* Nothing is like this, so that every cell is different. */
static void make_shown(struct terminal *terminal) {
	const size_t count = (size_t)terminal->width * (size_t)terminal->height;
	terminal->shown = xmalloc(count * sizeof(*terminal->shown));
	memset(terminal->shown, 0xff, count * sizeof(*terminal->shown));
}

void terminal_draw(struct terminal *terminal, const struct canvas *canvas,
                   const struct theme *theme) {
	terminal_check_gone(terminal, terminal->output);
	if (terminal->is_gone || terminal->is_suspended || canvas->width != terminal->width ||
	    canvas->height != terminal->height)
		return;
	take_theme(terminal, theme);
	if (!terminal->shown)
		make_shown(terminal);
	for (int y = 0; y < terminal->height; y++)
		draw_row(terminal, y, canvas, theme);
	place_cursor(canvas);
	refresh();
	terminal_check_gone(terminal, terminal->output);
}

void terminal_redraw(struct terminal *terminal) {
	(void)terminal;
	clearok(curscr, TRUE);
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
