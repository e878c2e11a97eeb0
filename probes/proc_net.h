#pragma once
/* The fallback: /proc/net/{tcp,udp,udplite,raw}{,6}, for a kernel without the netlink handler.
 * These files know no cookie, no namespace, no device, no mark and no bound-but-inactive socket. */

#include <stddef.h>

#include "lines.h"
#include "sock.h"

/* The file below /proc/net, or NULL if the protocol has none. */
const char *proc_net_file(enum sock_protocol protocol, enum sock_family family);

/* Decodes one line, without its line break and not the heading, into a zeroed `sock`. Pure.
 * -EBADMSG for a line that is not of the kernel's form. */
int proc_net_parse(const char *line, size_t length, enum sock_protocol protocol,
                   enum sock_family family, struct sock *sock);

/* lines_read() without the first line, the heading. */
int proc_net_read(int fd, lines_fn deliver, void *context);
