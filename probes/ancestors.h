#pragma once
/* This process and those that it descends from. */

#include <stddef.h>
#include <stdint.h>

/* Fills `pids` from ourselves upwards, as far as /proc tells, and returns how many there are. */
size_t ancestors_find(uint32_t *pids, size_t max);
