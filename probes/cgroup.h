#pragma once
/* Paths of version 2 control groups by their id, which is the inode of their directory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroup_path;

/* Zero-initialise it. */
struct cgroup_cache {
	bool loaded;
	struct cgroup_path *paths; /* sorted by id */
	size_t count;
	int error; /* errno if the walk was cut short; 0 if it was not */
};

/* The path below the mount, "/" for the root, any bytes; NULL if there is no such group any more
 * or it cannot be seen. The first call walks the hierarchy. It lives until cgroup_finish(). */
const char *cgroup_find(struct cgroup_cache *cache, uint64_t id);

/* The other way round: the id for which cgroup_find() tells this path; 0 if not known. */
uint64_t cgroup_id(struct cgroup_cache *cache, const char *path);

void cgroup_finish(struct cgroup_cache *cache);
