#pragma once
/* Sockets that clients can reach, or why there are none. */

#include <stddef.h>
#include <sys/types.h>

#include "address.h"
#include "service.h"

enum { LISTEN_MAX = 2 }; /* one for each family */

struct listen_socket {
	int fd; /* non-blocking, and listening if the kind of server has connections */
	struct address address;
	dev_t device; /* with `inode`: the file that a UNIX socket made */
	ino_t inode;
};

/* SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET. */
int listen_type(enum service_kind kind);

/* How many sockets it opened. 0 sets `error`, one line that the caller frees. */
size_t listen_open(const struct service *service, struct listen_socket sockets[LISTEN_MAX],
                   char **error);

/* Removes the file of a UNIX socket, if it is still that one. */
void listen_close(struct listen_socket *socket);
