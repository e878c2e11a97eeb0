#pragma once
/* Addresses of sockets, as the kernel takes them and as people write them. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
	socklen_t length; /* of what is used of the union */
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	};
};

/* "127.0.0.1:1234", "[::1]:1234", "[fe80::1%eth0]:22", "/run/x", "@abstract", "(unnamed)", or "-"
 * for none; bytes of a UNIX name are escaped. */
struct address_text {
	char text[460];
};
struct address_text address_text(const struct address *address);

/* That of `fd` itself, or of its peer; of length 0 if there is none. */
struct address address_of(int fd);
struct address address_of_peer(int fd);

/* A port of this machine that nobody listens on, and from which the kernel has just called, answers
 * itself: both ends open at the same time (RFC 9293, section 3.5). */
bool address_is_its_own_peer(int fd);

/* The port, in host order; 0 of a UNIX socket. */
uint16_t address_port(const struct address *address);

/* An IPv4 or IPv6 address with a port in host order. `host` is a number, with %DEVICE if it is
 * link-local. */
bool address_parse(const char *host, uint16_t port, struct address *address);

/* A path, or an abstract name behind '@'. False with a reason, translated, if the kernel has no
 * room for it. */
bool address_parse_unix(const char *name, struct address *address, const char **reason);
