#pragma once
/* POSIX extended regular expressions within limits: what people wrote neither takes long to compile
 * nor makes a hostile text take long to be compared. */

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

/* Of a longer text only so much is looked at. */
enum { FILTER_REGEX_TEXT_MAX = 256 };

struct filter_regex {
	regex_t compiled;
	const char *text; /* borrowed */
	unsigned uses;
	struct filter_regex *next;
};

/* NULL, or why not; translated, to be followed by the expression. */
const char *filter_regex_compile(struct filter_regex *regex, const char *text);

/* What follows a set of characters, at the start of which `set` is. In it nothing has a meaning but
 * its end and "[:alpha:]". */
const char *filter_regex_skip_set(const char *set);

/* True if any part of the text fits. */
bool filter_regex_fits(struct filter_regex *regex, const char *text, size_t length);

void filter_regex_finish(struct filter_regex *regex);
