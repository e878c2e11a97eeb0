#pragma once
/* This process and those that it descends from. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of the parent, from a process's /proc/PID/status; 0 is none. False if the text is not
 * of that form. Pure. */
bool ancestors_parse(const char *text, size_t length, uint32_t *pid);

/* Fills `pids` from ourselves upwards, as far as /proc tells, and returns how many there are. */
size_t ancestors_find(uint32_t *pids, size_t max);
