#pragma once
/* A peer to which each message is one piece: UDP, UNIX datagrams and SEQPACKET. */

#include <stddef.h>

struct dial_list;
struct exchange;

/* Until it is over. `fd` is connected to the address `chosen`, non-blocking, and taken; -1 for
 * datagrams, which find their address with the first of them. An exit status. If it is
 * EXIT_STATUS_PARTIAL, `error` is set, one line that the caller frees. */
int messages_run(int fd, const struct dial_list *list, size_t chosen,
                 const struct exchange *exchange, char **error);
