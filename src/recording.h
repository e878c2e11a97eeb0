#pragma once
/* A file or a stream of moments, each of them bytes that mean something to others. The file is a
 * series of zstd frames, each with a checksum, behind a header that zstd skips; so what is appended
 * never touches what is there, and a file that was cut or damaged is good up to its last whole
 * frame. docs/record-format.md describes it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RECORDING_VERSION = 1,
	RECORDING_OF_ANOTHER_ORDER = 1 << 16, /* in place of a version */
	RECORDING_HEADER_SIZE = 24,
	RECORDING_MOMENT_MAX = 1 << 30, /* bytes of a moment; a larger one is taken for damage */
};

/* The first bytes of a recording. False if they are none; `version` is set if they are. */
bool recording_parse_header(const unsigned char header[RECORDING_HEADER_SIZE], unsigned *version);

struct recording_writer;

/* Appends to the file `path`, which may exist if it is a whole recording and is made for its owner
 * alone if it does not; "-" is standard output. NULL sets `error`, which the caller frees. */
struct recording_writer *recording_create(const char *path, char **error);

/* Writes one moment with as few calls as the system allows. 0 or -errno; a file then is as it was
 * before, and can be appended to again. */
int recording_append(struct recording_writer *writer, const void *bytes, size_t length);

/* A write that waits ends with -EINTR when `fd` can be read; -1: never. */
void recording_set_interrupt(struct recording_writer *writer, int fd);

/* 0 or -errno: what the file system only tells now. */
int recording_close(struct recording_writer *writer);

enum recording_next {
	RECORDING_MOMENT,
	RECORDING_END,
	RECORDING_CUT,     /* the file ends inside a moment */
	RECORDING_DAMAGED, /* what follows is none */
	RECORDING_ERROR,   /* it could not be read: `error` of the reader */
};

/* Zero-initialise it but for `fd`, which is borrowed and stands behind the header, and for what
 * interrupts it. */
struct recording_reader {
	int fd;
	uint64_t moments;      /* before the next one */
	uint64_t position;     /* of the next moment in the file; of the damage if there is any */
	int error;             /* errno */
	bool is_interruptible; /* a read that waits ends with EINTR when `interrupt_fd` can be read
	                        */
	int interrupt_fd;
	/* The rest is the reader's own. */
	void *stream;
	unsigned char *input;
	size_t input_used, input_at;
	unsigned char *content;
	size_t capacity;
	bool at_end;
};

/* The next moment. Its bytes are aligned for any number, and good until the next call. */
enum recording_next recording_read(struct recording_reader *reader, const unsigned char **bytes,
                                   size_t *length);

/* The moment that begins at `position`, where `position` of the reader was before it was read, is
 * the next one, and so many are before it. 0 or -errno: what cannot seek can only go on. */
int recording_seek(struct recording_reader *reader, uint64_t position, uint64_t moments);

void recording_finish(struct recording_reader *reader);
