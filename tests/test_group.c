/* What makes sockets one group, and that nothing is lost or counted twice on the way. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "group.h"
#include "group_filter.h"
#include "life.h"
#include "out.h"
#include "sock.h"
#include "tcp_info.h"
#include "util.h"

enum { SOCKETS = 3000, ROUNDS = 40 };

static struct group_by by_fields(const char *levels) {
	struct group_by by = { 0 };
	char *error = NULL;
	cr_assert(group_by_set(&by, levels, &error), "%s", error);
	return by;
}

static void add_sum(struct group_by *by, const char *name) {
	group_by_add_sum(by, field_find(name, strlen(name)));
}

static char *key_of(const struct group_by *by, const struct group *group) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	group_write_key(&out, by->levels[group->level], group);
	out_char(&out, '\0');
	return out.bytes;
}

/* "key count|key count", in the order of the tree, those within others in brackets. */
static void put_groups(struct out *out, const struct group_by *by, const struct group_tree *tree,
                       uint32_t first, uint32_t count) {
	for (uint32_t i = 0; i < count; i++) {
		const struct group *group = &tree->groups[tree->children[first + i]];
		out_text(out, i > 0 ? "|" : "");
		group_write_key(out, by->levels[group->level], group);
		out_printf(out, " %u", group->count);
		if (group->child_count == 0)
			continue;
		out_char(out, '(');
		put_groups(out, by, tree, group->first_child, group->child_count);
		out_char(out, ')');
	}
}

static void expect_groups(const struct group_by *by, const struct sock *const *socks, size_t count,
                          const char *wanted) {
	struct group_tree tree = { 0 };
	struct out out;
	out_init(&out, OUT_MEMORY);
	group_tree_build(&tree, by, socks, count);
	put_groups(&out, by, &tree, 0, tree.root_count);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "%s", out.bytes);
	out_finish(&out);
	group_tree_finish(&tree);
}

static const struct process processes[] = {
	{ .pid = 1, .comm = "one", .comm_length = 3, .exe = "nginx", .exe_length = 5 },
	{ .pid = 2, .comm = "two", .comm_length = 3, .exe = "nginx", .exe_length = 5 },
	{ .pid = 3, .comm = "php", .comm_length = 3 },
	{ .pid = 1, .comm = "one", .comm_length = 3, .exe = "nginx", .exe_length = 5 },
};

static struct sock held_by(const struct owner *owners, uint32_t count) {
	return (struct sock){ .state = SOCK_STATE_ESTABLISHED,
		              .owners = owners,
		              .owner_count = count,
		              .ownership = SOCK_OWNERSHIP_EXACT };
}

/* Held by 1; by 2; by 1 twice; by 1 and 3; by 3 and 2; by nobody; by a copy of 1. */
static const struct owner one[] = { { &processes[0], 7 } };
static const struct owner two[] = { { &processes[1], 7 } };
static const struct owner twice[] = { { &processes[0], 7 }, { &processes[0], 8 } };
static const struct owner mixed[] = { { &processes[0], 7 }, { &processes[2], 7 } };
static const struct owner turned[] = { { &processes[2], 9 }, { &processes[1], 7 } };
static const struct owner copied[] = { { &processes[3], 7 } };

static void expect_owned(const char *field, const char *wanted) {
	const struct sock socks[] = {
		held_by(one, 1),    held_by(two, 1), held_by(twice, 2),  held_by(mixed, 2),
		held_by(turned, 2), { 0 },           held_by(copied, 1),
	};
	const struct sock *pointers[ARRAY_LENGTH(socks)];
	const struct group_by by = by_fields(field);
	for (size_t i = 0; i < ARRAY_LENGTH(socks); i++)
		pointers[i] = &socks[i];
	expect_groups(&by, pointers, ARRAY_LENGTH(socks), wanted);
}

Test(group, a_socket_of_several_processes_is_in_the_group_of_all_their_names) {
	expect_owned("process", "nginx 4|nginx,php 2|- 1");
	expect_owned("comm", "one 3|two 1|one,php 1|php,two 1|- 1");
	expect_owned("pid", "1 3|2 1|1,3 1|2,3 1|- 1");
	expect_owned("owners", "1/nginx 3|2/nginx 1|1/nginx,3/php 1|2/nginx,3/php 1|- 1");
	expect_owned("fd", "7 4|7,8 1|7,9 1|- 1");
}

Test(group, levels_lie_within_each_other) {
	const struct sock socks[] = {
		{ .state = SOCK_STATE_LISTEN },
		{ .state = SOCK_STATE_ESTABLISHED, .protocol = SOCK_PROTOCOL_SCTP },
		{ .state = SOCK_STATE_ESTABLISHED },
		{ .state = SOCK_STATE_ESTABLISHED, .protocol = SOCK_PROTOCOL_SCTP },
	};
	const struct sock *pointers[] = { &socks[0], &socks[1], &socks[2], &socks[3] };
	const struct group_by by = by_fields("state,proto");
	expect_groups(&by, pointers, 4, "LISTEN 1(tcp 1)|ESTAB 3(sctp 2|tcp 1)");
}

static struct sock to_address(enum sock_family family, const uint8_t address[16]) {
	struct sock sock = { .family = (uint8_t)family, .known = SOCK_KNOWS_PORTS };
	memcpy(sock.peer.address, address, sizeof(sock.peer.address));
	return sock;
}

Test(group, a_network_is_that_of_the_address_and_listeners_have_none) {
	static const struct {
		enum sock_family family;
		uint8_t address[16];
		const char *network;
	} cases[] = {
		{ SOCK_FAMILY_INET, { 10, 1, 2, 3 }, "10.1.2.0/24 1" },
		{ SOCK_FAMILY_INET6, { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 9 }, "2001:db8:0:1::/64 1" },
		{ SOCK_FAMILY_INET6,
		  { [10] = 0xff, [11] = 0xff, 10, 1, 2, 3 },
		  "::ffff:10.1.2.0/120 1" },
		{ SOCK_FAMILY_INET, { 0 }, "- 1" },
		{ SOCK_FAMILY_UNIX, { 0 }, "- 1" },
	};
	const struct group_by by = by_fields("dst_net");
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct sock sock = to_address(cases[i].family, cases[i].address);
		const struct sock *const pointer = &sock;
		expect_groups(&by, &pointer, 1, cases[i].network);
	}
}

Test(group, addresses_within_a_network_are_one_group_and_the_mapped_ones_another) {
	static const uint8_t addresses[][16] = { { 10, 1, 2, 3 },
		                                 { 10, 1, 2, 250 },
		                                 { 10, 1, 3, 3 } };
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff, 10, 1, 2, 3 };
	const struct sock socks[] = { to_address(SOCK_FAMILY_INET, addresses[0]),
		                      to_address(SOCK_FAMILY_INET, addresses[1]),
		                      to_address(SOCK_FAMILY_INET, addresses[2]),
		                      to_address(SOCK_FAMILY_INET6, mapped) };
	const struct sock *pointers[] = { &socks[0], &socks[1], &socks[2], &socks[3] };
	const struct group_by by = by_fields("dst_net");
	expect_groups(&by, pointers, 4, "10.1.2.0/24 2|10.1.3.0/24 1|::ffff:10.1.2.0/120 1");
}

Test(group, sums_saturate_and_what_no_socket_knows_stays_unknown) {
	struct sock_life lives[2] = { { .known = SOCK_LIFE_KNOWS_RX, .rx = UINT64_MAX - 1 },
		                      { .known = SOCK_LIFE_KNOWS_RX, .rx = 5 } };
	const struct sock socks[] = { { .life = &lives[0] }, { .life = &lives[1] }, { 0 } };
	const struct sock *pointers[] = { &socks[0], &socks[1], &socks[2] };
	struct group_by by = by_fields("family");
	struct group_tree tree = { 0 };
	add_sum(&by, "rx");
	add_sum(&by, "tx");
	add_sum(&by, "sport");
	cr_assert_eq(by.sum_count, 2, "ports are not summed up");
	group_tree_build(&tree, &by, pointers, 3);
	cr_assert_eq(tree.count, 1);
	cr_expect_eq(tree.groups[0].sums[0], UINT64_MAX);
	cr_expect_eq(tree.groups[0].known, 1);
	group_tree_finish(&tree);
}

Test(group, a_group_is_as_well_as_its_worst_socket) {
	const struct sock socks[] = { { .state = SOCK_STATE_ESTABLISHED },
		                      { .state = SOCK_STATE_CLOSE_WAIT },
		                      { .state = SOCK_STATE_ESTABLISHED } };
	const struct sock *pointers[] = { &socks[0], &socks[1], &socks[2] };
	const struct group_by by = by_fields("proto,family");
	struct group_tree tree = { 0 };
	group_tree_build(&tree, &by, pointers, 3);
	for (uint32_t i = 0; i < tree.count; i++)
		cr_expect_eq(tree.groups[i].health, HEALTH_CLOSE_WAIT);
	group_tree_finish(&tree);
}

Test(group, what_is_missing_is_a_member_but_counts_for_nothing) {
	const struct sock_life lives[] = { { .known = SOCK_LIFE_KNOWS_RX, .rx = 5 },
		                           { .known = SOCK_LIFE_KNOWS_RX, .rx = 7, .missing = 1 },
		                           { .known = SOCK_LIFE_KNOWS_RX, .rx = 9, .missing = 2 } };
	const struct sock socks[] = { { .state = SOCK_STATE_ESTABLISHED, .life = &lives[0] },
		                      { .state = SOCK_STATE_CLOSE_WAIT, .life = &lives[1] },
		                      { .state = SOCK_STATE_ESTABLISHED, .life = &lives[2] } };
	const struct sock *pointers[] = { &socks[0], &socks[1], &socks[2] };
	struct group_by by = by_fields("proto");
	struct group_tree tree = { 0 };
	add_sum(&by, "rx");
	group_tree_build(&tree, &by, pointers, 3);
	cr_expect_eq(tree.groups[0].count, 3);
	cr_expect_eq(tree.groups[0].present, 1);
	cr_expect_eq(tree.groups[0].sums[0], 5);
	cr_expect_eq(tree.groups[0].health, HEALTH_FINE);
	group_tree_finish(&tree);
}

Test(group, a_group_has_the_same_id_in_every_look) {
	struct sock socks[2] = { { .state = SOCK_STATE_LISTEN }, { .state = SOCK_STATE_CLOSE } };
	const struct sock *pointers[] = { &socks[0], &socks[1] };
	const struct sock *turned_pointers[] = { &socks[1], &socks[0] };
	const struct group_by by = by_fields("state");
	struct group_tree tree = { 0 };
	group_tree_build(&tree, &by, pointers, 2);
	const uint64_t listeners = tree.groups[0].id;
	const uint64_t others = tree.groups[1].id;
	cr_expect_neq(listeners, others);
	group_tree_build(&tree, &by, turned_pointers, 2);
	cr_expect_eq(tree.groups[0].id, others);
	cr_expect_eq(tree.groups[1].id, listeners);
	group_tree_finish(&tree);
}

Test(group, wrong_fields_are_told) {
	static const struct {
		const char *list, *error;
	} cases[] = {
		{ "", "cannot group by ''; --columns help lists the fields" },
		{ "proces", "cannot group by 'proces' (did you mean process?)" },
		{ "state,,proto", "cannot group by ''; --columns help lists the fields" },
		{ "state,proto,uid,dst,src", "groups have at most 4 levels" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct group_by by = { 0 };
		char *error = NULL;
		cr_assert_not(group_by_set(&by, cases[i].list, &error));
		cr_expect_str_eq(error, cases[i].error);
		cr_expect_eq(by.level_count, 0);
		free(error);
	}
}

/* Random sockets. */

struct crowd {
	struct sock socks[SOCKETS];
	struct sock_life lives[SOCKETS];
	struct tcp_counters counters[SOCKETS];
	struct owner owners[SOCKETS][3];
	const struct sock *pointers[SOCKETS];
};

static uint32_t below(uint64_t *state, uint32_t limit) {
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33) % limit;
}

static void fill_owners(struct crowd *crowd, size_t i, uint64_t *random) {
	const uint32_t count = below(random, 4);
	for (uint32_t j = 0; j < count; j++)
		crowd->owners[i][j] =
		    (struct owner){ &processes[below(random, ARRAY_LENGTH(processes))],
			            below(random, 3) };
	crowd->socks[i].owners = crowd->owners[i];
	crowd->socks[i].owner_count = count;
}

static void fill(struct crowd *crowd, uint64_t *random) {
	static const char *const users[] = { "root", "ana", "www-data", "" };
	for (size_t i = 0; i < SOCKETS; i++) {
		struct sock *sock = &crowd->socks[i];
		*sock = (struct sock){ .protocol = (uint8_t)below(random, SOCK_PROTOCOL_IP_COUNT),
			               .family = (uint8_t)below(random, 2),
			               .state = (uint8_t)(1 + below(random, 16)),
			               .known = below(random, 1u << 19),
			               .recvq = below(random, 9000),
			               .sendq = below(random, 9000),
			               .uid = below(random, 5),
			               .netns = below(random, 3),
			               .user = users[below(random, ARRAY_LENGTH(users))],
			               .life = &crowd->lives[i],
			               .tcp = &crowd->counters[i],
			               .tcp_length = (uint16_t)below(random, 290) };
		sock->peer.address[0] = (uint8_t)below(random, 4);
		sock->local.port = below(random, 50);
		crowd->lives[i] = (struct sock_life){ .known = (uint8_t)below(random, 64),
			                              .rx = below(random, 1u << 30),
			                              .tx = below(random, 1u << 30),
			                              .serial = i + 1 };
		crowd->counters[i] =
		    (struct tcp_counters){ .retransmits = (uint8_t)below(random, 2) };
		fill_owners(crowd, i, random);
		crowd->pointers[i] = sock;
	}
}

/* What the members say, one by one. */
static void expect_sums(const struct group_by *by, const struct group_tree *tree,
                        const struct group *group) {
	uint64_t sums[GROUP_SUMS_MAX] = { 0 };
	uint32_t known = 0;
	enum health health = HEALTH_FINE;
	for (uint32_t i = 0; i < group->count; i++) {
		const struct sock *sock = tree->members[group->first + i];
		const struct field_source source = field_source(sock);
		for (size_t j = 0; j < by->sum_count; j++) {
			struct value value;
			if (!field_get(&by->sums[j]->access, &source, &value))
				continue;
			sums[j] += value.number;
			known |= 1u << j;
		}
		health = health_of(sock) > health ? health_of(sock) : health;
	}
	cr_expect_eq(group->known, known);
	cr_expect_eq(group->health, health);
	cr_expect_arr_eq(group->sums, sums, sizeof(sums));
}

/* Those of a level hold every socket exactly once. */
static void expect_partition(const struct group_tree *tree, uint32_t level) {
	static uint8_t seen[SOCKETS];
	memset(seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct group *group = &tree->groups[i];
		for (uint32_t j = 0; group->level == level && j < group->count; j++)
			seen[tree->members[group->first + j]->life->serial - 1]++;
	}
	for (size_t i = 0; i < SOCKETS; i++)
		cr_assert_eq(seen[i], 1, "socket %zu is in %u groups", i, seen[i]);
}

/* Two of the same level that lie in the same group read differently. */
static void expect_distinct(const struct group_by *by, const struct group_tree *tree,
                            uint32_t first, uint32_t count) {
	char **keys = xcalloc(count, sizeof(*keys));
	for (uint32_t i = 0; i < count; i++)
		keys[i] = key_of(by, &tree->groups[tree->children[first + i]]);
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t j = 0; j < i && count < 100; j++)
			cr_expect_str_neq(keys[i], keys[j]);
	}
	for (uint32_t i = 0; i < count; i++)
		free(keys[i]);
	free(keys);
}

Test(group, sums_are_those_of_the_sockets_whatever_they_are_grouped_by) {
	static struct crowd crowd;
	static const char *const levels[] = {
		"state",   "process",   "owners,dst_net", "user,proto,state,process",
		"dst",     "sport,uid", "health,user",    "netns,family",
		"pid,pid", "recvq",     "local,peer",     "fd,comm,dst_net",
	};
	uint64_t random = 4711;
	struct group_tree tree = { 0 };
	for (int round = 0; round < ROUNDS; round++) {
		struct group_by by = by_fields(levels[(size_t)round % ARRAY_LENGTH(levels)]);
		add_sum(&by, "recvq");
		add_sum(&by, "sendq");
		add_sum(&by, "rx");
		add_sum(&by, "retransmits");
		fill(&crowd, &random);
		group_tree_build(&tree, &by, crowd.pointers, SOCKETS);
		for (uint32_t i = 0; i < tree.count; i++)
			expect_sums(&by, &tree, &tree.groups[i]);
		for (uint32_t level = 0; level < by.level_count; level++)
			expect_partition(&tree, level);
		expect_distinct(&by, &tree, 0, tree.root_count);
	}
	group_tree_finish(&tree);
}

Test(group, every_field_can_be_grouped_by) {
	static struct crowd crowd;
	uint64_t random = 12;
	struct group_tree tree = { 0 };
	fill(&crowd, &random);
	for (size_t i = 0; i < field_count; i++) {
		const struct group_by by = by_fields(fields[i].column.name);
		group_tree_build(&tree, &by, crowd.pointers, SOCKETS);
		expect_partition(&tree, 0);
		expect_distinct(&by, &tree, 0, tree.root_count);
	}
	group_tree_finish(&tree);
}

/* Of all sockets the filter lets pass those of the group. */
static void expect_filter(const struct group_by *by, const struct group_tree *tree,
                          const struct group *group, const struct crowd *crowd) {
	static uint8_t wanted[SOCKETS];
	const struct filter_names names = { 0 };
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	struct out text;
	out_init(&text, OUT_MEMORY);
	cr_assert(group_filter_write(&text, by, tree, group));
	out_char(&text, '\0');
	cr_assert(filter_parse(text.bytes, &names, &filter, &error), "%s: %s", text.bytes,
	          error.message);
	memset(wanted, 0, sizeof(wanted));
	for (uint32_t i = 0; i < group->count; i++)
		wanted[tree->members[group->first + i]->life->serial - 1] = 1;
	for (size_t i = 0; i < SOCKETS; i++)
		cr_assert_eq(filter_matches(&filter, crowd->pointers[i]), wanted[i], "%s: %zu",
		             text.bytes, i);
	filter_finish(&filter);
	out_finish(&text);
}

Test(group, the_filter_of_a_group_lets_exactly_its_sockets_pass) {
	static struct crowd crowd;
	uint64_t random = 77;
	struct group_tree tree = { 0 };
	fill(&crowd, &random);
	for (size_t i = 0; i < field_count; i++) {
		if (strcmp(fields[i].column.name, "change") == 0)
			continue;
		const struct group_by by = by_fields(fields[i].column.name);
		group_tree_build(&tree, &by, crowd.pointers, SOCKETS);
		for (uint32_t j = 0; j < tree.count && j < 30; j++)
			expect_filter(&by, &tree, &tree.groups[j], &crowd);
	}
	const struct group_by by = by_fields("process,state,dst_net,user");
	group_tree_build(&tree, &by, crowd.pointers, SOCKETS);
	for (uint32_t j = 0; j < tree.count && j < 200; j++)
		expect_filter(&by, &tree, &tree.groups[j], &crowd);
	group_tree_finish(&tree);
}

static struct sock_unix *name_unix(const char *bytes, uint32_t length) {
	struct sock_unix *un = xcalloc(1, sizeof(*un));
	un->name = (struct sock_unix_name){ bytes, length, bytes[0] == '@' };
	return un;
}

/* What others take for a pattern, a number or an address, if it is not written with care. */
static void add_odd(struct crowd *crowd) {
	static const struct {
		const char *bytes;
		uint32_t length;
	} names[] = {
		{ "@a\0b", 4 },
		{ "@axb", 4 },
		{ "@a", 2 },
		{ "@a\0\0\0", 5 },
		{ "@a...", 5 },
		{ "127.0.0.1", 9 },
		{ "@\n", 2 },
		{ "@a\xff"
		  "b",
		  4 },
	};
	static const char *const cgroups[] = { "/a/*", "/a/b", "/a", "/sys/fs/cgroup/a" };
	struct sock *sock = crowd->socks;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++, sock++) {
		sock->protocol = SOCK_PROTOCOL_UNIX_STREAM;
		sock->family = SOCK_FAMILY_UNIX;
		sock->tcp_length = 0;
		sock->un = name_unix(names[i].bytes, names[i].length);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(cgroups); i++, sock++)
		sock->cgroup = cgroups[i];
	static const char *const devices[] = { "7", "lo", "if3", "9x" };
	for (uint32_t i = 0; i < ARRAY_LENGTH(devices); i++, sock++) {
		sock->known |= SOCK_KNOWS_INTERFACE;
		sock->interface_name = devices[i];
		sock->ifindex = 3 + 4 * i;
	}
	for (uint32_t i = 0; i < 3; i++, sock++) {
		sock->known |= SOCK_KNOWS_PORTS;
		sock->family = SOCK_FAMILY_INET;
		memcpy(sock->local.address, (uint8_t[]){ 127, 0, 0, 1 }, 4);
		sock->local.port = 65535 + i;
	}
}

Test(group, the_filter_of_a_group_takes_odd_names_for_what_they_are) {
	static const char *const names[] = { "src", "local", "peer", "iface", "cgroup", "sport" };
	static struct crowd crowd;
	uint64_t random = 78;
	struct group_tree tree = { 0 };
	fill(&crowd, &random);
	add_odd(&crowd);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const struct group_by by = by_fields(names[i]);
		group_tree_build(&tree, &by, crowd.pointers, SOCKETS);
		for (uint32_t j = 0; j < tree.count && j < 200; j++)
			expect_filter(&by, &tree, &tree.groups[j], &crowd);
	}
	group_tree_finish(&tree);
	for (size_t i = 0; i < SOCKETS && crowd.socks[i].family == SOCK_FAMILY_UNIX; i++)
		free(crowd.socks[i].un);
}

Test(group, no_sockets_are_no_groups) {
	const struct group_by by = by_fields("state,proto");
	struct group_tree tree = { 0 };
	group_tree_build(&tree, &by, NULL, 0);
	cr_expect_eq(tree.count, 0);
	cr_expect_eq(tree.root_count, 0);
	group_tree_finish(&tree);
}
