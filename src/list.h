#pragma once
/* One look at the sockets of a source: probes, filter, owners, names and sink put together. */

#include "cli.h"
#include "out.h"
#include "util.h"

struct history;
struct live;
struct source;

/* What a list has to say beside its rows; the caller prints it. */
struct list_outcome {
	enum exit_status status;
	struct out notes; /* lines for standard error, each ended by a line break */
};

/* Writes the answer to `out`, which the caller flushes. out_finish() the notes. `recorded` is the
 * live source if the look is recorded, or NULL. With `history` only what changed since the look
 * before is shown. */
struct list_outcome list_run(const struct cli *cli, const struct source *source,
                             struct live *recorded, struct history *history, struct out *out);
