/* Sections and what they are made of. */

#include "moment.h"

#include <string.h>

enum { SECTION_HEADER = 16, ALIGNMENT = 8, TEXT_ALIGNMENT = 4 };

static void pad(struct out *out, size_t alignment) {
	while (out->used % alignment != 0)
		out_char(out, '\0');
}

size_t moment_begin(struct out *out, enum moment_tag tag) {
	const size_t start = out->used;
	moment_put_u32(out, tag);
	moment_put_u32(out, 0);
	moment_put_u64(out, 0); /* the length, when it is known */
	return start;
}

void moment_end(struct out *out, size_t start) {
	const uint64_t length = out->used - start - SECTION_HEADER;
	memcpy(out->bytes + start + 2 * sizeof(uint32_t), &length, sizeof(length));
	pad(out, ALIGNMENT);
}

void moment_put_u32(struct out *out, uint32_t number) {
	out_bytes(out, &number, sizeof(number));
}

void moment_put_u64(struct out *out, uint64_t number) {
	out_bytes(out, &number, sizeof(number));
}

void moment_put_text(struct out *out, const void *bytes, size_t length) {
	moment_put_u32(out, (uint32_t)length);
	out_bytes(out, bytes, length);
	pad(out, TEXT_ALIGNMENT);
}

static bool skip(struct moment_cursor *cursor, size_t size) {
	if (cursor->left < size)
		return false;
	cursor->bytes += size;
	cursor->left -= size;
	return true;
}

bool moment_get(struct moment_cursor *cursor, void *to, size_t size) {
	if (cursor->left < size)
		return false;
	memcpy(to, cursor->bytes, size);
	return skip(cursor, size);
}

bool moment_get_u32(struct moment_cursor *cursor, uint32_t *number) {
	return moment_get(cursor, number, sizeof(*number));
}

bool moment_get_u64(struct moment_cursor *cursor, uint64_t *number) {
	return moment_get(cursor, number, sizeof(*number));
}

/* The padding may be missing at the end. */
static void skip_padding(struct moment_cursor *cursor, uint64_t length, size_t alignment) {
	const size_t padding = (alignment - length % alignment) % alignment;
	skip(cursor, padding < cursor->left ? padding : cursor->left);
}

bool moment_next(struct moment_cursor *moment, struct moment_section *section) {
	struct moment_cursor cursor = *moment;
	uint32_t reserved = 0;
	uint64_t length = 0;
	if (!moment_get_u32(&cursor, &section->tag) || !moment_get_u32(&cursor, &reserved) ||
	    !moment_get_u64(&cursor, &length) || length > cursor.left)
		return false;
	section->content = (struct moment_cursor){ cursor.bytes, (size_t)length };
	skip(&cursor, (size_t)length);
	skip_padding(&cursor, length, ALIGNMENT);
	*moment = cursor;
	return true;
}

bool moment_get_text(struct moment_cursor *cursor, const char **bytes, size_t *length) {
	struct moment_cursor at = *cursor;
	uint32_t size = 0;
	if (!moment_get_u32(&at, &size) || size > at.left)
		return false;
	*bytes = (const char *)at.bytes;
	*length = size;
	skip(&at, size);
	skip_padding(&at, size, TEXT_ALIGNMENT);
	*cursor = at;
	return true;
}
