/* Two arrays indexed by port. A protocol without a list of its own uses the one that it is like. */

#include "services.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { PORT_COUNT = 65536 };

struct services {
	char *stream[PORT_COUNT];
	char *datagram[PORT_COUNT];
};

/* The first name of a port is the official one. */
static void keep(char **names, const struct servent *entry) {
	char **name = &names[ntohs((uint16_t)entry->s_port)];
	if (!*name)
		*name = xasprintf("%s", entry->s_name);
}

struct services *services_load(int *error) {
	struct services *services = xcalloc(1, sizeof(*services));
	const struct servent *entry;
	errno = 0;
	setservent(1);
	while ((entry = getservent())) {
		if (strcmp(entry->s_proto, "tcp") == 0)
			keep(services->stream, entry);
		else if (strcmp(entry->s_proto, "udp") == 0)
			keep(services->datagram, entry);
	}
	*error = util_is_shortage(errno) ? errno : 0;
	endservent();
	return services;
}

void services_destroy(struct services *services) {
	for (size_t i = 0; services && i < PORT_COUNT; i++) {
		free(services->stream[i]);
		free(services->datagram[i]);
	}
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
