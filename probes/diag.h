#pragma once
/* The sock_diag handlers beside inet_diag: UNIX, packet, netlink, VSOCK and XDP. Each is a row of
 * the same kind, whose functions are pure: bytes in, bytes or a socket out. Layouts:
 * linux/unix_diag.h, packet_diag.h, netlink_diag.h, vm_sockets_diag.h (4.15) and xdp_diag.h (5.1).
 */

#include <stddef.h>
#include <stdint.h>

#include "attribute.h"
#include "sock.h"

/* One dump, or one socket. */
struct diag_request {
	uint32_t states; /* bits 1u << enum sock_state; not every handler looks at them */
	uint32_t show;   /* the handler's own bits: which attributes to send */
	uint32_t inode;  /* of the one socket, if the handler is_exact; 0: all */
	uint64_t cookie; /* likewise */
};

enum { DIAG_REQUEST_SIZE = 64 };

struct diag_class {
	/* The bits that answer `needs`, enum sock_need. */
	uint32_t (*show)(uint32_t needs);
	/* Writes the body of the request behind the header; returns its size. */
	size_t (*put)(const struct diag_request *request, void *body);
	/* Decodes one answer into a zeroed `sock`; what is not fixed in size goes to the arena.
	 * -EBADMSG if the message is too short, of another family, of a type or in a state that we
	 * do not know, or holds an attribute whose length lies. */
	int (*parse)(const struct nlmsghdr *message, struct arena *arena, struct sock *sock);
	bool is_exact; /* one socket can be asked for, by inode and cookie */
	/* One attribute can be so large that it does not fit, and then it would end the dump early
	 * and hide the sockets behind it. It is therefore asked for in a dump of its own. */
	uint32_t large_need;    /* enum sock_need; 0: there is none */
	const char *large_name; /* of the field */
	uint32_t large_show;
	uint32_t large_states; /* only sockets in these can have it */
	/* Where `parse` puts it: offset of the text in what `more` points to. */
	size_t large_offset;
};

/* NULL for those of inet_diag. */
const struct diag_class *diag_class_of(enum sock_probe probe);

extern const struct diag_class unix_diag;
extern const struct diag_class packet_diag;
extern const struct diag_class netlink_diag;
extern const struct diag_class vsock_diag;
extern const struct diag_class xdp_diag;

/* Writes the whole message into `buffer`, aligned for struct nlmsghdr, of DIAG_REQUEST_SIZE bytes,
 * and returns it. */
struct nlmsghdr *diag_request(const struct diag_class *class, const struct diag_request *request,
                              uint32_t sequence, void *buffer);

/* For the handlers. */

/* Copies the fixed part of the message. -EBADMSG if it is too short or of another family. */
int diag_read_fixed(const struct nlmsghdr *message, uint8_t family, void *fixed, size_t size);

/* Sets the protocol and the family by a socket type of the kernel. False if the family has none
 * such. */
bool diag_set_type(struct sock *sock, enum sock_family family, uint64_t type);

/* Low half first; neither 0 nor all ones is a cookie. */
void diag_set_cookie(struct sock *sock, const uint32_t cookie[2]);

/* The inode, 0 if no process can hold the socket, and the user if the handler told it. */
void diag_set_holder(struct sock *sock, uint32_t inode, bool has_uid, uint32_t uid);

/* SK_MEMINFO of any handler: the first members, as many as came. */
void diag_read_memory(struct payload payload, struct arena *arena, struct sock *sock);

/* Queues as they are told where a handler knows no others: what the memory says is allocated. */
void diag_set_queues_from_memory(struct sock *sock);
