#pragma once
/* One request to sock_diag, asked as often as it takes; and its answers from a recording. */

#include "run.h"

/* Dumps by netlink until nothing can have been missed. 0 or -errno; `messages` counts answers. */
int dump_request(struct run *run, const struct plan_request *request, struct probe_report *report,
                 uint64_t *messages);

/* Takes recorded answers to the request. False if they end inside a message. */
bool dump_replay(struct run *run, const struct plan_request *request, struct probe_report *report,
                 const unsigned char *bytes, size_t length);
