#pragma once
/* x: what is shown, in a file, in any format of the list. */

#include "sink.h"

struct frame;
struct table;
struct view;

/* Writes the rows of the table to a new file `path`, with the columns of `view`, or if it has none
 * those of the live view; for programs then those of the list, too. An existing file is never
 * overwritten. The format is that of the name's end: .txt .json .ndjson .csv .tsv, else text.
 * Returns a line to show, for the caller to free: what was written, or what went wrong; then there
 * is no file. */
char *export_rows(const char *path, const struct frame *frame, const struct table *table,
                  const struct view *view);
