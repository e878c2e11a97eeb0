#pragma once
/* "socklens diff": two looks, wherever they come from, and what differs between them. */

#include "cli.h"

/* Writes the answer to standard output, and notes to standard error. The exit status. */
int compare_run(const struct cli *cli);
