#pragma once
/* Puts a moment together: the answers as they came, and what was found out beside them. Secrets
 * that the kernel tells (keys of TCP-MD5, tokens of MPTCP) are zeroed before they are kept. */

#include <stddef.h>

#include "moment.h"
#include "snapshot.h"

struct nlmsghdr;
struct recorder;

struct recorder *recorder_create(void);
void recorder_destroy(struct recorder *recorder);

/* Forgets the moment before, and notes when and where this one is. */
void recorder_begin(struct recorder *recorder, const struct moment_origin *origin);

/* For the probes. Messages and lines come between the two. */
void recorder_begin_dump(struct recorder *recorder, const struct moment_dump *dump);
void recorder_add_message(struct recorder *recorder, const struct nlmsghdr *message);
void recorder_add_line(struct recorder *recorder, const char *line, size_t length);
void recorder_end_dump(struct recorder *recorder);

/* What became of the sockets: names, owners and users that `batch`, which holds them all, was
 * given. `owners` is NULL if nobody looked for them. */
void recorder_add_findings(struct recorder *recorder, const struct snapshot *batch,
                           const struct owner_summary *owners);

/* The reports come last. The moment is then in `bytes` until the next recorder_begin(). */
void recorder_end(struct recorder *recorder, const struct probe_report reports[REPORT_COUNT],
                  const char **bytes, size_t *length);
