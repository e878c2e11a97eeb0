/* What is no single range of bytes is ignored, as the RFC allows: then all is sent. */

#include "web_range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *skip_spaces(const char *text) {
	return text + strspn(text, " \t");
}

/* Digits, of which there may be too many to count: then `number` is the largest there is. */
static bool take_number(const char **text, uint64_t *number) {
	const char *at = *text;
	uint64_t value = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		const uint64_t digit = (uint64_t)(*at - '0');
		value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
	}
	if (at == *text)
		return false;
	*text = at;
	*number = value;
	return true;
}

/* "-500": the last 500. */
static enum web_range cut_end(uint64_t wanted, uint64_t size, uint64_t *offset, uint64_t *length) {
	if (wanted == 0 || size == 0)
		return WEB_RANGE_UNSATISFIABLE;
	*length = wanted < size ? wanted : size;
	*offset = size - *length;
	return WEB_RANGE_PART;
}

static enum web_range cut(uint64_t first, uint64_t last, uint64_t size, uint64_t *offset,
                          uint64_t *length) {
	if (first >= size)
		return WEB_RANGE_UNSATISFIABLE;
	*offset = first;
	*length = (last < size ? last : size - 1) - first + 1;
	return WEB_RANGE_PART;
}

enum web_range web_range_parse(const char *header, uint64_t size, uint64_t *offset,
                               uint64_t *length) {
	uint64_t first = 0;
	uint64_t last = UINT64_MAX;
	if (!header || strncasecmp(header, "bytes=", 6) != 0)
		return WEB_RANGE_WHOLE;
	const char *at = skip_spaces(header + 6);
	const bool has_first = take_number(&at, &first);
	if (*at != '-')
		return WEB_RANGE_WHOLE;
	at++;
	const bool has_last = take_number(&at, &last);
	if (*skip_spaces(at) != '\0' || (!has_first && !has_last) || (has_first && last < first))
		return WEB_RANGE_WHOLE;
	return has_first ? cut(first, last, size, offset, length)
	                 : cut_end(last, size, offset, length);
}
