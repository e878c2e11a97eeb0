#pragma once
/* The rows of a comparison in any format. */

#include "compare.h"
#include "sink.h"
#include "view.h"

/* Of `sink` class, out, header and origin are set; the columns are those of the view and behind
 * them those of what was before, which only rows have that changed. Everything from the beginning
 * to the end is written, with what `reports` says. `view` decides on the order, too. */
void compare_show(const struct comparison *comparison, const struct view *view, struct sink *sink,
                  const struct snapshot *reports);
