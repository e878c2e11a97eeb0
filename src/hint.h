#pragma once
/* What a filter asks of a socket, as far as it lets a probe leave sockets out before they cost
 * anything. A hint is never narrower than its filter: whatever the filter matches, the hint allows,
 * and a probe may take it for weaker than it is. Plain data; whoever made it owns all that it
 * reaches. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock.h"

enum hint_kind {
	HINT_AND, /* every one of `children` */
	HINT_OR,  /* at least one of them */
	HINT_PORTS,
	HINT_HOST,
	HINT_DEVICE,
	HINT_MARK,
	HINT_CGROUP,
	HINT_AUTOBOUND, /* the kernel chose the local port */
};

enum hint_end { HINT_END_LOCAL, HINT_END_PEER };

/* Both ends belong to it. */
struct hint_range {
	uint32_t first, last;
};

/* An IPv4 prefix also means IPv6 sockets with an IPv4-mapped address; an IPv6 prefix means no IPv4
 * socket (RFC 4291 section 2.5.5.2). */
struct hint_host {
	enum sock_family family; /* INET or INET6 */
	uint8_t prefix;          /* bits of the address that count */
	uint8_t address[16];     /* network order; IPv4 uses the first four bytes */
};

struct hint {
	enum hint_kind kind;
	bool negated; /* the opposite of what follows; never of AND and OR */
	union {
		struct {
			const struct hint *const *children;
			size_t child_count;
		};
		struct {
			enum hint_end end;
			union {
				struct hint_host host;
				struct {
					const struct hint_range
					    *ranges;        /* a port within any of them */
					size_t range_count; /* at least one */
				};
			};
		};
		struct {
			const char *device; /* NULL: `ifindex` */
			uint32_t ifindex;   /* 0: bound to none */
		};
		struct {
			uint32_t mark, mask; /* the bits of `mask` are as in `mark` */
		};
		const char *cgroup; /* path below the version 2 hierarchy, with '/' in front */
	};
};
