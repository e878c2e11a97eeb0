/* The tree is made anew for each look; what stays is which groups are open, by their ids. Groups
 * that are gone are forgotten once there are many. */

#include "grouped.h"

#include <stdlib.h>

#include "life.h"
#include "order.h"
#include "out.h"
#include "sock.h"
#include "util.h"

enum { TURNED_MAX = 4096 };
#define SERIAL_OF_GROUP (UINT64_C(1) << 63)

void grouped_finish(struct grouped *grouped) {
	group_tree_finish(&grouped->tree);
	free(grouped->rows);
	tags_finish(&grouped->turned);
	*grouped = (struct grouped){ 0 };
}

bool grouped_is_open(const struct grouped *grouped, const struct group *group) {
	return grouped->opened != tags_has(&grouped->turned, group->id);
}

static void forget_gone(struct grouped *grouped) {
	struct tags kept = { .count = 0 };
	for (uint32_t i = 0; i < grouped->tree.count && kept.count < TURNED_MAX / 2; i++) {
		if (tags_has(&grouped->turned, grouped->tree.groups[i].id))
			tags_toggle(&kept, grouped->tree.groups[i].id);
	}
	tags_finish(&grouped->turned);
	grouped->turned = kept;
}

void grouped_set_open(struct grouped *grouped, const struct group *group, bool open) {
	if (grouped_is_open(grouped, group) == open)
		return;
	if (grouped->turned.count >= TURNED_MAX)
		forget_gone(grouped);
	tags_toggle(&grouped->turned, group->id);
}

void grouped_turn_all(struct grouped *grouped) {
	bool all_open = true;
	for (uint32_t i = 0; i < grouped->tree.count; i++)
		all_open = all_open && grouped_is_open(grouped, &grouped->tree.groups[i]);
	grouped->opened = !all_open;
	tags_clear(&grouped->turned);
}

void grouped_write_size(struct out *out, const struct group *group) {
	if (group->health != HEALTH_FINE)
		out_printf(out, "%s! ", health_name(group->health));
	out_count(out, _("%llu socket"), _("%llu sockets"), group->present);
}

/* Sums. */

static bool is_missing(const struct sock *sock) {
	return sock->life && sock->life->missing > 0;
}

/* What each group has of what rows are sorted by, for the caller to free. */
static uint64_t *sums_of(const struct grouped *grouped, const struct order_row *socks, size_t known,
                         bool descending) {
	const struct group_tree *tree = &grouped->tree;
	uint64_t *sums = xcalloc(tree->count + 1, sizeof(*sums));
	for (size_t i = 0; i < known; i++) {
		if (is_missing(socks[i].sock))
			continue;
		uint64_t *sum = &sums[tree->leaves[i]];
		*sum = util_add(*sum, descending ? ~socks[i].key : socks[i].key);
	}
	for (uint32_t i = tree->count; i-- > 0;) {
		const uint32_t parent = tree->groups[i].parent;
		if (parent != GROUP_NONE)
			sums[parent] = util_add(sums[parent], sums[i]);
	}
	return sums;
}

/* Rows of order.h that stand for groups: what is in `serial` is an index. */
static void sort_siblings(struct grouped *grouped, uint32_t *children, uint32_t count,
                          const uint64_t *sums, bool descending, struct order_row *rows) {
	struct order_row *const spare = rows + grouped->tree.count;
	for (uint32_t i = 0; i < count; i++)
		rows[i] = (struct order_row){ .key = UINT32_MAX -
			                             grouped->tree.groups[children[i]].present,
			                      .serial = children[i] };
	order_sort_by_key(rows, spare, count);
	for (uint32_t i = 0; i < count; i++)
		rows[i].key = descending ? ~sums[rows[i].serial] : sums[rows[i].serial];
	order_sort_by_key(rows, spare, count);
	for (uint32_t i = 0; i < count; i++)
		children[i] = (uint32_t)rows[i].serial;
}

static void sort_groups(struct grouped *grouped, const struct order_row *socks, size_t known,
                        bool descending) {
	struct group_tree *tree = &grouped->tree;
	uint64_t *sums = sums_of(grouped, socks, known, descending);
	struct order_row *rows = xcalloc(2 * (size_t)tree->count + 1, sizeof(*rows));
	sort_siblings(grouped, tree->children, tree->root_count, sums, descending, rows);
	for (uint32_t i = 0; i < tree->count; i++)
		sort_siblings(grouped, tree->children + tree->groups[i].first_child,
		              tree->groups[i].child_count, sums, descending, rows);
	free(rows);
	free(sums);
}

/* Rows. */

static struct grouped_row *add_row(struct grouped *grouped) {
	if (grouped->count == grouped->capacity) {
		grouped->capacity = grouped->capacity ? grouped->capacity * 2 : 256;
		grouped->rows =
		    xreallocarray(grouped->rows, grouped->capacity, sizeof(*grouped->rows));
	}
	return &grouped->rows[grouped->count++];
}

static void add_members(struct grouped *grouped, uint32_t index, const uint64_t *serials) {
	const struct group *group = &grouped->tree.groups[index];
	for (uint32_t i = group->first; i < group->first + group->count; i++)
		*add_row(grouped) =
		    (struct grouped_row){ grouped->tree.members[i], index, serials[i] };
}

/* As deep as there are levels. */
static void add_groups(struct grouped *grouped, const uint32_t *indices, uint32_t count,
                       const uint64_t *serials) {
	const struct group_tree *tree = &grouped->tree;
	for (uint32_t i = 0; i < count; i++) {
		const struct group *group = &tree->groups[indices[i]];
		*add_row(grouped) =
		    (struct grouped_row){ NULL, indices[i], group->id | SERIAL_OF_GROUP };
		if (!grouped_is_open(grouped, group))
			continue;
		if (group->child_count > 0)
			add_groups(grouped, tree->children + group->first_child, group->child_count,
			           serials);
		else
			add_members(grouped, indices[i], serials);
	}
}

/* The serials of the members, in their order, for the caller to free. */
static uint64_t *serials_of(const struct grouped *grouped, const struct order_row *socks,
                            size_t count) {
	const struct group_tree *tree = &grouped->tree;
	uint64_t *serials = xcalloc(count + 1, sizeof(*serials));
	uint32_t *next = xcalloc(tree->count + 1, sizeof(*next));
	for (uint32_t i = 0; i < tree->count; i++)
		next[i] = tree->groups[i].first;
	for (size_t i = 0; i < count; i++)
		serials[next[tree->leaves[i]]++] = socks[i].serial;
	free(next);
	return serials;
}

void grouped_update(struct grouped *grouped, const struct order_row *socks, size_t known,
                    size_t count, const struct sort_key *sort) {
	const struct sock **pointers = xcalloc(count + 1, sizeof(*pointers));
	for (size_t i = 0; i < count; i++)
		pointers[i] = socks[i].sock;
	group_tree_build(&grouped->tree, &grouped->by, pointers, count);
	free(pointers);
	uint64_t *serials = serials_of(grouped, socks, count);
	if (sort && group_is_summable(sort->field))
		sort_groups(grouped, socks, known, sort->descending);
	grouped->count = 0;
	add_groups(grouped, grouped->tree.children, grouped->tree.root_count, serials);
	free(serials);
}
