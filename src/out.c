/* A buffered writer that remembers its first error. Of three kinds: the buffer stands in front of a
 * descriptor, is all there is, or is the mapping of a memory file. The last two only grow. */

#include "out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util.h"

enum { BUFFER_SIZE = 64 * 1024 };

void out_init(struct out *out, int fd) {
	*out = (struct out){
		.fd = fd, .interrupt_fd = -1, .size = BUFFER_SIZE, .bytes = xmalloc(BUFFER_SIZE)
	};
}

int out_map(struct out *out, int file) {
	if (ftruncate(file, BUFFER_SIZE) != 0)
		return -errno;
	void *bytes = mmap(NULL, BUFFER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	*out = (struct out){ .fd = file,
		             .is_mapped = true,
		             .interrupt_fd = -1,
		             .size = BUFFER_SIZE,
		             .bytes = bytes };
	return 0;
}

void out_finish(struct out *out) {
	if (out->is_mapped)
		munmap(out->bytes, out->size);
	else
		free(out->bytes);
	*out = (struct out){ .fd = OUT_MEMORY };
}

int out_unmap(struct out *out) {
	if (out->error == 0 && ftruncate(out->fd, (off_t)out->used) != 0)
		out->error = errno;
	const int result = -out->error;
	out_finish(out);
	return result;
}

int out_flush(struct out *out) {
	if (out->fd == OUT_MEMORY || out->is_mapped)
		return 0;
	if (!out->error)
		out->error = -util_write_all(out->fd, out->bytes, out->used, out->interrupt_fd);
	out->used = 0;
	return -out->error;
}

/* Pages of the file exist once they are written to, so its length may run ahead. */
static bool grow_mapping(struct out *out, size_t size) {
	if (ftruncate(out->fd, (off_t)size) != 0)
		return false;
	void *bytes = mremap(out->bytes, out->size, size, MREMAP_MAYMOVE);
	if (bytes == MAP_FAILED)
		return false;
	out->bytes = bytes;
	out->size = size;
	return true;
}

/* What is dropped is still written somewhere, so that nobody who writes need care. */
static void drop_mapped(struct out *out, size_t size) {
	if (out->error == 0)
		out->error = errno;
	out->used = 0;
	if (out->size < size)
		util_out_of_memory();
}

void out_make_room(struct out *out, size_t size) {
	out_flush(out);
	if (out->size - out->used >= size)
		return;
	size_t grown = out->size;
	while (grown - out->used < size)
		grown *= 2;
	if (out->is_mapped) {
		if (out->error != 0 || !grow_mapping(out, grown))
			drop_mapped(out, size);
		return;
	}
	out->bytes = xreallocarray(out->bytes, grown, 1);
	out->size = grown;
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
