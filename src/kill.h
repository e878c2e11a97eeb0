#pragma once
/* "socklens kill": one look, a filter, and something done to each socket that it lets pass. */

struct cli;

/* Writes a row for each socket, with what came of it, to standard output, and notes to standard
 * error. Returns the exit status: EXIT_STATUS_PARTIAL if anything was left undone. */
int kill_run(const struct cli *cli);
