/* The plan of a tree says the same as the tree: constants are gone, operands of operands are
 * operands, and what costs little is asked before what costs more. */

#include "filter_tree.h"

#include <stdlib.h>

#include "util.h"

enum { NODES_MAX = 200000 };

struct filter_node *filter_tree_add(struct filter_tree *tree, enum filter_kind kind) {
	if (tree->node_count++ >= NODES_MAX)
		return NULL;
	struct filter_node *node = arena_alloc(&tree->arena, sizeof(*node));
	*node = (struct filter_node){ .kind = kind };
	return node;
}

static bool is_constant(const struct filter_node *node, bool constant) {
	return node->kind == FILTER_TEST && node->test == FILTER_TEST_CONSTANT &&
	       (node->constant != node->opposite) == constant;
}

/* In the order of the tests' enumeration; what is found out late costs most of all. */
static unsigned cost_of(const struct filter_node *node) {
	if (node->kind == FILTER_TEST)
		return node->needs & FILTER_NEEDS_LATE ? FILTER_TEST_COUNT : (unsigned)node->test;
	unsigned cost = 0;
	for (const struct filter_node *each = node->first; each; each = each->next) {
		const unsigned inner = cost_of(each);
		cost = inner > cost ? inner : cost;
	}
	return cost;
}

/* Operands by what they cost; those that cost the same stay in their order. */
struct sorter {
	struct filter_node *first[FILTER_TEST_COUNT + 1];
	struct filter_node **last[FILTER_TEST_COUNT + 1];
};

static void put(struct sorter *sorter, struct filter_node *node) {
	const unsigned cost = cost_of(node);
	if (!sorter->last[cost])
		sorter->last[cost] = &sorter->first[cost];
	node->next = NULL;
	*sorter->last[cost] = node;
	sorter->last[cost] = &node->next;
}

static struct filter_node *take_all(struct sorter *sorter) {
	struct filter_node *first = NULL;
	for (size_t cost = ARRAY_LENGTH(sorter->first); cost-- > 0;) {
		if (!sorter->first[cost])
			continue;
		*sorter->last[cost] = first;
		first = sorter->first[cost];
	}
	return first;
}

static struct filter_node *copy_of(struct arena *arena, const struct filter_node *node) {
	struct filter_node *copy = arena_alloc(arena, sizeof(*copy));
	*copy = *node;
	copy->first = copy->next = NULL;
	return copy;
}

static struct filter_node *constant(struct arena *arena, bool value) {
	struct filter_node *node = arena_alloc(arena, sizeof(*node));
	*node = (struct filter_node){
		.kind = FILTER_TEST,
		.test = FILTER_TEST_CONSTANT,
		.constant = value,
		.text = value ? "all" : "none",
	};
	return node;
}

static struct filter_node *plan(struct arena *arena, const struct filter_node *node);

/* AND ends with the first operand that is false, OR with the first that is true; the other constant
 * says nothing. */
static struct filter_node *plan_list(struct arena *arena, const struct filter_node *node) {
	const bool decides = node->kind == FILTER_OR;
	struct sorter sorter = { 0 };
	for (const struct filter_node *each = node->first; each; each = each->next) {
		struct filter_node *operand = plan(arena, each);
		if (is_constant(operand, decides))
			return constant(arena, decides);
		if (is_constant(operand, !decides))
			continue;
		if (operand->kind != node->kind) {
			put(&sorter, operand);
			continue;
		}
		for (struct filter_node *inner = operand->first, *next; inner; inner = next) {
			next = inner->next;
			put(&sorter, inner);
		}
	}
	struct filter_node *first = take_all(&sorter);
	if (!first)
		return constant(arena, !decides);
	if (!first->next)
		return first;
	struct filter_node *list = copy_of(arena, node);
	list->first = first;
	return list;
}

static struct filter_node *plan(struct arena *arena, const struct filter_node *node) {
	if (node->kind == FILTER_TEST)
		return copy_of(arena, node);
	if (node->kind != FILTER_NOT)
		return plan_list(arena, node);
	struct filter_node *operand = plan(arena, node->first);
	if (operand->kind == FILTER_NOT)
		return operand->first;
	if (is_constant(operand, true) || is_constant(operand, false))
		return constant(arena, is_constant(operand, false));
	struct filter_node *opposite = copy_of(arena, node);
	opposite->first = operand;
	return opposite;
}

void filter_tree_plan(struct filter_tree *tree) {
	tree->plan = tree->root ? plan(&tree->arena, tree->root) : NULL;
	tree->has_hints = false;
	tree->pids = NULL;
	tree->pid_count = 0;
}

void filter_tree_destroy(struct filter_tree *tree) {
	if (!tree)
		return;
	for (struct filter_regex *each = tree->regexes; each; each = each->next)
		filter_regex_finish(each);
	arena_finish(&tree->arena);
	free(tree);
}
