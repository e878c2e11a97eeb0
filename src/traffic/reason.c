#include "reason.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

/* Each has one %s, the address. */
struct sentence {
	int error;
	const char *text; /* marked with N_ */
};

static const struct sentence of_udp[] = {
	{ ECONNREFUSED, N_("nobody listens on udp %s") },
};

static const struct sentence of_unix[] = {
	{ ENOENT, N_("there is no UNIX socket %s") },
	{ ENOTDIR, N_("there is no UNIX socket %s: part of its path is no directory") },
	{ ENOTSOCK, N_("%s is no socket") },
	{ EPROTOTYPE, N_("%s is a socket of another kind; try --dgram, --seqpacket or neither") },
	{ EACCES, N_("%s: no permission to connect") },
	{ EAGAIN, N_("%s is busy: its queue of connections is full") },
	{ ETIMEDOUT, N_("%s is busy: its queue of connections is full") },
};

static const struct sentence of_any[] = {
	{ ECONNREFUSED, N_("%s refused the connection: nobody listens there") },
	{ ETIMEDOUT, N_("%s does not answer in time; --timeout gives it more") },
	{ ECONNRESET, N_("%s reset the connection") },
	{ EPIPE, N_("%s has closed the connection") },
	{ ENETUNREACH, N_("%s cannot be reached: there is no route to that network") },
	{ EHOSTUNREACH, N_("%s cannot be reached: there is no way to that host") },
	{ EACCES, N_("%s: the system does not permit it (a broadcast address, or a firewall)") },
	{ EPERM, N_("%s: a firewall of this machine does not permit it") },
	{ EINVAL,
	  N_("%s cannot be connected to; a link-local one needs its interface, as fe80::1%%eth0") },
	{ EMSGSIZE, N_("%s: the message is too long for a datagram") },
	{ EADDRNOTAVAIL,
	  N_("%s: no local address or port is free for it; IPv6 may be off (net.ipv6)") },
};

static const char *find(const struct sentence *sentences, size_t count, int error) {
	for (size_t i = 0; i < count; i++) {
		if (sentences[i].error == error)
			return _(sentences[i].text);
	}
	return NULL;
}

char *reason_of(const struct address *address, int type, int error) {
	const struct address_text text = address_text(address);
	const char *format = NULL;
	if (address->any.sa_family == AF_UNIX)
		format = find(of_unix, ARRAY_LENGTH(of_unix), error);
	else if (type == SOCK_DGRAM)
		format = find(of_udp, ARRAY_LENGTH(of_udp), error);
	if (!format)
		format = find(of_any, ARRAY_LENGTH(of_any), error);
	if (!format)
		return xasprintf("%s: %s", text.text, strerror(error));
	return xasprintf(format, text.text); /* NOLINT(clang-diagnostic-format-nonliteral) */
}

struct reason_time reason_time(uint64_t ns) {
	struct reason_time time;
	snprintf(time.text, sizeof(time.text), "%.6gs", (double)ns / 1e9);
	return time;
}
