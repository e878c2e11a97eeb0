/* SIOCGIFNAME on one socket: few sockets are bound to a device, and to few devices. */

#include "interface.h"

#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

struct interface_name {
	uint32_t index;
	bool known;
	char text[IF_NAMESIZE];
};

void interface_open(struct interface_cache *cache) {
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	*cache = (struct interface_cache){ .fd = fd >= 0 ? fd : -errno };
}

void interface_close(struct interface_cache *cache) {
	if (cache->fd > 0)
		close(cache->fd);
	free(cache->names);
	*cache = (struct interface_cache){ 0 };
}

static struct interface_name ask(int fd, uint32_t index) {
	struct interface_name name = { .index = index };
	struct ifreq request = { .ifr_ifindex = (int)index };
	name.known = ioctl(fd, SIOCGIFNAME, &request) == 0;
	if (name.known)
		memcpy(name.text, request.ifr_name, sizeof(name.text) - 1);
	return name;
}

const char *interface_find(struct interface_cache *cache, uint32_t index) {
	for (size_t i = 0; i < cache->count; i++) {
		if (cache->names[i].index == index)
			return cache->names[i].known ? cache->names[i].text : NULL;
	}
	if (cache->fd <= 0)
		return NULL;
	cache->names = xreallocarray(cache->names, cache->count + 1, sizeof(*cache->names));
	cache->names[cache->count++] = ask(cache->fd, index);
	return interface_find(cache, index);
}

/* The kernel also knows a device by names that are not its own; and one that was renamed goes on
 * with the name that was told first. */
uint32_t interface_index(struct interface_cache *cache, const char *name) {
	struct ifreq request = { 0 };
	const size_t length = strlen(name);
	if (cache->fd <= 0 || length >= sizeof(request.ifr_name))
		return 0;
	memcpy(request.ifr_name, name, length);
	if (ioctl(cache->fd, SIOCGIFINDEX, &request) != 0)
		return 0;
	const uint32_t index = (uint32_t)request.ifr_ifindex;
	const char *told = interface_find(cache, index);
	return told && strcmp(told, name) == 0 ? index : 0;
}
