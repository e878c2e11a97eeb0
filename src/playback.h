#pragma once
/* A file to be shown instead of this machine: a recording, netlink messages as `ss -D` writes them,
 * or a capture of netlink traffic. */

#include "recording.h"
#include "source.h"

struct replay;

/* playback_open() fills it; playback_close() closes it. */
struct playback {
	int fd;
	bool only_messages; /* not a recording: one moment, all of the file */
	const char *fault;  /* what is wrong with a capture, a text to translate; NULL: nothing */
	struct recording_reader reader;
	unsigned char *messages; /* of that file */
	size_t message_length;
	struct replay *replay;          /* the moment at hand */
	uint64_t time_ns, monotonic_ns; /* of the moment at hand */
	char *path;
};

/* "-" is standard input. False sets `error`, which the caller frees. */
bool playback_open(struct playback *playback, const char *path, char **error);

/* A recording that comes from somebody else through `fd`, and nothing but a recording, of which no
 * more is read than a moment takes. Takes `fd`, or -errno of what could not be opened; `name` is
 * for what is said of it. False sets `error`, or leaves it NULL if nothing came at all. */
bool playback_open_stream(struct playback *playback, int fd, const char *name, char **error);
void playback_close(struct playback *playback);

/* The same of a file that playback_seek() is for: what cannot seek, a pipe, is read to its end
 * first and kept in memory. */
bool playback_open_seekable(struct playback *playback, const char *path, char **error);

/* The next moment as a source, good until the next call. False at the end; then `error` says what
 * is wrong with the file, or is NULL. */
bool playback_next(struct playback *playback, struct source *source, char **error);

/* True if bytes of another moment have come already; the end of the file is none. */
bool playback_has_more(const struct playback *playback);

/* Where in the file the next moment begins, and back to such a place, before which there are so
 * many. 0 or -errno. */
uint64_t playback_position(const struct playback *playback);
int playback_seek(struct playback *playback, uint64_t position, uint64_t moments);
