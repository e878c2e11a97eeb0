/* The text is kept in memory of its greatest length. The cursor stands between characters, never in
 * one: a byte that is no UTF-8 counts as a character by itself. */

#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "filter.h"
#include "key.h"
#include "util.h"

enum {
	KEY_CTRL_A = 1,
	KEY_CTRL_E = 5,
	KEY_CTRL_H = 8,
	KEY_CTRL_K = 11,
	KEY_CTRL_U = 21,
	KEY_CTRL_W = 23,
};

enum { CANDIDATES_MAX = 1000 };

static void drop_line(struct prompt_history *history, size_t index) {
	free(history->lines[index]);
	history->count--;
	memmove(&history->lines[index], &history->lines[index + 1],
	        (history->count - index) * sizeof(*history->lines));
}

void prompt_history_add(struct prompt_history *history, const char *line) {
	char *copy = xasprintf("%s", line);
	for (size_t i = history->count; i-- > 0;) {
		if (strcmp(history->lines[i], copy) == 0)
			drop_line(history, i);
	}
	if (copy[0] == '\0') {
		free(copy);
		return;
	}
	if (history->count == PROMPT_HISTORY_MAX)
		drop_line(history, 0);
	if (!history->lines)
		history->lines = xcalloc(PROMPT_HISTORY_MAX, sizeof(*history->lines));
	history->lines[history->count++] = copy;
}

void prompt_history_finish(struct prompt_history *history) {
	for (size_t i = 0; i < history->count; i++)
		free(history->lines[i]);
	free(history->lines);
	*history = (struct prompt_history){ 0 };
}

static size_t character_at(const char *text, size_t at, size_t length) {
	uint32_t code_point;
	const size_t size =
	    escape_decode((const unsigned char *)text + at, length - at, &code_point);
	return size > 0 ? size : at < length;
}

static size_t next_of(const struct prompt *prompt, size_t at) {
	return at + character_at(prompt->text, at, prompt->length);
}

static size_t before(const struct prompt *prompt, size_t at) {
	const size_t longest = 4;
	for (size_t size = 2; size <= longest && size <= at; size++) {
		if (character_at(prompt->text, at - size, at) == size)
			return at - size;
	}
	return at > 0 ? at - 1 : 0;
}

/* Puts bytes in the place of start..end, as far as there is room for all of them, and the cursor
 * behind. */
static bool replace(struct prompt *prompt, size_t start, size_t end, const char *bytes,
                    size_t length) {
	if (prompt->length - (end - start) + length > PROMPT_LENGTH_MAX)
		return false;
	memmove(prompt->text + start + length, prompt->text + end, prompt->length - end + 1);
	memcpy(prompt->text + start, bytes, length);
	prompt->length += length;
	prompt->length -= end - start;
	prompt->cursor = start + length;
	return true;
}

/* What is too long ends in front of a character. */
static void set_text(struct prompt *prompt, const char *text) {
	size_t length = strlen(text);
	size_t end = 0;
	if (length > PROMPT_LENGTH_MAX) {
		while (end + character_at(text, end, length) <= PROMPT_LENGTH_MAX)
			end += character_at(text, end, length);
		length = end;
	}
	memmove(prompt->text, text, length);
	prompt->text[length] = '\0';
	prompt->length = prompt->cursor = length;
}

void prompt_open(struct prompt *prompt, const char *text, struct prompt_history *history) {
	char *copy = xasprintf("%s", text);
	prompt_finish(prompt);
	prompt->text = xcalloc(1, PROMPT_LENGTH_MAX + 1);
	prompt->history = history;
	prompt->history_at = history ? history->count : 0;
	set_text(prompt, copy);
	free(copy);
}

void prompt_finish(struct prompt *prompt) {
	free(prompt->text);
	free(prompt->typed);
	free(prompt->word);
	*prompt = (struct prompt){ 0 };
}

static enum prompt_event remove_bytes(struct prompt *prompt, size_t start, size_t end) {
	if (start == end)
		return PROMPT_NOTHING;
	replace(prompt, start, end, "", 0);
	return PROMPT_CHANGED;
}

static size_t word_before(const struct prompt *prompt, size_t at) {
	while (at > 0 && prompt->text[at - 1] == ' ')
		at--;
	while (at > 0 && prompt->text[at - 1] != ' ')
		at--;
	return at;
}

static enum prompt_event show_line(struct prompt *prompt, size_t index) {
	const struct prompt_history *history = prompt->history;
	if (prompt->history_at == history->count) {
		free(prompt->typed);
		prompt->typed = xasprintf("%s", prompt->text);
	}
	prompt->history_at = index;
	set_text(prompt, index == history->count ? prompt->typed : history->lines[index]);
	return PROMPT_CHANGED;
}

static enum prompt_event insert(struct prompt *prompt, int key) {
	char bytes[4];
	if (key < ' ' || (key >= 0x7f && key < 0xa0) || (key >= 0xd800 && key < 0xe000) ||
	    key > 0x10ffff)
		return PROMPT_NOTHING;
	const size_t length = escape_encode((uint32_t)key, bytes);
	return replace(prompt, prompt->cursor, prompt->cursor, bytes, length) ? PROMPT_CHANGED
	                                                                      : PROMPT_NOTHING;
}

static void begin_completion(struct prompt *prompt) {
	const size_t start = filter_word_start(prompt->text, prompt->cursor);
	free(prompt->word);
	prompt->word = xasprintf("%.*s", (int)(prompt->cursor - start), prompt->text + start);
	prompt->word_start = start;
	prompt->word_end = prompt->cursor;
}

/* Candidates belong to the line as it was before the first Tab, so that comes back first. */
static enum prompt_event complete(struct prompt *prompt, const struct prompt_completer *completer,
                                  bool backwards) {
	if (!completer)
		return PROMPT_NOTHING;
	if (prompt->completion == 0)
		begin_completion(prompt);
	const size_t start = prompt->word_start;
	const size_t end = start + strlen(prompt->word);
	replace(prompt, start, prompt->word_end, prompt->word, end - start);
	prompt->word_end = end;
	size_t count = 0;
	while (count < CANDIDATES_MAX &&
	       completer->candidate(completer->context, prompt->text, start, end, count))
		count++;
	if (count == 0)
		return PROMPT_NOTHING;
	if (backwards)
		prompt->completion = prompt->completion > 1 ? prompt->completion - 1 : count;
	else
		prompt->completion = prompt->completion % count + 1;
	const char *candidate = completer->candidate(completer->context, prompt->text, start, end,
	                                             prompt->completion - 1);
	if (candidate && replace(prompt, start, end, candidate, strlen(candidate)))
		prompt->word_end = prompt->cursor;
	return PROMPT_CHANGED;
}

static enum prompt_event move_to(struct prompt *prompt, size_t at) {
	prompt->cursor = at;
	return PROMPT_NOTHING;
}

enum prompt_event prompt_key(struct prompt *prompt, int key,
                             const struct prompt_completer *completer) {
	const size_t lines = prompt->history ? prompt->history->count : 0;
	if (key != KEY_CODE_TAB && key != KEY_CODE_BACKTAB)
		prompt->completion = 0;
	switch (key) {
	case KEY_CODE_ENTER:
	case '\r':
		return PROMPT_DONE;
	case KEY_CODE_ESCAPE:
		return PROMPT_CANCELLED;
	case KEY_CODE_TAB:
	case KEY_CODE_BACKTAB:
		return complete(prompt, completer, key == KEY_CODE_BACKTAB);
	case KEY_CODE_LEFT:
		return move_to(prompt, before(prompt, prompt->cursor));
	case KEY_CODE_RIGHT:
		return move_to(prompt, next_of(prompt, prompt->cursor));
	case KEY_CODE_HOME:
	case KEY_CTRL_A:
		return move_to(prompt, 0);
	case KEY_CODE_END:
	case KEY_CTRL_E:
		return move_to(prompt, prompt->length);
	case KEY_CODE_BACKSPACE:
	case KEY_CTRL_H:
		return remove_bytes(prompt, before(prompt, prompt->cursor), prompt->cursor);
	case KEY_CODE_DELETE: {
		const size_t at = prompt->cursor;
		return remove_bytes(prompt, at, next_of(prompt, at));
	}
	case KEY_CTRL_U:
		return remove_bytes(prompt, 0, prompt->cursor);
	case KEY_CTRL_K:
		return remove_bytes(prompt, prompt->cursor, prompt->length);
	case KEY_CTRL_W:
		return remove_bytes(prompt, word_before(prompt, prompt->cursor), prompt->cursor);
	case KEY_CODE_UP:
		return lines > 0 && prompt->history_at > 0
		           ? show_line(prompt, prompt->history_at - 1)
		           : PROMPT_NOTHING;
	case KEY_CODE_DOWN:
		return prompt->history_at < lines ? show_line(prompt, prompt->history_at + 1)
		                                  : PROMPT_NOTHING;
	default:
		return insert(prompt, key);
	}
}

static int columns_of(const struct prompt *prompt, const struct canvas *canvas, size_t start,
                      size_t end) {
	return canvas_width_of(canvas, prompt->text + start, end - start);
}

/* The first byte that is shown: the cursor needs a column, too. */
static size_t first_shown(const struct prompt *prompt, const struct canvas *canvas, int room) {
	size_t start = prompt->cursor;
	if (columns_of(prompt, canvas, 0, start) < room)
		return 0;
	while (start > 0) {
		const size_t further = before(prompt, start);
		if (columns_of(prompt, canvas, further, prompt->cursor) >= room)
			break;
		start = further;
	}
	return start;
}

static int draw_label(struct canvas *canvas, struct area area, const char *label) {
	const int columns = canvas_text_width(canvas, label) + 2;
	if (columns > area.width / 2)
		return 0;
	canvas_printf(canvas, area.x, area.y, area.width, STYLE_PROMPT, "%s: ", label);
	return columns;
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct area area,
                 const char *label, long mark) {
	if (area.width < 1 || area.height < 1)
		return;
	canvas_fill(canvas, area, STYLE_TEXT);
	const int left = draw_label(canvas, area, label);
	const int room = area.width - left;
	const size_t start = first_shown(prompt, canvas, room);
	canvas_put(canvas, area.x + left, area.y, room, STYLE_TEXT, prompt->text + start,
	           prompt->length - start);
	canvas->cursor_x = area.x + left + columns_of(prompt, canvas, start, prompt->cursor);
	canvas->cursor_y = area.y;
	if (mark < 0 || area.height < 2)
		return;
	const size_t at = (size_t)mark < prompt->length ? (size_t)mark : prompt->length;
	if (at < start)
		return;
	const int column = columns_of(prompt, canvas, start, at);
	if (column < room)
		canvas_text(canvas, area.x + left + column, area.y + 1, 1, STYLE_ERROR, "^");
}
