#pragma once
/* The live view as text: of each look one line that begins with "# ", then its table. */

#include "list.h"

struct batch;

/* `cli` is borrowed. */
struct batch *batch_create(const struct cli *cli);
void batch_destroy(struct batch *batch);

/* As list_run(). What is known from the looks before comes from those of this batch. */
struct list_outcome batch_look(struct batch *batch, const struct source *source, struct out *out);
