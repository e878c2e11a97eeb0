#pragma once
/* Looks one after another: at this machine every so often, or at the moments of a file. */

#include "cli.h"

/* Writes the lists to standard output, and notes to standard error, until there are no more looks
 * or SIGINT or SIGTERM comes. Returns the exit status, the worst of all looks; without any answer
 * that failed, whether the last look showed something. */
int looks_run(const struct cli *cli);
