#pragma once
/* Which requests answer a want with the least work in the kernel. Pure. */

#include <stddef.h>

#include "inet_diag.h"
#include "want.h"

/* At most one request per protocol and family; TCP of both families is one. */
enum { PLAN_MAX = SOCK_PROTOCOL_COUNT * SOCK_FAMILY_COUNT };

struct plan {
	struct inet_request requests[PLAN_MAX];
	size_t count;
};

/* Everything that `want` may match is in the answers to the plan. Requests of one protocol follow
 * each other, in the order of enum sock_protocol. */
struct plan plan_requests(const struct want *want);
