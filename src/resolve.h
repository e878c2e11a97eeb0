#pragma once
/* Host names of addresses, and addresses of host names. Name servers may be slow or gone, so all
 * are asked at the same time and none is waited for longer than a stated limit. */

#include <stddef.h>
#include <stdint.h>

enum { RESOLVE_LIMIT_MS = 2000, RESOLVE_ADDRESSES_MAX = 256 };

/* One address to look up. */
struct resolve_query {
	uint8_t family; /* enum sock_family */
	uint8_t address[16];
	char *name; /* answer, for the caller to free; NULL: none, or none in time */
	int error;  /* errno: why nobody could be asked; 0 if there was no such trouble */
};

/* Fills `name` and `error` of each query. Returns after `limit_ms` at the latest, with how many
 * were not answered by then; threads that still wait are left behind and touch nothing of the
 * caller's. */
size_t resolve_names(struct resolve_query *queries, size_t count, unsigned limit_ms);

struct resolve_address {
	uint8_t family;      /* enum sock_family, INET or INET6 */
	uint8_t address[16]; /* in network order; of INET the first four bytes, then zeros */
};

enum resolve_outcome {
	RESOLVE_LATE, /* no answer within the limit */
	RESOLVE_FOUND,
	RESOLVE_NO_SUCH_HOST, /* or it has no address */
	RESOLVE_NOT_ASKED,    /* `error` says why: an errno, or 0 if no name server answers */
};

/* One name to look up; a number is one too, of any form that inet_aton(3) knows. All but `name` is
 * the answer. */
struct resolve_host {
	const char *name; /* borrowed during the call */
	enum resolve_outcome outcome;
	int error;
	struct resolve_address *addresses; /* each once, for the caller to free; or NULL */
	size_t count;                      /* at most RESOLVE_ADDRESSES_MAX, the rest is left out */
};

/* As resolve_names(). What is after the '%' of an IPv6 address is looked at, but not told. */
size_t resolve_hosts(struct resolve_host *hosts, size_t count, unsigned limit_ms);

/* Why there are no addresses, for people; NULL if there are. */
const char *resolve_reason(const struct resolve_host *host);
