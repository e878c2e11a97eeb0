#pragma once
/* The filter that lets exactly the sockets of a group pass. Pure. */

#include <stdbool.h>

#include "group.h"

struct out;

/* Appends the expression, from the outermost group to this one. False, with nothing appended, if
 * there is none: what changed between two looks is no part of the language. Of sockets that several
 * processes hold it tells the groups that there are apart, and no others. */
bool group_filter_write(struct out *out, const struct group_by *by, const struct group_tree *tree,
                        const struct group *group);
