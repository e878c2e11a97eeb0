/* The planner. It knows four things about the kernel: one legacy dump walks the TCP table once for
 * both families; listeners live in a table of their own, so asking for nothing else costs nothing;
 * bound-but-inactive TCP sockets have a state bit of their own; and a port in the request is
 * compared before a row is filled. */

#include "plan.h"

#include <linux/inet_diag.h>

static uint8_t extensions(uint32_t needs, enum sock_protocol protocol) {
	uint32_t wanted = 0;
	if (needs & SOCK_NEED_INFO)
		wanted |= 1u << (INET_DIAG_INFO - 1);
	if (needs & SOCK_NEED_CONGESTION && protocol == SOCK_PROTOCOL_TCP)
		wanted |= 1u << (INET_DIAG_VEGASINFO - 1) | 1u << (INET_DIAG_CONG - 1);
	if (needs & SOCK_NEED_MEMORY)
		wanted |= 1u << (INET_DIAG_SKMEMINFO - 1);
	if (needs & SOCK_NEED_TOS)
		wanted |= 1u << (INET_DIAG_TOS - 1) | 1u << (INET_DIAG_TCLASS - 1);
	return (uint8_t)wanted;
}

/* A TCP socket that is bound but neither listens nor connects is CLOSE in its row, but only bit 13
 * selects it. SYN_RECV selects connection requests too. */
static uint32_t kernel_states(uint32_t states, enum sock_protocol protocol) {
	if (protocol == SOCK_PROTOCOL_TCP && states & 1u << SOCK_STATE_CLOSE)
		states |= 1u << INET_STATE_BOUND_INACTIVE;
	return states;
}

static void add(struct plan *plan, const struct want *want, enum sock_protocol protocol,
                enum inet_dialect dialect, enum sock_family family) {
	plan->requests[plan->count++] = (struct inet_request){
		.dialect = dialect,
		.protocol = protocol,
		.family = family,
		.kernel_states = kernel_states(want->states[protocol], protocol),
		.extensions = extensions(want->needs, protocol),
		.sport = want->sport,
		.dport = want->dport,
		.port = want->port,
		.bpf_storage = (want->needs & SOCK_NEED_BPF_STORAGE) != 0,
	};
}

struct plan plan_requests(const struct want *want) {
	const uint32_t both = 1u << SOCK_FAMILY_INET | 1u << SOCK_FAMILY_INET6;
	struct plan plan = { 0 };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		const enum sock_protocol protocol = (enum sock_protocol)i;
		if (want->states[protocol] == 0)
			continue;
		if (protocol == SOCK_PROTOCOL_TCP && (want->families & both) == both) {
			add(&plan, want, protocol, INET_DIALECT_LEGACY, SOCK_FAMILY_INET);
			continue;
		}
		if (want->families & 1u << SOCK_FAMILY_INET)
			add(&plan, want, protocol, INET_DIALECT_FAMILY, SOCK_FAMILY_INET);
		if (want->families & 1u << SOCK_FAMILY_INET6)
			add(&plan, want, protocol, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6);
	}
	return plan;
}
