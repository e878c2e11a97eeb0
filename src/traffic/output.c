/* On a terminal a newline, a tab and CR LF pass as they are, and of the rest what escape.h lets
 * pass. */

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "escape.h"

/* So much a pipe takes at once when it is ready for anything (pipe(7)). */
enum { PIPE_CHUNK = 4096 };

/* A terminal that is stopped must not stop us, and what others share with us must not become
 * non-blocking: it is opened anew. */
static int open_anew(int fd) {
	char path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void output_open(struct output *output, int fd) {
	struct stat status;
	*output = (struct output){ .fd = fd, .is_terminal = isatty(fd) };
	out_init(&output->pending, OUT_MEMORY);
	const int own_fd = output->is_terminal ? open_anew(fd) : -1;
	if (own_fd >= 0)
		output->fd = own_fd;
	output->never_waits = own_fd >= 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode));
}

/* How many bytes at the end only begin something: a character, or CR LF. */
static size_t unfinished(const unsigned char *bytes, size_t length) {
	if (length > 0 && bytes[length - 1] == '\r')
		return 1;
	for (size_t back = 1; back <= 3 && back <= length; back++) {
		const unsigned char byte = bytes[length - back];
		if ((byte & 0xc0) == 0x80)
			continue;
		const size_t whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
		return whole > back ? back : 0;
	}
	return 0;
}

/* The length of what passes as it is, at the start of `bytes`. */
static size_t layout(const unsigned char *bytes, size_t length) {
	if (bytes[0] == '\n' || bytes[0] == '\t')
		return 1;
	return length > 1 && bytes[0] == '\r' && bytes[1] == '\n' ? 2 : 0;
}

static void put_text(struct out *out, const unsigned char *bytes, size_t length) {
	while (length > 0) {
		size_t other = 0;
		while (other < length && layout(bytes + other, length - other) == 0)
			other++;
		escape_write(out, bytes, other, ESCAPE_TEXT);
		const size_t passing = other < length ? layout(bytes + other, length - other) : 0;
		out_bytes(out, bytes + other, passing);
		bytes += other + passing;
		length -= other + passing;
	}
}

/* Adds to what was carried over until it is whole. Returns how many bytes it took for that. */
static size_t put_carried(struct output *output, const unsigned char *bytes, size_t length) {
	unsigned char *carried = output->carried;
	size_t taken = 0;
	while (output->carried_length > 0 && taken < length) {
		carried[output->carried_length++] = bytes[taken++];
		const size_t left = unfinished(carried, output->carried_length);
		const size_t whole = output->carried_length - left;
		put_text(&output->pending, carried, whole);
		memmove(carried, carried + whole, left);
		output->carried_length = left;
	}
	return taken;
}

void output_put(struct output *output, const void *bytes, size_t length) {
	const unsigned char *rest = bytes;
	if (length == 0)
		return;
	output->is_in_line = rest[length - 1] != '\n';
	if (!output->is_terminal) {
		out_bytes(&output->pending, bytes, length);
		return;
	}
	const size_t taken = put_carried(output, rest, length);
	rest += taken;
	length -= taken;
	const size_t left = unfinished(rest, length);
	put_text(&output->pending, rest, length - left);
	if (left > 0)
		memcpy(output->carried, rest + length - left, left);
	output->carried_length += left;
}

bool output_is_empty(const struct output *output) {
	return output->written == output->pending.used;
}

/* Only once it is half of what there is, so that no byte is moved often. */
static void forget_written(struct output *output) {
	struct out *pending = &output->pending;
	if (output->written < pending->used - output->written)
		return;
	pending->used -= output->written;
	memmove(pending->bytes, pending->bytes + output->written, pending->used);
	output->written = 0;
}

int output_write(struct output *output) {
	size_t length = output->pending.used - output->written;
	if (!output->never_waits && length > PIPE_CHUNK)
		length = PIPE_CHUNK;
	const ssize_t written = write(output->fd, output->pending.bytes + output->written, length);
	if (written < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	output->written += (size_t)written;
	forget_written(output);
	return 0;
}

static void end_line(struct output *output) {
	put_text(&output->pending, output->carried, output->carried_length);
	output->carried_length = 0;
	if (output->is_terminal && output->is_in_line)
		out_char(&output->pending, '\n');
	output->is_in_line = false;
}

/* More than the last line was stuck before, and has nobody who takes it. */
void output_finish(struct output *output) {
	const bool was_empty = output_is_empty(output);
	end_line(output);
	if (was_empty && !output_is_empty(output))
		output_write(output);
	if (output->is_terminal && output->never_waits)
		close(output->fd);
	out_finish(&output->pending);
}
