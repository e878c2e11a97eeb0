#pragma once
/* This process and those that it descends from. */

#include <stddef.h>
#include <stdint.h>

/* Fills `pids` from ourselves upwards, as far as /proc tells, and returns how many there are. */
size_t ancestors_find(uint32_t *pids, size_t max);

/* The variable of that name as the first of them who has it got it when it was started, for the
 * caller to free; NULL if none has it, or /proc does not tell. */
char *ancestors_variable(const uint32_t *pids, size_t count, const char *name);
