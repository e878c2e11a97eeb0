#pragma once
/* What a caller asks of the probes. A probe may deliver more than this, never less. */

#include <stdint.h>

#include "sock.h"

struct want {
	uint32_t states[SOCK_PROTOCOL_COUNT]; /* bits 1u << enum sock_state; 0: not this protocol */
	uint32_t families;                    /* bits 1u << enum sock_family */
	uint32_t needs;                       /* enum sock_need */
	uint16_t sport;                       /* 0: any */
	uint16_t dport;                       /* 0: any */
	uint16_t port;                        /* on either end; 0: any */
};
