#pragma once
/* The commands of the other executable, which links what this one should not. */

#include <stdbool.h>

/* True for "serve", "connect" and "lab". */
bool launch_knows(const char *command);

/* Becomes socklens-traffic with the arguments behind argv[0]. Returns an exit status only if that
 * failed, with `error`, one line that the caller frees. */
int launch_traffic(char *argv[], char **error);
