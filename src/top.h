#pragma once
/* The live view as two processes: this one becomes the collector, a child draws the screen. */

struct cli;

/* Returns the exit status. Whichever of the two ends first, the other ends too, and the terminal is
 * as it was. */
int top_run(const struct cli *cli);
