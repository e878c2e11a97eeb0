#pragma once
/* Standard output, for what a peer sends: the bytes as they come, or, on a terminal, text in which
 * nothing commands that. Never waits. */

#include <stdbool.h>
#include <stddef.h>

#include "out.h"

struct output {
	int fd;
	bool is_terminal;
	bool never_waits;         /* a write to fd does not, whatever its length */
	size_t written;           /* of what is pending */
	struct out pending;       /* in memory */
	unsigned char carried[4]; /* the beginning of a character */
	size_t carried_length;
	bool is_in_line; /* the last byte was no newline */
};

void output_open(struct output *output, int fd);

void output_put(struct output *output, const void *bytes, size_t length);

/* Nothing more comes: on a terminal the line is ended. What is still pending is dropped. */
void output_finish(struct output *output);

bool output_is_empty(const struct output *output);

/* Writes what goes now that poll() found it ready. 0 or -errno. */
int output_write(struct output *output);
