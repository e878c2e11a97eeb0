/* Escaping for every sink, log and error. A run of plain ASCII, which is nearly everything, is
 * copied as it stands; anything else is decoded strictly and escaped unless it can be shown. */

#include "escape.h"

#include <string.h>

#include "util.h"

struct code_point_range {
	uint32_t first;
	uint32_t last;
};

/* What moves, hides or reorders text, or does not show at all: C1, Unicode 15 general categories
 * Cf, Zl and Zp, what is default-ignorable or drawn as nothing, and noncharacters. Sorted. U+FFFE
 * and U+FFFF of the higher planes are tested apart. */
static const struct code_point_range unprintable[] = {
	{ 0x0080, 0x009f },   { 0x00ad, 0x00ad },   { 0x034f, 0x034f },   { 0x0600, 0x0605 },
	{ 0x061c, 0x061c },   { 0x06dd, 0x06dd },   { 0x070f, 0x070f },   { 0x0890, 0x0891 },
	{ 0x08e2, 0x08e2 },   { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
	{ 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x2800, 0x2800 },
	{ 0x3164, 0x3164 },   { 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0xfffe, 0xffff },   { 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

/* Blanks other than the ASCII space: general category Zs. They would split a word. Sorted. */
static const struct code_point_range blanks[] = {
	{ 0x00a0, 0x00a0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a },
	{ 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

static bool is_in(const struct code_point_range *ranges, size_t count, uint32_t code_point) {
	for (size_t i = 0; i < count; i++) {
		if (code_point < ranges[i].first)
			return false;
		if (code_point <= ranges[i].last)
			return true;
	}
	return false;
}

/* Of a character beyond ASCII. */
static bool is_printable(uint32_t code_point, enum escape_style style) {
	const bool one_word = style == ESCAPE_WORD || style == ESCAPE_NAME;
	if ((code_point & 0xfffe) == 0xfffe ||
	    is_in(unprintable, ARRAY_LENGTH(unprintable), code_point))
		return false;
	return !one_word || !is_in(blanks, ARRAY_LENGTH(blanks), code_point);
}

/* The length that the lead byte announces and the least code point that needs it. */
static size_t sequence_length(unsigned char lead, uint32_t *least) {
	if (lead >= 0xc2 && lead <= 0xdf) {
		*least = 0x80;
		return 2;
	}
	if ((lead & 0xf0) == 0xe0) {
		*least = 0x800;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*least = 0x10000;
		return 4;
	}
	return 0;
}

size_t escape_decode(const unsigned char *bytes, size_t length, uint32_t *code_point) {
	if (length == 0)
		return 0;
	if (bytes[0] < 0x80) {
		*code_point = bytes[0];
		return 1;
	}
	uint32_t least = 0;
	const size_t count = sequence_length(bytes[0], &least);
	if (count == 0 || count > length)
		return 0;
	uint32_t decoded = bytes[0] & (0x7fu >> count);
	for (size_t i = 1; i < count; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		decoded = decoded << 6 | (bytes[i] & 0x3f);
	}
	const bool surrogate = decoded >= 0xd800 && decoded <= 0xdfff;
	if (decoded < least || decoded > 0x10ffff || surrogate)
		return 0;
	*code_point = decoded;
	return count;
}

size_t escape_encode(uint32_t code_point, char bytes[4]) {
	if (code_point < 0x80) {
		bytes[0] = (char)code_point;
		return 1;
	}
	const size_t more = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
	const uint32_t lead = 0xf00u >> (more + 1) & 0xff; /* a bit for each byte */
	bytes[0] = (char)(lead | code_point >> 6 * more);
	for (size_t i = 1; i <= more; i++)
		bytes[i] = (char)(0x80 | (code_point >> 6 * (more - i) & 0x3f));
	return more + 1;
}

/* ASCII that the style cannot show as it stands. */
static bool is_special(unsigned char byte, enum escape_style style) {
	if (byte < 0x20 || byte >= 0x7f)
		return true;
	switch (style) {
	case ESCAPE_TEXT:
		return byte == '\\';
	case ESCAPE_WORD:
		return byte == '\\' || byte == ' ';
	case ESCAPE_NAME:
		return byte == '\\' || byte == ' ' || byte == ',';
	case ESCAPE_JSON:
		return byte == '\\' || byte == '"';
	}
	return true;
}

static void write_unit(struct out *out, const char *prefix, uint32_t unit, int digits) {
	out_text(out, prefix);
	while (digits-- > 0)
		out_char(out, "0123456789abcdef"[unit >> digits * 4 & 15]);
}

static void write_json(struct out *out, uint32_t code_point) {
	if (code_point == '"' || code_point == '\\') {
		out_char(out, '\\');
		out_char(out, (char)code_point);
	} else if (code_point < 0x10000) {
		write_unit(out, "\\u", code_point, 4);
	} else {
		write_unit(out, "\\u", 0xd800 + ((code_point - 0x10000) >> 10), 4);
		write_unit(out, "\\u", 0xdc00 + ((code_point - 0x10000) & 0x3ff), 4);
	}
}

static void write_bytes_in_hex(struct out *out, const unsigned char *bytes, size_t length) {
	for (size_t i = 0; i < length; i++)
		write_unit(out, "\\x", bytes[i], 2);
}

/* Writes the character at `bytes` and returns how many bytes it took. */
static size_t write_character(struct out *out, const unsigned char *bytes, size_t length,
                              enum escape_style style) {
	uint32_t code_point = 0;
	const size_t count = escape_decode(bytes, length, &code_point);
	const bool plain = count > 1 ? is_printable(code_point, style)
	                             : count == 1 && !is_special(bytes[0], style);
	if (plain)
		out_bytes(out, bytes, count);
	else if (style != ESCAPE_JSON)
		write_bytes_in_hex(out, bytes, count ? count : 1);
	else if (count > 0)
		write_json(out, code_point);
	else
		out_text(out, "\\ufffd");
	return count ? count : 1;
}

void escape_write(struct out *out, const void *bytes, size_t length, enum escape_style style) {
	const unsigned char *rest = bytes;
	while (length > 0) {
		size_t plain = 0;
		while (plain < length && !is_special(rest[plain], style))
			plain++;
		out_bytes(out, rest, plain);
		rest += plain;
		length -= plain;
		if (length == 0)
			return;
		const size_t taken = write_character(out, rest, length, style);
		rest += taken;
		length -= taken;
	}
}

char *escape_copy(const void *bytes, size_t length) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	escape_write(&out, bytes, length < ESCAPE_COPY_MAX ? length : ESCAPE_COPY_MAX, ESCAPE_TEXT);
	if (length > ESCAPE_COPY_MAX)
		out_text(&out, "...");
	out_char(&out, '\0');
	return out.bytes;
}

bool escape_is_lossy_in_json(const void *bytes, size_t length) {
	const unsigned char *rest = bytes;
	while (length > 0) {
		uint32_t code_point = 0;
		const size_t count = escape_decode(rest, length, &code_point);
		if (count == 0)
			return true;
		rest += count;
		length -= count;
	}
	return false;
}
