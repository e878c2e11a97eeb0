/* Strings of unknown bytes as JSON, exactly: what is not UTF-8 is repeated in hex. */

#include "json.h"

#include "digits.h"
#include "escape.h"

void json_string(struct out *out, const void *bytes, size_t length) {
	out_char(out, '"');
	escape_write(out, bytes, length, ESCAPE_JSON);
	out_char(out, '"');
}

static void put_hex(struct out *out, const void *bytes, size_t length) {
	char *start = out_reserve(out, 2 * length);
	out_advance(out, (size_t)(digits_put_hex(start, bytes, length) - start));
}

void json_text_member(struct out *out, const char *key, const void *bytes, size_t length) {
	out_char(out, '"');
	out_text(out, key);
	out_text(out, "\":");
	json_string(out, bytes, length);
	if (!escape_is_lossy_in_json(bytes, length))
		return;
	out_text(out, ",\"");
	out_text(out, key);
	out_text(out, "_hex\":\"");
	put_hex(out, bytes, length);
	out_char(out, '"');
}

void json_next_number(struct out *out, const char *key, uint64_t number) {
	out_text(out, ",\"");
	out_text(out, key);
	out_text(out, "\":");
	out_number(out, number);
}
