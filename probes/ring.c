/* The list "UserFiles:" in /proc/PID/fdinfo. The kernel does not wait for a ring that is in use and
 * leaves the list out then, so it is asked again. */

#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "process.h"

enum { ATTEMPTS_MAX = 8 };

static bool starts_with(const char *text, size_t length, const char *start) {
	return length >= strlen(start) && memcmp(text, start, strlen(start)) == 0;
}

bool ring_is_link(const char *link, size_t length) {
	static const char ring[] = "anon_inode:[io_uring]";
	return length == sizeof(ring) - 1 && memcmp(link, ring, length) == 0;
}

bool ring_parse_line(const char *line, size_t length, uint32_t *inode) {
	size_t at = 0;
	while (at < length && line[at] == ' ')
		at++;
	const size_t digits = at;
	while (at < length && line[at] >= '0' && line[at] <= '9')
		at++;
	if (at == digits || !starts_with(line + at, length - at, ": "))
		return false;
	return process_parse_socket_link(line + at + 2, length - at - 2, inode);
}

bool ring_is_told_by(const char *release) {
	char *end;
	const unsigned long major = strtoul(release, &end, 10);
	const unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	return major > 6 || (major == 6 && minor >= 17);
}

struct listing {
	ring_socket_fn found;
	void *context;
	size_t *lines_left;
	bool told;
};

static bool take_line(void *context, const char *line, size_t length) {
	struct listing *listing = context;
	uint32_t inode = 0;
	if (*listing->lines_left == 0)
		return false;
	(*listing->lines_left)--;
	if (starts_with(line, length, "UserFiles:"))
		listing->told = true;
	else if (ring_parse_line(line, length, &inode))
		listing->found(listing->context, inode);
	return true;
}

static int read_once(int directory, const char *path, struct listing *listing) {
	const int file = openat(directory, path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	const int result = lines_read(file, take_line, listing);
	close(file);
	return result;
}

int ring_read(int directory, const char *fd, size_t *lines_left, ring_socket_fn found,
              void *context) {
	struct listing listing = { .found = found, .context = context };
	char path[32];
	listing.lines_left = lines_left;
	snprintf(path, sizeof(path), "../fdinfo/%s", fd);
	for (int left = ATTEMPTS_MAX; left > 0 && *lines_left > 0; left--) {
		const int result = read_once(directory, path, &listing);
		if (result < 0)
			return result;
		if (listing.told && *lines_left > 0)
			return 0;
	}
	return -EBUSY;
}
