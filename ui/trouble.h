#pragma once
/* What went wrong in a look, in one line for the header. Pure. */

struct out;
struct snapshot;

/* "tcp: Permission denied (sock_diag); udp: ...": nothing if all is well. */
void trouble_write(struct out *out, const struct snapshot *snapshot);
