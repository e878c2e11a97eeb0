/* Compiled hints, sent to the kernel that we run on: it takes every program, and chooses among
 * sockets of ours as their hints say. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "cgroup.h"
#include "hints.h"
#include "inet_diag.h"
#include "netlink.h"
#include "probe.h"
#include "snapshot.h"
#include "util.h"

enum { MINE_MAX = 32 };

struct mine {
	uint64_t cookie;
	bool autobound;
	bool is_told, is_accepted;
	struct subject subject;
};

struct look {
	struct netlink_socket *netlink;
	uint32_t sequence;
	struct mine mine[MINE_MAX];
	size_t count;
	bool is_first; /* learns what the sockets are like */
	bool has_time_wait;
};

static void learn(struct mine *mine, const struct sock *sock) {
	mine->subject = (struct subject){
		.is_ipv6 = sock->family == SOCK_FAMILY_INET6,
		.port = { sock->local.port, sock->peer.port },
		.ifindex = sock->ifindex,
		.mark = sock->mark,
		.cgroup = sock->cgroup_id,
		.autobound = mine->autobound,
	};
	memcpy(mine->subject.address[0], sock->local.address, 16);
	memcpy(mine->subject.address[1], sock->peer.address, 16);
}

static bool take(void *context, const struct nlmsghdr *message) {
	struct look *look = context;
	struct arena arena = { 0 };
	struct sock sock = { 0 };
	if (inet_parse(message, SOCK_PROTOCOL_TCP, &arena, &sock) == 0) {
		for (size_t i = 0; i < look->count; i++) {
			struct mine *mine = &look->mine[i];
			if (mine->cookie != sock.cookie)
				continue;
			mine->is_accepted = true;
			if (look->is_first)
				learn(mine, &sock);
			mine->is_told |= look->is_first;
			look->has_time_wait |= sock.state == SOCK_STATE_TIME_WAIT;
		}
	}
	arena_finish(&arena);
	return true;
}

static int ask(struct look *look, enum inet_dialect dialect, enum sock_protocol protocol,
               enum sock_family family, const struct program *program) {
	const struct inet_request request = {
		.dialect = dialect,
		.protocol = protocol,
		.family = family,
		.kernel_states = 0x2ffe,
		.bytecode = program->bytes,
		.bytecode_length = program->length,
	};
	const struct netlink_transport transport = netlink_socket_transport(look->netlink);
	void *buffer = xmalloc(inet_request_size(&request));
	const int result =
	    netlink_dump(&transport, inet_request(&request, ++look->sequence, buffer), take, look);
	free(buffer);
	return result;
}

static int socket_of(int family) {
	const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_geq(fd, 0);
	return fd;
}

static struct sockaddr_storage address_of(int family, const char *text, uint16_t port,
                                          socklen_t *length) {
	struct sockaddr_storage storage = { .ss_family = (sa_family_t)family };
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)&storage;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&storage;
	*length = family == AF_INET ? sizeof(*ipv4) : sizeof(*ipv6);
	*(family == AF_INET ? &ipv4->sin_port : &ipv6->sin6_port) = htons(port);
	cr_assert_eq(
	    inet_pton(family, text,
	              family == AF_INET ? (void *)&ipv4->sin_addr : (void *)&ipv6->sin6_addr),
	    1);
	return storage;
}

static void bind_to(int fd, int family, const char *text, uint16_t port) {
	socklen_t length;
	const struct sockaddr_storage address = address_of(family, text, port, &length);
	cr_assert_eq(bind(fd, (const struct sockaddr *)&address, length), 0, "port %u", port);
}

static void connect_to(int fd, int family, const char *text, uint16_t port) {
	socklen_t length;
	const struct sockaddr_storage address = address_of(family, text, port, &length);
	cr_assert_eq(connect(fd, (const struct sockaddr *)&address, length), 0, "port %u", port);
}

static uint16_t port_of(int fd) {
	struct sockaddr_in6 address;
	socklen_t length = sizeof(address);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	return ntohs(address.sin6_port); /* in the same place as sin_port */
}

/* One that nobody has now. */
static uint16_t free_port(void) {
	const int fd = socket_of(AF_INET6);
	bind_to(fd, AF_INET6, "::", 0);
	const uint16_t port = port_of(fd);
	close(fd);
	return port;
}

static void own(struct look *look, int fd, bool is_autobound) {
	struct mine *mine = &look->mine[look->count++];
	socklen_t length = sizeof(mine->cookie);
	cr_assert_leq(look->count, MINE_MAX);
	cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &mine->cookie, &length), 0);
	mine->autobound = is_autobound;
}

enum { MARKED = 0x101 };

/* Binding to port 0 leaves the choice to the kernel. */
static int listen_on(struct look *look, int family, const char *text, uint16_t port) {
	const int fd = socket_of(family), mark = MARKED;
	if (geteuid() == 0) {
		setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof("lo"));
	}
	bind_to(fd, family, text, port);
	cr_assert_eq(listen(fd, 8), 0);
	own(look, fd, port == 0);
	return fd;
}

/* A client and its other end; `port` 0 lets the kernel choose the client's. */
static int meet(struct look *look, int listener, int family, const char *text, uint16_t port,
                int *other) {
	const int fd = socket_of(family);
	if (port != 0)
		bind_to(fd, family, text, port);
	connect_to(fd, family, text, port_of(listener));
	*other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	cr_assert_geq(*other, 0);
	own(look, fd, port == 0);
	own(look, *other, true); /* it inherits the port, but not that it was asked for */
	return fd;
}

/* Sockets of every kind that bytecode can tell apart. They live until the test ends. */
static void make_sockets(struct look *look) {
	int other;
	const int ipv4 = listen_on(look, AF_INET, "127.0.0.1", free_port());
	const int ipv6 = listen_on(look, AF_INET6, "::1", free_port());
	const int both = listen_on(look, AF_INET6, "::", 0);
	meet(look, ipv4, AF_INET, "127.0.0.1", 0, &other);
	meet(look, ipv4, AF_INET, "127.0.0.1", free_port(), &other);
	meet(look, ipv4, AF_INET6, "::ffff:127.0.0.1", free_port(), &other);
	meet(look, ipv6, AF_INET6, "::1", free_port(), &other);
	meet(look, both, AF_INET6, "::1", 0, &other);
	meet(look, both, AF_INET, "127.0.0.1", free_port(), &other);
	const int waits = meet(look, both, AF_INET, "127.0.0.1", free_port(), &other);
	close(waits); /* the one that closes first waits */
	close(other);
	look->count--; /* the other one is gone */
	look->mine[look->count - 1].autobound = true;
	const int idle = socket_of(AF_INET);
	bind_to(idle, AF_INET, "127.0.0.1", free_port());
	own(look, idle, false);
}

/* What random hints are made of becomes what the sockets have. */
static struct world world_of(const struct look *look) {
	struct world world = { .seed = { 4, 5, 6 }, .has_marks = geteuid() == 0 };
	for (size_t i = 0; i < look->count; i++) {
		const struct subject *subject = &look->mine[i].subject;
		const size_t at = world.port_count;
		if (at + 2 <= ARRAY_LENGTH(world.ports)) {
			world.ports[at] = subject->port[0];
			world.ports[at + 1] = subject->port[1];
			world.port_count = at + 2;
		}
		if (subject->cgroup != 0)
			world.cgroup = subject->cgroup;
	}
	return world;
}

static void expect_choice(struct look *look, struct world *world, const struct hint *hint,
                          const struct program *program) {
	static const struct {
		enum inet_dialect dialect;
		enum sock_family family;
		bool ipv4, ipv6;
	} rows[] = {
		{ INET_DIALECT_LEGACY, SOCK_FAMILY_INET, true, true },
		{ INET_DIALECT_FAMILY, SOCK_FAMILY_INET, true, false },
		{ INET_DIALECT_FAMILY, SOCK_FAMILY_INET6, false, true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (size_t j = 0; j < look->count; j++)
			look->mine[j].is_accepted = false;
		const int result =
		    ask(look, rows[i].dialect, SOCK_PROTOCOL_TCP, rows[i].family, program);
		cr_assert_eq(result, 0, "refused: %d", result);
		for (size_t j = 0; j < look->count; j++) {
			const struct mine *mine = &look->mine[j];
			const bool asked = mine->subject.is_ipv6 ? rows[i].ipv6 : rows[i].ipv4;
			cr_assert_eq(mine->is_accepted,
			             asked && hints_hold(world, hint, &mine->subject),
			             "socket %zu, request %zu", j, i);
		}
	}
}

/* A protocol may be missing; but its handler, if there is one, takes the program. */
static void expect_taken(struct look *look, const struct program *program) {
	for (int protocol = SOCK_PROTOCOL_UDP; protocol < SOCK_PROTOCOL_SCTP; protocol++) {
		const int result = ask(look, INET_DIALECT_FAMILY, (enum sock_protocol)protocol,
		                       SOCK_FAMILY_INET6, program);
		cr_expect(result == 0 || result == -ENOENT, "protocol %d: %d", protocol, result);
	}
}

static void open_look(struct look *look) {
	const struct program none = { 0 };
	int error = 0;
	*look = (struct look){ .is_first = true };
	look->netlink = netlink_open(NETLINK_RECEIVE_SIZE, &error);
	if (!look->netlink)
		cr_skip_test("no sock_diag: %d", error);
	make_sockets(look);
	for (int i = 0; i < 100 && !look->has_time_wait; i++) {
		usleep(i == 0 ? 0 : 10000);
		error = ask(look, INET_DIALECT_LEGACY, SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, &none);
		if (error < 0)
			cr_skip_test("no diagnosis of TCP: %d", error);
	}
	for (size_t i = 0; i < look->count; i++)
		cr_assert(look->mine[i].is_told, "socket %zu", i);
	look->is_first = false;
}

Test(bytecode_kernel, the_kernel_takes_every_program_and_chooses_as_its_hint_says) {
	struct look look;
	struct arena arena = { 0 };
	open_look(&look);
	struct world world = world_of(&look);
	for (size_t i = 0; i < 1000; i++) {
		const struct hint *hint = hints_random(&world, &arena, (int)hints_pick(&world, 6));
		const struct program program = hints_compile(&world, hint, &arena);
		expect_choice(&look, &world, hint, &program);
		if (i % 10 == 0)
			expect_taken(&look, &program);
		arena_reset(&arena);
	}
	arena_finish(&arena);
	netlink_close(look.netlink);
}

Test(bytecode_kernel, the_kernel_takes_the_longest_program) {
	struct look look;
	struct arena arena = { 0 };
	open_look(&look);
	struct world world = world_of(&look);
	const struct hint_range ssh = { 22, 22 };
	const struct hint not_ssh = { HINT_PORTS, .negated = true, .ranges = &ssh,
		                      .range_count = 1 };
	const struct hint hint = hints_group(&arena, HINT_AND, &not_ssh, 40000);
	const struct program program = hints_compile(&world, &hint, &arena);
	cr_assert_gt(program.length, 12000);
	expect_choice(&look, &world, &hint, &program);
	arena_finish(&arena);
	netlink_close(look.netlink);
}

static bool take_batch(void *context, struct snapshot *batch) {
	struct look *look = context;
	for (size_t i = 0; i < batch->count; i++) {
		for (size_t j = 0; j < look->count; j++)
			look->mine[j].is_accepted |= look->mine[j].cookie == batch->socks[i].cookie;
	}
	return true;
}

/* Looks through the front door, for TCP sockets that are as the hint says. */
static struct probe_report probe(struct look *look, const struct hint *hint, uint32_t needs) {
	const struct want want = {
		.states = { [SOCK_PROTOCOL_TCP] = SOCK_STATES_ALL },
		.families = SOCK_FAMILIES_IP,
		.needs = needs,
		.hints = { [SOCK_PROTOCOL_TCP] = hint },
	};
	struct snapshot snapshot;
	bool no_such;
	char *text;
	struct probe *opened = probe_open(NULL, &no_such, &text);
	cr_assert_not_null(opened);
	snapshot_init(&snapshot);
	for (size_t i = 0; i < look->count; i++)
		look->mine[i].is_accepted = false;
	probe_sockets(opened, &want, SIZE_MAX, &snapshot, take_batch, look);
	const struct probe_report report = snapshot.reports[SOCK_PROBE_TCP];
	snapshot_finish(&snapshot);
	probe_close(opened);
	return report;
}

/* The device of the same name, and the control group of the same path, as the sockets are in. */
Test(bytecode_kernel, names_in_a_hint_are_looked_up) {
	struct look look;
	struct cgroup_cache cgroups = { 0 };
	open_look(&look);
	const char *path = cgroup_find(&cgroups, look.mine[0].subject.cgroup);
	for (int i = 0; i < 4; i++) {
		const struct hint device = { HINT_DEVICE, .negated = i % 2, .device = "lo" };
		const struct hint group = { HINT_CGROUP, .negated = i % 2, .cgroup = path };
		if (i >= 2 && !path)
			break;
		probe(&look, i < 2 ? &device : &group, 0);
		for (size_t j = 0; j < look.count; j++) {
			const struct subject *subject = &look.mine[j].subject;
			const bool is_there = i < 2
			                          ? subject->ifindex == 1
			                          : subject->cgroup == look.mine[0].subject.cgroup;
			cr_expect_eq(look.mine[j].is_accepted, is_there != device.negated,
			             "hint %d, socket %zu", i, j);
		}
	}
	cgroup_finish(&cgroups);
	netlink_close(look.netlink);
}

/* Only the privileged may compare marks. What is refused is BPF storage or the bytecode or both. */
Test(bytecode_kernel, a_program_that_is_refused_is_left_out) {
	static const struct hint mark = { HINT_MARK, .mark = 0xdead, .mask = UINT32_MAX };
	static const uint32_t needs[] = { 0, SOCK_NEED_BPF_STORAGE };
	struct look look;
	open_look(&look);
	if (geteuid() == 0)
		cr_assert_eq(setresuid(65534, 65534, 65534), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(needs); i++) {
		const struct probe_report report = probe(&look, &mark, needs[i]);
		cr_expect_eq(report.outcome, REPORT_WHOLE);
		cr_expect_eq(report.source, SOCK_SOURCE_DIAG);
		cr_expect_eq(report.joined, 0);
		for (size_t j = 0; j < look.count; j++)
			cr_expect(look.mine[j].is_accepted, "socket %zu", j);
	}
	netlink_close(look.netlink);
}
