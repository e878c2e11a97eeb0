#pragma once
/* The one-shot list: probes, filter, owners, names and sink put together. */

#include "cli.h"
#include "out.h"
#include "util.h"

struct probe;

/* What a list has to say beside its rows; the caller prints it. */
struct list_outcome {
	enum exit_status status;
	struct out notes; /* lines for standard error, each ended by a line break */
};

/* Writes the answer to `out`, which the caller flushes. out_finish() the notes. */
struct list_outcome list_run(const struct cli *cli, struct probe *probe, struct out *out);
