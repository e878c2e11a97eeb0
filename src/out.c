/* A buffered writer that remembers its first error. Numbers are written without printf, which
 * alone would cost more than reading the socket did. */

#include "out.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

enum { BUFFER_SIZE = 64 * 1024 };

void out_init(struct out *out, int fd) {
	*out = (struct out){ .fd = fd, .size = BUFFER_SIZE, .bytes = xmalloc(BUFFER_SIZE) };
}

void out_finish(struct out *out) {
	free(out->bytes);
	*out = (struct out){ .fd = OUT_MEMORY };
}

int out_flush(struct out *out) {
	if (out->fd == OUT_MEMORY)
		return 0;
	size_t written = 0;
	while (!out->error && written < out->used) {
		const ssize_t count = write(out->fd, out->bytes + written, out->used - written);
		if (count >= 0)
			written += (size_t)count;
		else if (errno == EAGAIN)
			poll(&(struct pollfd){ .fd = out->fd, .events = POLLOUT }, 1, -1);
		else if (errno != EINTR)
			out->error = errno;
	}
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

void out_spaces(struct out *out, size_t count) {
	memset(out_reserve(out, count), ' ', count);
	out_advance(out, count);
}

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
				  "25262728293031323334353637383940414243444546474849"
				  "50515253545556575859606162636465666768697071727374"
				  "75767778798081828384858687888990919293949596979899";

static char *put_pair(char *to, uint64_t number) {
	memcpy(to, digit_pairs + number * 2, 2);
	return to + 2;
}

static char *put_below_100(char *to, uint64_t number) {
	if (number >= 10)
		return put_pair(to, number);
	*to = (char)('0' + number);
	return to + 1;
}

static char *put_below_10000(char *to, uint64_t number) {
	if (number < 100)
		return put_below_100(to, number);
	return put_pair(put_below_100(to, number / 100), number % 100);
}

char *out_put_number(char *to, uint64_t number) {
	if (number < 10000)
		return put_below_10000(to, number);
	to = out_put_number(to, number / 10000);
	return put_pair(put_pair(to, number % 10000 / 100), number % 100);
}

void out_number(struct out *out, uint64_t number) {
	char *start = out_reserve(out, 20);
	out_advance(out, (size_t)(out_put_number(start, number) - start));
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
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	const int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		util_out_of_memory();
	out_bytes(out, text, (size_t)length);
	free(text);
}
