#pragma once
/* Names of network devices by their index, asked once each. */

#include <stddef.h>
#include <stdint.h>

struct interface_name;

/* Zero-initialise it, then interface_open() inside the network namespace. If that fails, `fd` is
 * -errno and names are not known. */
struct interface_cache {
	int fd; /* a socket to ask with */
	struct interface_name *names;
	size_t count;
};

void interface_open(struct interface_cache *cache);
void interface_close(struct interface_cache *cache);

/* The name, any bytes, or NULL; it lives until interface_close(). */
const char *interface_find(struct interface_cache *cache, uint32_t index);

/* The other way round: the index for which interface_find() tells this name; 0 if not known. */
uint32_t interface_index(struct interface_cache *cache, const char *name);
