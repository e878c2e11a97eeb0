/* What of a filter a probe can be told. Both halves err on the side of too much: a test whose
 * answer is not certain may come out either way.
 *
 * First, of each protocol, family and state whether a socket of these can match at all. Then, for
 * the protocols of IP, the tests that the kernel can do: NOT is moved inwards to the tests, and
 * every other test is taken for fulfilled. A test of something that may not be known to the filter,
 * though the kernel knows it, is no hint under NOT: unknown is no match, and NOT makes it one. */

#include <string.h>

#include "filter.h"
#include "filter_tree.h"

/* What is certain of a socket before it was seen. */
struct point {
	enum sock_protocol protocol;
	enum sock_family family;
	enum sock_state state;
};

enum chance { NEVER, ALWAYS, MAYBE };

static enum chance chance_of(bool always) {
	return always ? ALWAYS : NEVER;
}

static bool is_ip(enum sock_family family) {
	return SOCK_FAMILIES_IP >> family & 1;
}

static bool has_ports(enum sock_protocol protocol) {
	const uint32_t portless =
	    SOCK_PROTOCOLS_UNIX | SOCK_PROTOCOLS_PACKET | 1u << SOCK_PROTOCOL_XDP;
	return !(portless >> protocol & 1);
}

/* The kernel tells no tcp_info of what has become a TIME-WAIT socket. */
static bool may_have_field(const struct field_access *access, const struct point *point) {
	switch ((enum field_part)access->part) {
	case FIELD_PART_TCP:
		if (point->state == SOCK_STATE_LISTEN && (access->known & FIELD_KNOWN_CONNECTED))
			return false;
		return point->protocol == SOCK_PROTOCOL_TCP && point->state != SOCK_STATE_TIME_WAIT;
	case FIELD_PART_CONGESTION:
	case FIELD_PART_ULP:
		return point->protocol == SOCK_PROTOCOL_TCP;
	case FIELD_PART_MPTCP:
		return point->protocol == SOCK_PROTOCOL_MPTCP;
	case FIELD_PART_UNIX:
		return point->family == SOCK_FAMILY_UNIX;
	case FIELD_PART_PACKET:
		return point->family == SOCK_FAMILY_PACKET;
	case FIELD_PART_NETLINK:
		return point->family == SOCK_FAMILY_NETLINK;
	case FIELD_PART_XDP:
		return point->family == SOCK_FAMILY_XDP;
	case FIELD_PART_SCTP:
		return point->protocol == SOCK_PROTOCOL_SCTP;
	case FIELD_PART_SOCK:
	case FIELD_PART_MEMORY:
	case FIELD_PART_LIFE:
	case FIELD_PART_NAMES:
	case FIELD_PART_COUNT:
		break;
	}
	return true;
}

static bool may_be_at(const struct filter_host *host, const struct point *point) {
	switch (host->kind) {
	case FILTER_HOST_ANY:
		return host->ports.count == 0 || is_ip(point->family);
	case FILTER_HOST_ADDRESS:
		if (point->family == SOCK_FAMILY_INET && host->address.family == SOCK_FAMILY_INET6)
			return false;
		return host->families >> point->family & 1;
	case FILTER_HOST_NAME:
		return host->families >> point->family & 1;
	case FILTER_HOST_PATTERN:
		return point->family == host->family;
	}
	return true;
}

/* The opposite can be had by what is no such end, but not by what has no such ends at all. */
static enum chance chance_of_host(const struct filter_node *node, const struct point *point) {
	if (node->opposite)
		return MAYBE;
	for (size_t i = 0; i < node->host_count; i++) {
		if (may_be_at(&node->hosts[i], point))
			return MAYBE;
	}
	return NEVER;
}

static enum chance chance_of_bits(const struct filter_node *node, unsigned bit) {
	return chance_of((node->bits >> bit & 1) != node->opposite);
}

static enum chance chance_of_test(const struct filter_node *node, const struct point *point) {
	switch (node->test) {
	case FILTER_TEST_CONSTANT:
		return chance_of(node->constant != node->opposite);
	case FILTER_TEST_PROTOCOL:
		return chance_of_bits(node, point->protocol);
	case FILTER_TEST_FAMILY:
		return chance_of_bits(node, point->family);
	case FILTER_TEST_STATE:
		return chance_of_bits(node, point->state);
	case FILTER_TEST_PORT:
		return has_ports(point->protocol) ? MAYBE : NEVER;
	case FILTER_TEST_MARK:
		return is_ip(point->family) ? MAYBE : NEVER;
	case FILTER_TEST_HOST:
		return chance_of_host(node, point);
	case FILTER_TEST_NUMBER:
	case FILTER_TEST_TEXT:
	case FILTER_TEST_REGEX:
		return may_have_field(&node->field->access, point) ? MAYBE : NEVER;
	case FILTER_TEST_AUTOBOUND:
	case FILTER_TEST_DEVICE:
	case FILTER_TEST_CGROUP:
	case FILTER_TEST_COUNT:
		break;
	}
	return MAYBE;
}

static enum chance chance_of_node(const struct filter_node *node, const struct point *point);

static enum chance chance_of_list(const struct filter_node *node, const struct point *point) {
	const enum chance decides = node->kind == FILTER_AND ? NEVER : ALWAYS;
	enum chance result = decides == NEVER ? ALWAYS : NEVER;
	for (const struct filter_node *each = node->first; each; each = each->next) {
		const enum chance chance = chance_of_node(each, point);
		if (chance == decides)
			return chance;
		if (chance == MAYBE)
			result = MAYBE;
	}
	return result;
}

static enum chance chance_of_node(const struct filter_node *node, const struct point *point) {
	if (node->kind == FILTER_TEST)
		return chance_of_test(node, point);
	if (node->kind != FILTER_NOT)
		return chance_of_list(node, point);
	const enum chance chance = chance_of_node(node->first, point);
	return chance == MAYBE ? MAYBE : chance_of(chance == NEVER);
}

static uint32_t families_of(enum sock_protocol protocol) {
	static const uint32_t families[SOCK_PROBE_COUNT] = {
		[SOCK_PROBE_UNIX] = 1u << SOCK_FAMILY_UNIX,
		[SOCK_PROBE_PACKET] = 1u << SOCK_FAMILY_PACKET,
		[SOCK_PROBE_NETLINK] = 1u << SOCK_FAMILY_NETLINK,
		[SOCK_PROBE_VSOCK] = 1u << SOCK_FAMILY_VSOCK,
		[SOCK_PROBE_XDP] = 1u << SOCK_FAMILY_XDP,
	};
	const uint32_t found = families[sock_probe_of(protocol)];
	return found ? found : (uint32_t)SOCK_FAMILIES_IP;
}

static uint32_t states_of(const struct filter_tree *tree, enum sock_protocol protocol,
                          enum sock_family family) {
	uint32_t states = 0;
	if (!(families_of(protocol) >> family & 1))
		return 0;
	for (int state = 1; state < SOCK_STATE_COUNT; state++) {
		const struct point point = { protocol, family, (enum sock_state)state };
		if (!tree->plan || chance_of_node(tree->plan, &point) != NEVER)
			states |= 1u << state;
	}
	return states;
}

/* Hints. Two of them stand for themselves: anything, and nothing at all. */

static const struct hint anything = { .kind = HINT_AND };
static const struct hint nothing = { .kind = HINT_OR };

struct maker {
	struct arena *arena;
	enum sock_protocol protocol;
};

static const struct hint *constant_hint(bool value) {
	return value ? &anything : &nothing;
}

static struct hint *add_hint(const struct maker *maker, enum hint_kind kind, bool negated) {
	struct hint *hint = arena_alloc(maker->arena, sizeof(*hint));
	*hint = (struct hint){ .kind = kind, .negated = negated };
	return hint;
}

/* Of `children`, which are the arena's, `count`. */
static const struct hint *add_list(const struct maker *maker, enum hint_kind kind,
                                   const struct hint **children, size_t count) {
	const struct hint *decides = kind == HINT_AND ? &nothing : &anything;
	const struct hint *idle = kind == HINT_AND ? &anything : &nothing;
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (children[i] == decides)
			return decides;
		if (children[i] != idle)
			children[kept++] = children[i];
	}
	if (kept <= 1)
		return kept == 1 ? children[0] : idle;
	struct hint *list = add_hint(maker, kind, false);
	list->children = children;
	list->child_count = kept;
	return list;
}

static const struct hint *add_two(const struct maker *maker, enum hint_kind kind,
                                  const struct hint *first, const struct hint *second) {
	const struct hint **children = arena_alloc(maker->arena, 2 * sizeof(struct hint *));
	children[0] = first;
	children[1] = second;
	return add_list(maker, kind, children, 2);
}

/* "One of them", or with NOT in front "none of them". */
static enum hint_kind any_of(bool negated) {
	return negated ? HINT_AND : HINT_OR;
}

static const struct hint *add_ports(const struct maker *maker, const struct range_set *set,
                                    enum hint_end end, bool negated) {
	if (set->count == 0)
		return constant_hint(negated);
	struct hint_range *ranges = arena_alloc(maker->arena, set->count * sizeof(*ranges));
	for (size_t i = 0; i < set->count; i++) {
		const struct range *range = &set->ranges[i];
		ranges[i].first = range->first > UINT32_MAX ? UINT32_MAX : (uint32_t)range->first;
		ranges[i].last = range->last > UINT32_MAX ? UINT32_MAX : (uint32_t)range->last;
	}
	struct hint *hint = add_hint(maker, HINT_PORTS, negated);
	hint->end = end;
	hint->ranges = ranges;
	hint->range_count = set->count;
	return hint;
}

static const struct hint *add_address(const struct maker *maker,
                                      const struct filter_address *address, enum hint_end end,
                                      bool negated) {
	struct hint *hint = add_hint(maker, HINT_HOST, negated);
	hint->end = end;
	hint->host.family = address->family;
	hint->host.prefix = address->prefix;
	memcpy(hint->host.address, address->bytes, sizeof(hint->host.address));
	return hint;
}

static const struct hint *add_name(const struct maker *maker, const struct filter_host *host,
                                   enum hint_end end, bool negated) {
	const struct filter_name *name = host->name;
	const struct hint **children =
	    arena_alloc(maker->arena, (name->count + 1) * sizeof(struct hint *));
	for (size_t i = 0; i < name->count; i++)
		children[i] = add_address(maker, &name->addresses[i], end, negated);
	return add_list(maker, any_of(negated), children, name->count);
}

static const struct hint *add_host(const struct maker *maker, const struct filter_host *host,
                                   enum hint_end end, bool negated) {
	const struct hint *address = constant_hint(!negated);
	if (negated && host->families == 1u << SOCK_FAMILY_INET)
		return &anything; /* mapped addresses are others, which the kernel takes for the
		                     same */
	switch (host->kind) {
	case FILTER_HOST_ANY:
		break;
	case FILTER_HOST_ADDRESS:
		address = add_address(maker, &host->address, end, negated);
		break;
	case FILTER_HOST_NAME:
		address = add_name(maker, host, end, negated);
		break;
	case FILTER_HOST_PATTERN: /* of another family */
		return constant_hint(negated);
	}
	if (host->ports.count == 0)
		return address;
	return add_two(maker, negated ? HINT_OR : HINT_AND, address,
	               add_ports(maker, &host->ports, end, negated));
}

static const struct hint *add_hosts_at(const struct maker *maker, const struct filter_node *node,
                                       enum hint_end end, bool negated) {
	const struct hint **children =
	    arena_alloc(maker->arena, node->host_count * sizeof(struct hint *));
	for (size_t i = 0; i < node->host_count; i++)
		children[i] = add_host(maker, &node->hosts[i], end, negated);
	return add_list(maker, any_of(negated), children, node->host_count);
}

/* A test of one end or of either. */
static const struct hint *add_ends(const struct maker *maker, const struct filter_node *node,
                                   bool negated) {
	const struct hint *ends[2];
	for (int i = 0; i < 2; i++) {
		const enum hint_end end = i == 0 ? HINT_END_LOCAL : HINT_END_PEER;
		const bool counts = node->ends & (i == 0 ? FILTER_END_LOCAL : FILTER_END_PEER);
		if (!counts)
			ends[i] = constant_hint(negated);
		else if (node->test == FILTER_TEST_PORT)
			ends[i] = add_ports(maker, &node->numbers, end, negated);
		else
			ends[i] = add_hosts_at(maker, node, end, negated);
	}
	return add_two(maker, any_of(negated), ends[0], ends[1]);
}

static const struct hint *add_device(const struct maker *maker, const struct filter_node *node,
                                     bool negated) {
	struct hint *hint = add_hint(maker, HINT_DEVICE, negated);
	hint->device = node->device;
	hint->ifindex = node->ifindex;
	return hint;
}

static const struct hint *add_mark(const struct maker *maker, const struct filter_node *node,
                                   bool negated) {
	if (node->mark & ~node->mask) /* a bit that no masked mark has */
		return constant_hint(negated);
	struct hint *hint = add_hint(maker, HINT_MARK, negated);
	hint->mark = node->mark;
	hint->mask = node->mask;
	return hint;
}

static const struct hint *add_cgroup(const struct maker *maker, const struct filter_node *node,
                                     bool negated) {
	if (node->below)
		return &anything;
	struct hint *hint = add_hint(maker, HINT_CGROUP, negated);
	hint->cgroup = node->cgroup.bytes;
	return hint;
}

static bool is_about_ip(const struct filter_node *node) {
	for (size_t i = 0; i < node->host_count; i++) {
		if (node->hosts[i].kind != FILTER_HOST_PATTERN)
			return true;
	}
	return false;
}

/* `under_not`: an odd number of NOTs is around the test. */
static const struct hint *hint_of_test(const struct maker *maker, const struct filter_node *node,
                                       bool under_not) {
	const bool negated = under_not != node->opposite;
	switch (node->test) {
	case FILTER_TEST_CONSTANT:
		return constant_hint(node->constant != negated);
	case FILTER_TEST_PROTOCOL:
		return constant_hint((node->bits >> maker->protocol & 1) != negated);
	case FILTER_TEST_HOST:
		if (!is_about_ip(node))
			return constant_hint(under_not); /* no socket here has such an end */
		return add_ends(maker, node, negated);
	case FILTER_TEST_PORT:
		return add_ends(maker, node, negated);
	case FILTER_TEST_DEVICE:
		return under_not && node->device ? &anything : add_device(maker, node, negated);
	case FILTER_TEST_MARK:
		return under_not ? &anything : add_mark(maker, node, negated);
	case FILTER_TEST_CGROUP:
		return under_not ? &anything : add_cgroup(maker, node, negated);
	case FILTER_TEST_AUTOBOUND:
		return add_hint(maker, HINT_AUTOBOUND, negated);
	case FILTER_TEST_FAMILY:
	case FILTER_TEST_STATE:
	case FILTER_TEST_NUMBER:
	case FILTER_TEST_TEXT:
	case FILTER_TEST_REGEX:
	case FILTER_TEST_COUNT:
		break;
	}
	return &anything;
}

static const struct hint *hint_of(const struct maker *maker, const struct filter_node *node,
                                  bool under_not) {
	if (node->kind == FILTER_TEST)
		return hint_of_test(maker, node, under_not);
	if (node->kind == FILTER_NOT)
		return hint_of(maker, node->first, !under_not);
	size_t count = 0;
	for (const struct filter_node *each = node->first; each; each = each->next)
		count++;
	const struct hint **children = arena_alloc(maker->arena, count * sizeof(struct hint *));
	count = 0;
	for (const struct filter_node *each = node->first; each; each = each->next)
		children[count++] = hint_of(maker, each, under_not);
	const bool is_and = (node->kind == FILTER_AND) != under_not;
	return add_list(maker, is_and ? HINT_AND : HINT_OR, children, count);
}

static void make_hints(struct filter_tree *tree) {
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		for (int j = 0; j < SOCK_FAMILY_COUNT; j++)
			tree->states[i][j] =
			    states_of(tree, (enum sock_protocol)i, (enum sock_family)j);
	}
	/* The kernel takes no conditions for SCTP, which is the last one. */
	for (int i = 0; i < SOCK_PROTOCOL_SCTP; i++) {
		const struct maker maker = { &tree->arena, (enum sock_protocol)i };
		const struct hint *hint =
		    tree->plan ? hint_of(&maker, tree->plan, false) : &anything;
		/* `nothing` has no states left either, unless they were not certain. */
		tree->hints[i] = hint == &anything || hint == &nothing ? NULL : hint;
		for (int j = 0; hint == &nothing && j < SOCK_FAMILY_COUNT; j++)
			tree->states[i][j] = 0;
	}
	tree->has_hints = true;
}

/* The states in which sock_is_listening() can be true. */
static uint32_t listening_states(enum sock_protocol protocol) {
	uint32_t states = 0;
	for (int state = 1; state < SOCK_STATE_COUNT; state++) {
		const struct sock sock = { .protocol = (uint8_t)protocol, .state = (uint8_t)state };
		if (sock_is_listening(&sock))
			states |= 1u << state;
	}
	return states;
}

struct want filter_want(const struct filter *filter) {
	struct want want = { 0 };
	struct filter_tree *tree = filter->tree;
	if (tree && !tree->has_hints)
		make_hints(tree);
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		const enum sock_protocol protocol = (enum sock_protocol)i;
		if (!(filter->protocols >> i & 1))
			continue;
		for (int j = 0; j < SOCK_FAMILY_COUNT; j++) {
			const uint32_t all =
			    families_of(protocol) >> j & 1 ? (uint32_t)SOCK_STATES_ALL : 0;
			uint32_t states = tree ? tree->states[i][j] : all;
			if (filter->listening)
				states &= listening_states(protocol);
			if (!(filter->families >> j & 1) || states == 0)
				continue;
			want.states[i] |= states;
			want.families |= 1u << j;
		}
		if (tree && i < SOCK_PROTOCOL_IP_COUNT)
			want.hints[i] = tree->hints[i];
	}
	return want;
}
