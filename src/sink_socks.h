#pragma once
/* Sockets that are all at hand, through a sink. */

#include "sink.h"
#include "view.h"

/* How many rows decide on the widths of columns. Nobody reads down the columns of a longer list. */
enum { SINK_MEASURE_LIMIT = 1024 };

/* Of `sink` class, out, header and origin are set; the columns are those of the view. Everything
 * from the beginning to the end is written, with what `reports` says. */
void sink_socks(struct sink *sink, const struct view *view, const struct sock *const *socks,
                size_t count, const struct snapshot *reports);
