#pragma once
/* What standard error is told beside an answer: what is missing from it, why, and what to do. Each
 * function appends whole lines, or nothing. */

#include <stddef.h>

#include "out.h"

struct owner_summary;
struct snapshot;

/* One line for each probe that failed, and one if some came from /proc/net, which knows less. */
void notes_on_reports(struct out *notes, const struct snapshot *snapshot);

/* The answer could not be written; `error` is an errno. A reader that has left, and a signal that
 * ended the wait for one, want no explanation. */
void notes_on_output(struct out *notes, int error);

/* The moment could not be written; `error` is an errno. */
void notes_on_recording(struct out *notes, int error);

/* If only some processes were looked into, those of them that could not be. */
void notes_on_hidden_owners(struct out *notes, const struct owner_summary *owners);

/* `count` addresses had no answer within RESOLVE_LIMIT_MS. */
void notes_on_unresolved(struct out *notes, size_t count);

/* --verbose: one line for each probe, for programs too, so never translated. */
void notes_on_probes(struct out *notes, const struct snapshot *snapshot);
