#pragma once
/* The door to the kernel: what is asked for comes back as batches of sockets, with a report on how
 * each protocol fared. Nothing here fails as a whole; what failed is in the reports. */

#include <stdbool.h>
#include <stddef.h>

#include "snapshot.h"
#include "want.h"

struct probe;

/* Looks at the network namespace `netns` (netns_open() says what it may be; NULL: our own).
 * NULL sets `error`, which the caller frees, and `no_such` if there is no such namespace. */
struct probe *probe_open(const char *netns, bool *no_such, char **error);
void probe_close(struct probe *probe);

/* From now on every answer goes to the recorder too; NULL: to none. A batch may be handed over in
 * the middle of a dump that is being recorded (recorder.h says what can be added then). */
struct recorder;
void probe_set_recorder(struct probe *probe, struct recorder *recorder);

/* The inode number of the network namespace; 0 if it is not known. */
uint32_t probe_netns(const struct probe *probe);

/* The first and the last port that the kernel chooses by itself there; they stay as they are if
 * that cannot be read. */
void probe_ephemeral(struct probe *probe, uint16_t ports[2]);

/* False ends the probing; that is no failure. The batch may be read and its sockets annotated
 * until the call returns. */
typedef bool (*probe_batch_fn)(void *context, struct snapshot *batch);

/* Everything that `want` may match, without doubles. `snapshot` is empty; it is handed over and
 * emptied each time it holds `batch_limit` sockets, and once more at the end, with all reports. */
void probe_sockets(struct probe *probe, const struct want *want, size_t batch_limit,
                   struct snapshot *snapshot, probe_batch_fn deliver, void *context);
