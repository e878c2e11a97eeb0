#pragma once
/* The bytes of one moment: sections one after another, each with a tag and a length, in the byte
 * order of the machine. A reader skips tags that it does not know. docs/record-format.md says what
 * is in each. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

#define MOMENT_TAG(a, b, c, d)                                                                     \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

enum moment_tag {
	MOMENT_ORIGIN = MOMENT_TAG('O', 'R', 'I', 'G'),
	MOMENT_DUMP = MOMENT_TAG('D', 'U', 'M', 'P'),
	MOMENT_REPORT = MOMENT_TAG('R', 'E', 'P', 'T'),
	MOMENT_INTERFACE = MOMENT_TAG('I', 'F', 'C', 'E'),
	MOMENT_CGROUP = MOMENT_TAG('C', 'G', 'R', 'P'),
	MOMENT_USER = MOMENT_TAG('U', 'S', 'E', 'R'),
	MOMENT_PROCESS = MOMENT_TAG('P', 'R', 'O', 'C'),
	MOMENT_PARENT = MOMENT_TAG('P', 'R', 'N', 'T'),
	MOMENT_HOLDER = MOMENT_TAG('H', 'O', 'L', 'D'),
	MOMENT_OWNERS = MOMENT_TAG('O', 'W', 'N', 'S'),
	MOMENT_HOST = MOMENT_TAG('H', 'O', 'S', 'T'),
	MOMENT_SERVICE = MOMENT_TAG('S', 'E', 'R', 'V'),
	MOMENT_BOOT = MOMENT_TAG('B', 'O', 'O', 'T'),
	MOMENT_EPHEMERAL = MOMENT_TAG('E', 'P', 'H', 'M'),
};

/* MOMENT_ORIGIN: the numbers, then the texts; MOMENT_BOOT: `boot`; MOMENT_EPHEMERAL. */
struct moment_origin {
	uint64_t time_ns; /* since 1970, UTC */
	uint32_t netns;   /* inode number of the network namespace; 0: not known */
	uint32_t needs;   /* enum sock_need: what was asked for */
	const char *host, *kernel;
	const char *boot;      /* of the machine, as boot.h has it; NULL: not known */
	uint16_t ephemeral[2]; /* first and last port that the kernel chooses; 0: not known */
};

/* What the messages of a dump are. */
enum moment_kind {
	MOMENT_KIND_NETLINK, /* struct nlmsghdr and what follows it */
	MOMENT_KIND_LINES,   /* lines of a file below /proc/net, each a text */
};

/* The start of MOMENT_DUMP; the messages follow, each aligned to four bytes. */
struct moment_dump {
	uint8_t probe;    /* enum sock_probe */
	uint8_t protocol; /* enum sock_protocol, of IP */
	uint8_t family;   /* enum sock_family, of lines about IP */
	uint8_t kind;     /* enum moment_kind */
	uint8_t large;    /* 1: the attribute that could end a dump early (struct diag_class) */
	uint8_t index;    /* of lines of other families: which file */
	uint8_t reserved[2];
};

/* MOMENT_OWNERS */
struct moment_owners {
	uint64_t unreadable;
	uint8_t privileged, blind;
	uint8_t reserved[6];
};

/* Writing. A section is whatever is written between moment_begin() and moment_end(). */
size_t moment_begin(struct out *out, enum moment_tag tag);
void moment_end(struct out *out, size_t start);
void moment_put_u32(struct out *out, uint32_t number);
void moment_put_u64(struct out *out, uint64_t number);
/* Its length, its bytes, and padding to four bytes. */
void moment_put_text(struct out *out, const void *bytes, size_t length);

/* Reading. Every function returns false, and takes nothing, if there are not enough bytes. */
struct moment_cursor {
	const unsigned char *bytes;
	size_t left;
};

struct moment_section {
	uint32_t tag;
	struct moment_cursor content;
};

bool moment_next(struct moment_cursor *moment, struct moment_section *section);
bool moment_get(struct moment_cursor *cursor, void *to, size_t size);
bool moment_get_u32(struct moment_cursor *cursor, uint32_t *number);
bool moment_get_u64(struct moment_cursor *cursor, uint64_t *number);
/* The bytes stay where they are. */
bool moment_get_text(struct moment_cursor *cursor, const char **bytes, size_t *length);
