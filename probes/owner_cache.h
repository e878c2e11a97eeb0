#pragma once
/* Who holds which socket, look after look, at the cost of what changed: a process is read again
 * only if there is reason to. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"

struct owner_cache;

struct owner_cache *owner_cache_create(void);
void owner_cache_destroy(struct owner_cache *cache);

/* A look begins; then every socket's inode (0 is none) is told, then owner_cache_update() finds
 * out about those that are new. `now_ns` is of a clock that never goes back; it limits how often
 * everybody is looked into for sockets that nobody seems to hold. Who knows which inodes are told
 * next says so, for speed alone. `needs` (enum sock_need) is what is read of a process; once it is
 * more than in the look before, processes are read again. */
void owner_cache_begin(struct owner_cache *cache, uint32_t needs);
void owner_cache_expect(const struct owner_cache *cache, uint32_t inode);
void owner_cache_tell(struct owner_cache *cache, uint32_t inode);
void owner_cache_update(struct owner_cache *cache, uint64_t now_ns);

/* What it took since the cache was created. */
struct owner_cache_statistics {
	uint64_t rounds;    /* in which all processes were asked for the number of descriptors */
	uint64_t walks;     /* in which all processes were read */
	uint64_t processes; /* that were read */
	uint64_t listed;    /* descriptors in the lists of those */
	uint64_t links;     /* of descriptors that were read */
};
struct owner_cache_statistics owner_cache_statistics(const struct owner_cache *cache);

/* After owner_cache_update(): how far it can be trusted, and the report. `hidden` is 0: who asks
 * counts. */
struct owner_summary owner_cache_summary(const struct owner_cache *cache,
                                         struct probe_report *report);

/* Every process that holds a socket of this look, each once; then every descriptor by which it
 * does, as `process`, an index in the order of the first call, and `fd`. Processes and what they
 * point to live until the next owner_cache_begin(). */
typedef void (*owner_cache_process_fn)(void *context, const struct process *process);
typedef void (*owner_cache_holder_fn)(void *context, uint32_t inode, uint32_t process, uint32_t fd);
void owner_cache_each(const struct owner_cache *cache, owner_cache_process_fn process,
                      owner_cache_holder_fn holder, void *context);
