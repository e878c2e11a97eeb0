/* Filters of any bytes: refused with a place and a reason, or understood, printed, read again as
 * the same, asked for what probes may leave out, and tried on sockets of several kinds. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "out.h"
#include "tcp_info.h"
#include "util.h"

static const struct process process = {
	.pid = 42, .comm = "worker", .comm_length = 6, .exe = "python3", .exe_length = 7
};
static const struct owner owners[] = { { &process, 3 }, { &process, 4 } };
static const struct tcp_counters tcp = { .rtt = 50001, .snd_cwnd = 10, .options = 7 };
static const struct sock_memory memory = { .rcvbuf = 1000, .length = 36 };
static struct sock_unix un = { .name = { "@a\0b", 4, true }, .peer_name = { "/run/x", 6, false } };
static const struct sock_packet packet = { .ethertype = 3 };
static const struct sock_netlink netlink = { .protocol = 17 };

static const struct sock_names end_names = { .local.host = "localhost" };

static const struct sock socks[] = {
	{ .known = UINT32_MAX,
	  .state = SOCK_STATE_ESTABLISHED,
	  .local = { .address = { 127, 0, 0, 1 }, .port = 22 },
	  .names = &end_names,
	  .peer = { .address = { 10, 1, 2, 3 }, .port = 50000 },
	  .owner_count = 2,
	  .owners = owners,
	  .ownership = SOCK_OWNERSHIP_SEVERAL,
	  .tcp = &tcp,
	  .tcp_length = sizeof(tcp),
	  .memory = &memory,
	  .algorithm = "cubic",
	  .algorithm_length = 5,
	  .ifindex = 1,
	  .interface_name = "lo",
	  .user = "root",
	  .cgroup = "/system.slice/a" },
	{ .known = SOCK_KNOWS_PORTS,
	  .protocol = SOCK_PROTOCOL_UDP,
	  .family = SOCK_FAMILY_INET6,
	  .state = SOCK_STATE_CLOSE,
	  .local = { .address = { [10] = 0xff, 0xff, 10, 1, 2, 3 }, .port = 65535 },
	  .cgroup = "/" },
	{ .protocol = SOCK_PROTOCOL_UNIX_STREAM,
	  .family = SOCK_FAMILY_UNIX,
	  .state = SOCK_STATE_LISTEN,
	  .un = &un },
	{ .protocol = SOCK_PROTOCOL_PACKET_RAW,
	  .family = SOCK_FAMILY_PACKET,
	  .state = SOCK_STATE_CLOSE,
	  .packet = &packet },
	{ .known = SOCK_KNOWS_PORTS,
	  .protocol = SOCK_PROTOCOL_NETLINK,
	  .family = SOCK_FAMILY_NETLINK,
	  .state = SOCK_STATE_CLOSE,
	  .local.port = UINT32_MAX,
	  .netlink = &netlink },
	{ .protocol = SOCK_PROTOCOL_VSOCK_STREAM,
	  .family = SOCK_FAMILY_VSOCK,
	  .state = SOCK_STATE_LISTEN },
	{ .protocol = SOCK_PROTOCOL_XDP, .family = SOCK_FAMILY_XDP, .state = SOCK_STATE_CLOSE },
};

static size_t find_ports(void *context, const char *name, size_t length, uint16_t *ports,
                         size_t max) {
	(void)context;
	for (size_t i = 0; i < max; i++)
		ports[i] = (uint16_t)(22 * (i + 1));
	return length > 2 && memcmp(name, "ssh", 3) == 0 ? length : 0;
}

static const char *find_named(void *context, const char *name, size_t length) {
	static const char *const filters[][2] = {
		{ "web", "port 80 or port 443" },
		{ "loop", "tcp and @loop" },
		{ "bad", "tcp (" },
		{ "tree", "@loop or not @tree" },
		{ "empty", "" },
	};
	(void)context;
	for (size_t i = 0; i < ARRAY_LENGTH(filters); i++) {
		if (strlen(filters[i][0]) == length && memcmp(filters[i][0], name, length) == 0)
			return filters[i][1];
	}
	return NULL;
}

static const struct filter_names names = { .ports = find_ports, .named = find_named };

/* In memory of its own, so that a sanitizer sees a read behind it. */
static char *copy_text(const void *bytes, size_t length) {
	char *text = xmalloc(length + 1);
	if (length > 0)
		memcpy(text, bytes, length);
	text[length] = '\0';
	return text;
}

static bool parse(const char *expression, struct filter *filter) {
	struct filter_error error = { 0 };
	*filter = filter_all();
	if (filter_parse(expression, &names, filter, &error))
		return true;
	assert(!filter->tree);
	assert(error.column <= strlen(expression));
	assert(*error.message && *error.what);
	assert(strcmp(error.expression, expression) == 0);
	assert(!strpbrk(error.message, "\n\x1b"));
	free(error.message);
	free(error.expression);
	return false;
}

static char *printed(const struct filter *filter) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_print(filter, &out);
	char *text = copy_text(out.bytes, out.used);
	out_finish(&out);
	return text;
}

static void explain(const struct filter *filter) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_explain(filter, &out);
	assert(out.used > 0);
	out_finish(&out);
}

static void add_addresses(struct filter *filter) {
	static const uint8_t address[16] = { 10, 1, 2, 3 };
	for (size_t i = 0; i < 10 && filter_host_name(filter, i); i++)
		filter_add_address(filter, i, SOCK_FAMILY_INET, address);
}

/* What matches may match early, and is asked for. */
static unsigned try_sockets(const struct filter *filter) {
	const struct want want = filter_want(filter);
	unsigned matches = 0;
	for (unsigned i = 0; i < ARRAY_LENGTH(socks); i++) {
		const struct sock *sock = &socks[i];
		const bool may_match = filter_may_match(filter, sock);
		if (!filter_matches(filter, sock))
			continue;
		matches |= 1u << i;
		assert(may_match);
		assert(want.states[sock->protocol] >> sock->state & 1);
		assert(want.families >> sock->family & 1);
	}
	return matches;
}

static void use(struct filter *filter) {
	const uint32_t *pids = NULL;
	struct filter again;
	char *text = printed(filter);
	assert(parse(text, &again));
	char *same = printed(&again);
	assert(strcmp(text, same) == 0);
	add_addresses(filter);
	add_addresses(&again);
	assert(try_sockets(filter) == try_sockets(&again));
	assert(filter_needs(filter) == filter_needs(&again));
	assert(filter_pids(filter, &pids) == filter_pids(&again, &pids));
	assert(filter_named_protocols(filter) == filter_named_protocols(&again));
	explain(filter);
	filter_finish(&again);
	free(text);
	free(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	char *expression = copy_text(data, size);
	struct filter filter;
	if (parse(expression, &filter))
		use(&filter);
	filter_finish(&filter);
	free(expression);
	return 0;
}
