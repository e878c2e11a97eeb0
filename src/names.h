#pragma once
/* -r: host and service names beside the numbers. */

#include <stddef.h>

#include "snapshot.h"

/* Fills the names of both ends of `socks`, which belong to `snapshot`, and returns how many
 * addresses had no answer within RESOLVE_LIMIT_MS. */
size_t names_annotate(struct snapshot *snapshot, struct sock *const *socks, size_t count);

/* Fills `service` of their names, by the ports of this machine's services(5). Nobody is asked. */
void names_add_services(struct snapshot *snapshot, struct sock *const *socks, size_t count);
