/* A buffered writer that remembers its first error. */

#include "out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { BUFFER_SIZE = 64 * 1024 };

void out_init(struct out *out, int fd) {
	*out = (struct out){
		.fd = fd, .interrupt_fd = -1, .size = BUFFER_SIZE, .bytes = xmalloc(BUFFER_SIZE)
	};
}

void out_finish(struct out *out) {
	free(out->bytes);
	*out = (struct out){ .fd = OUT_MEMORY };
}

int out_flush(struct out *out) {
	if (out->fd == OUT_MEMORY)
		return 0;
	if (!out->error)
		out->error = -util_write_all(out->fd, out->bytes, out->used, out->interrupt_fd);
	out->used = 0;
	return -out->error;
}

void out_make_room(struct out *out, size_t size) {
	out_flush(out);
	if (out->size - out->used >= size)
		return;
	while (out->size - out->used < size)
		out->size *= 2;
	out->bytes = xreallocarray(out->bytes, out->size, 1);
}

void out_hex(struct out *out, uint64_t number) {
	char digits[16];
	char *start = digits + sizeof(digits);
	do {
		*--start = "0123456789abcdef"[number & 15];
		number >>= 4;
	} while (number > 0);
	out_bytes(out, start, (size_t)(digits + sizeof(digits) - start));
}

void out_printf(struct out *out, const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	char *text = xvasprintf(format, arguments);
	va_end(arguments);
	out_text(out, text);
	free(text);
}

void out_count(struct out *out, const char *one, const char *many, uint64_t count) {
	/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) */
	out_printf(out, count == 1 ? one : many, (unsigned long long)count);
}
