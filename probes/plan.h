#pragma once
/* Which requests answer a want with the least work in the kernel. Pure. */

#include <stddef.h>

#include "arena.h"
#include "diag.h"
#include "inet_diag.h"
#include "want.h"

struct bytecode_lookups;

/* One dump. */
struct plan_request {
	enum sock_probe probe;
	bool large; /* only for the attribute that could end a dump early (struct diag_class) */
	struct inet_request inet; /* for the probes of inet_diag */
	struct diag_request diag; /* for the others */
};

/* At most one request per protocol and family of IP, and two for each other family. */
enum {
	PLAN_MAX = SOCK_PROTOCOL_IP_COUNT * 2 + (SOCK_PROBE_COUNT - SOCK_PROTOCOL_IP_COUNT) * 2,
};

struct plan {
	struct plan_request requests[PLAN_MAX];
	size_t count;
	struct arena arena; /* for bytecode */
};

/* Everything that `want` may match is in the answers to the plan. Requests of one probe follow each
 * other, a large one before the one that tells what sockets there are; the probes come in the order
 * of their enumeration. `lookups` as in bytecode_compile(). */
struct plan plan_requests(const struct want *want, const struct bytecode_lookups *lookups);
void plan_finish(struct plan *plan);
