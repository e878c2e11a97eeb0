/* One walk finds the group of each socket in a hash table and sums up the innermost groups; the
 * sums of the others are made of those. Groups are found by the key within the group around them,
 * so the table knows nothing of levels. */

#include "group.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "format.h"
#include "group_key.h"
#include "life.h"
#include "out.h"
#include "sock.h"
#include "util.h"

enum { SLOTS_MIN = 64 };

static const struct field *find_level(const char *name, size_t length, char **error) {
	const struct field *field = field_find(name, length);
	if (field)
		return field;
	char *shown = escape_copy(name, length);
	const char *like = field_suggest(name, length);
	*error = like
	             ? xasprintf(_("cannot group by '%s' (did you mean %s?)"), shown, like)
	             : xasprintf(_("cannot group by '%s'; --columns help lists the fields"), shown);
	free(shown);
	return NULL;
}

bool group_by_has(const struct group_by *by, const struct field *field) {
	for (size_t i = 0; i < by->level_count; i++) {
		if (by->levels[i] == field)
			return true;
	}
	return false;
}

bool group_by_set(struct group_by *by, const char *list, char **error) {
	struct group_by chosen = *by;
	chosen.level_count = 0;
	while (list) {
		const size_t length = strcspn(list, ",");
		const struct field *field = find_level(list, length, error);
		if (!field)
			return false;
		if (chosen.level_count == GROUP_LEVELS_MAX) {
			*error = xasprintf(_("groups have at most %d levels"), GROUP_LEVELS_MAX);
			return false;
		}
		if (!group_by_has(&chosen, field))
			chosen.levels[chosen.level_count++] = field;
		list = list[length] == ',' ? list + length + 1 : NULL;
	}
	*by = chosen;
	return true;
}

void group_by_write(struct out *out, const struct group_by *by) {
	for (size_t i = 0; i < by->level_count; i++)
		out_printf(out, "%s%s", i > 0 ? ", " : "", by->levels[i]->column.name);
}

bool group_is_summable(const struct field *field) {
	static const char *const names[] = {
		"recvq",
		"sendq",
		"rx",
		"tx",
		"rate",
		"rx_bytes",
		"tx_bytes",
		"retrans_rate",
		"drops",
		"retransmits",
		"retrans",
		"total_retrans",
		"lost",
		"bytes_sent",
		"bytes_retrans",
		"bytes_received",
		"bytes_acked",
		"notsent_bytes",
	};
	_Static_assert(ARRAY_LENGTH(names) == GROUP_SUMS_MAX, "there is room for all of them");
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		if (strcmp(field->column.name, names[i]) == 0)
			return true;
	}
	return false;
}

void group_by_add_sum(struct group_by *by, const struct field *field) {
	for (size_t i = 0; i < by->sum_count; i++) {
		if (by->sums[i] == field)
			return;
	}
	if (group_is_summable(field) && by->sum_count < GROUP_SUMS_MAX)
		by->sums[by->sum_count++] = field;
}

uint32_t group_needs(const struct group_by *by) {
	const uint32_t of_health = SOCK_NEED_INFO | SOCK_NEED_MEMORY; /* which has the drops */
	uint32_t needs = by->level_count > 0 ? of_health : 0;
	for (size_t i = 0; i < by->level_count; i++)
		needs |= by->levels[i]->needs;
	for (size_t i = 0; i < by->sum_count; i++)
		needs |= by->sums[i]->needs;
	return needs;
}

/* What one build has at hand. */
struct building {
	struct group_tree *tree;
	const struct group_by *by;
	struct group_key *keys; /* one per group */
	uint32_t key_capacity;
	struct out scratch;
	uint64_t seed;
};

static void put_slot(struct group_tree *tree, uint32_t index) {
	uint32_t slot = (uint32_t)tree->hashes[index] & tree->slot_mask;
	while (tree->slots[slot] != GROUP_NONE)
		slot = (slot + 1) & tree->slot_mask;
	tree->slots[slot] = index;
}

static void make_slots(struct group_tree *tree, uint32_t count) {
	tree->slots = xreallocarray(tree->slots, count, sizeof(*tree->slots));
	memset(tree->slots, 0xff, count * sizeof(*tree->slots));
	tree->slot_mask = count - 1;
	for (uint32_t i = 0; i < tree->count; i++)
		put_slot(tree, i);
}

/* At most half of the slots are taken. */
static void make_room(struct building *building) {
	struct group_tree *tree = building->tree;
	if (tree->count == tree->capacity) {
		tree->capacity = tree->capacity ? tree->capacity * 2 : SLOTS_MIN;
		tree->groups = xreallocarray(tree->groups, tree->capacity, sizeof(*tree->groups));
		tree->hashes = xreallocarray(tree->hashes, tree->capacity, sizeof(*tree->hashes));
	}
	if (building->key_capacity < tree->capacity) {
		building->key_capacity = tree->capacity;
		building->keys =
		    xreallocarray(building->keys, tree->capacity, sizeof(*building->keys));
	}
	if (tree->count > tree->slot_mask / 2)
		make_slots(tree, (tree->slot_mask + 1) * 2);
}

static void keep_key(struct building *building, const struct group_key *key) {
	struct group_key *kept = &building->keys[building->tree->count];
	*kept = *key;
	if (key->is_scratch)
		kept->text = arena_copy(&building->tree->arena, key->text, key->length);
}

static uint32_t add_group(struct building *building, const struct group_key *key,
                          const struct value *value, uint32_t parent, uint64_t hash) {
	struct group_tree *tree = building->tree;
	make_room(building);
	keep_key(building, key);
	tree->hashes[tree->count] = hash;
	tree->groups[tree->count] = (struct group){
		.id = hash ? hash : 1,
		.key = group_key_value(value, &tree->arena),
		.parent = parent,
		.level = parent == GROUP_NONE ? 0 : tree->groups[parent].level + 1,
	};
	put_slot(tree, tree->count);
	return tree->count++;
}

static uint32_t find_group(struct building *building, const struct value *value, uint32_t parent) {
	const struct group_tree *tree = building->tree;
	const struct group_key key = group_key_of(value, &building->scratch);
	const uint64_t hash =
	    group_key_hash(&key, parent == GROUP_NONE ? building->seed : tree->hashes[parent]);
	uint32_t slot = (uint32_t)hash & tree->slot_mask;
	for (; tree->slots[slot] != GROUP_NONE; slot = (slot + 1) & tree->slot_mask) {
		const uint32_t index = tree->slots[slot];
		if (tree->hashes[index] == hash && tree->groups[index].parent == parent &&
		    group_key_equal(&building->keys[index], &key))
			return index;
	}
	return add_group(building, &key, value, parent, hash);
}

static void add_sock(const struct group_by *by, struct group *group,
                     const struct field_source *source) {
	const struct sock_life *life = source->sock->life;
	const enum health health = health_of(source->sock);
	group->count++;
	if (life && life->missing > 0)
		return;
	group->present++;
	group->health = health > group->health ? health : group->health;
	for (size_t i = 0; i < by->sum_count; i++) {
		struct value value;
		if (!field_get(&by->sums[i]->access, source, &value) || value.kind != VALUE_NUMBER)
			continue;
		group->known |= 1u << i;
		group->sums[i] = util_add(group->sums[i], value.number);
	}
}

/* The innermost group of the socket. */
static uint32_t place(struct building *building, const struct field_source *source) {
	const struct group_by *by = building->by;
	uint32_t index = GROUP_NONE;
	for (size_t level = 0; level < by->level_count; level++) {
		const struct value value = field_value(&by->levels[level]->access, source);
		index = find_group(building, &value, index);
	}
	return index;
}

/* A group lies behind the one that it is in. */
static void sum_up(struct group_tree *tree, const struct group_by *by) {
	for (uint32_t i = tree->count; i-- > 0;) {
		const struct group *group = &tree->groups[i];
		if (group->parent == GROUP_NONE)
			continue;
		struct group *parent = &tree->groups[group->parent];
		parent->count += group->count;
		parent->present += group->present;
		parent->known |= group->known;
		parent->health = group->health > parent->health ? group->health : parent->health;
		for (size_t j = 0; j < by->sum_count; j++)
			parent->sums[j] = util_add(parent->sums[j], group->sums[j]);
	}
}

/* Each group's groups side by side: first those that are in no other one. */
static void list_children(struct group_tree *tree) {
	uint32_t next = 0;
	tree->root_count = 0;
	tree->children = xreallocarray(tree->children, tree->count + 1, sizeof(*tree->children));
	for (uint32_t i = 0; i < tree->count; i++) {
		if (tree->groups[i].parent == GROUP_NONE)
			tree->root_count++;
		else
			tree->groups[tree->groups[i].parent].child_count++;
	}
	next = tree->root_count;
	for (uint32_t i = 0; i < tree->count; i++) {
		tree->groups[i].first_child = next;
		next += tree->groups[i].child_count;
		tree->groups[i].child_count = 0;
	}
	for (uint32_t i = 0, roots = 0; i < tree->count; i++) {
		const uint32_t parent = tree->groups[i].parent;
		struct group *around = parent == GROUP_NONE ? NULL : &tree->groups[parent];
		const uint32_t at = around ? around->first_child + around->child_count++ : roots++;
		tree->children[at] = i;
	}
}

static uint32_t place_members(struct group_tree *tree, const uint32_t *indices, uint32_t count,
                              uint32_t first) {
	for (uint32_t i = 0; i < count; i++) {
		struct group *group = &tree->groups[indices[i]];
		group->first = first;
		place_members(tree, tree->children + group->first_child, group->child_count, first);
		first += group->count;
	}
	return first;
}

/* The sockets of a group side by side, and with them those of the groups within it. */
static void list_members(struct group_tree *tree, const struct sock *const *socks, size_t count) {
	uint32_t *next = xcalloc(tree->count + 1, sizeof(*next));
	place_members(tree, tree->children, tree->root_count, 0);
	for (uint32_t i = 0; i < tree->count; i++)
		next[i] = tree->groups[i].first;
	for (size_t i = 0; i < count; i++)
		tree->members[next[tree->leaves[i]]++] = socks[i];
	free(next);
}

static void begin(struct group_tree *tree, size_t count) {
	if (tree->member_capacity < count) {
		free(tree->members);
		free(tree->leaves);
		tree->member_capacity = count + count / 4;
		tree->members = xcalloc(tree->member_capacity, sizeof(*tree->members));
		tree->leaves = xcalloc(tree->member_capacity, sizeof(*tree->leaves));
	}
	arena_reset(&tree->arena);
	tree->count = 0;
	make_slots(tree, tree->slot_mask > 0 ? tree->slot_mask + 1 : SLOTS_MIN);
}

/* The hashes begin with where the tree lies, which whoever chooses names and addresses so that
 * they meet in one slot does not know. */
void group_tree_build(struct group_tree *tree, const struct group_by *by,
                      const struct sock *const *socks, size_t count) {
	struct building building = { .tree = tree, .by = by, .seed = (uintptr_t)tree };
	assert(by->level_count > 0);
	begin(tree, count);
	out_init(&building.scratch, OUT_MEMORY);
	for (size_t i = 0; i < count; i++) {
		const struct field_source source = field_source(socks[i]);
		tree->leaves[i] = place(&building, &source);
		add_sock(by, &tree->groups[tree->leaves[i]], &source);
	}
	sum_up(tree, by);
	list_children(tree);
	list_members(tree, socks, count);
	out_finish(&building.scratch);
	free(building.keys);
}

void group_tree_finish(struct group_tree *tree) {
	free(tree->groups);
	free(tree->members);
	free(tree->children);
	free(tree->slots);
	free(tree->hashes);
	free(tree->leaves);
	arena_finish(&tree->arena);
	*tree = (struct group_tree){ 0 };
}

void group_write_key(struct out *out, const struct field *field, const struct group *group) {
	format_value(out, &field->column, &group->key, FORMAT_HUMAN);
}
