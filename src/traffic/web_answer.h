#pragma once
/* What an HTTP server says to a request. It knows nothing of the wire. */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "out.h"

enum web_method { WEB_METHOD_GET, WEB_METHOD_HEAD, WEB_METHOD_OTHER };

/* NULL is for a header that is not there. */
struct web_request {
	enum web_method method;
	const char *path; /* decoded, behind the first slash */
	const char *query;
	const char *range;
	const char *if_range;
	const char *if_modified_since;
};

/* What a body is made of: a part of `fd`, or `text`. */
struct web_answer {
	unsigned status;
	const char *type;   /* of the content; NULL: there is none, not even an empty one */
	const char *policy; /* Content-Security-Policy, or NULL */
	char *location;     /* where to look instead, or NULL */
	bool is_part;       /* Content-Range is to be told */
	bool has_modified;
	bool takes_ranges;
	time_t modified;
	uint64_t whole_size; /* of the file */
	int fd;              /* -1: none */
	uint64_t offset, length;
	struct out text;
};

void web_answer_finish(struct web_answer *answer);

/* A short page about what went wrong. */
struct web_answer web_answer_error(unsigned status);

/* From the files beneath `directory`. */
struct web_answer web_answer_file(int directory, const struct web_request *request);

/* The page to try a WebSocket server from. */
struct web_answer web_answer_page(const struct web_request *request);
