#pragma once
/* The inet_diag protocol: TCP, UDP, UDP-Lite, RAW, MPTCP and SCTP over IPv4 and IPv6. All
 * functions are pure: bytes in, bytes or a socket out. Layouts: linux/inet_diag.h; kernel versions:
 * tcp_info.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock.h"

struct arena;
struct nlmsghdr;

enum inet_dialect {
	INET_DIALECT_LEGACY, /* TCPDIAG_GETSOCK: TCP of both families in one walk */
	INET_DIALECT_FAMILY, /* SOCK_DIAG_BY_FAMILY: one protocol of one family */
};

/* One dump. */
struct inet_request {
	enum inet_dialect dialect;
	enum sock_protocol protocol;
	enum sock_family family; /* INET_DIALECT_FAMILY only */
	uint32_t kernel_states;  /* the kernel's bitmap: 13 is bound-but-inactive */
	uint8_t extensions;      /* idiag_ext: bit n-1 asks for attribute n */
	uint16_t sport;          /* 0: any; skipped in the kernel, but not while it walks bit 13 */
	uint16_t dport;          /* 0: any; likewise */
	const void *bytecode;    /* of bytecode_compile(); borrowed */
	size_t bytecode_length;  /* 0: none */
	bool bpf_storage;        /* what all BPF maps keep; 5.7, EPERM without CAP_BPF */
};

enum { INET_STATE_BOUND_INACTIVE = 13 };

/* Room for the message, in bytes. */
size_t inet_request_size(const struct inet_request *request);

/* Writes the message into `buffer`, aligned for struct nlmsghdr, of inet_request_size() bytes, and
 * returns it. */
struct nlmsghdr *inet_request(const struct inet_request *request, uint32_t sequence, void *buffer);

enum { INET_DESTROY_SIZE = 256 };

/* Writes the message that ends a socket of IP (SOCK_DESTROY) into `buffer`, aligned for struct
 * nlmsghdr, of INET_DESTROY_SIZE bytes, and returns it. `peer_port` stands for the socket's own. */
struct nlmsghdr *inet_destroy_request(const struct sock *sock, uint16_t peer_port,
                                      uint32_t sequence, void *buffer);

/* The two halves of inet_parse(): what has a fixed place in the message, and the attributes behind
 * it, for a socket whose fixed part was parsed. Nobody need read the second who wants nothing of
 * SOCK_NEEDS_IN_ATTRIBUTES, but that only they tell whether an IPv6 socket takes IPv4, and what
 * state an SCTP association is in. */
int inet_parse_fixed(const struct nlmsghdr *message, enum sock_protocol protocol,
                     struct sock *sock);
int inet_parse_attributes(const struct nlmsghdr *message, struct arena *arena, struct sock *sock);

/* Zeroes what must not be kept of an answer: the keys of TCP-MD5 and the tokens of MPTCP; and
 * everything behind an attribute whose length lies, which could hold them. */
void inet_redact(struct nlmsghdr *message, enum sock_protocol protocol);

/* Decodes one answer into a zeroed `sock`; what is not fixed in size goes to the arena. `protocol`
 * is what was asked for. -EBADMSG if the message is too short, of another family, in no state that
 * we know, or holds an attribute whose length lies; `sock` then holds nothing of use. */
int inet_parse(const struct nlmsghdr *message, enum sock_protocol protocol, struct arena *arena,
               struct sock *sock);
