/* The canvas does the escaping and the measuring; here is only where things go. Invariant: nothing
 * is drawn outside of the area. */

#include "page.h"

#include <libintl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "action.h"
#include "escape.h"
#include "key.h"

int page_y(const struct page *page) {
	const int y = page->line - page->scroll;
	return y >= 0 && y < page->area.height ? page->area.y + y : -1;
}

void page_next(struct page *page) {
	page->line++;
}

int page_put(struct page *page, int x, int width, enum style style, const void *bytes,
             size_t length) {
	const int y = page_y(page);
	const int room = page->area.width - x;
	if (y < 0)
		return canvas_width_of(page->canvas, bytes, length);
	return canvas_put(page->canvas, page->area.x + x, y, width < room ? width : room, style,
	                  bytes, length);
}

int page_text(struct page *page, int x, int width, enum style style, const char *text) {
	return page_put(page, x, width, style, text, strlen(text));
}

/* Bytes of the first character; of what is not valid UTF-8, one. */
static size_t character_length(const char *bytes, size_t length) {
	uint32_t code_point;
	const size_t valid = escape_decode((const unsigned char *)bytes, length, &code_point);
	return valid > 0 ? valid : 1;
}

/* How many bytes go into a line of `room` columns: up to the last blank if there is one, else as
 * many characters as fit, but at least one. */
static size_t line_length(const struct canvas *canvas, const char *bytes, size_t length, int room) {
	size_t at = 0;
	size_t blank = 0;
	int width = 0;
	while (at < length && bytes[at] != '\n') {
		const size_t next = character_length(bytes + at, length - at);
		width += canvas_width_of(canvas, bytes + at, next);
		if (bytes[at] == ' ')
			blank = at;
		else if (width > room)
			return blank > 0 ? blank : at > 0 ? at : next;
		at += next;
	}
	return at;
}

void page_wrap(struct page *page, int x, enum style style, const void *bytes, size_t length) {
	const char *at = bytes;
	const char *end = at + length;
	while (at < end) {
		const size_t count =
		    line_length(page->canvas, at, (size_t)(end - at), page->area.width - x);
		page_put(page, x, page->area.width - x, style, at, count);
		page_next(page);
		at += count;
		if (at < end && (*at == ' ' || *at == '\n'))
			at++;
	}
}

int page_clamp(int wanted, int lines, int height) {
	const int most = lines > height ? lines - height : 0;
	return wanted < 0 ? 0 : wanted > most ? most : wanted;
}

void page_draw_more(struct canvas *canvas, struct area title, int taken, int lines) {
	char text[64];
	if (lines <= 0)
		return;
	snprintf(text, sizeof(text),
	         ngettext("%s: %d more line", "%s: %d more lines", (unsigned long)lines),
	         key_name(KEY_CODE_PAGE_DOWN).text, lines);
	const int end = title.width - 1 - canvas_text_width(canvas, text);
	const int x = end > taken ? end : taken + 1;
	canvas_text(canvas, title.x + x, title.y, title.width - x, STYLE_HEADING, text);
}
