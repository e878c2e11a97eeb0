/* The bytes go in base64 (RFC 4648), so nothing in them can end the sequence or begin another. */

#include "clipboard.h"

#include <stdint.h>

#include "out.h"

/* One to three bytes as four characters. */
static void write_group(struct out *out, const uint8_t *bytes, size_t count) {
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned second = count > 1 ? bytes[1] : 0, third = count > 2 ? bytes[2] : 0;
	const unsigned bits = (unsigned)bytes[0] << 16 | second << 8 | third;
	for (unsigned i = 0; i < 4; i++)
		out_char(out, i <= count ? digits[bits >> (18 - 6 * i) & 63] : '=');
}

void clipboard_write(struct out *out, const void *bytes, size_t length) {
	const uint8_t *rest = bytes;
	size_t left = length < CLIPBOARD_MAX ? length : CLIPBOARD_MAX;
	out_text(out, "\033]52;c;");
	while (left > 0) {
		const size_t count = left < 3 ? left : 3;
		write_group(out, rest, count);
		rest += count;
		left -= count;
	}
	out_char(out, '\a');
}
