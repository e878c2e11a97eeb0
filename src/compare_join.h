#pragma once
/* Which sockets of two looks serve the same purpose, where no cookie tells it (compare_key.h). */

#include "life_join.h"

struct snapshot;

/* As many of one look as there are in the other are matched, each once, and those first that differ
 * in the least: in nothing; in their state; in their owners; connections in the port that was given
 * at random; and, if one of the looks does not know all owners, in those. life_join_finish() frees
 * it. */
struct life_join compare_join_make(const struct snapshot *before, const struct snapshot *now);
