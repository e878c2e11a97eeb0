#include "web_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"
#include "web_date.h"
#include "web_file.h"
#include "web_listing.h"
#include "web_page.h"
#include "web_range.h"
#include "web_text.h"
#include "web_type.h"

enum { LOCATION_MAX = 12 * 1024 }; /* so that the headers of an answer have room for it */

static const char html[] = "text/html; charset=utf-8";

static const struct {
	unsigned status;
	const char *reason;
	const char *sentence;
} statuses[] = {
	{ 200, "OK", NULL },
	{ 206, "Partial Content", NULL },
	{ 301, "Moved Permanently", N_("It is there, but its name ends with a slash.") },
	{ 304, "Not Modified", NULL },
	{ 400, "Bad Request", N_("This server does not understand the request.") },
	{ 403, "Forbidden", N_("This server may not show that.") },
	{ 404, "Not Found", N_("There is nothing of that name here.") },
	{ 405, "Method Not Allowed", N_("This server knows GET and HEAD only.") },
	{ 413, "Content Too Large", N_("This server takes no content.") },
	{ 414, "URI Too Long", N_("The name is longer than names can be.") },
	{ 416, "Range Not Satisfiable", N_("The file is shorter than that.") },
	{ 500, "Internal Server Error", N_("This server could not read that.") },
	{ 503, "Service Unavailable", N_("This server is short of something; try again.") },
	{ 505, "HTTP Version Not Supported", N_("This server speaks HTTP/1.1.") },
};

static size_t row_of(unsigned status) {
	for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++) {
		if (statuses[i].status == status)
			return i;
	}
	return row_of(500);
}

void web_answer_finish(struct web_answer *answer) {
	if (answer->fd >= 0)
		close(answer->fd);
	free(answer->location);
	out_finish(&answer->text);
	*answer = (struct web_answer){ .fd = -1 };
}

static struct web_answer page(unsigned status) {
	struct web_answer answer = { .status = status, .type = html, .fd = -1 };
	out_init(&answer.text, OUT_MEMORY);
	return answer;
}

struct web_answer web_answer_error(unsigned status) {
	const size_t row = row_of(status);
	struct web_answer answer = page(status);
	out_printf(
	    &answer.text,
	    "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%u %s</title></head>"
	    "<body><h1>%u %s</h1><p>%s</p></body></html>\n",
	    status, statuses[row].reason, status, statuses[row].reason, _(statuses[row].sentence));
	answer.length = answer.text.used;
	return answer;
}

static struct web_answer failure(int error) {
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ENXIO:
		return web_answer_error(404);
	case ENAMETOOLONG:
		return web_answer_error(414);
	case EACCES:
	case EPERM:
	case EXDEV:
	case ELOOP:
	case ENODEV:
		return web_answer_error(403);
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
		return web_answer_error(503);
	}
	return web_answer_error(500);
}

static struct web_answer add_slash(const struct web_request *request) {
	struct web_answer answer = web_answer_error(301);
	struct out location;
	out_init(&location, OUT_MEMORY);
	out_char(&location, '/');
	web_text_link(&location, request->path, strlen(request->path));
	out_char(&location, '/');
	if (request->query) {
		out_char(&location, '?');
		web_text_query(&location, request->query, strlen(request->query));
	}
	if (location.used <= LOCATION_MAX) {
		answer.location = xasprintf("%.*s", (int)location.used, location.bytes);
	} else {
		web_answer_finish(&answer);
		answer = web_answer_error(414);
	}
	out_finish(&location);
	return answer;
}

/* The rules for If-Range: what the client has is a part of this same file. */
static bool wants_range(const struct web_request *request, time_t modified) {
	return request->method == WEB_METHOD_GET && request->range &&
	       (!request->if_range || strcmp(request->if_range, web_date_text(modified).text) == 0);
}

static bool is_unchanged(const struct web_request *request, time_t modified) {
	time_t since;
	return request->if_modified_since && web_date_parse(request->if_modified_since, &since) &&
	       modified <= since;
}

static void choose_part(struct web_answer *answer, const struct web_request *request) {
	switch (
	    web_range_parse(request->range, answer->whole_size, &answer->offset, &answer->length)) {
	case WEB_RANGE_WHOLE:
		break;
	case WEB_RANGE_PART:
		answer->status = 206;
		answer->is_part = true;
		break;
	case WEB_RANGE_UNSATISFIABLE: {
		const uint64_t whole_size = answer->whole_size;
		web_answer_finish(answer);
		*answer = web_answer_error(416);
		answer->is_part = true;
		answer->whole_size = whole_size;
		break;
	}
	}
}

/* Takes the file. */
static struct web_answer send_file(const struct web_file *file, const char *name,
                                   const struct web_request *request) {
	struct web_answer answer = {
		.status = 200,
		.type = web_type_of(name),
		.has_modified = true,
		.takes_ranges = true,
		.modified = file->modified,
		.whole_size = file->size,
		.length = file->size,
		.fd = file->fd,
	};
	if (is_unchanged(request, file->modified)) {
		close(answer.fd);
		answer.fd = -1;
		answer.status = 304;
		answer.type = NULL;
		answer.length = 0;
	} else if (wants_range(request, file->modified)) {
		choose_part(&answer, request);
	}
	return answer;
}

static struct web_answer list(int fd, const struct web_request *request) {
	struct web_entry *entries = NULL;
	bool is_cut = false;
	const long count = web_listing_read(fd, WEB_LISTING_MAX, &entries, &is_cut);
	if (count < 0)
		return failure((int)-count);
	struct web_answer answer = page(200);
	answer.policy = "default-src 'none'; style-src 'unsafe-inline'";
	web_listing_write(&answer.text, request->path, entries, (size_t)count, is_cut);
	web_listing_free(entries, (size_t)count);
	answer.length = answer.text.used;
	return answer;
}

static bool ends_with_slash(const char *path) {
	const size_t length = strlen(path);
	return length == 0 || path[length - 1] == '/';
}

static struct web_answer send_directory(int root, int fd, const struct web_request *request) {
	struct web_file index;
	if (!ends_with_slash(request->path))
		return add_slash(request);
	char *name = xasprintf("%sindex.html", request->path);
	const bool found = web_file_open(root, name, &index) == 0;
	free(name);
	if (found && !index.is_directory)
		return send_file(&index, "index.html", request);
	if (found)
		close(index.fd);
	return list(fd, request);
}

struct web_answer web_answer_file(int directory, const struct web_request *request) {
	struct web_file file;
	if (request->method == WEB_METHOD_OTHER)
		return web_answer_error(405);
	const int result = web_file_open(directory, request->path, &file);
	if (result != 0)
		return failure(-result);
	if (!file.is_directory)
		return send_file(&file, request->path, request);
	struct web_answer answer = send_directory(directory, file.fd, request);
	close(file.fd);
	return answer;
}

struct web_answer web_answer_page(const struct web_request *request) {
	if (request->method == WEB_METHOD_OTHER)
		return web_answer_error(405);
	if (*request->path)
		return web_answer_error(404);
	struct web_answer answer = page(200);
	answer.policy = web_page_policy;
	out_text(&answer.text, web_page);
	answer.length = answer.text.used;
	return answer;
}
