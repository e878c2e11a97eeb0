#include "target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dial.h"
#include "escape.h"
#include "util.h"

static bool fail(char **error, const char *format, const char *word) {
	char *text = escape_copy(word, strlen(word));
	*error = xasprintf(format, text); /* NOLINT(clang-diagnostic-format-nonliteral) */
	free(text);
	return false;
}

bool target_parse_port(const char *text, struct dial_target *target, char **error) {
	const size_t length = strlen(text);
	uint64_t number = 0;
	if (util_parse_number(text, length, UINT16_MAX, &number) && number > 0) {
		target->port = (uint16_t)number;
		return true;
	}
	if (length >= sizeof(target->service) || !isalpha((unsigned char)text[0]))
		return fail(error, _("'%s' is no port; use a number from 1 to 65535"), text);
	memcpy(target->service, text, length + 1);
	return true;
}

bool target_parse_host(const char *text, size_t length, struct dial_target *target, char **error) {
	const bool bracketed = length > 1 && text[0] == '[' && text[length - 1] == ']';
	length -= bracketed ? 2 : 0;
	if (length >= sizeof(target->host))
		return fail(error, _("'%s' is longer than any name of a host"), text);
	memcpy(target->host, text + bracketed, length);
	target->host[length] = '\0';
	return true;
}

/* An IPv6 address of a HOST:PORT without brackets could end anywhere. */
static bool is_ambiguous(const char *text, const char *colon) {
	return text[0] == '[' ? colon[-1] != ']'
	                      : memchr(text, ':', (size_t)(colon - text)) != NULL;
}

bool target_parse(const char *text, struct dial_target *target, char **error) {
	const char *colon = strrchr(text, ':');
	if (!colon && isdigit((unsigned char)text[0]) && !strchr(text, '.'))
		return target_parse_port(text, target, error);
	if (strchr(text, '/'))
		return fail(error, _("'%s' looks like a path; write unix in front of it"), text);
	if (!colon)
		return fail(error, _("'%s' has no port; use HOST:PORT, as localhost:1234"), text);
	if (is_ambiguous(text, colon))
		return fail(error, _("'%s' is not HOST:PORT; IPv6 has brackets, as [::1]:1234"),
		            text);
	return target_parse_host(text, (size_t)(colon - text), target, error) &&
	       target_parse_port(colon + 1, target, error);
}
