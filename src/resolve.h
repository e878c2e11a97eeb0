#pragma once
/* Host names of addresses. Name servers may be slow or gone, so all are asked at the same time and
 * none is waited for longer than a stated limit. */

#include <stddef.h>
#include <stdint.h>

enum { RESOLVE_LIMIT_MS = 2000 };

/* One address to look up. */
struct resolve_query {
	uint8_t family; /* enum sock_family */
	uint8_t address[16];
	char *name; /* answer, for the caller to free; NULL: none, or none in time */
	int error;  /* errno: why nobody could be asked; 0 if there was no such trouble */
};

/* Fills `name` and `error` of each query. Returns after RESOLVE_LIMIT_MS at the latest, with how
 * many were not answered by then; threads that still wait are left behind and touch nothing of the
 * caller's. */
size_t resolve_names(struct resolve_query *queries, size_t count, unsigned limit_ms);
