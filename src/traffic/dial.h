#pragma once
/* From whom to connect to, as people name it, to a socket that is connected. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

/* As it was written. */
struct dial_target {
	int type;         /* SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET */
	const char *path; /* of a UNIX socket; NULL: it is a host and a port */
	char host[256];   /* a number or a name; empty: this machine */
	uint16_t port;    /* 0: that of `service` */
	char service[32]; /* services(5) */
};

/* Its addresses in the order in which they are tried. */
struct dial_list {
	struct address *addresses; /* for the caller to free */
	size_t count;
	int type;
};

/* Asks name servers only for names. False sets `error`, one line that the caller frees. */
bool dial_resolve(const struct dial_target *target, struct dial_list *list, char **error);

/* RFC 8305, section 4: IPv6 and IPv4 in turn, IPv6 first, each family in the order that it had. */
void dial_interleave(struct address *addresses, size_t count);

struct dial_limits {
	uint64_t timeout_ns; /* for all addresses together */
	int interrupt_fd;    /* what ends it when it can be read */
};

/* The first that connects, of attempts that start 250 ms apart or when one before has failed: a
 * non-blocking descriptor, with its index in `chosen`. -1 sets `error`, one line that the caller
 * frees; NULL if it was interrupted. */
int dial(const struct dial_list *list, const struct dial_limits *limits, size_t *chosen,
         char **error);

/* For datagrams, as `connected` to any of them is no news: sends `bytes` to one after the other
 * until none comes back as refused at once, and tells when that was. Results as those of dial(). */
int dial_with_datagram(const struct dial_list *list, const void *bytes, size_t length,
                       size_t *chosen, uint64_t *sent_ns, char **error);
