/* Every name and alias once with each of its ports, sorted; two arrays indexed by port borrow the
 * names. A protocol without an array of its own uses the one that it is like. */

#include "services.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { PORT_COUNT = 65536 };

struct entry {
	char *name;
	uint16_t port;
};

struct services {
	const char *stream[PORT_COUNT];
	const char *datagram[PORT_COUNT];
	struct entry *entries;
	size_t count;
	size_t capacity;
};

static const char *add(struct services *services, const char *name, uint16_t port) {
	if (services->count == services->capacity) {
		services->capacity = services->capacity ? services->capacity * 2 : 512;
		services->entries = xreallocarray(services->entries, services->capacity,
		                                  sizeof(*services->entries));
	}
	struct entry *entry = &services->entries[services->count++];
	*entry = (struct entry){ xasprintf("%s", name), port };
	return entry->name;
}

/* The first name of a port is the official one. */
static void keep(struct services *services, const struct servent *service) {
	const uint16_t port = ntohs((uint16_t)service->s_port);
	const char *name = add(services, service->s_name, port);
	for (char **alias = service->s_aliases; *alias; alias++)
		add(services, *alias, port);
	if (strcmp(service->s_proto, "tcp") == 0 && !services->stream[port])
		services->stream[port] = name;
	else if (strcmp(service->s_proto, "udp") == 0 && !services->datagram[port])
		services->datagram[port] = name;
}

static int compare_entries(const void *a, const void *b) {
	const struct entry *left = a;
	const struct entry *right = b;
	const int order = strcmp(left->name, right->name);
	return order ? order : (left->port > right->port) - (left->port < right->port);
}

/* The C library reads one list for the whole process, and more than one thread wants it. */
struct services *services_load(int *error) {
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct services *services = xcalloc(1, sizeof(*services));
	const struct servent *service;
	pthread_mutex_lock(&mutex);
	errno = 0;
	setservent(1);
	while ((service = getservent()))
		keep(services, service);
	*error = util_is_shortage(errno) ? errno : 0;
	endservent();
	pthread_mutex_unlock(&mutex);
	if (services->count > 0)
		qsort(services->entries, services->count, sizeof(*services->entries),
		      compare_entries);
	return services;
}

void services_destroy(struct services *services) {
	for (size_t i = 0; services && i < services->count; i++)
		free(services->entries[i].name);
	if (services)
		free(services->entries);
	free(services);
}

const char *services_find(const struct services *services, enum sock_protocol protocol,
                          uint32_t port) {
	if (port >= PORT_COUNT)
		return NULL;
	switch (protocol) {
	case SOCK_PROTOCOL_TCP:
	case SOCK_PROTOCOL_MPTCP:
		return services->stream[port];
	case SOCK_PROTOCOL_UDP:
	case SOCK_PROTOCOL_UDPLITE:
		return services->datagram[port];
	case SOCK_PROTOCOL_RAW: /* its port is an IP protocol */
	case SOCK_PROTOCOL_SCTP:
	case SOCK_PROTOCOL_UNIX_STREAM:
	case SOCK_PROTOCOL_UNIX_DGRAM:
	case SOCK_PROTOCOL_UNIX_SEQPACKET:
	case SOCK_PROTOCOL_PACKET_RAW:
	case SOCK_PROTOCOL_PACKET_DGRAM:
	case SOCK_PROTOCOL_NETLINK:
	case SOCK_PROTOCOL_VSOCK_STREAM:
	case SOCK_PROTOCOL_VSOCK_DGRAM:
	case SOCK_PROTOCOL_VSOCK_SEQPACKET:
	case SOCK_PROTOCOL_XDP:
	case SOCK_PROTOCOL_COUNT:
		break;
	}
	return NULL;
}

/* A name has a few ports, side by side in their order; of two protocols it is mostly the same one.
 */
size_t services_ports(const struct services *services, const char *name, size_t length,
                      uint16_t *ports, size_t max) {
	const struct entry *previous = NULL;
	size_t count = 0;
	for (size_t i = 0; i < services->count; i++) {
		const struct entry *entry = &services->entries[i];
		if (strlen(entry->name) != length || memcmp(entry->name, name, length) != 0)
			continue;
		if (previous && previous->port == entry->port)
			continue;
		if (count < max)
			ports[count] = entry->port;
		previous = entry;
		count++;
	}
	return count;
}
