#pragma once
/* Where every byte for standard output goes: one buffer in front of a descriptor, or in memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "digits.h"

enum { OUT_MEMORY = -1 };

/* After a failed write `error` holds the errno, and everything written later is dropped. */
struct out {
	int fd;           /* OUT_MEMORY: nothing is written, the buffer grows */
	bool is_mapped;   /* the buffer is the file, which grows */
	int interrupt_fd; /* -1, or what ends a write that waits, with EINTR, when it can be read */
	int error;
	size_t used;
	size_t size;
	char *bytes;
};

void out_init(struct out *out, int fd);
void out_finish(struct out *out);

/* Instead of out_init(): the buffer is the memory file (memfd_create(2)) itself, from its start, so
 * that what is written need not be copied. 0 or -errno, and then nothing was begun. */
int out_map(struct out *out, int file);

/* Ends that: the file is as long as what was written, and nobody here can change it any more. 0 or
 * -errno. out_finish() does it without the former. */
int out_unmap(struct out *out);

/* Writes what is buffered. 0 or -errno of the first write that failed, now or before. */
int out_flush(struct out *out);

/* Writes or grows until there is room for `size` bytes; out_reserve() knows when. */
void out_make_room(struct out *out, size_t size);

/* Where to put at most `size` bytes; out_advance() then keeps `count` of them. */
static inline char *out_reserve(struct out *out, size_t size) {
	if (out->size - out->used < size)
		out_make_room(out, size);
	return out->bytes + out->used;
}

static inline void out_advance(struct out *out, size_t count) {
	out->used += count;
}

static inline void out_bytes(struct out *out, const void *bytes, size_t length) {
	if (length == 0)
		return;
	memcpy(out_reserve(out, length), bytes, length);
	out_advance(out, length);
}

static inline void out_text(struct out *out, const char *text) {
	out_bytes(out, text, strlen(text));
}

static inline void out_char(struct out *out, char character) {
	*out_reserve(out, 1) = character;
	out_advance(out, 1);
}

/* Sixteen at once cost less than a few would one by one, so there must be room for those. */
static inline void out_spaces(struct out *out, size_t count) {
	char *start = out_reserve(out, count + 16);
	memset(start, ' ', 16);
	if (count > 16)
		memset(start + 16, ' ', count - 16);
	out_advance(out, count);
}

static inline void out_number(struct out *out, uint64_t number) {
	char *start = out_reserve(out, DIGITS_ROOM);
	out_advance(out, (size_t)(digits_put(start, number) - start));
}

/* "1 message", "12 messages": `one` or `many` with the count in the place of its %llu. */
void out_count(struct out *out, const char *one, const char *many, uint64_t count);

void out_hex(struct out *out, uint64_t number);
void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
