/* Tells the kinds of file apart by their first bytes. */

#include "playback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture.h"
#include "escape.h"
#include "replay.h"
#include "replay_source.h"
#include "util.h"

static char *complain(const struct playback *playback, const char *reason) {
	char *name = escape_copy(playback->path, strlen(playback->path));
	char *text = xasprintf(_("'%s': %s"), name, reason);
	free(name);
	return text;
}

/* The whole file, of which the start was read already. 0 or -errno. */
static int read_messages(struct playback *playback, const unsigned char *start, size_t length) {
	size_t capacity = 1 << 16;
	playback->messages = xmalloc(capacity);
	memcpy(playback->messages, start, length);
	for (;;) {
		const ssize_t more =
		    util_read_up_to(playback->fd, playback->messages + length, capacity - length);
		if (more < 0)
			return (int)more;
		length += (size_t)more;
		if (length < capacity)
			break;
		if (capacity >= RECORDING_MOMENT_MAX)
			return -EFBIG;
		capacity *= 2;
		playback->messages = xreallocarray(playback->messages, capacity, 1);
	}
	playback->message_length = length;
	playback->only_messages = true;
	return 0;
}

/* A capture of which some was understood is shown as far as that goes. */
static char *unpack_capture(struct playback *playback) {
	struct out messages;
	out_init(&messages, OUT_MEMORY);
	playback->fault = capture_unpack(playback->messages, playback->message_length, &messages);
	if (playback->fault && messages.used == 0) {
		out_finish(&messages);
		return complain(playback, _(playback->fault));
	}
	out_char(&messages, '\0'); /* so that there are bytes */
	free(playback->messages);
	playback->messages = (unsigned char *)messages.bytes;
	playback->message_length = messages.used - 1;
	return NULL;
}

/* The first bytes of a file. */
struct start {
	unsigned char bytes[RECORDING_HEADER_SIZE];
	size_t length;
};

static char *read_start(struct playback *playback, struct start *start) {
	const ssize_t length = util_read_up_to(playback->fd, start->bytes, sizeof(start->bytes));
	if (length < 0)
		return complain(playback, strerror((int)-length));
	start->length = (size_t)length;
	return NULL;
}

/* False if it is none, else `error` says what is wrong with it, or is NULL. */
static bool is_recording(struct playback *playback, const struct start *start, char **error) {
	unsigned version = 0;
	if (start->length != sizeof(start->bytes) ||
	    !recording_parse_header(start->bytes, &version))
		return false;
	if (version == RECORDING_OF_ANOTHER_ORDER)
		*error = complain(playback, _("a recording from a machine of another byte order"));
	else if (version != RECORDING_VERSION)
		*error = complain(playback, _("a recording of another version of socklens"));
	playback->reader.fd = playback->fd;
	playback->reader.position = RECORDING_HEADER_SIZE;
	return true;
}

static char *find_kind(struct playback *playback) {
	struct start start;
	char *error = read_start(playback, &start);
	if (error || is_recording(playback, &start, &error))
		return error;
	if (start.length == 0)
		return complain(playback, _("the file is empty"));
	const bool is_capture = capture_is_one(start.bytes, start.length);
	if (!is_capture && !replay_looks_like_messages(start.bytes, start.length))
		return complain(playback,
		                _("neither a recording of socklens nor of ss -D, nor a capture"));
	const int result = read_messages(playback, start.bytes, start.length);
	if (result < 0)
		return complain(playback, strerror(-result));
	return is_capture ? unpack_capture(playback) : NULL;
}

static int open_path(const char *path) {
	return strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
	                              : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* Places are counted from the start of a file, so it must stand there. */
static bool is_seekable(int fd) {
	return lseek(fd, 0, SEEK_CUR) == 0;
}

/* Everything that `from` still has goes to `to`. 0 or -errno. */
static int copy_all(int from, int to) {
	unsigned char block[1 << 16];
	size_t total = 0;
	for (;;) {
		const ssize_t length = util_read_up_to(from, block, sizeof(block));
		if (length <= 0)
			return (int)length;
		total += (size_t)length;
		if (total > RECORDING_MOMENT_MAX)
			return -EFBIG;
		const int result = util_write_all(to, block, (size_t)length, -1);
		if (result < 0)
			return result;
	}
}

/* Takes `pipe`. A descriptor of a file in memory with what came through it, or -errno. */
static int spool(int pipe) {
	const int file = memfd_create("recording", MFD_CLOEXEC);
	const int result = file < 0 ? -errno : copy_all(pipe, file);
	close(pipe);
	if (result == 0 && lseek(file, 0, SEEK_SET) == 0)
		return file;
	if (file >= 0)
		close(file);
	return result < 0 ? result : -EIO;
}

static bool open_descriptor(struct playback *playback, int fd, const char *path, char **error) {
	*playback = (struct playback){ .fd = fd, .path = xasprintf("%s", path) };
	*error = fd < 0 ? complain(playback, strerror(-fd)) : find_kind(playback);
	if (!*error)
		return true;
	playback_close(playback);
	return false;
}

bool playback_open_stream(struct playback *playback, int fd, const char *name, char **error) {
	struct start start = { .length = 0 };
	*playback = (struct playback){ .fd = fd, .path = xasprintf("%s", name) };
	*error = fd < 0 ? complain(playback, strerror(-fd)) : read_start(playback, &start);
	if (!*error && is_recording(playback, &start, error) && !*error)
		return true;
	if (!*error && start.length > 0)
		*error = complain(playback, _("what came is no recording of socklens"));
	playback_close(playback);
	return false;
}

bool playback_open(struct playback *playback, const char *path, char **error) {
	const int fd = open_path(path);
	return open_descriptor(playback, fd < 0 ? -errno : fd, path, error);
}

bool playback_open_seekable(struct playback *playback, const char *path, char **error) {
	int fd = open_path(path);
	if (fd < 0)
		fd = -errno;
	else if (!is_seekable(fd))
		fd = spool(fd);
	return open_descriptor(playback, fd, path, error);
}

void playback_close(struct playback *playback) {
	replay_close(playback->replay);
	recording_finish(&playback->reader);
	free(playback->messages);
	free(playback->path);
	if (playback->fd >= 0)
		close(playback->fd);
	*playback = (struct playback){ .fd = -1 };
}

static char *describe_end(const struct playback *playback, enum recording_next next) {
	const struct recording_reader *reader = &playback->reader;
	const unsigned long long position = reader->position;
	const unsigned long long moments = reader->moments;
	char *reason = NULL;
	if (next == RECORDING_END)
		return NULL;
	if (next == RECORDING_CUT)
		reason = xasprintf(_("cut off inside a moment that begins at byte %llu; moments "
		                     "before it: %llu"),
		                   position, moments);
	else if (next == RECORDING_DAMAGED)
		reason = xasprintf(_("damaged from byte %llu on; moments before it: %llu"),
		                   position, moments);
	else
		reason = xasprintf("%s", strerror(reader->error));
	char *text = complain(playback, reason);
	free(reason);
	return text;
}

/* A clock that was set back between two moments, or is not known, says nothing of the time between
 * them. */
static void advance(struct playback *playback, uint64_t time_ns) {
	if (playback->time_ns != 0 && time_ns > playback->time_ns)
		playback->monotonic_ns += time_ns - playback->time_ns;
	playback->time_ns = time_ns;
}

bool playback_next(struct playback *playback, struct source *source, char **error) {
	const unsigned char *bytes = NULL;
	size_t length = 0;
	const bool first = !playback->replay;
	*error = NULL;
	replay_close(playback->replay);
	playback->replay = NULL;
	if (playback->only_messages) {
		if (!first) {
			if (playback->fault)
				*error = complain(playback, _(playback->fault));
			return false;
		}
		playback->replay =
		    replay_open_messages(playback->messages, playback->message_length);
	} else {
		const enum recording_next next = recording_read(&playback->reader, &bytes, &length);
		if (next != RECORDING_MOMENT) {
			*error = describe_end(playback, next);
			return false;
		}
		playback->replay = replay_open(bytes, length);
	}
	*source = replay_source(playback->replay);
	advance(playback, source->time_ns);
	source->monotonic_ns = playback->monotonic_ns;
	return true;
}

bool playback_has_more(const struct playback *playback) {
	const struct recording_reader *reader = &playback->reader;
	int waiting = 0;
	return reader->input_at < reader->input_used ||
	       (ioctl(playback->fd, FIONREAD, &waiting) == 0 && waiting > 0);
}

uint64_t playback_position(const struct playback *playback) {
	return playback->reader.position;
}

int playback_seek(struct playback *playback, uint64_t position, uint64_t moments) {
	replay_close(playback->replay);
	playback->replay = NULL;
	return playback->only_messages ? 0 : recording_seek(&playback->reader, position, moments);
}
