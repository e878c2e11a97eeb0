#pragma once
/* A directory as a page of HTML. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out;

struct web_entry {
	char *name;
	bool is_directory;
	bool has_size; /* a regular file */
	uint64_t size;
};

/* What is in the directory `fd`, at most `max`: how many, or -errno. The caller frees each name and
 * `entries`. `is_cut` says that there is more. */
enum { WEB_LISTING_MAX = 5000 };
long web_listing_read(int fd, size_t max, struct web_entry **entries, bool *is_cut);
void web_listing_free(struct web_entry *entries, size_t count);

/* Sorts them, directories first, and writes the page. `path` is what stands behind the first slash
 * of the target, decoded. */
void web_listing_write(struct out *out, const char *path, struct web_entry *entries, size_t count,
                       bool is_cut);
