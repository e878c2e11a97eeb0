/* Bytes as a terminal might send them, one by one: what is a sequence ends, and what it says is
 * within bounds. */

#include <assert.h>
#include <string.h>

#include "sequence.h"

static void check_whole(const struct sequence *sequence) {
	struct mouse mouse;
	uint32_t rgb[3] = { 0 };
	assert(!sequence_has_begun(sequence) && sequence->bytes[0] != '\0');
	assert(strlen(sequence->bytes) <= SEQUENCE_LONGEST);
	if (sequence_mouse(sequence, &mouse))
		assert(mouse.x >= 0 && mouse.x < UINT16_MAX && mouse.y >= 0 &&
		       mouse.y < UINT16_MAX);
	if (sequence_background(sequence, rgb))
		assert(rgb[0] <= UINT16_MAX && rgb[1] <= UINT16_MAX && rgb[2] <= UINT16_MAX);
	sequence_is_attributes(sequence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct sequence sequence = { .length = 0 };
	size_t more = 0;
	for (size_t i = 0; i < size; i++) {
		const enum sequence_event event = sequence_take(&sequence, data[i]);
		more = event == SEQUENCE_MORE ? more + 1 : 0;
		assert(more <= SEQUENCE_LONGEST + 1); /* and the escape of an ST */
		assert(sequence_has_begun(&sequence) == (event == SEQUENCE_MORE));
		if (event == SEQUENCE_WHOLE)
			check_whole(&sequence);
	}
	return 0;
}
