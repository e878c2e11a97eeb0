/* The planner. It knows a few things about the kernel: one legacy dump walks the TCP table once for
 * both families; listeners live in a table of their own, so asking for nothing else costs nothing;
 * bound-but-inactive TCP sockets have a state bit of their own; a port in the request is compared
 * before a row is filled; and all types of a UNIX, packet or VSOCK socket come in one dump. */

#include "plan.h"

#include <linux/inet_diag.h>

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

static void add_inet(struct plan *plan, const struct want *want, enum sock_protocol protocol,
                     enum inet_dialect dialect, enum sock_family family) {
	plan->requests[plan->count++] = (struct plan_request){
		.probe = sock_probe_of(protocol),
		.inet = {
			.dialect = dialect,
			.protocol = protocol,
			.family = family,
			.kernel_states = kernel_states(want->states[protocol], protocol),
			.extensions = extensions(want->needs, protocol),
			.sport = want->sport,
			.dport = want->dport,
			.port = want->port,
			.bpf_storage = (want->needs & SOCK_NEED_BPF_STORAGE) != 0,
		},
	};
}

static void plan_inet(struct plan *plan, const struct want *want, enum sock_protocol protocol) {
	if (kernel_states(want->states[protocol], protocol) == 0)
		return;
	if (protocol == SOCK_PROTOCOL_TCP &&
	    (want->families & SOCK_FAMILIES_IP) == SOCK_FAMILIES_IP) {
		add_inet(plan, want, protocol, INET_DIALECT_LEGACY, SOCK_FAMILY_INET);
		return;
	}
	if (want->families & 1u << SOCK_FAMILY_INET)
		add_inet(plan, want, protocol, INET_DIALECT_FAMILY, SOCK_FAMILY_INET);
	if (want->families & 1u << SOCK_FAMILY_INET6)
		add_inet(plan, want, protocol, INET_DIALECT_FAMILY, SOCK_FAMILY_INET6);
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

struct plan plan_requests(const struct want *want) {
	static const enum sock_family families[SOCK_PROBE_COUNT] = {
		[SOCK_PROBE_UNIX] = SOCK_FAMILY_UNIX,
		[SOCK_PROBE_PACKET] = SOCK_FAMILY_PACKET,
		[SOCK_PROBE_NETLINK] = SOCK_FAMILY_NETLINK,
		[SOCK_PROBE_VSOCK] = SOCK_FAMILY_VSOCK,
		[SOCK_PROBE_XDP] = SOCK_FAMILY_XDP,
	};
	struct plan plan = { 0 };
	for (int i = 0; i < SOCK_PROTOCOL_IP_COUNT; i++)
		plan_inet(&plan, want, (enum sock_protocol)i);
	for (int i = SOCK_PROTOCOL_IP_COUNT; i < SOCK_PROBE_COUNT; i++) {
		if (want->families & 1u << families[i])
			plan_diag(&plan, want, (enum sock_probe)i);
	}
	return plan;
}
