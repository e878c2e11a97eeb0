#pragma once
/* One server, as it was asked for on the command line. */

#include <stdbool.h>
#include <stdint.h>

enum service_kind {
	SERVICE_TCP,
	SERVICE_DAYTIME, /* RFC 867, over TCP */
	SERVICE_UDP,
	SERVICE_HTTP,
	SERVICE_WS,
	SERVICE_UNIX_STREAM,
	SERVICE_UNIX_DGRAM,
	SERVICE_UNIX_SEQPACKET,
	SERVICE_KIND_COUNT,
};

enum service_answer {
	SERVICE_ECHO,
	SERVICE_REPLY,   /* with `reply`, to each message */
	SERVICE_DISCARD, /* with nothing; RFC 863 */
	SERVICE_CHARGEN, /* without being asked; RFC 864 */
};

/* Strings are borrowed from the command line. */
struct service {
	enum service_kind kind;
	enum service_answer answer;
	uint16_t port;    /* 0: of UNIX */
	const char *path; /* UNIX: its name; HTTP: the directory */
	const char *bind; /* an address, "any", or NULL: loopback */
	const char *reply;
	const char *greeting; /* sent to who connects, or NULL */
	uint64_t rate;        /* CHARGEN: bytes per second; 0: as fast as it goes */
	int backlog;
	uint64_t max_clients; /* 0: any number */
	bool once;            /* it ends with its first client */
};

/* "tcp", "udp", "unix"; never translated. */
const char *service_name(enum service_kind kind);
