/* What /proc says of a process, its executable, its descriptors and its io_uring: a text of any
 * content, read as each of them. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "ring.h"
#include "util.h"

static void parse_process(const char *text, size_t length) {
	struct process_stat stat;
	if (process_parse_stat(text, length, &stat)) {
		assert(stat.comm > text && stat.comm + stat.comm_length < text + length);
		assert(stat.comm[-1] == '(' && stat.comm[stat.comm_length] == ')');
	}
	uint32_t inode = 0;
	if (process_parse_socket_link(text, length, &inode))
		assert(length >= sizeof("socket:[0]") - 1);
	uint32_t leader = 77;
	assert(process_parse_leader(text, length, &leader) || leader == 77);
	size_t name_length = 0;
	const char *name = process_base_name(text, length, &name_length);
	assert(name >= text && name_length <= length);
	assert(name + name_length <= text + length);
	assert(!memchr(name, '/', name_length));
}

static void parse_ring(const char *line, size_t length) {
	uint32_t inode = 0;
	if (ring_parse_line(line, length, &inode))
		assert(length > 0 && line[length - 1] == ']');
	ring_is_link(line, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	/* In memory of its own, so that a sanitizer sees a read behind it. */
	char *text = xmalloc(size);
	if (size > 0)
		memcpy(text, data, size);
	parse_process(text, size);
	parse_ring(text, size);
	free(text);
	return 0;
}
