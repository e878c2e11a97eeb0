#pragma once
/* The steps that recipes with TCP are made of: all on 127.0.0.1. A step that fails is false, and
 * has said why in `made`. */

#include <stdbool.h>
#include <stddef.h>

struct address;
struct lab_made;

enum lab_buffers {
	LAB_BUFFERS_USUAL,
	LAB_BUFFERS_SMALL, /* full after a few thousand bytes */
};

struct lab_pair {
	int listener, client, accepted;
};

/* Binds `fd` to made->server, which it sets to the port that it got. */
bool lab_bind(struct lab_made *made, int fd, int type);

/* Sets an option whose value is a number. */
bool lab_set(struct lab_made *made, int fd, int level, int option, int value);

/* `protocol` is that of socket(). */
bool lab_listen(struct lab_made *made, int backlog, int protocol, enum lab_buffers buffers,
                int *fd);

/* To made->server; sets made->client. */
bool lab_connect(struct lab_made *made, int protocol, enum lab_buffers buffers, int *fd);
bool lab_accept(struct lab_made *made, int listener, int *fd);
bool lab_pair(struct lab_made *made, int protocol, enum lab_buffers buffers, struct lab_pair *pair);

/* A client that starts to connect, and may go on for hours. */
bool lab_knock(struct lab_made *made);

/* Sends until the peer, which does not read, takes no more. */
bool lab_fill(struct lab_made *made, int fd);

bool lab_shut(struct lab_made *made, int fd);
