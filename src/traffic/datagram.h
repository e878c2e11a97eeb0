#pragma once
/* What a server does with datagrams: UDP, and UNIX sockets without connections. */

#include "service.h"

struct datagram;
struct loop;
struct report;

/* Serves `fd`, which it borrows. NULL and errno if that cannot be watched. `buffer` has
 * DATAGRAM_MAX bytes and is shared. `answered` is called after each. */
enum { DATAGRAM_MAX = 256 * 1024 };
struct datagram *datagram_open(struct loop *loop, struct report *report,
                               const struct service *service, int fd, char *buffer,
                               void (*answered)(void *context), void *context);
void datagram_close(struct datagram *datagram);
