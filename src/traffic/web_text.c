#include "web_text.h"

#include <string.h>

#include "escape.h"
#include "out.h"

static const char *entity(char character) {
	switch (character) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

void web_text_html(struct out *out, const char *bytes, size_t length) {
	struct out shown;
	out_init(&shown, OUT_MEMORY);
	escape_write(&shown, bytes, length, ESCAPE_TEXT);
	for (size_t i = 0; i < shown.used; i++) {
		const char *text = entity(shown.bytes[i]);
		if (text)
			out_text(out, text);
		else
			out_char(out, shown.bytes[i]);
	}
	out_finish(&shown);
}

static bool is_plain(char character, const char *others) {
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') ||
	       (character != '\0' && strchr(others, character));
}

static void encode(struct out *out, const char *bytes, size_t length, const char *others) {
	for (size_t i = 0; i < length; i++) {
		if (is_plain(bytes[i], others))
			out_char(out, bytes[i]);
		else
			out_printf(out, "%%%02X", (unsigned char)bytes[i]);
	}
}

void web_text_link(struct out *out, const char *bytes, size_t length) {
	encode(out, bytes, length, "-._~/");
}

void web_text_query(struct out *out, const char *bytes, size_t length) {
	encode(out, bytes, length, "-._~/=&");
}
