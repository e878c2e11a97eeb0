#pragma once
/* The signals by which a loop is told to end in order, instead of being cut short. */

#include <stdbool.h>

/* Was this signal ignored when the program was started, as by nohup(1)? */
bool ending_is_ignored(int number);

/* Blocks SIGINT and SIGTERM, and SIGHUP unless that is ignored. A descriptor of signalfd(2) that
 * tells of them, which does not block and is the caller's to close; or -1 with errno set, and then
 * they still end the program. */
int ending_open(void);
