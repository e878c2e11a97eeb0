#pragma once
/* Patterns as in fnmatch(3), over bytes of any content, NUL too: '*' stands for any bytes, '?' for
 * one, "[a-z]" and "[!a-z]" for one of a set, and '\\' takes the meaning from what follows it;
 * upper and lower case are the same, as in ss. */

#include <stdbool.h>
#include <stddef.h>

/* Takes time in proportion to both lengths multiplied, whatever is in them. */
bool glob_matches(const char *pattern, size_t pattern_length, const char *text, size_t length);
