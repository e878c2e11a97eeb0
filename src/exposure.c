/* A row for each network that not everybody can reach. What lies in none of them is public. */

#include "exposure.h"

#include <string.h>

#include "sock.h"
#include "util.h"

struct network {
	uint8_t address[16];
	unsigned length; /* bits of it that count */
	enum exposure exposure;
};

static const struct network inet_networks[] = {
	{ { 0, 0, 0, 0 }, 32, EXPOSURE_EVERY },
	{ { 127 }, 8, EXPOSURE_LOOPBACK },
	{ { 10 }, 8, EXPOSURE_PRIVATE },
	{ { 172, 16 }, 12, EXPOSURE_PRIVATE },
	{ { 192, 168 }, 16, EXPOSURE_PRIVATE },
	{ { 169, 254 }, 16, EXPOSURE_PRIVATE }, /* link-local */
	{ { 100, 64 }, 10, EXPOSURE_PRIVATE },  /* shared behind a provider's NAT */
};

static const struct network inet6_networks[] = {
	{ { 0 }, 128, EXPOSURE_EVERY },
	{ { [15] = 1 }, 128, EXPOSURE_LOOPBACK },
	{ { 0xfc }, 7, EXPOSURE_PRIVATE },
	{ { 0xfe, 0x80 }, 10, EXPOSURE_PRIVATE }, /* link-local */
};

static enum exposure find(const uint8_t *address, const struct network *networks, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (util_has_prefix(address, networks[i].address, networks[i].length))
			return networks[i].exposure;
	}
	return EXPOSURE_PUBLIC;
}

/* IPv6 that stands for IPv4 is what that is. */
enum exposure exposure_of(const struct sock *sock) {
	const uint8_t *address = sock->local.address;
	const uint8_t *inet = sock_inet_bytes((enum sock_family)sock->family, address);
	if (inet)
		return find(inet, inet_networks, ARRAY_LENGTH(inet_networks));
	return find(address, inet6_networks, ARRAY_LENGTH(inet6_networks));
}

const char *exposure_name(enum exposure exposure) {
	static const char *const names[] = {
		[EXPOSURE_LOOPBACK] = N_("loopback"),
		[EXPOSURE_PRIVATE] = N_("private"),
		[EXPOSURE_PUBLIC] = N_("public"),
		[EXPOSURE_EVERY] = N_("every address"),
	};
	_Static_assert(ARRAY_LENGTH(names) == EXPOSURE_COUNT, "a name for each");
	return names[exposure];
}
