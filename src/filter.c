/* What holds the parts of a filter together: its life, and questions about the whole expression. */

#include "filter.h"

#include <string.h>

#include "filter_tree.h"

/* net.ipv4.ip_local_port_range, unless somebody changed it. */
enum { EPHEMERAL_FIRST = 32768, EPHEMERAL_LAST = 60999 };

enum { PIDS_MAX = 64 };

struct filter filter_all(void) {
	return (struct filter){
		.protocols = SOCK_PROTOCOLS_ALL,
		.families = SOCK_FAMILIES_ALL,
		.ephemeral = { EPHEMERAL_FIRST, EPHEMERAL_LAST },
	};
}

void filter_finish(struct filter *filter) {
	filter_tree_destroy(filter->tree);
	filter->tree = NULL;
}

static const struct filter_node *root_of(const struct filter *filter) {
	return filter->tree ? filter->tree->root : NULL;
}

/* Nodes are linked into lists, so each tree has its own; what they are about is never changed. */
static struct filter_node *copy_of(struct arena *arena, const struct filter_node *node) {
	struct filter_node *copy = arena_alloc(arena, sizeof(*copy));
	struct filter_node **last = &copy->first;
	*copy = *node;
	copy->next = NULL;
	for (const struct filter_node *each = node->first; each; each = each->next) {
		*last = copy_of(arena, each);
		last = &(*last)->next;
	}
	return copy;
}

struct filter filter_borrow(const struct filter *base) {
	const struct filter_node *root = root_of(base);
	struct filter filter = *base;
	filter.tree = NULL;
	if (!root)
		return filter;
	filter.tree = xcalloc(1, sizeof(*filter.tree));
	filter.tree->root = copy_of(&filter.tree->arena, root);
	filter.tree->node_count = base->tree->node_count;
	filter_tree_plan(filter.tree);
	return filter;
}

static uint32_t protocols_of_family(enum sock_family family) {
	switch (family) {
	case SOCK_FAMILY_UNIX:
		return SOCK_PROTOCOLS_UNIX;
	case SOCK_FAMILY_PACKET:
		return SOCK_PROTOCOLS_PACKET;
	case SOCK_FAMILY_NETLINK:
		return 1u << SOCK_PROTOCOL_NETLINK;
	case SOCK_FAMILY_VSOCK:
		return SOCK_PROTOCOLS_VSOCK;
	case SOCK_FAMILY_XDP:
		return 1u << SOCK_PROTOCOL_XDP;
	case SOCK_FAMILY_INET:
	case SOCK_FAMILY_INET6:
	case SOCK_FAMILY_COUNT:
		break;
	}
	return 0;
}

static uint32_t protocols_of_test(const struct filter_node *node) {
	uint32_t protocols = 0;
	if (node->test == FILTER_TEST_PROTOCOL)
		protocols = node->bits;
	for (int i = 0; node->test == FILTER_TEST_FAMILY && i < SOCK_FAMILY_COUNT; i++) {
		if (node->bits >> i & 1)
			protocols |= protocols_of_family((enum sock_family)i);
	}
	for (size_t i = 0; node->test == FILTER_TEST_HOST && i < node->host_count; i++) {
		if (node->hosts[i].kind == FILTER_HOST_PATTERN)
			protocols |= protocols_of_family(node->hosts[i].family);
	}
	return protocols;
}

/* What is asked not to be there is not asked for. */
static uint32_t protocols_of(const struct filter_node *node, bool negated) {
	uint32_t protocols = 0;
	if (node->kind == FILTER_TEST)
		return negated == node->opposite ? protocols_of_test(node) : 0;
	for (const struct filter_node *each = node->first; each; each = each->next)
		protocols |= protocols_of(each, negated != (node->kind == FILTER_NOT));
	return protocols;
}

uint32_t filter_named_protocols(const struct filter *filter) {
	const struct filter_node *root = root_of(filter);
	return root ? protocols_of(root, false) : 0;
}

void filter_default_protocols(struct filter *filter) {
	filter->protocols = SOCK_PROTOCOLS_IP | filter_named_protocols(filter);
	filter->by_default = true;
}

void filter_set_ephemeral(struct filter *filter, const uint16_t ports[2]) {
	const bool is_known = ports[1] != 0;
	filter->ephemeral[0] = is_known ? ports[0] : EPHEMERAL_FIRST;
	filter->ephemeral[1] = is_known ? ports[1] : EPHEMERAL_LAST;
}

/* What several looks, or several machines, tell. */
static bool is_live(const struct field *field) {
	return field &&
	       (field->group == FIELD_GROUP_LIFE || strcmp(field->column.name, "machine") == 0);
}

static const char *live_field(const struct filter_node *node) {
	const char *name =
	    node->kind == FILTER_TEST && is_live(node->field) ? node->field->column.name : NULL;
	for (const struct filter_node *each = node->first; each && !name; each = each->next)
		name = live_field(each);
	return name;
}

const char *filter_live_field(const struct filter *filter) {
	const struct filter_node *root = root_of(filter);
	return root ? live_field(root) : NULL;
}

static bool has_all(uint32_t bits, uint32_t all) {
	return (bits & all) == all;
}

static bool is_everything(const struct filter_node *node);

static bool test_is_everything(const struct filter_node *node) {
	if (node->test == FILTER_TEST_CONSTANT)
		return node->constant != node->opposite;
	if (node->opposite)
		return false;
	return (node->test == FILTER_TEST_STATE && has_all(node->bits, SOCK_STATES_ALL)) ||
	       (node->test == FILTER_TEST_PROTOCOL && has_all(node->bits, SOCK_PROTOCOLS_ALL)) ||
	       (node->test == FILTER_TEST_FAMILY && has_all(node->bits, SOCK_FAMILIES_ALL));
}

/* AND is if all are, OR if any is. */
static bool list_is_everything(const struct filter_node *node) {
	const bool decides = node->kind == FILTER_OR;
	for (const struct filter_node *each = node->first; each; each = each->next) {
		if (is_everything(each) == decides)
			return decides;
	}
	return !decides;
}

static bool is_everything(const struct filter_node *node) {
	switch (node->kind) {
	case FILTER_TEST:
		return test_is_everything(node);
	case FILTER_AND:
	case FILTER_OR:
		return list_is_everything(node);
	case FILTER_NOT:
		break;
	}
	return false;
}

bool filter_is_everything(const struct filter *filter) {
	return !filter->tree || !filter->tree->plan || is_everything(filter->tree->plan);
}

static uint32_t needs_of(const struct filter_node *node) {
	uint32_t needs = node->kind == FILTER_TEST ? node->needs : 0;
	for (const struct filter_node *each = node->first; each; each = each->next)
		needs |= needs_of(each);
	return needs;
}

uint32_t filter_needs(const struct filter *filter) {
	const struct filter_node *root = root_of(filter);
	return root ? needs_of(root) : 0;
}

bool filter_decides_late(const struct filter *filter) {
	return (filter_needs(filter) & FILTER_NEEDS_LATE) != 0;
}

static bool is_about_pids(const struct filter_node *node) {
	return node->kind == FILTER_TEST && node->test == FILTER_TEST_NUMBER &&
	       strcmp(node->field->column.name, "pid") == 0;
}

/* False if there are too many to name. */
static bool add_pids(struct filter_tree *tree, const struct filter_node *node) {
	for (size_t i = 0; i < node->numbers.count; i++) {
		const struct range *range = &node->numbers.ranges[i];
		if (range->last > UINT32_MAX || range->last - range->first >= PIDS_MAX ||
		    tree->pid_count + (range->last - range->first) >= PIDS_MAX)
			return false;
		for (uint64_t pid = range->first; pid <= range->last; pid++)
			tree->pids[tree->pid_count++] = (uint32_t)pid;
	}
	return true;
}

/* Collects the ids in every test of owners; false if one is about more than a few ids. */
static bool collect_pids(struct filter_tree *tree, const struct filter_node *node) {
	if (node->kind == FILTER_TEST && (node->needs & SOCK_NEED_OWNERS))
		return is_about_pids(node) && add_pids(tree, node);
	for (const struct filter_node *each = node->first; each; each = each->next) {
		if (!collect_pids(tree, each))
			return false;
	}
	return true;
}

/* True if nothing matches that is not held by one of the ids in a single test. */
static bool requires_pid(const struct filter_node *node) {
	if (is_about_pids(node))
		return !node->opposite;
	for (const struct filter_node *each = node->first; node->kind == FILTER_AND && each;
	     each = each->next) {
		if (is_about_pids(each) && !each->opposite)
			return true;
	}
	return false;
}

size_t filter_pids(const struct filter *filter, const uint32_t **pids) {
	struct filter_tree *tree = filter->tree;
	if (!tree || !tree->plan || !requires_pid(tree->plan))
		return 0;
	if (!tree->pids) {
		tree->pids = arena_alloc(&tree->arena, PIDS_MAX * sizeof(*tree->pids));
		if (!collect_pids(tree, tree->plan))
			tree->pid_count = 0;
	}
	*pids = tree->pids;
	return tree->pid_count;
}

static struct filter_name *find_name(const struct filter *filter, size_t index) {
	struct filter_name *name = filter->tree ? filter->tree->names : NULL;
	while (name && index > 0) {
		name = name->next;
		index--;
	}
	return name;
}

const char *filter_host_name(const struct filter *filter, size_t index) {
	const struct filter_name *name = find_name(filter, index);
	return name ? name->text : NULL;
}

void filter_add_address(struct filter *filter, size_t index, enum sock_family family,
                        const uint8_t address[16]) {
	struct filter_name *name = find_name(filter, index);
	struct arena *arena = &filter->tree->arena;
	struct filter_address *more = arena_alloc(arena, (name->count + 1) * sizeof(*more));
	if (name->count > 0)
		memcpy(more, name->addresses, name->count * sizeof(*more));
	more[name->count] = (struct filter_address){
		.family = family,
		.prefix = family == SOCK_FAMILY_INET ? 32 : 128,
	};
	memcpy(more[name->count].bytes, address, sizeof(more->bytes));
	name->addresses = more;
	name->count++;
	filter->tree->has_hints = false;
}
