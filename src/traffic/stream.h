#pragma once
/* What a server does with those who are connected to it: TCP, and UNIX sockets with connections. */

#include "address.h"
#include "service.h"

struct loop;
struct report;
struct stream;

/* The connections of one server. Zero-initialise `first`. */
struct stream_group {
	struct loop *loop;
	struct report *report;
	const struct service *service;
	char *buffer;                  /* of STREAM_BUFFER_SIZE, shared by all groups of a loop */
	const char *pattern;           /* of chargen_create(), likewise */
	void (*closed)(void *context); /* a connection is over */
	void *context;
	struct stream *first;
};

/* Larger than a message may be that the kernel takes by default (net.core.wmem_default). */
enum { STREAM_BUFFER_SIZE = 256 * 1024 };

/* Takes `fd`, which is non-blocking. */
void stream_open(struct stream_group *group, int fd, const struct address *peer);

/* Ends them all, and only counts what they moved; `closed` is not called. */
void stream_close_all(struct stream_group *group);
