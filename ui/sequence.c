/* Two shapes (ECMA-48): CSI, of parameters and a last byte, and strings, of which only OSC is
 * known, up to BEL or ST. Nothing that a person types looks like the beginning of one of these for
 * long, so what does not go on as they do is given back. */

#include "sequence.h"

#include <string.h>

#include "util.h"

enum { BELL = 7, ESCAPE = 27 };

static bool is_parameter(int byte) {
	return byte >= 0x20 && byte < 0x40;
}

static bool is_printable(int byte) {
	return byte >= 0x20 && byte < 0x7f;
}

static bool is_digit(int byte) {
	return byte >= '0' && byte <= '9';
}

static enum sequence_event end(struct sequence *sequence, enum sequence_event event) {
	sequence->length = 0;
	sequence->is_escaped = false;
	return event;
}

/* One that is too long is none of ours. */
static enum sequence_event add(struct sequence *sequence, int byte) {
	if (sequence->length == SEQUENCE_LONGEST)
		return end(sequence, SEQUENCE_BROKEN);
	sequence->bytes[sequence->length++] = (char)byte;
	sequence->bytes[sequence->length] = '\0';
	return SEQUENCE_MORE;
}

static enum sequence_event take_first(struct sequence *sequence, int byte) {
	return byte == '[' || byte == ']' || byte == 'O' ? add(sequence, byte) : SEQUENCE_BROKEN;
}

static enum sequence_event take_last(struct sequence *sequence, int byte) {
	const enum sequence_event added = add(sequence, byte);
	return end(sequence, added == SEQUENCE_MORE ? SEQUENCE_WHOLE : SEQUENCE_BROKEN);
}

static enum sequence_event take_in_control(struct sequence *sequence, int byte) {
	if (is_parameter(byte))
		return add(sequence, byte);
	return is_printable(byte) ? take_last(sequence, byte) : end(sequence, SEQUENCE_BROKEN);
}

/* "]", digits, and whatever follows a semicolon. */
static bool goes_on(const struct sequence *sequence, int byte) {
	const bool has_digits = sequence->length > 1;
	if (strchr(sequence->bytes, ';'))
		return is_printable(byte);
	return is_digit(byte) || (has_digits && byte == ';');
}

static enum sequence_event take_in_string(struct sequence *sequence, int byte) {
	if (sequence->is_escaped)
		return end(sequence, byte == '\\' ? SEQUENCE_WHOLE : SEQUENCE_BROKEN);
	if (byte == BELL)
		return end(sequence, SEQUENCE_WHOLE);
	if (byte == ESCAPE) {
		sequence->is_escaped = true;
		return SEQUENCE_MORE;
	}
	return goes_on(sequence, byte) ? add(sequence, byte) : end(sequence, SEQUENCE_BROKEN);
}

enum sequence_event sequence_take(struct sequence *sequence, int byte) {
	if (sequence->length == 0)
		return take_first(sequence, byte);
	switch (sequence->bytes[0]) {
	case '[':
		return take_in_control(sequence, byte);
	case ']':
		return take_in_string(sequence, byte);
	default:
		return is_printable(byte) ? take_last(sequence, byte)
		                          : end(sequence, SEQUENCE_BROKEN);
	}
}

/* A number of at most `max` that the text begins with; what is behind it, or NULL. */
static const char *take_number(const char *text, uint64_t max, uint64_t *number) {
	const size_t length = strspn(text, "0123456789");
	return util_parse_number(text, length, max, number) ? text + length : NULL;
}

/* "b;x;y" */
static bool parse_mouse(const char *text, uint64_t numbers[3], char *last) {
	for (int i = 0; i < 3; i++) {
		text = take_number(text, UINT16_MAX, &numbers[i]);
		if (!text || (i < 2 && *text++ != ';'))
			return false;
	}
	*last = *text;
	return text[0] != '\0' && text[1] == '\0';
}

bool sequence_mouse(const struct sequence *sequence, struct mouse *mouse) {
	static const struct {
		uint64_t button;
		enum mouse_kind kind;
	} buttons[] = { { 0, MOUSE_CLICK }, { 64, MOUSE_WHEEL_UP }, { 65, MOUSE_WHEEL_DOWN } };
	uint64_t numbers[3];
	char last = '\0';
	if (strncmp(sequence->bytes, "[<", 2) != 0 ||
	    !parse_mouse(sequence->bytes + 2, numbers, &last) || last != 'M' || numbers[1] == 0 ||
	    numbers[2] == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(buttons); i++) {
		if (buttons[i].button != numbers[0])
			continue;
		*mouse =
		    (struct mouse){ buttons[i].kind, (int)numbers[1] - 1, (int)numbers[2] - 1 };
		return true;
	}
	return false;
}

/* One to four hexadecimal digits, of which all are f at most. What is behind them, or NULL. */
static const char *take_part(const char *text, uint32_t *part) {
	uint32_t value = 0;
	uint32_t most = 0;
	for (; most < UINT16_MAX && util_hex_digit(*text) >= 0; text++) {
		value = value << 4 | (uint32_t)util_hex_digit(*text);
		most = most << 4 | 0xf;
	}
	if (most == 0)
		return NULL;
	*part = value * (UINT16_MAX / most);
	return text;
}

bool sequence_background(const struct sequence *sequence, uint32_t rgb[3]) {
	static const char *const starts[] = { "]11;rgb:", "]11;rgba:" };
	const char *text = NULL;
	uint32_t parts[3];
	for (size_t i = 0; i < ARRAY_LENGTH(starts); i++) {
		const size_t length = strlen(starts[i]);
		if (strncmp(sequence->bytes, starts[i], length) == 0)
			text = sequence->bytes + length;
	}
	for (int i = 0; text && i < 3; i++) {
		text = take_part(text, &parts[i]);
		if (text && i < 2 && *text++ != '/')
			return false;
	}
	if (!text || (*text != '\0' && *text != '/'))
		return false;
	memcpy(rgb, parts, sizeof(parts));
	return true;
}

bool sequence_is_attributes(const struct sequence *sequence) {
	const size_t length = strlen(sequence->bytes);
	return strncmp(sequence->bytes, "[?", 2) == 0 && sequence->bytes[length - 1] == 'c';
}
