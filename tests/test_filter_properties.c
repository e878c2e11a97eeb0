/* Random expressions over random sockets: what must hold whatever they are. A round is made of its
 * number alone, which is printed when it fails. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "hint.h"
#include "out.h"
#include "tcp_info.h"
#include "util.h"

enum { SOCKS = 12, ROUNDS = 20000, DEPTH = 3, OWNERS_MAX = 3 };

/* Dice. */

struct dice {
	uint64_t state;
};

/* Rounds that follow each other have nothing in common. */
static struct dice dice_of(size_t round) {
	return (struct dice){ (round + 1) * 0x9e3779b97f4a7c15 };
}

static size_t roll(struct dice *dice, size_t sides) {
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (size_t)(dice->state >> 20) % sides;
}

static bool flip(struct dice *dice) {
	return roll(dice, 2) == 0;
}

#define PICK(dice, array) (array)[roll(dice, ARRAY_LENGTH(array))]

/* Expressions. Values are those that the sockets below have, or nearly. */

static const char *const ports[] = { "0",     "1",     "6",     "22",    "53",    "80",  ":443",
	                             "32768", "50000", "60999", "61000", "65535", "ssh", "0x16" };
static const char *const port_sets[] = { "1-22",   "0-65535",     "22-22",
	                                 "80,443", "1,2,3,50000", "53,0-22",
	                                 "*",      "x-service",   "22,ssh,60000-65535" };
static const char *const hosts[] = { "*",
	                             "any",
	                             "127.0.0.1",
	                             "10.1.2.3",
	                             "10/8",
	                             "0/0",
	                             "0.0.0.0",
	                             "10.1.2.0/255.255.255.0",
	                             "::1",
	                             "::",
	                             "::/0",
	                             "2001:db8::/32",
	                             "[2001:db8::1]",
	                             "::ffff:10.1.2.3",
	                             "::ffff:0:0/96",
	                             "*:22",
	                             ":443",
	                             "10.1.2.3:22",
	                             "10.1.2.3/31:20-30",
	                             "127/8:ssh",
	                             "[::1]:50000",
	                             "inet:*",
	                             "inet6:*",
	                             "inet:10.1.2.3",
	                             "one.host",
	                             "one.host:22",
	                             "nowhere.invalid",
	                             "10.1.2.3,::1,one.host",
	                             "127.0.0.1:22,*:53" };
static const char *const patterns[] = { "unix:*",          "/run/*",
	                                "@abstract",       "\"@a\\x00?\"",
	                                "unix:",           "netlink:*",
	                                "netlink:rtnl",    "netlink:*:kernel",
	                                "link:*",          "packet:*:eth0",
	                                "vsock:*",         "vsock:2",
	                                "xdp:*",           "/run/a.sock,10.1.2.3",
	                                "unix:*,netlink:*" };
static const char *const devices[] = { "0", "1", "3", "if3", "lo", "eth0", "wlan0", "none0" };
static const char *const marks[] = { "0", "1", "0x101", "0x100/0xff00", "1/0", "0/0", "0/1" };
static const char *const cgroups[] = { "/", "/*", "/a", "/a/*", "/a/b", "a/b/*", "/ab", "/c" };
static const char *const states[] = { "listen",      "estab",     "time-wait",    "unconn",
	                              "syn_recv",    "connected", "synchronized", "bucket",
	                              "big",         "all",       "fin-wait-2",   "listen,estab",
	                              "cookie_wait", "closing" };
static const char *const protocols[] = { "tcp",   "udp", "raw",    "mptcp",   "sctp",
	                                 "unix",  "xdp", "packet", "netlink", "vsock",
	                                 "u_str", "nl",  "p_raw" };
static const char *const families[] = { "inet", "ipv6", "unix", "packet", "netlink", "vsock" };
static const char *const numbers[] = { "0", "1", "1K", "1.5", "1000", "1001", "0.5K", "99T" };
static const char *const number_sets[] = { "0-1", "0,1,1K", "1-1Ki", "1.5-0.5K", "0,999-1001" };
static const char *const times[] = { "0", "50ms", "31us", "31", "49.9995ms", "0.05s", "1d" };
static const char *const cookies[] = { "0x10", "0x1000", "0xffffffffffffffff" };
static const char *const pids[] = { "80", "4242", "1" };
static const char *const pid_sets[] = { "80,4242", "1-79", "80-90", "1,2,3,4,80" };
static const char *const flags[] = { "0", "1" };
static const char *const processes[] = { "nginx", "python3", "worker", "\"\"", "nginx,worker" };
static const char *const users[] = { "root", "ana", "root,ana", "nobody" };
static const char *const ownerships[] = { "exact", "several", "none", "hidden", "EXACT,none" };
static const char *const algorithms[] = { "cubic", "bbr", "cubic,reno" };
static const char *const shutdowns[] = { "recv", "send", "recv,send" };
static const char *const regexes[] = { "a", "^a", "n$", "^$", ".", "'[0-9]+'", "'(r|n)[a-z]*'" };

enum relation { RELATION_EQUAL, RELATION_ORDER };

/* Terms with a name in front: `values` for every comparison, `sets` for = and != only. */
static const struct shape {
	const char *name;
	enum relation relation;
	const char *const *values;
	size_t value_count;
	const char *const *sets;
	size_t set_count;
} shapes[] = {
#define VALUES(array) array, ARRAY_LENGTH(array)
	{ "sport", RELATION_ORDER, VALUES(ports), VALUES(port_sets) },
	{ "dport", RELATION_ORDER, VALUES(ports), VALUES(port_sets) },
	{ "port", RELATION_ORDER, VALUES(ports), VALUES(port_sets) },
	{ "src", RELATION_EQUAL, VALUES(hosts), VALUES(hosts) },
	{ "dst", RELATION_EQUAL, VALUES(hosts), VALUES(hosts) },
	{ "host", RELATION_EQUAL, VALUES(hosts), VALUES(hosts) },
	{ "src", RELATION_EQUAL, VALUES(patterns), NULL, 0 },
	{ "dst", RELATION_EQUAL, VALUES(patterns), NULL, 0 },
	{ "host", RELATION_EQUAL, VALUES(patterns), NULL, 0 },
	{ "dev", RELATION_EQUAL, VALUES(devices), NULL, 0 },
	{ "fwmark", RELATION_EQUAL, VALUES(marks), NULL, 0 },
	{ "cgroup", RELATION_EQUAL, VALUES(cgroups), NULL, 0 },
	{ "state", RELATION_EQUAL, VALUES(states), NULL, 0 },
	{ "proto", RELATION_EQUAL, VALUES(protocols), NULL, 0 },
	{ "family", RELATION_EQUAL, VALUES(families), NULL, 0 },
	{ "recvq", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "rcvbuf", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "mark", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "ifindex", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "uid", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "cwnd", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "reordering", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "peer_inode", RELATION_ORDER, VALUES(numbers), VALUES(number_sets) },
	{ "rtt", RELATION_ORDER, VALUES(times), NULL, 0 },
	{ "timer_left", RELATION_ORDER, VALUES(times), NULL, 0 },
	{ "cookie", RELATION_ORDER, VALUES(cookies), NULL, 0 },
	{ "v6only", RELATION_ORDER, VALUES(flags), NULL, 0 },
	{ "pid", RELATION_ORDER, VALUES(pids), VALUES(pid_sets) },
	{ "fd", RELATION_ORDER, VALUES(pids), VALUES(pid_sets) },
	{ "process", RELATION_EQUAL, VALUES(processes), NULL, 0 },
	{ "comm", RELATION_EQUAL, VALUES(processes), NULL, 0 },
	{ "user", RELATION_EQUAL, VALUES(users), NULL, 0 },
	{ "owner", RELATION_EQUAL, VALUES(ownerships), NULL, 0 },
	{ "cong", RELATION_EQUAL, VALUES(algorithms), NULL, 0 },
	{ "shutdown", RELATION_EQUAL, VALUES(shutdowns), NULL, 0 },
#undef VALUES
};

static const char *const words[] = {
	"tcp",       "udp",         "raw",       "mptcp",          "unix",  "netlink", "packet",
	"vsock",     "ipv4",        "inet6",     "listen",         "estab", "all",     "none",
	"time_wait", "v6only",      "autobound", "connected",      "22",    ":53",     "::1",
	"bucket",    "10.1.2.3:22", "1-1024",    "bound-inactive",
};

static const char *const regex_fields[] = { "process", "user",   "src",   "dst",        "local",
	                                    "peer",    "owners", "state", "src_name",   "recvq",
	                                    "cgroup",  "iface",  "cong",  "peer_owners" };

static const char *const comparisons[] = { "=", "!=", "", ">", "<", ">=", "<=" };

static void put_shape(struct out *out, struct dice *dice, const struct shape *shape) {
	const bool takes_all = shape->relation == RELATION_ORDER;
	const size_t comparison = roll(dice, takes_all ? ARRAY_LENGTH(comparisons) : 3);
	const bool of_sets = comparison < 3 && shape->set_count > 0 && flip(dice);
	const char *value = of_sets ? shape->sets[roll(dice, shape->set_count)]
	                            : shape->values[roll(dice, shape->value_count)];
	out_printf(out, "%s %s %s", shape->name, comparisons[comparison], value);
}

static void put_term(struct out *out, struct dice *dice) {
	switch (roll(dice, 8)) {
	case 0:
	case 1:
		out_text(out, PICK(dice, words));
		break;
	case 2:
		out_printf(out, "%s %s %s", PICK(dice, regex_fields), flip(dice) ? "~" : "!~",
		           PICK(dice, regexes));
		break;
	default:
		put_shape(out, dice, &PICK(dice, shapes));
	}
}

static void put_expression(struct out *out, struct dice *dice, int depth) {
	static const char *const between[] = { " ", " and ", " or ", " | ", " && " };
	const size_t kind = depth == 0 ? 0 : roll(dice, 4);
	if (kind == 0) {
		put_term(out, dice);
		return;
	}
	out_text(out, kind == 1 ? "not (" : "(");
	put_expression(out, dice, depth - 1);
	for (size_t count = kind == 1 ? 0 : 1 + roll(dice, 2); count > 0; count--) {
		out_text(out, PICK(dice, between));
		put_expression(out, dice, depth - 1);
	}
	out_text(out, ")");
}

/* To be freed. */
static char *random_expression(struct dice *dice) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	put_expression(&out, dice, DEPTH);
	out_char(&out, '\0');
	return out.bytes;
}

static size_t find_ports(void *context, const char *name, size_t length, uint16_t *found,
                         size_t max) {
	(void)context;
	if (max < 2 || length < 3)
		return 0;
	found[0] = 22;
	found[1] = 65535;
	return name[0] == 's' ? 1 : 2;
}

static const struct filter_names names = { .ports = find_ports };

/* "one.host" is at these, every other name at none. */
static void add_addresses(struct filter *filter) {
	static const uint8_t v4[16] = { 10, 1, 2, 3 };
	static const uint8_t v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	for (size_t i = 0; filter_host_name(filter, i); i++) {
		if (strcmp(filter_host_name(filter, i), "one.host") != 0)
			continue;
		filter_add_address(filter, i, SOCK_FAMILY_INET, v4);
		filter_add_address(filter, i, SOCK_FAMILY_INET6, v6);
	}
}

static struct filter parse(const char *expression) {
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	cr_assert(filter_parse(expression, &names, &filter, &error), "'%s' at %zu: %s", expression,
	          error.column, error.message);
	add_addresses(&filter);
	return filter;
}

/* Sockets: everything that a term may ask for is known of some and not of others. What the kernel
 * always tells is always known: ports, addresses and the device of a socket of IP. */

static const struct process process_table[] = {
	{ .pid = 80, .comm = "nginx", .comm_length = 5 },
	{ .pid = 4242, .comm = "worker", .comm_length = 6, .exe = "python3", .exe_length = 7 },
	{ .pid = 1, .comm = "", .comm_length = 0 },
};

static const uint8_t addresses_v4[][16] = {
	{ 0 }, { 127, 0, 0, 1 }, { 10, 1, 2, 3 }, { 10, 1, 2 }
};
static const uint8_t addresses_v6[][16] = {
	{ 0 },
	{ [15] = 1 },
	{ 0x20, 1, 0xd, 0xb8, [15] = 1 },
	{ 0x20, 1, 0xd, 0xb8, [15] = 2 },
	{ [10] = 0xff, 0xff, 10, 1, 2, 3 },
	{ [10] = 0xff, 0xff, 127, 0, 0, 1 },
	{ [10] = 0xff, 0xff },
};

static const struct {
	uint32_t ifindex;
	const char *name;
} links[] = { { 1, "lo" }, { 3, "eth0" }, { 7, "wlan0" } };

static const struct sock_unix_name unix_names[] = {
	{ NULL, 0, false },       { "/run/a.sock", 11, false }, { "/run/b", 6, false },
	{ "@abstract", 9, true }, { "@a\0b", 4, true },         { "@abstract", 9, false },
	{ "relative", 8, false },
};

static const char *const cgroup_paths[] = { "/", "/a", "/a/b", "/ab", "/c/d" };

/* A socket with all that it points to. */
struct subject {
	struct sock sock;
	struct tcp_counters tcp;
	struct sock_memory memory;
	struct owner owners[OWNERS_MAX], peer_owners[1];
	struct sock_unix un;
	struct sock_packet packet;
	struct sock_netlink netlink;
	struct sock_xdp xdp;
};

static uint32_t random_number(struct dice *dice) {
	static const uint32_t pool[] = { 0, 1, 499, 500, 999, 1000, 1001, 1024, UINT32_MAX };
	return PICK(dice, pool);
}

static uint32_t random_port(struct dice *dice) {
	static const uint32_t pool[] = { 0,     1,     6,     22,    53,    80,   443,
		                         32768, 50000, 60999, 61000, 65535, 32767 };
	return PICK(dice, pool);
}

static void fill_ends(struct sock *sock, struct dice *dice) {
	static const struct sock_names end_names = { .local.host = "name.example" };
	struct sock_endpoint *const ends[] = { &sock->local, &sock->peer };
	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
		if (sock->family == SOCK_FAMILY_INET6)
			memcpy(ends[i]->address, PICK(dice, addresses_v6), 16);
		else
			memcpy(ends[i]->address, PICK(dice, addresses_v4), 16);
		ends[i]->port = random_port(dice);
	}
	if (flip(dice))
		sock->names = &end_names;
	sock->known |= SOCK_KNOWS_PORTS;
}

static void fill_device(struct sock *sock, struct dice *dice) {
	const size_t link = roll(dice, ARRAY_LENGTH(links));
	if (flip(dice))
		return;
	sock->known |= SOCK_KNOWS_INTERFACE;
	sock->ifindex = links[link].ifindex;
	sock->interface_name = flip(dice) ? links[link].name : NULL;
}

static void fill_tcp(struct subject *subject, struct dice *dice) {
	static const uint32_t rtts[] = { 0, 31, 49999, 50000, 50001 };
	struct sock *sock = &subject->sock;
	if (sock->state == SOCK_STATE_TIME_WAIT || flip(dice))
		return;
	subject->tcp.rtt = PICK(dice, rtts);
	subject->tcp.snd_cwnd = random_number(dice);
	subject->tcp.reordering = random_number(dice);
	sock->tcp = &subject->tcp;
	sock->tcp_length = flip(dice) ? sizeof(subject->tcp) : 72; /* up to `rttvar` */
	sock->algorithm = flip(dice) ? "cubic" : "bbr";
	sock->algorithm_length = (uint32_t)strlen(sock->algorithm);
}

static void fill_ip(struct subject *subject, struct dice *dice) {
	struct sock *sock = &subject->sock;
	sock->family = flip(dice) ? SOCK_FAMILY_INET : SOCK_FAMILY_INET6;
	fill_ends(sock, dice);
	fill_device(sock, dice);
	sock->v6only = flip(dice);
	sock->mark = flip(dice) ? 0x101 : random_number(dice);
	sock->cgroup = flip(dice) ? PICK(dice, cgroup_paths) : NULL;
	if (flip(dice))
		sock->known |= SOCK_KNOWS_MARK;
	if (sock->family == SOCK_FAMILY_INET6 && flip(dice))
		sock->known |= SOCK_KNOWS_V6ONLY;
	if (sock->protocol == SOCK_PROTOCOL_TCP)
		fill_tcp(subject, dice);
}

static void fill_unix(struct subject *subject, struct dice *dice) {
	subject->un.name = PICK(dice, unix_names);
	subject->un.peer_name = PICK(dice, unix_names);
	subject->un.peer_inode = random_number(dice);
	subject->un.known = flip(dice) ? SOCK_UNIX_KNOWS_PEER : 0;
	subject->un.peer_owner_count = flip(dice);
	subject->un.peer_owners = subject->peer_owners;
	subject->sock.family = SOCK_FAMILY_UNIX;
	subject->sock.un = &subject->un;
}

static void fill_other(struct subject *subject, struct dice *dice) {
	struct sock *sock = &subject->sock;
	if (SOCK_PROTOCOLS_PACKET >> sock->protocol & 1) {
		sock->family = SOCK_FAMILY_PACKET;
		sock->packet = &subject->packet;
		fill_device(sock, dice);
	} else if (sock->protocol == SOCK_PROTOCOL_XDP) {
		sock->family = SOCK_FAMILY_XDP;
		sock->xdp = &subject->xdp;
		fill_device(sock, dice);
	} else {
		const bool is_vsock = SOCK_PROTOCOLS_VSOCK >> sock->protocol & 1;
		sock->family = is_vsock ? SOCK_FAMILY_VSOCK : SOCK_FAMILY_NETLINK;
		sock->netlink = is_vsock ? NULL : &subject->netlink;
		subject->netlink.protocol = (uint8_t)roll(dice, 30);
		sock->local.port = flip(dice) ? UINT32_MAX : random_port(dice);
		sock->local.address[3] = (uint8_t)roll(dice, 4);
		sock->known = flip(dice) ? SOCK_KNOWS_PORTS : 0;
	}
}

static void fill_owners(struct subject *subject, struct dice *dice) {
	struct sock *sock = &subject->sock;
	for (size_t i = 0; i < OWNERS_MAX; i++)
		subject->owners[i] = (struct owner){ &PICK(dice, process_table), 1 + (uint32_t)i };
	subject->peer_owners[0] = (struct owner){ &PICK(dice, process_table), 80 };
	sock->owners = subject->owners;
	sock->owner_count = (uint32_t)roll(dice, OWNERS_MAX + 1);
	if (sock->owner_count > 0)
		sock->ownership =
		    sock->owner_count == 1 ? SOCK_OWNERSHIP_EXACT : SOCK_OWNERSHIP_SEVERAL;
	else
		sock->ownership = (uint8_t)roll(dice, SOCK_OWNERSHIP_EXACT);
}

static void fill_common(struct subject *subject, struct dice *dice) {
	static const uint64_t cookie_pool[] = { 0x10, 0x1000, UINT64_MAX };
	const uint32_t plain = SOCK_KNOWS_UID | SOCK_KNOWS_RECVQ | SOCK_KNOWS_COOKIE |
	                       SOCK_KNOWS_TIMER | SOCK_KNOWS_SHUTDOWN;
	struct sock *sock = &subject->sock;
	sock->known |= (uint32_t)roll(dice, SOCK_KNOWS_PORTS) & plain;
	sock->uid = random_number(dice);
	sock->recvq = random_number(dice);
	sock->timer_ms = random_number(dice);
	sock->shutdown = (uint8_t)roll(dice, 4);
	sock->cookie = PICK(dice, cookie_pool);
	sock->user = flip(dice) ? PICK(dice, users) : NULL;
	subject->memory = (struct sock_memory){ .rcvbuf = random_number(dice), .length = 36 };
	sock->memory = flip(dice) ? &subject->memory : NULL;
	fill_owners(subject, dice);
}

static void fill(struct subject *subject, struct dice *dice) {
	struct sock *sock = &subject->sock;
	*subject = (struct subject){ 0 };
	sock->protocol = (uint8_t)(flip(dice) ? roll(dice, SOCK_PROTOCOL_IP_COUNT)
	                                      : roll(dice, SOCK_PROTOCOL_COUNT));
	sock->state = (uint8_t)(1 + roll(dice, SOCK_STATE_COUNT - 1));
	sock->source = roll(dice, 5) == 0 ? SOCK_SOURCE_PROC : SOCK_SOURCE_DIAG;
	if (SOCK_PROTOCOLS_IP >> sock->protocol & 1)
		fill_ip(subject, dice);
	else if (SOCK_PROTOCOLS_UNIX >> sock->protocol & 1)
		fill_unix(subject, dice);
	else
		fill_other(subject, dice);
	fill_common(subject, dice);
}

static void fill_all(struct subject subjects[SOCKS], struct dice *dice) {
	for (size_t i = 0; i < SOCKS; i++)
		fill(&subjects[i], dice);
}

/* Hints, as a kernel would answer that has all the time in the world. */

/* What the kernel knows though it may not have told it. */
struct kernel {
	const struct sock *sock;
	uint32_t mark;
	const char *cgroup;
	bool chose_port;
};

static struct kernel kernel_of(const struct filter *filter, const struct sock *sock,
                               struct dice *dice) {
	const bool told_mark = sock->known & SOCK_KNOWS_MARK;
	const uint32_t port = sock->local.port;
	return (struct kernel){
		.sock = sock,
		.mark = told_mark ? sock->mark : random_number(dice),
		.cgroup = sock->cgroup ? sock->cgroup : PICK(dice, cgroup_paths),
		.chose_port = port >= filter->ephemeral[0] && port <= filter->ephemeral[1],
	};
}

static bool has_prefix(const uint8_t *bytes, const uint8_t *wanted, unsigned bits) {
	for (unsigned i = 0; i < bits; i++) {
		if ((bytes[i / 8] ^ wanted[i / 8]) >> (7 - i % 8) & 1)
			return false;
	}
	return true;
}

static bool is_at(const struct sock *sock, const uint8_t address[16],
                  const struct hint_host *host) {
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff };
	if (sock->family == host->family)
		return has_prefix(address, host->address, host->prefix);
	return sock->family == SOCK_FAMILY_INET6 && has_prefix(address, mapped, 96) &&
	       has_prefix(address + 12, host->address, host->prefix);
}

static bool has_port(const struct hint *hint, uint32_t port) {
	for (size_t i = 0; i < hint->range_count; i++) {
		if (port >= hint->ranges[i].first && port <= hint->ranges[i].last)
			return true;
	}
	return false;
}

static bool is_on(const struct sock *sock, const struct hint *hint) {
	if (!hint->device)
		return sock->ifindex == hint->ifindex;
	for (size_t i = 0; i < ARRAY_LENGTH(links); i++) {
		if (strcmp(links[i].name, hint->device) == 0)
			return sock->ifindex == links[i].ifindex;
	}
	return false;
}

static bool allows(const struct hint *hint, const struct kernel *kernel);

static bool leaf_allows(const struct hint *hint, const struct kernel *kernel) {
	const struct sock *sock = kernel->sock;
	const struct sock_endpoint *end = hint->end == HINT_END_LOCAL ? &sock->local : &sock->peer;
	switch (hint->kind) {
	case HINT_PORTS:
		cr_assert_gt(hint->range_count, 0);
		return has_port(hint, end->port);
	case HINT_HOST:
		return is_at(sock, end->address, &hint->host);
	case HINT_DEVICE:
		return is_on(sock, hint);
	case HINT_MARK:
		return (kernel->mark & hint->mask) == hint->mark;
	case HINT_CGROUP:
		return strcmp(kernel->cgroup, hint->cgroup) == 0;
	case HINT_AUTOBOUND:
		return kernel->chose_port;
	case HINT_AND:
	case HINT_OR:
		break;
	}
	return false;
}

static bool allows(const struct hint *hint, const struct kernel *kernel) {
	if (hint->kind != HINT_AND && hint->kind != HINT_OR)
		return leaf_allows(hint, kernel) != hint->negated;
	const bool is_or = hint->kind == HINT_OR;
	cr_assert_not(hint->negated);
	for (size_t i = 0; i < hint->child_count; i++) {
		if (allows(hint->children[i], kernel) == is_or)
			return is_or;
	}
	return !is_or;
}

/* What is read from /proc was not asked for with hints. */
static const char *what_is_too_narrow(const struct want *want, const struct kernel *kernel) {
	const struct sock *sock = kernel->sock;
	const bool is_ip = SOCK_PROTOCOLS_IP >> sock->protocol & 1;
	if (!(want->states[sock->protocol] >> sock->state & 1))
		return "the states are";
	if (!(want->families >> sock->family & 1))
		return "the families are";
	if (is_ip && sock->source == SOCK_SOURCE_DIAG && want->hints[sock->protocol] &&
	    !allows(want->hints[sock->protocol], kernel))
		return "the hint is";
	return NULL;
}

/* A socket in words, for a failure. */
static const char *told(const struct sock *sock) {
	static char text[200];
	snprintf(text, sizeof(text), "%s, %s, %s, ports %u %u, known %x, source %u",
	         sock_protocol_name((enum sock_protocol)sock->protocol),
	         sock_family_name((enum sock_family)sock->family),
	         sock_state_name((enum sock_state)sock->state), sock->local.port, sock->peer.port,
	         sock->known, sock->source);
	return text;
}

Test(filter_properties, probes_are_never_asked_for_less_than_the_filter_matches) {
	for (size_t round = 0; round < ROUNDS; round++) {
		struct dice dice = dice_of(round);
		struct subject subjects[SOCKS];
		char *expression = random_expression(&dice);
		struct filter filter = parse(expression);
		filter.listening = roll(&dice, 10) == 0;
		const struct want want = filter_want(&filter);
		fill_all(subjects, &dice);
		for (size_t i = 0; i < SOCKS; i++) {
			const struct sock *sock = &subjects[i].sock;
			const struct kernel kernel = kernel_of(&filter, sock, &dice);
			if (!filter_matches(&filter, sock))
				continue;
			const char *wrong = what_is_too_narrow(&want, &kernel);
			cr_expect_null(wrong, "round %zu: '%s': %s too narrow for socket %zu: %s",
			               round, expression, wrong, i, told(sock));
		}
		filter_finish(&filter);
		free(expression);
	}
}

static char *printed(const struct filter *filter) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	filter_print(filter, &out);
	out_char(&out, '\0');
	return out.bytes;
}

/* Bit i: it matches socket i. */
static unsigned matches(const struct filter *filter, const struct subject subjects[SOCKS]) {
	unsigned bits = 0;
	for (unsigned i = 0; i < SOCKS; i++)
		bits |= (unsigned)filter_matches(filter, &subjects[i].sock) << i;
	return bits;
}

Test(filter_properties, what_is_printed_reads_the_same_and_matches_the_same) {
	for (size_t round = 0; round < ROUNDS; round++) {
		struct dice dice = dice_of(round);
		struct subject subjects[SOCKS];
		char *expression = random_expression(&dice);
		struct filter first = parse(expression);
		char *text = printed(&first);
		struct filter second = parse(text);
		char *again = printed(&second);
		fill_all(subjects, &dice);
		cr_expect_str_eq(again, text, "round %zu: '%s'", round, expression);
		cr_expect_eq(matches(&second, subjects), matches(&first, subjects),
		             "round %zu: '%s'", round, expression);
		filter_finish(&first);
		filter_finish(&second);
		free(expression);
		free(text);
		free(again);
	}
}

/* A law with expressions put in for its capital letters; to be freed. */
static char *fill_in(const char *law, char *const expressions[2]) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (; *law; law++) {
		if (*law == 'A' || *law == 'B')
			out_printf(&out, "(%s)", expressions[*law - 'A']);
		else
			out_char(&out, *law);
	}
	out_char(&out, '\0');
	return out.bytes;
}

static void expect_law(size_t round, const char *const law[2], char *const expressions[2],
                       const struct subject subjects[SOCKS]) {
	char *left = fill_in(law[0], expressions);
	char *right = fill_in(law[1], expressions);
	struct filter first = parse(left);
	struct filter second = parse(right);
	cr_expect_eq(matches(&first, subjects), matches(&second, subjects),
	             "round %zu: '%s' and '%s' differ", round, left, right);
	filter_finish(&first);
	filter_finish(&second);
	free(left);
	free(right);
}

Test(filter_properties, the_laws_of_logic_hold) {
	static const char *const laws[][2] = {
		{ "not (A and B)", "not A or not B" },
		{ "not (A or B)", "not A and not B" },
		{ "not not A", "A" },
		{ "A and all", "A" },
		{ "A or none", "A" },
		{ "A or all", "all" },
		{ "A and none", "none" },
		{ "A and B", "B and A" },
		{ "A or B", "B | A" },
		{ "A B", "A && B" },
		{ "A or not A", "all" },
		{ "A and not A", "none" },
		{ "A and (A or B)", "A" },
		{ "A or (A and B)", "A" },
		{ "A and B or A and not B", "A" },
		{ "not (not A and not (B and all))", "A or B" },
	};
	for (size_t round = 0; round < ROUNDS; round++) {
		struct dice dice = dice_of(round);
		struct subject subjects[SOCKS];
		char *const expressions[2] = { random_expression(&dice), random_expression(&dice) };
		fill_all(subjects, &dice);
		expect_law(round, laws[round % ARRAY_LENGTH(laws)], expressions, subjects);
		free(expressions[0]);
		free(expressions[1]);
	}
}

/* As it is before owners, users, names and other ends were looked for. */
static struct subject early(const struct subject *subject) {
	struct subject copy = *subject;
	copy.sock.owners = NULL;
	copy.sock.owner_count = 0;
	copy.sock.ownership = SOCK_OWNERSHIP_UNKNOWN;
	copy.sock.user = NULL;
	copy.sock.names = NULL;
	copy.un.known &= ~(uint32_t)SOCK_UNIX_KNOWS_PEER;
	copy.un.peer_inode = 0;
	copy.un.peer_name = (struct sock_unix_name){ 0 };
	copy.un.peer_owner_count = 0;
	return copy;
}

Test(filter_properties, what_matches_in_the_end_may_match_early) {
	for (size_t round = 0; round < ROUNDS; round++) {
		struct dice dice = dice_of(round);
		struct subject subjects[SOCKS];
		char *expression = random_expression(&dice);
		struct filter filter = parse(expression);
		fill_all(subjects, &dice);
		for (size_t i = 0; i < SOCKS; i++) {
			struct subject before = early(&subjects[i]);
			if (before.sock.family == SOCK_FAMILY_UNIX)
				before.sock.un = &before.un;
			if (filter_matches(&filter, &subjects[i].sock))
				cr_expect(filter_may_match(&filter, &before.sock),
				          "round %zu: '%s' of socket %zu: %s", round, expression, i,
				          told(&before.sock));
		}
		filter_finish(&filter);
		free(expression);
	}
}

static bool knows_always(const struct sock *sock) {
	return sock != NULL;
}

static bool knows_ports(const struct sock *sock) {
	return sock->known & SOCK_KNOWS_PORTS;
}

static bool is_ip(const struct sock *sock) {
	return SOCK_FAMILIES_IP >> sock->family & 1;
}

static bool is_unix(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX;
}

static bool knows_mark(const struct sock *sock) {
	return sock->known & SOCK_KNOWS_MARK;
}

static bool knows_cgroup(const struct sock *sock) {
	return sock->cgroup != NULL;
}

static bool knows_recvq(const struct sock *sock) {
	return sock->known & SOCK_KNOWS_RECVQ;
}

static bool knows_uid(const struct sock *sock) {
	return sock->known & SOCK_KNOWS_UID;
}

static bool knows_v6only(const struct sock *sock) {
	return sock->known & SOCK_KNOWS_V6ONLY;
}

static bool knows_rtt(const struct sock *sock) {
	return sock->tcp && sock->state != SOCK_STATE_LISTEN && sock->tcp->rtt != 0;
}

static bool knows_ifindex(const struct sock *sock) {
	return (sock->known & SOCK_KNOWS_INTERFACE) ||
	       (is_ip(sock) && sock->source == SOCK_SOURCE_DIAG);
}

static bool knows_device(const struct sock *sock) {
	return sock->interface_name ||
	       (!(sock->known & SOCK_KNOWS_INTERFACE) && knows_ifindex(sock));
}

static bool has_owners(const struct sock *sock) {
	return sock->owner_count > 0;
}

static bool knows_ownership(const struct sock *sock) {
	return sock->ownership != SOCK_OWNERSHIP_UNKNOWN;
}

static bool knows_user(const struct sock *sock) {
	return sock->user != NULL;
}

Test(filter_properties, equal_and_different_are_both_false_of_the_unknown_alone) {
	static const struct {
		const char *name, *value;
		bool (*knows)(const struct sock *sock);
	} terms[] = {
		{ "sport", "22", knows_ports },
		{ "dport", "0-1000", knows_ports },
		{ "port", "1,65535", knows_ports },
		{ "src", "10/8", is_ip },
		{ "dst", "::", is_ip },
		{ "host", "*:22", is_ip },
		{ "src", "any", knows_always },
		{ "src", "unix:*", is_unix },
		{ "src", "/run/*", is_unix },
		{ "dst", "one.host", is_ip },
		{ "dev", "3", knows_ifindex },
		{ "dev", "eth0", knows_device },
		{ "dev", "0", knows_ifindex },
		{ "fwmark", "0x101", knows_mark },
		{ "fwmark", "1/1", knows_mark },
		{ "cgroup", "/a", knows_cgroup },
		{ "cgroup", "/a/*", knows_cgroup },
		{ "cgroup", "/*", knows_cgroup },
		{ "recvq", "0-999", knows_recvq },
		{ "recvq", "1.5", knows_recvq },
		{ "uid", "1000", knows_uid },
		{ "rtt", "31", knows_rtt },
		{ "rtt", "0-50ms", knows_rtt },
		{ "v6only", "1", knows_v6only },
		{ "pid", "80", has_owners },
		{ "pid", "1-79", has_owners },
		{ "process", "nginx", has_owners },
		{ "comm", "worker", has_owners },
		{ "owner", "none", knows_ownership },
		{ "user", "root", knows_user },
		{ "state", "listen", knows_always },
		{ "proto", "tcp,nl", knows_always },
		{ "family", "inet", knows_always },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(terms); i++) {
		char *same = xasprintf("%s = %s", terms[i].name, terms[i].value);
		char *other = xasprintf("%s != %s", terms[i].name, terms[i].value);
		struct filter is_same = parse(same);
		struct filter is_other = parse(other);
		for (size_t round = 0; round < ROUNDS / 10; round++) {
			struct dice dice = dice_of(round);
			struct subject subject;
			fill(&subject, &dice);
			const bool equal = filter_matches(&is_same, &subject.sock);
			const bool different = filter_matches(&is_other, &subject.sock);
			cr_expect_not(equal && different, "round %zu: '%s'", round, same);
			cr_expect_eq(equal || different, terms[i].knows(&subject.sock),
			             "round %zu: '%s': %s", round, same, told(&subject.sock));
		}
		filter_finish(&is_same);
		filter_finish(&is_other);
		free(same);
		free(other);
	}
}

static bool is_among(uint32_t pid, const uint32_t *among, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (among[i] == pid)
			return true;
	}
	return false;
}

static struct subject only_owners_of(const struct subject *subject, const uint32_t *among,
                                     size_t count) {
	struct subject copy = *subject;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < subject->sock.owner_count; i++) {
		if (is_among(subject->owners[i].process->pid, among, count))
			copy.owners[kept++] = subject->owners[i];
	}
	copy.sock.owner_count = kept;
	if (copy.un.peer_owner_count > 0)
		copy.un.peer_owner_count = is_among(copy.peer_owners[0].process->pid, among, count);
	return copy;
}

/* Most expressions do not name their processes, so that this one begins with some. */
static char *expression_about_pids(struct dice *dice) {
	char *random = random_expression(dice);
	char *text = xasprintf("pid %s %s %s", flip(dice) ? PICK(dice, pids) : PICK(dice, pid_sets),
	                       flip(dice) ? "" : "pid != 1", random);
	free(random);
	return text;
}

Test(filter_properties, no_process_matters_but_those_that_are_named) {
	size_t named = 0;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct dice dice = dice_of(round);
		struct subject subjects[SOCKS];
		char *expression = expression_about_pids(&dice);
		struct filter filter = parse(expression);
		const uint32_t *among = NULL;
		const size_t count = filter_pids(&filter, &among);
		named += count > 0;
		fill_all(subjects, &dice);
		for (size_t i = 0; count > 0 && i < SOCKS; i++) {
			struct subject left = only_owners_of(&subjects[i], among, count);
			left.sock.owners = left.owners;
			left.un.peer_owners = left.peer_owners;
			if (left.sock.family == SOCK_FAMILY_UNIX)
				left.sock.un = &left.un;
			cr_expect_eq(filter_matches(&filter, &left.sock),
			             filter_matches(&filter, &subjects[i].sock),
			             "round %zu: '%s' of socket %zu: %s", round, expression, i,
			             told(&left.sock));
		}
		filter_finish(&filter);
		free(expression);
	}
	cr_expect_gt(named, ROUNDS / 10);
}
