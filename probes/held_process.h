#pragma once
/* A process that is told something, and no later one of its number. */

#include <stdint.h>

/* A descriptor of the process, for the caller to close, if it is the one that started then (clock
 * ticks after boot). -errno; -ESRCH if it has ended. */
int held_process_open(uint32_t pid, uint64_t start_time);

/* 0 or -errno: -ESRCH if it has ended, -EPERM without CAP_KILL, -ENOSYS before Linux 5.1. */
int held_process_signal(int process, int number);
