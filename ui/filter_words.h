#pragma once
/* What a word of a filter that was begun may become. Pure. */

#include <stddef.h>

struct frame;

enum { FILTER_WORDS_MAX = 500 };

/* In order, each once. Zero-initialise it; filter_words_finish() frees it. */
struct filter_words {
	char **words;
	size_t count;
};

/* The word is bytes start..end of the line. `frame` NULL: no users and processes. */
struct filter_words filter_words_find(const char *line, size_t start, size_t end,
                                      const struct frame *frame);
void filter_words_finish(struct filter_words *words);
