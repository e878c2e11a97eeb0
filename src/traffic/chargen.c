#include "chargen.h"

#include "util.h"

enum { FIRST = ' ', CHARACTERS = 95 };

char *chargen_create(void) {
	char *pattern = xmalloc(CHARGEN_PERIOD + CHARGEN_CHUNK);
	for (size_t i = 0; i < CHARGEN_PERIOD + CHARGEN_CHUNK; i++) {
		const size_t line = i / CHARGEN_LINE;
		const size_t column = i % CHARGEN_LINE;
		pattern[i] = (char)(FIRST + (line + column) % CHARACTERS);
		if (column == CHARGEN_LINE - 2)
			pattern[i] = '\r';
		else if (column == CHARGEN_LINE - 1)
			pattern[i] = '\n';
	}
	return pattern;
}

const char *chargen_at(const char *pattern, uint64_t offset) {
	return pattern + offset % CHARGEN_PERIOD;
}

size_t chargen_allowance(uint64_t rate, uint64_t elapsed_ns, uint64_t sent) {
	const unsigned __int128 allowed = (unsigned __int128)rate * elapsed_ns / 1000000000;
	if (allowed <= sent)
		return 0;
	return allowed - sent < CHARGEN_CHUNK ? (size_t)(allowed - sent) : CHARGEN_CHUNK;
}

uint64_t chargen_pause_ns(uint64_t rate) {
	const uint64_t least_ns = 5000000;
	const uint64_t byte_ns = 1000000000 / rate;
	return byte_ns > least_ns ? byte_ns : least_ns;
}
