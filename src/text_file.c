/* A FIFO or a device would block, so it is opened without waiting and refused. */

#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "escape.h"
#include "util.h"

enum { SIZE_FIRST = 16 * 1024 };

/* Takes `reason`. */
static char *complain(const char *path, char *reason) {
	char *name = escape_copy(path, strlen(path));
	char *text = xasprintf(_("'%s': %s"), name, reason);
	free(name);
	free(reason);
	return text;
}

/* A descriptor or -errno; -ENOTSUP for what is no regular file. */
static int open_regular(const char *path) {
	struct stat status;
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	const int error = fstat(fd, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : ENOTSUP;
	if (error == 0)
		return fd;
	close(fd);
	return -error;
}

/* A length or -errno; -EFBIG for more than `max` bytes. */
static ssize_t read_all(int fd, size_t max, char **text) {
	size_t capacity = SIZE_FIRST;
	size_t length = 0;
	char *bytes = xmalloc(capacity);
	for (;;) {
		const ssize_t more = util_read_up_to(fd, bytes + length, capacity - length);
		const bool is_too_large = more >= 0 && length + (size_t)more > max;
		if (more < 0 || is_too_large) {
			free(bytes);
			return is_too_large ? -EFBIG : more;
		}
		length += (size_t)more;
		if (length < capacity)
			break;
		capacity *= 2;
		bytes = xreallocarray(bytes, capacity, 1);
	}
	bytes[length] = '\0';
	*text = bytes;
	return (ssize_t)length;
}

static size_t line_of(const char *text, const char *place) {
	size_t line = 1;
	for (; text < place; text++)
		line += *text == '\n';
	return line;
}

static char *describe(int error, size_t max) {
	switch (error) {
	case ENOTSUP:
		return xasprintf("%s", _("not a regular file"));
	case EFBIG:
		return xasprintf(_("larger than %zu bytes"), max);
	default:
		return xasprintf("%s", strerror(error));
	}
}

int text_file_read(const char *path, size_t max, char **text, size_t *length, char **error) {
	char *bytes = NULL;
	const bool is_input = strcmp(path, "-") == 0;
	const int fd = is_input ? STDIN_FILENO : open_regular(path);
	const ssize_t result = fd < 0 ? fd : read_all(fd, max, &bytes);
	if (fd >= 0 && !is_input)
		close(fd);
	if (result < 0) {
		*error = complain(path, describe((int)-result, max));
		return (int)result;
	}
	const char *nul = memchr(bytes, '\0', (size_t)result);
	if (nul) {
		*error = complain(path, xasprintf(_("line %zu: a NUL byte"), line_of(bytes, nul)));
		free(bytes);
		return -EILSEQ;
	}
	*text = bytes;
	*length = (size_t)result;
	return 0;
}
