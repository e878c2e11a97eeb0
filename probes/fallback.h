#pragma once
/* /proc/net, where sock_diag has nobody to answer; and its lines from a recording. */

#include "moment.h"
#include "run.h"

/* Reads what /proc/net has for the request instead. */
void fallback_read(struct run *run, const struct plan_request *request,
                   struct probe_report *report);

/* Takes recorded lines. False if they make no sense. */
bool fallback_replay(struct run *run, const struct moment_dump *dump, struct probe_report *report,
                     struct moment_cursor lines);
