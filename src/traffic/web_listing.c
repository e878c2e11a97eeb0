#include "web_listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "util.h"
#include "web_text.h"

/* A link is listed as it stands: where it leads may be nobody's business. What is neither file,
 * directory nor link cannot be had. */
static bool describe(int fd, const char *name, struct web_entry *entry) {
	struct stat status;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	*entry = (struct web_entry){
		.is_directory = S_ISDIR(status.st_mode),
		.has_size = S_ISREG(status.st_mode),
		.size = (uint64_t)status.st_size,
	};
	return entry->is_directory || entry->has_size || S_ISLNK(status.st_mode);
}

long web_listing_read(int fd, size_t max, struct web_entry **entries, bool *is_cut) {
	const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *directory = own >= 0 ? fdopendir(own) : NULL;
	if (!directory) {
		const int error = errno;
		if (own >= 0)
			close(own);
		return -error;
	}
	struct web_entry entry;
	size_t count = 0;
	size_t capacity = 0;
	const struct dirent *item;
	*entries = NULL;
	*is_cut = false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this directory */
	while ((item = readdir(directory))) {
		if (!describe(own, item->d_name, &entry))
			continue;
		*is_cut = count == max;
		if (*is_cut)
			break;
		if (count == capacity) {
			capacity = capacity ? capacity * 2 : 64;
			*entries = xreallocarray(*entries, capacity, sizeof(**entries));
		}
		entry.name = xasprintf("%s", item->d_name);
		(*entries)[count++] = entry;
	}
	closedir(directory);
	return (long)count;
}

void web_listing_free(struct web_entry *entries, size_t count) {
	for (size_t i = 0; i < count; i++)
		free(entries[i].name);
	free(entries);
}

static int compare(const void *left, const void *right) {
	const struct web_entry *a = left;
	const struct web_entry *b = right;
	if (a->is_directory != b->is_directory)
		return a->is_directory ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void put_head(struct out *out, const char *path) {
	const size_t length = strlen(path);
	out_text(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n<title>/");
	web_text_html(out, path, length);
	out_text(out,
	         "</title>\n<style>body{font-family:sans-serif;overflow-wrap:anywhere}"
	         "td:last-child{text-align:right;padding-left:2em;white-space:nowrap}</style>\n"
	         "</head><body>\n<h1>/");
	web_text_html(out, path, length);
	out_text(out, "</h1>\n<table>\n");
}

/* "./" keeps a name with a colon from being a scheme. */
static void put_entry(struct out *out, const struct web_entry *entry) {
	const size_t length = strlen(entry->name);
	const char *slash = entry->is_directory ? "/" : "";
	out_text(out, "<tr><td><a href=\"./");
	web_text_link(out, entry->name, length);
	out_text(out, slash);
	out_text(out, "\">");
	web_text_html(out, entry->name, length);
	out_text(out, slash);
	out_text(out, "</a></td><td>");
	if (entry->has_size)
		out_number(out, entry->size);
	out_text(out, "</td></tr>\n");
}

void web_listing_write(struct out *out, const char *path, struct web_entry *entries, size_t count,
                       bool is_cut) {
	if (count > 0)
		qsort(entries, count, sizeof(*entries), compare);
	put_head(out, path);
	if (*path)
		out_text(out, "<tr><td><a href=\"../\">../</a></td><td></td></tr>\n");
	for (size_t i = 0; i < count; i++)
		put_entry(out, &entries[i]);
	out_text(out, "</table>\n");
	if (is_cut)
		out_printf(out, _("<p>There are more; these are %zu of them.</p>\n"), count);
	out_text(out, "</body></html>\n");
}
