#pragma once
/* What a caller asks of the probes. A probe may deliver more than this, never less. */

#include <stdbool.h>
#include <stdint.h>

#include "sock.h"

struct hint;

struct want {
	uint32_t states[SOCK_PROTOCOL_COUNT]; /* bits 1u << enum sock_state; 0: not this protocol */
	uint32_t families;                    /* bits 1u << enum sock_family */
	uint32_t needs;                       /* enum sock_need */
	const struct hint *hints[SOCK_PROTOCOL_IP_COUNT]; /* by enum sock_protocol; NULL: nothing
	                                                     beyond states and families; borrowed */
};

/* Every socket there is. `needs` is enum sock_need. */
static inline struct want want_everything(uint32_t needs) {
	struct want want = { .families = SOCK_FAMILIES_ALL, .needs = needs };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		want.states[i] = SOCK_STATES_ALL;
	return want;
}

/* True if it asks for any of `protocols`, bits 1u << enum sock_protocol. */
static inline bool want_has(const struct want *want, uint32_t protocols) {
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if ((protocols >> i & 1) && want->states[i] != 0)
			return true;
	}
	return false;
}

/* True if it asks for any protocol of the probe. */
static inline bool want_has_probe(const struct want *want, enum sock_probe probe) {
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if (want->states[i] != 0 && sock_probe_of((enum sock_protocol)i) == probe)
			return true;
	}
	return false;
}
