#pragma once
/* Sockets by what they have in common: up to four fields, one within the other. Every socket is in
 * one group of each level only, so the sums of the groups of a level are those of all sockets. A
 * socket that several processes hold belongs to the group of all their names. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "field.h"
#include "health.h"

struct out;
struct sock;

enum { GROUP_LEVELS_MAX = 4, GROUP_SUMS_MAX = 18 };

/* What sockets are grouped by, the outermost first, and what of them is summed up. */
struct group_by {
	const struct field *levels[GROUP_LEVELS_MAX];
	size_t level_count; /* 0: sockets are not grouped */
	const struct field *sums[GROUP_SUMS_MAX];
	size_t sum_count;
};

/* "process,state": the levels; `sums` stay. On false `error` is a message that the caller frees,
 * and `by` is unchanged. */
bool group_by_set(struct group_by *by, const char *list, char **error);

/* True if groups are by this field. */
bool group_by_has(const struct group_by *by, const struct field *field);

/* "process, state". */
void group_by_write(struct out *out, const struct group_by *by);

/* True if a sum of the field means something: of bytes it does, of ports not. */
bool group_is_summable(const struct field *field);

/* Adds a field that can be summed up, unless it is there already or there is no room. */
void group_by_add_sum(struct group_by *by, const struct field *field);

/* enum sock_need of the levels, the sums and of how the sockets are doing. */
uint32_t group_needs(const struct group_by *by);

#define GROUP_NONE UINT32_MAX

struct group {
	uint64_t id;      /* of what its sockets have in common, the same in every look; never 0 */
	struct value key; /* of its level's field; VALUE_UNKNOWN if it is not known of them */
	uint32_t parent;  /* index of the group that it lies in; GROUP_NONE: in none */
	uint32_t level;
	uint32_t first, count;             /* its sockets, a run of `members` */
	uint32_t present;                  /* of those, how many are there: not missing or gone */
	uint32_t first_child, child_count; /* its groups, a run of `children` */
	uint32_t known;                    /* bits by sum: known of any socket there */
	enum health health;                /* of the worst socket that is there */
	uint64_t sums[GROUP_SUMS_MAX];     /* of those there, as far as known; UINT64_MAX at most */
};

/* Zero-initialise it; group_tree_finish() frees it. Groups lie in the order in which their first
 * sockets came, a group before those within it; sockets of a group stay in order, too. */
struct group_tree {
	struct group *groups;
	uint32_t count;
	uint32_t capacity;
	const struct sock **members; /* group by group */
	uint32_t *children;          /* indices of groups */
	uint32_t root_count;         /* those in no other one; they come first in `children` */
	uint32_t
	    *leaves; /* the innermost group of each socket, in the order of group_tree_build() */
	/* The rest is the tree's own. */
	uint32_t *slots;
	uint64_t *hashes; /* one per group */
	uint32_t slot_mask;
	size_t member_capacity;
	struct arena arena; /* of keys */
};

/* Puts the sockets into groups of one level at least; what was there before is gone. Their memory
 * is borrowed. */
void group_tree_build(struct group_tree *tree, const struct group_by *by,
                      const struct sock *const *socks, size_t count);
void group_tree_finish(struct group_tree *tree);

/* Writes the key as the list writes the field, "-" if it is not known. */
void group_write_key(struct out *out, const struct field *field, const struct group *group);
