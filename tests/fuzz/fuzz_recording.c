/* Files of any content behind the header of a recording, and headers of any content. */

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recording.h"

enum { HEADER = RECORDING_HEADER_SIZE };

static void parse_header(const uint8_t *data, size_t size) {
	unsigned char header[HEADER] = { 0 };
	unsigned version = UINT32_MAX;
	for (size_t i = 0; i < size && i < HEADER; i++)
		header[i] = data[i];
	const bool known = recording_parse_header(header, &version);
	assert(known == (version != UINT32_MAX) &&
	       (!known || version <= RECORDING_OF_ANOTHER_ORDER));
}

/* Reads what a sanitizer should then know to be initialised and ours. */
static uint64_t sum_of(const unsigned char *bytes, size_t length) {
	uint64_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += bytes[i];
	return sum;
}

static void read_all(int fd, size_t size) {
	struct recording_reader reader = { .fd = fd };
	const unsigned char *bytes = NULL;
	size_t length = 0;
	uint64_t position = HEADER;
	uint64_t sum = 0;
	enum recording_next next;
	for (uint64_t moments = 0;; moments++) {
		next = recording_read(&reader, &bytes, &length);
		assert(reader.position >= position && reader.position <= HEADER + size);
		assert(reader.moments == moments + (next == RECORDING_MOMENT));
		assert(reader.capacity <= RECORDING_MOMENT_MAX);
		if (next != RECORDING_MOMENT)
			break;
		assert(length > 0 && length <= RECORDING_MOMENT_MAX);
		assert(reader.position > position);
		sum += sum_of(bytes, length);
		position = reader.position;
	}
	assert(next == RECORDING_END || next == RECORDING_CUT || next == RECORDING_DAMAGED);
	assert((next == RECORDING_END) <= (reader.position == HEADER + size));
	assert(sum <= (uint64_t)255 * RECORDING_MOMENT_MAX * (reader.moments + 1));
	recording_finish(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const unsigned char header[HEADER];
	static int fd = -1; /* one file, written again for each input */
	if (fd < 0)
		fd = memfd_create("recording", MFD_CLOEXEC);
	parse_header(data, size);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, header, HEADER, 0) != HEADER ||
	    pwrite(fd, data, size, HEADER) != (ssize_t)size || lseek(fd, HEADER, SEEK_SET) < 0)
		abort();
	read_all(fd, size);
	return 0;
}
