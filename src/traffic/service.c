#include "service.h"

#include "util.h"

const char *service_name(enum service_kind kind) {
	static const char *const names[] = {
		[SERVICE_TCP] = "tcp",         [SERVICE_DAYTIME] = "daytime",
		[SERVICE_UDP] = "udp",         [SERVICE_HTTP] = "http",
		[SERVICE_WS] = "ws",           [SERVICE_UNIX_STREAM] = "unix",
		[SERVICE_UNIX_DGRAM] = "unix", [SERVICE_UNIX_SEQPACKET] = "unix",
	};
	_Static_assert(ARRAY_LENGTH(names) == SERVICE_KIND_COUNT, "a name for each");
	return names[kind];
}
