#pragma once
/* How one end of a socket that does not belong to IP reads, as one word: UNIX NAME:INODE, packet
 * PROTOCOL:DEVICE, netlink PROTOCOL:PORTID, VSOCK CID:PORT, XDP DEVICE:qQUEUE. What is not there is
 * '*', as in ss. */

#include "out.h"
#include "value.h"

struct sock;

void endpoint_format(struct out *out, const struct sock *sock, enum value_end end);

/* The context id of one end of a VSOCK socket. */
void endpoint_format_cid(struct out *out, const struct sock *sock, enum value_end end);

/* The device that the socket is bound to; "*" if it is bound to none. */
void endpoint_format_device(struct out *out, const struct sock *sock);
