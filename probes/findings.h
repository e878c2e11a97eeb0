#pragma once
/* What became of the sockets of one batch that holds them all, as a recorder takes it. */

#include "snapshot.h"

struct recorder;

/* Names, owners and users that the sockets of `batch` were given. `owners` is NULL if nobody looked
 * for them. */
void findings_record(struct recorder *recorder, const struct snapshot *batch,
                     const struct owner_summary *owners);
