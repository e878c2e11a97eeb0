#pragma once
/* What the state of a socket means, for people. Pure. */

struct out;
struct sock;

/* One or two sentences: what the state is, whose turn it is, and since when if its life is known:
 * "CLOSE-WAIT: the peer has finished; this program has not called close yet, for 14 minutes." */
void explain_state(struct out *out, const struct sock *sock);

/* What is unusual about it, a line each: a full accept queue, drops, a closed window, retransmits,
 * bytes that nobody reads. Nothing if nothing is. */
void explain_trouble(struct out *out, const struct sock *sock);
