#pragma once
/* Captures of netlink traffic, as tcpdump and Wireshark write them from a nlmon device: pcap and
 * pcapng of link type NETLINK (253), in the byte order of this machine. Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "out.h"

/* True if the file is such a capture, or another that one could take for it. */
bool capture_is_one(const unsigned char *bytes, size_t length);

/* Appends the sock_diag messages of all packets to `messages`. NULL, or what is wrong with the
 * file, a text to translate; what stands before that is taken. */
const char *capture_unpack(const unsigned char *bytes, size_t length, struct out *messages);
