#pragma once
/* From where a socket that waits for peers can be reached. Pure. */

struct sock;

/* From the fewest to the most. */
enum exposure {
	EXPOSURE_LOOPBACK, /* from this machine */
	EXPOSURE_PRIVATE, /* from networks that are not routed (RFC 1918, 3927, 4193, 4291, 6598) */
	EXPOSURE_PUBLIC,  /* by one address that everybody may reach */
	EXPOSURE_EVERY,   /* by every address of this machine */
	EXPOSURE_COUNT,
};

/* By the local address of a socket over IP. */
enum exposure exposure_of(const struct sock *sock);

/* For people, marked with N_. */
const char *exposure_name(enum exposure exposure);
