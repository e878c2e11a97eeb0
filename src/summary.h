#pragma once
/* -s: how many sockets there are of each protocol, state and family. */

#include <stddef.h>
#include <stdint.h>

#include "sock.h"
#include "value.h"

struct sink;

/* Zero-initialise it. */
struct summary {
	uint64_t counts[SOCK_PROTOCOL_COUNT][SOCK_STATE_COUNT][SOCK_FAMILY_COUNT];
};

enum { SUMMARY_COLUMNS = 5 };

/* The columns of the rows that summary_show() gives to a sink. */
extern const struct column *const summary_columns[SUMMARY_COLUMNS];

void summary_add(struct summary *summary, const struct sock *sock);

/* Gives the sink, which has begun, a row for each protocol and one for each of its states. */
void summary_show(const struct summary *summary, struct sink *sink);
