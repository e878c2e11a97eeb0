#pragma once
/* owner_resolve() for looks that follow each other: who was found before is not looked for again.
 */

#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"

struct owner_cache;

/* As owner_resolve() for everyone; `now_ns` as in owner_cache_update(). */
struct owner_summary owner_recall(struct owner_cache *cache, struct snapshot *snapshot,
                                  struct sock *const *socks, size_t count, uint32_t needs,
                                  uint64_t now_ns);
