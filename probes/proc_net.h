#pragma once
/* The fallback: /proc/net/{tcp,udp,udplite,raw}{,6}, for a kernel without the netlink handler.
 * These files know no cookie, no namespace, no device, no mark and no bound-but-inactive socket. */

#include <stdbool.h>
#include <stddef.h>

#include "sock.h"

/* The file below /proc/net, or NULL if the protocol has none. */
const char *proc_net_file(enum sock_protocol protocol, enum sock_family family);

/* Decodes one line, without its line break and not the heading, into a zeroed `sock`. Pure.
 * -EBADMSG for a line that is not of the kernel's form. */
int proc_net_parse(const char *line, size_t length, enum sock_protocol protocol,
                   enum sock_family family, struct sock *sock);

/* False ends the reading early, which is no error. */
typedef bool (*proc_net_line_fn)(void *context, const char *line, size_t length);

/* Reads `fd` to its end and hands over every line but the first. 0 or -errno; a line longer than
 * any that the kernel writes is -EBADMSG. */
int proc_net_read(int fd, proc_net_line_fn deliver, void *context);
