/* Names mean the same to every test: two devices, two control groups, and others that are gone. */

#include "hints.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "util.h"

static const char *const addresses[] = {
	"127.0.0.1", "127.0.0.2",        "10.0.0.1",        "0.0.0.0", "::1",
	"::",        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "::ffff:0:7f00:1",
};
static const uint8_t prefixes4[] = { 0, 1, 8, 30, 31, 32 };
static const uint8_t prefixes6[] = { 0, 1, 64, 79, 96, 97, 104, 126, 127, 128 };
static const uint32_t marks[] = { 0, 1, 0x101, 0x80000000, UINT32_MAX };

size_t hints_pick(struct world *world, size_t count) {
	return (size_t)nrand48(world->seed) % count;
}

static bool toss(struct world *world, size_t one_in) {
	return hints_pick(world, one_in) == 0;
}

static uint32_t look_up_device(void *context, const char *name) {
	(void)context;
	return strcmp(name, "lo") == 0 ? 1 : strcmp(name, "other") == 0 ? 2 : 0;
}

static uint64_t look_up_cgroup(void *context, const char *path) {
	const struct world *world = context;
	return strcmp(path, "/") == 0 ? 1 : strcmp(path, "/known") == 0 ? world->cgroup : 0;
}

static struct bytecode_lookups lookups_of(struct world *world) {
	return (struct bytecode_lookups){ world, look_up_device, look_up_cgroup };
}

struct world hints_toy_world(void) {
	return (struct world){
		.seed = { 1, 2, 3 },
		.ports = { 0, 1, 22, 80, 81, 1024, 65534, 65535 },
		.port_count = 8,
		.cgroup = 5 + (1ull << 40),
		.has_marks = true,
	};
}

static bool random_address(struct world *world, uint8_t address[16]) {
	const char *text = addresses[hints_pick(world, ARRAY_LENGTH(addresses))];
	memset(address, 0, 16);
	if (inet_pton(AF_INET, text, address) == 1)
		return false;
	return inet_pton(AF_INET6, text, address) == 1;
}

struct subject hints_random_subject(struct world *world) {
	struct subject subject = {
		.ifindex = (uint32_t)hints_pick(world, 4),
		.mark = marks[hints_pick(world, ARRAY_LENGTH(marks))],
		.cgroup = (uint64_t[]){ 0, 1, world->cgroup, 5 }[hints_pick(world, 4)],
		.autobound = toss(world, 2),
		.is_ipv6 = random_address(world, subject.address[0]),
	};
	while (random_address(world, subject.address[1]) != subject.is_ipv6)
		;
	for (int end = 0; end < 2; end++)
		subject.port[end] = world->ports[hints_pick(world, world->port_count)];
	return subject;
}

static void fill_ports(struct world *world, struct arena *arena, struct hint *hint) {
	static const uint32_t beyond[] = { 65536, 70000, UINT32_MAX };
	const size_t count = 1 + hints_pick(world, toss(world, 4) ? 4 : 1);
	struct hint_range *ranges = arena_alloc(arena, count * sizeof(*ranges));
	for (size_t i = 0; i < count; i++) {
		ranges[i].first = world->ports[hints_pick(world, world->port_count)];
		ranges[i].last = toss(world, 2)
		                     ? ranges[i].first
		                     : world->ports[hints_pick(world, world->port_count)];
		if (toss(world, 10))
			ranges[i].last = beyond[hints_pick(world, ARRAY_LENGTH(beyond))];
		if (toss(world, 20))
			ranges[i].first = beyond[hints_pick(world, ARRAY_LENGTH(beyond))];
	}
	hint->ranges = ranges;
	hint->range_count = count;
}

static struct hint_host random_host(struct world *world) {
	struct hint_host host = { .family = SOCK_FAMILY_INET };
	if (random_address(world, host.address))
		host.family = SOCK_FAMILY_INET6;
	host.prefix = host.family == SOCK_FAMILY_INET
	                  ? prefixes4[hints_pick(world, ARRAY_LENGTH(prefixes4))]
	                  : prefixes6[hints_pick(world, ARRAY_LENGTH(prefixes6))];
	return host;
}

static struct hint random_leaf(struct world *world, struct arena *arena) {
	static const char *const devices[] = { "lo", "other", "gone", NULL };
	static const char *const cgroups[] = { "/", "/known", "/gone" };
	struct hint leaf = { .kind = HINT_PORTS, .negated = toss(world, 3) };
	if (!toss(world, 2))
		leaf.kind = (enum hint_kind)(HINT_PORTS + (int)hints_pick(world, 6));
	if (leaf.kind == HINT_MARK && !world->has_marks)
		leaf.kind = HINT_AUTOBOUND;
	if (leaf.kind == HINT_PORTS || leaf.kind == HINT_HOST)
		leaf.end = toss(world, 2) ? HINT_END_LOCAL : HINT_END_PEER;
	if (leaf.kind == HINT_PORTS)
		fill_ports(world, arena, &leaf);
	else if (leaf.kind == HINT_HOST)
		leaf.host = random_host(world);
	else if (leaf.kind == HINT_DEVICE)
		leaf.device = devices[hints_pick(world, ARRAY_LENGTH(devices))];
	else if (leaf.kind == HINT_CGROUP)
		leaf.cgroup = cgroups[hints_pick(world, ARRAY_LENGTH(cgroups))];
	if (leaf.kind == HINT_DEVICE && !leaf.device)
		leaf.ifindex = (uint32_t)hints_pick(world, 3);
	if (leaf.kind == HINT_MARK) {
		leaf.mark = marks[hints_pick(world, ARRAY_LENGTH(marks))];
		leaf.mask = marks[hints_pick(world, ARRAY_LENGTH(marks))];
	}
	return leaf;
}

const struct hint *hints_random(struct world *world, struct arena *arena, int depth) {
	struct hint *hint = arena_alloc(arena, sizeof(*hint));
	*hint = random_leaf(world, arena);
	if (depth == 0 || toss(world, 3))
		return hint;
	const size_t count = hints_pick(world, 5);
	const struct hint **children = arena_alloc(arena, count * sizeof(hint));
	for (size_t i = 0; i < count; i++)
		children[i] = hints_random(world, arena, depth - 1);
	*hint = (struct hint){
		.kind = toss(world, 2) ? HINT_AND : HINT_OR,
		.children = children,
		.child_count = count,
	};
	return hint;
}

static bool has_port(const struct hint *hint, uint32_t port) {
	for (size_t i = 0; i < hint->range_count; i++) {
		if (hint->ranges[i].first <= port && port <= hint->ranges[i].last)
			return true;
	}
	return false;
}

static bool shares_prefix(const uint8_t *a, const uint8_t *b, size_t bits) {
	for (size_t i = 0; i < bits; i++) {
		if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
			return false;
	}
	return true;
}

static bool has_host(const struct hint_host *host, const struct subject *subject, int end) {
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *address = subject->address[end];
	if (!subject->is_ipv6)
		return host->family == SOCK_FAMILY_INET &&
		       shares_prefix(address, host->address, host->prefix);
	if (host->family == SOCK_FAMILY_INET6)
		return shares_prefix(address, host->address, host->prefix);
	return memcmp(address, mapped, sizeof(mapped)) == 0 &&
	       shares_prefix(address + sizeof(mapped), host->address, host->prefix);
}

static bool is_known(struct world *world, const struct hint *hint) {
	if (hint->kind == HINT_DEVICE)
		return !hint->device || look_up_device(world, hint->device) != 0;
	return hint->kind != HINT_CGROUP || look_up_cgroup(world, hint->cgroup) != 0;
}

bool hints_hold(struct world *world, const struct hint *hint, const struct subject *subject) {
	if (!is_known(world, hint))
		return true;
	switch (hint->kind) {
	case HINT_AND:
		for (size_t i = 0; i < hint->child_count; i++) {
			if (!hints_hold(world, hint->children[i], subject))
				return false;
		}
		return true;
	case HINT_OR:
		for (size_t i = 0; i < hint->child_count; i++) {
			if (hints_hold(world, hint->children[i], subject))
				return true;
		}
		return hint->child_count == 0;
	case HINT_PORTS:
		return has_port(hint, subject->port[hint->end]) != hint->negated;
	case HINT_HOST:
		return has_host(&hint->host, subject, (int)hint->end) != hint->negated;
	case HINT_DEVICE:
		return (subject->ifindex == (hint->device ? look_up_device(world, hint->device)
		                                          : hint->ifindex)) != hint->negated;
	case HINT_MARK:
		return (((subject->mark ^ hint->mark) & hint->mask) == 0) != hint->negated;
	case HINT_CGROUP:
		return (subject->cgroup == look_up_cgroup(world, hint->cgroup)) != hint->negated;
	case HINT_AUTOBOUND:
		return subject->autobound != hint->negated;
	}
	return false;
}

struct hint hints_group(struct arena *arena, enum hint_kind kind, const struct hint *child,
                        size_t count) {
	const struct hint **children = arena_alloc(arena, count * sizeof(child));
	for (size_t i = 0; i < count; i++)
		children[i] = child;
	return (struct hint){ .kind = kind, .children = children, .child_count = count };
}

struct program hints_compile(struct world *world, const struct hint *hint, struct arena *arena) {
	const struct bytecode_lookups lookups = lookups_of(world);
	const void *bytes = NULL;
	const size_t length = bytecode_compile(hint, &lookups, arena, &bytes);
	cr_assert_eq(length == 0, bytes == NULL);
	return (struct program){ bytes, length };
}
