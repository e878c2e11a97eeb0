#pragma once
/* Netlink attributes, read from bytes that somebody else wrote: no length is believed before it was
 * compared with what is left, and nothing is read but by memcpy. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/netlink.h>

#include "arena.h"

/* One attribute: `length` bytes at `bytes`, of no particular alignment. */
struct payload {
	const void *bytes;
	size_t length;
};

/* Copies the first `size` bytes, as kernels may append to what they send; fewer tell nothing. */
static inline bool payload_read(struct payload payload, void *number, size_t size) {
	if (payload.length < size)
		return false;
	memcpy(number, payload.bytes, size);
	return true;
}

/* What fits of a structure that only ever grows, zero behind it. Returns how much was there. */
static inline size_t payload_read_grown(struct payload payload, void *to, size_t size) {
	const size_t known = payload.length < size ? payload.length : size;
	memcpy(to, payload.bytes, known);
	memset((unsigned char *)to + known, 0, size - known);
	return known;
}

/* A text without its NUL, which may be missing. */
static inline const char *payload_read_name(struct payload payload, struct arena *arena,
                                            uint32_t *length) {
	*length = (uint32_t)strnlen(payload.bytes, payload.length);
	return arena_copy(arena, payload.bytes, *length);
}

typedef void (*attribute_fn)(unsigned type, struct payload payload, void *context);

/* Calls `read` for each attribute. False if a length lies; those before it were read. Inline, so
 * that the compiler sees which `read` it is: a million sockets bring ten attributes each. */
static inline bool attribute_walk(const void *bytes, size_t length, attribute_fn read,
                                  void *context) {
	const unsigned char *rest = bytes;
	while (length >= sizeof(struct nlattr)) {
		struct nlattr header;
		memcpy(&header, rest, sizeof(header));
		if (header.nla_len < sizeof(header) || header.nla_len > length)
			return false;
		read(header.nla_type & (unsigned)NLA_TYPE_MASK,
		     (struct payload){ rest + sizeof(header), header.nla_len - sizeof(header) },
		     context);
		const size_t step = NLA_ALIGN(header.nla_len);
		if (step >= length)
			return true;
		rest += step;
		length -= step;
	}
	return length == 0;
}

/* The same for the attributes behind the `fixed` first bytes of a message's body. */
static inline bool attribute_walk_message(const struct nlmsghdr *message, size_t fixed,
                                          attribute_fn read, void *context) {
	const size_t start = NLMSG_SPACE(fixed);
	const size_t length = message->nlmsg_len > start ? message->nlmsg_len - start : 0;
	return attribute_walk((const unsigned char *)message + start, length, read, context);
}
