/* One buffer, which is handed over line by line where it lies. */

#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

enum { READ_SIZE = 64 * 1024 };

/* Hands over the whole lines among `length` bytes. Returns how many bytes they took, or -1 if the
 * receiver wants no more. */
static ssize_t deliver_lines(const char *bytes, size_t length, lines_fn deliver, void *context) {
	size_t taken = 0;
	for (;;) {
		const char *stop = memchr(bytes + taken, '\n', length - taken);
		if (!stop)
			return (ssize_t)taken;
		const size_t line_length = (size_t)(stop - bytes) - taken;
		if (!deliver(context, bytes + taken, line_length))
			return -1;
		taken += line_length + 1;
	}
}

static int read_lines(int fd, char *buffer, lines_fn deliver, void *context) {
	size_t held = 0;
	for (;;) {
		const ssize_t count = read(fd, buffer + held, READ_SIZE - held);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? -errno : held > 0 ? -EBADMSG : 0;
		held += (size_t)count;
		const ssize_t taken = deliver_lines(buffer, held, deliver, context);
		if (taken < 0)
			return 0;
		held -= (size_t)taken;
		memmove(buffer, buffer + taken, held);
		if (held == READ_SIZE)
			return -EBADMSG;
	}
}

int lines_read(int fd, lines_fn deliver, void *context) {
	char *buffer = xmalloc(READ_SIZE);
	const int result = read_lines(fd, buffer, deliver, context);
	free(buffer);
	return result;
}
