/* The planner. It knows a few things about the kernel: one legacy dump walks the TCP table once for
 * both families; listeners live in a table of their own, so asking for nothing else costs nothing;
 * bound-but-inactive TCP sockets have a state bit of their own; a port in the request is compared
 * before a row is filled, and cheaper than one in bytecode, which comes next; and all types of a
 * UNIX, packet or VSOCK socket come in one dump. */

#include "plan.h"

#include <linux/inet_diag.h>

#include "bytecode.h"
#include "hint.h"

/* What the kernel's own state bits mean to every handler but SCTP's: 1 to 11. */
enum { STATES_OF_TCP = (1u << (SOCK_STATE_CLOSING + 1)) - 2 };

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

/* SCTP's dump has two halves: endpoints are told if LISTEN is asked for, associations if anything
 * but LISTEN and CLOSE is, whatever their own state. */
static uint32_t sctp_states(uint32_t states) {
	const uint32_t of_endpoints = 1u << SOCK_STATE_LISTEN | 1u << SOCK_STATE_CLOSE;
	uint32_t asked = 0;
	if (states & of_endpoints)
		asked |= of_endpoints;
	if (states & ~(1u << SOCK_STATE_LISTEN))
		asked |= 1u << SOCK_STATE_ESTABLISHED;
	return asked;
}

/* A TCP socket that is bound but neither listens nor connects is CLOSE in its row, but only bit 13
 * selects it. SYN_RECV selects connection requests too. */
static uint32_t kernel_states(uint32_t states, enum sock_protocol protocol) {
	if (protocol == SOCK_PROTOCOL_SCTP)
		return sctp_states(states);
	states &= STATES_OF_TCP;
	if (protocol == SOCK_PROTOCOL_TCP && states & 1u << SOCK_STATE_CLOSE)
		states |= 1u << INET_STATE_BOUND_INACTIVE;
	return states;
}

/* Port 0 is none to a request. */
static bool is_one_port(const struct hint *hint) {
	return hint->kind == HINT_PORTS && !hint->negated && hint->range_count == 1 &&
	       hint->ranges[0].first == hint->ranges[0].last && hint->ranges[0].first > 0 &&
	       hint->ranges[0].first <= UINT16_MAX;
}

/* True if the request now asks for no less without the hint. It has room for one port of each end.
 */
static bool take_port(struct inet_request *request, const struct hint *hint) {
	if (!is_one_port(hint))
		return false;
	uint16_t *port = hint->end == HINT_END_LOCAL ? &request->sport : &request->dport;
	if (*port == 0)
		*port = (uint16_t)hint->ranges[0].first;
	return *port == hint->ranges[0].first;
}

/* Takes out of the conditions what fits into the fixed part of the request; the rest is bytecode.
 */
static void ask_for_hint(struct plan *plan, const struct hint *hint,
                         const struct bytecode_lookups *lookups, struct inet_request *request) {
	const bool is_and = hint->kind == HINT_AND;
	const struct hint *const *all = is_and ? hint->children : &hint;
	const size_t count = is_and ? hint->child_count : 1;
	const struct hint **left = arena_alloc(&plan->arena, count * sizeof(hint));
	struct hint rest = { .kind = HINT_AND, .children = left };
	for (size_t i = 0; i < count; i++) {
		if (!take_port(request, all[i]))
			left[rest.child_count++] = all[i];
	}
	request->bytecode_length =
	    bytecode_compile(&rest, lookups, &plan->arena, &request->bytecode);
}

static void add_inet(struct plan *plan, struct inet_request request, enum inet_dialect dialect,
                     enum sock_family family) {
	request.dialect = dialect;
	request.family = family;
	plan->requests[plan->count++] = (struct plan_request){
		.probe = sock_probe_of(request.protocol),
		.inet = request,
	};
}

/* SCTP's dump runs no bytecode, and compares ports in a way of its own. */
static void plan_inet(struct plan *plan, const struct want *want, enum sock_protocol protocol,
                      const struct bytecode_lookups *lookups) {
	struct inet_request request = {
		.protocol = protocol,
		.kernel_states = kernel_states(want->states[protocol], protocol),
		.extensions = extensions(want->needs, protocol),
		.bpf_storage = (want->needs & SOCK_NEED_BPF_STORAGE) != 0,
	};
	const uint32_t families = want->families & SOCK_FAMILIES_IP;
	if (request.kernel_states == 0 || families == 0)
		return;
	if (want->hints[protocol] && protocol != SOCK_PROTOCOL_SCTP)
		ask_for_hint(plan, want->hints[protocol], lookups, &request);
	if (protocol == SOCK_PROTOCOL_TCP && families == SOCK_FAMILIES_IP) {
		add_inet(plan, request, INET_DIALECT_LEGACY, SOCK_FAMILY_INET);
		return;
	}
	if (families & 1u << SOCK_FAMILY_INET)
		add_inet(plan, request, INET_DIALECT_FAMILY, SOCK_FAMILY_INET);
	if (families & 1u << SOCK_FAMILY_INET6)
		add_inet(plan, request, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6);
}

static uint32_t states_of_probe(const struct want *want, enum sock_probe probe) {
	uint32_t states = 0;
	for (int i = SOCK_PROTOCOL_IP_COUNT; i < SOCK_PROTOCOL_COUNT; i++) {
		if (sock_probe_of((enum sock_protocol)i) == probe)
			states |= want->states[i];
	}
	return states & STATES_OF_TCP;
}

static void add_diag(struct plan *plan, enum sock_probe probe, bool large,
                     struct diag_request request) {
	plan->requests[plan->count++] =
	    (struct plan_request){ .probe = probe, .large = large, .diag = request };
}

static void plan_diag(struct plan *plan, const struct want *want, enum sock_probe probe) {
	const struct diag_class *class = diag_class_of(probe);
	uint32_t states = states_of_probe(want, probe);
	if (states == 0)
		return;
	const uint32_t large_states = states & class->large_states;
	if ((want->needs & class->large_need) && large_states != 0)
		add_diag(
		    plan, probe, true,
		    (struct diag_request){ .states = large_states, .show = class->large_show });
	if (want->needs & SOCK_NEED_PEER)
		states = STATES_OF_TCP; /* the other end may be in any */
	add_diag(plan, probe, false,
	         (struct diag_request){ .states = states, .show = class->show(want->needs) });
}

struct plan plan_requests(const struct want *want, const struct bytecode_lookups *lookups) {
	static const enum sock_family families[SOCK_PROBE_COUNT] = {
		[SOCK_PROBE_UNIX] = SOCK_FAMILY_UNIX,
		[SOCK_PROBE_PACKET] = SOCK_FAMILY_PACKET,
		[SOCK_PROBE_NETLINK] = SOCK_FAMILY_NETLINK,
		[SOCK_PROBE_VSOCK] = SOCK_FAMILY_VSOCK,
		[SOCK_PROBE_XDP] = SOCK_FAMILY_XDP,
	};
	struct plan plan = { 0 };
	for (int i = 0; i < SOCK_PROTOCOL_IP_COUNT; i++)
		plan_inet(&plan, want, (enum sock_protocol)i, lookups);
	for (int i = SOCK_PROTOCOL_IP_COUNT; i < SOCK_PROBE_COUNT; i++) {
		if (want->families & 1u << families[i])
			plan_diag(&plan, want, (enum sock_probe)i);
	}
	return plan;
}

void plan_finish(struct plan *plan) {
	arena_finish(&plan->arena);
}
