#pragma once
/* What inet_diag says otherwise of SCTP (4.7): one answer for each listening endpoint and one for
 * each association, whose state is a number of SCTP's own. An association brings the addresses of
 * its peer, an endpoint does not; that alone tells them apart. */

#include <stdbool.h>

#include "attribute.h"
#include "sock.h"

/* Reads INFO, LOCALS and PEERS. False if it is none of them. */
bool sctp_read_attribute(unsigned type, struct payload payload, struct arena *arena,
                         struct sock *sock);

/* After the attributes: turns `state`, so far the number in the message, into ours. False if it is
 * none of SCTP's. */
bool sctp_set_state(struct sock *sock);
