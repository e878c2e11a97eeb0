/* zstd does the framing, the compression and the checksums. */

#include "recording.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "escape.h"
#include "util.h"

/* Compression costs about as much as copying at this level, and little is gained by more: sockets
 * are much alike. */
enum { LEVEL = 1 };

/* As a zstd frame that readers skip (RFC 8878 section 3.1.2): magic number, size of the rest. */
struct header {
	uint32_t skippable, size;
	char name[8];
	uint32_t order; /* tells the byte order of the machine that wrote it */
	uint16_t version, reserved;
};
_Static_assert(sizeof(struct header) == RECORDING_HEADER_SIZE, "without holes");

/* zstd's own numbers are little-endian on every machine. */
static struct header our_header(void) {
	return (struct header){
		.skippable = htole32(ZSTD_MAGIC_SKIPPABLE_START),
		.size = htole32(RECORDING_HEADER_SIZE - 2 * sizeof(uint32_t)),
		.name = { 'S', 'O', 'C', 'K', 'L', 'E', 'N', 'S' },
		.order = 0x01020304,
		.version = RECORDING_VERSION,
	};
}

bool recording_parse_header(const unsigned char bytes[RECORDING_HEADER_SIZE], unsigned *version) {
	const struct header ours = our_header();
	struct header header;
	memcpy(&header, bytes, sizeof(header));
	if (header.skippable != ours.skippable || header.size != ours.size ||
	    memcmp(header.name, ours.name, sizeof(header.name)) != 0)
		return false;
	*version = header.order == ours.order ? header.version : RECORDING_OF_ANOTHER_ORDER;
	return true;
}

struct recording_writer {
	int fd;
	int interrupt_fd;
	ZSTD_CCtx *compressor;
	unsigned char *frame;
	size_t capacity;
};

/* "recording 'x': reason" */
static char *complain(const char *path, const char *reason) {
	char *name = escape_copy(path, strlen(path));
	char *text = xasprintf(_("recording '%s': %s"), name, reason);
	free(name);
	return text;
}

/* Reads what is there to its end. NULL if it is a whole recording, else what is wrong with it. */
static char *find_fault(int fd, const char *path) {
	unsigned char header[RECORDING_HEADER_SIZE];
	struct recording_reader reader = { .fd = fd };
	const unsigned char *bytes = NULL;
	size_t length = 0;
	unsigned version = 0;
	if (pread(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    !recording_parse_header(header, &version))
		return complain(path, _("there is another file of that name; choose a new one"));
	if (version != RECORDING_VERSION)
		return complain(path, _("it is of another version; choose a new name"));
	if (lseek(fd, sizeof(header), SEEK_SET) < 0)
		return complain(path, strerror(errno));
	enum recording_next next;
	do
		next = recording_read(&reader, &bytes, &length);
	while (next == RECORDING_MOMENT);
	const unsigned long long position = reader.position;
	recording_finish(&reader);
	if (next == RECORDING_END)
		return NULL;
	if (next == RECORDING_ERROR)
		return complain(path, strerror(reader.error));
	char *reason = xasprintf(_("it is damaged from byte %llu on; 'truncate -s %llu' makes it "
	                           "whole, or choose a new name"),
	                         position, position);
	char *text = complain(path, reason);
	free(reason);
	return text;
}

/* The file is open for writing alone, as a pipe must be. */
static char *check_content(const struct stat *written, const char *path) {
	struct stat status;
	const int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *fault;
	if (fd < 0 || fstat(fd, &status) != 0 || status.st_dev != written->st_dev ||
	    status.st_ino != written->st_ino)
		fault = complain(path, _("what is there cannot be read; choose a new name"));
	else
		fault = find_fault(fd, path);
	if (fd >= 0)
		close(fd);
	return fault;
}

static char *prepare(int fd, const char *path) {
	struct stat status;
	if (fstat(fd, &status) != 0)
		return complain(path, strerror(errno));
	const bool is_file = S_ISREG(status.st_mode);
	if (is_file && flock(fd, LOCK_EX | LOCK_NB) != 0)
		return complain(path, _("somebody is writing to it"));
	if (is_file && status.st_size > 0 && status.st_uid != geteuid())
		return complain(path, _("it belongs to another user; choose a new name"));
	if (is_file && status.st_size > 0)
		return check_content(&status, path);
	const struct header header = our_header();
	const int result = util_write_all(fd, &header, sizeof(header), -1);
	return result < 0 ? complain(path, strerror(-result)) : NULL;
}

struct recording_writer *recording_create(const char *path, char **error) {
	const bool to_output = strcmp(path, "-") == 0;
	const int fd = to_output ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
	                         : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
	                                S_IRUSR | S_IWUSR);
	*error = fd < 0 ? complain(path, strerror(errno)) : prepare(fd, path);
	if (*error) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct recording_writer *writer = xcalloc(1, sizeof(*writer));
	writer->fd = fd;
	writer->interrupt_fd = -1;
	writer->compressor = ZSTD_createCCtx();
	if (!writer->compressor)
		util_out_of_memory();
	ZSTD_CCtx_setParameter(writer->compressor, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(writer->compressor, ZSTD_c_checksumFlag, 1);
	return writer;
}

/* What was written in part would spoil everything behind it. */
static void take_back(int fd, off_t start) {
	if (start >= 0 && ftruncate(fd, start) == 0)
		lseek(fd, start, SEEK_SET);
}

int recording_append(struct recording_writer *writer, const void *bytes, size_t length) {
	const size_t bound = ZSTD_compressBound(length);
	if (length > RECORDING_MOMENT_MAX)
		return -EFBIG;
	if (bound > writer->capacity) {
		free(writer->frame);
		writer->frame = xmalloc(bound);
		writer->capacity = bound;
	}
	const size_t size =
	    ZSTD_compress2(writer->compressor, writer->frame, writer->capacity, bytes, length);
	if (ZSTD_isError(size))
		return -ENOMEM;
	const off_t start = lseek(writer->fd, 0, SEEK_CUR); /* -1: a pipe */
	const int result = util_write_all(writer->fd, writer->frame, size, writer->interrupt_fd);
	if (result < 0)
		take_back(writer->fd, start);
	return result;
}

void recording_set_interrupt(struct recording_writer *writer, int fd) {
	writer->interrupt_fd = fd;
}

int recording_close(struct recording_writer *writer) {
	if (!writer)
		return 0;
	const int result = close(writer->fd) == 0 ? 0 : -errno;
	ZSTD_freeCCtx(writer->compressor);
	free(writer->frame);
	free(writer);
	return result;
}

enum { INPUT_SIZE = 128 * 1024, CONTENT_FIRST = 256 * 1024 };

static void prepare_reader(struct recording_reader *reader) {
	reader->position = RECORDING_HEADER_SIZE;
	reader->stream = ZSTD_createDStream();
	if (!reader->stream)
		util_out_of_memory();
	reader->input = xmalloc(INPUT_SIZE);
	reader->content = xmalloc(CONTENT_FIRST);
	reader->capacity = CONTENT_FIRST;
}

/* 0 when there is something to read, or an errno. */
static int wait_to_read(const struct recording_reader *reader) {
	struct pollfd waits[] = { { .fd = reader->fd, .events = POLLIN },
		                  { .fd = reader->interrupt_fd, .events = POLLIN } };
	int ready = 0;
	if (!reader->is_interruptible)
		return 0;
	do
		ready = poll(waits, ARRAY_LENGTH(waits), -1);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return errno;
	return waits[1].revents ? EINTR : 0;
}

/* Reads on behind what is left. False on an error; sets at_end at the end of the file. */
static bool refill(struct recording_reader *reader) {
	const size_t left = reader->input_used - reader->input_at;
	ssize_t length;
	reader->error = wait_to_read(reader);
	if (reader->error != 0)
		return false;
	memmove(reader->input, reader->input + reader->input_at, left);
	do
		length = read(reader->fd, reader->input + left, INPUT_SIZE - left);
	while (length < 0 && errno == EINTR);
	if (length < 0) {
		reader->error = errno;
		return false;
	}
	reader->at_end = length == 0;
	reader->input_used = left + (size_t)length;
	reader->input_at = 0;
	return true;
}

/* How much the frame at hand says that it holds; as much as a moment may be if it does not say, or
 * is none. No more is read than that takes, as the next moment may be long in coming. */
static bool read_size(struct recording_reader *reader, uint64_t *size) {
	enum { FRAME_HEADER_MAX = 18 }; /* RFC 8878 section 3.1.1, with the magic number */
	for (;;) {
		const size_t left = reader->input_used - reader->input_at;
		*size = ZSTD_getFrameContentSize(reader->input + reader->input_at, left);
		if (*size != ZSTD_CONTENTSIZE_ERROR || left >= FRAME_HEADER_MAX || reader->at_end)
			break;
		if (!refill(reader))
			return false;
	}
	if (*size == ZSTD_CONTENTSIZE_ERROR || *size == ZSTD_CONTENTSIZE_UNKNOWN)
		*size = RECORDING_MOMENT_MAX;
	return true;
}

static void grow(struct recording_reader *reader, ZSTD_outBuffer *output) {
	reader->capacity *= 2;
	reader->content = xreallocarray(reader->content, reader->capacity, 1);
	output->dst = reader->content;
	output->size = reader->capacity;
}

/* One frame: a moment, or one to skip, which has no content. What says that it is too large is
 * damage before any memory is taken for it, and so is what turns out larger than it said. */
static enum recording_next read_frame(struct recording_reader *reader, size_t *length) {
	ZSTD_outBuffer output = { reader->content, reader->capacity, 0 };
	uint64_t consumed = 0;
	uint64_t size = 0;
	if (!read_size(reader, &size))
		return RECORDING_ERROR;
	if (size > RECORDING_MOMENT_MAX)
		return RECORDING_DAMAGED;
	for (;;) {
		if (reader->input_at == reader->input_used) {
			if (!refill(reader))
				return RECORDING_ERROR;
			if (reader->at_end)
				return consumed == 0 ? RECORDING_END : RECORDING_CUT;
		}
		ZSTD_inBuffer input = { reader->input, reader->input_used, reader->input_at };
		const size_t left = ZSTD_decompressStream(reader->stream, &output, &input);
		consumed += input.pos - reader->input_at;
		reader->input_at = input.pos;
		if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
			util_out_of_memory();
		if (ZSTD_isError(left) || output.pos > size)
			return RECORDING_DAMAGED;
		if (left == 0) {
			reader->position += consumed;
			*length = output.pos;
			return RECORDING_MOMENT;
		}
		if (output.pos < output.size)
			continue;
		if (reader->capacity < size)
			grow(reader, &output);
		else if (input.pos < input.size) /* it has more to say */
			return RECORDING_DAMAGED;
	}
}

enum recording_next recording_read(struct recording_reader *reader, const unsigned char **bytes,
                                   size_t *length) {
	enum recording_next next;
	if (!reader->stream)
		prepare_reader(reader);
	*length = 0;
	do
		next = read_frame(reader, length);
	while (next == RECORDING_MOMENT && *length == 0);
	reader->moments += next == RECORDING_MOMENT;
	*bytes = reader->content;
	return next;
}

int recording_seek(struct recording_reader *reader, uint64_t position, uint64_t moments) {
	if (!reader->stream)
		prepare_reader(reader);
	if (lseek(reader->fd, (off_t)position, SEEK_SET) < 0)
		return -errno;
	ZSTD_DCtx_reset(reader->stream, ZSTD_reset_session_only);
	reader->position = position;
	reader->moments = moments;
	reader->input_used = reader->input_at = 0;
	reader->at_end = false;
	return 0;
}

void recording_finish(struct recording_reader *reader) {
	ZSTD_freeDStream(reader->stream);
	free(reader->input);
	free(reader->content);
	reader->stream = NULL;
	reader->input = NULL;
	reader->content = NULL;
}
