/* From where an address can be reached. */

#include <arpa/inet.h>
#include <criterion/criterion.h>

#include "exposure.h"
#include "sock.h"
#include "util.h"

static struct sock at(const char *address) {
	struct sock sock = { .family = SOCK_FAMILY_INET };
	if (inet_pton(AF_INET, address, sock.local.address) == 1)
		return sock;
	sock.family = SOCK_FAMILY_INET6;
	cr_assert_eq(inet_pton(AF_INET6, address, sock.local.address), 1, "%s", address);
	return sock;
}

Test(exposure, is_that_of_the_network_up_to_its_edges) {
	static const struct {
		const char *address;
		enum exposure exposure;
	} rows[] = {
		{ "0.0.0.0", EXPOSURE_EVERY },
		{ "0.0.0.1", EXPOSURE_PUBLIC },
		{ "126.255.255.255", EXPOSURE_PUBLIC },
		{ "127.0.0.1", EXPOSURE_LOOPBACK },
		{ "127.255.255.255", EXPOSURE_LOOPBACK },
		{ "128.0.0.0", EXPOSURE_PUBLIC },
		{ "9.255.255.255", EXPOSURE_PUBLIC },
		{ "10.0.0.0", EXPOSURE_PRIVATE },
		{ "11.0.0.0", EXPOSURE_PUBLIC },
		{ "172.15.255.255", EXPOSURE_PUBLIC },
		{ "172.16.0.0", EXPOSURE_PRIVATE },
		{ "172.31.255.255", EXPOSURE_PRIVATE },
		{ "172.32.0.0", EXPOSURE_PUBLIC },
		{ "192.168.1.1", EXPOSURE_PRIVATE },
		{ "192.169.0.0", EXPOSURE_PUBLIC },
		{ "169.254.1.1", EXPOSURE_PRIVATE },
		{ "100.63.255.255", EXPOSURE_PUBLIC },
		{ "100.64.0.0", EXPOSURE_PRIVATE },
		{ "100.127.255.255", EXPOSURE_PRIVATE },
		{ "100.128.0.0", EXPOSURE_PUBLIC },
		{ "8.8.8.8", EXPOSURE_PUBLIC },
		{ "::", EXPOSURE_EVERY },
		{ "::1", EXPOSURE_LOOPBACK },
		{ "::2", EXPOSURE_PUBLIC },
		{ "fbff::1", EXPOSURE_PUBLIC },
		{ "fc00::", EXPOSURE_PRIVATE },
		{ "fdff::1", EXPOSURE_PRIVATE },
		{ "fe00::1", EXPOSURE_PUBLIC },
		{ "fe80::1", EXPOSURE_PRIVATE },
		{ "febf::1", EXPOSURE_PRIVATE },
		{ "fec0::1", EXPOSURE_PUBLIC },
		{ "2001:db8::1", EXPOSURE_PUBLIC },
		{ "::ffff:127.0.0.1", EXPOSURE_LOOPBACK },
		{ "::ffff:10.1.1.1", EXPOSURE_PRIVATE },
		{ "::ffff:0.0.0.0", EXPOSURE_EVERY },
		{ "::ffff:8.8.8.8", EXPOSURE_PUBLIC },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sock sock = at(rows[i].address);
		cr_expect_eq(exposure_of(&sock), rows[i].exposure, "%s is %s", rows[i].address,
		             exposure_name(exposure_of(&sock)));
	}
}

Test(exposure, has_a_name) {
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		cr_expect(exposure_name((enum exposure)i)[0]);
}
