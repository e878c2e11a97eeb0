#pragma once
/* The fallback for families other than IP, and for SCTP: /proc/net/{unix,packet,netlink} and
 * /proc/net/sctp/{eps,assocs}. These files know no cookie. Of a UNIX socket they do not tell the
 * other end, and a name with a line break in it breaks its line; of a packet socket they do not
 * tell sizes. There is no file for VSOCK and XDP. */

#include <stdbool.h>
#include <stddef.h>

#include "sock.h"

struct arena;

enum { PROC_FAMILY_FILES_MAX = 2 };

/* File number `index` of a probe below /proc/net; NULL if there is none. */
const char *proc_family_file(enum sock_probe probe, size_t index);

/* Decodes one line of that file, without its line break and not the heading, into a zeroed `sock`.
 * Pure. -EBADMSG for a line that is not of the kernel's form. */
int proc_family_parse(const char *line, size_t length, enum sock_probe probe, size_t index,
                      struct arena *arena, struct sock *sock);

/* True if `line` of /proc/net/protocols is about the probe's protocol: the kernel has it, whether
 * or not anybody can list its sockets. */
bool proc_family_is_registered(const char *line, size_t length, enum sock_probe probe);
