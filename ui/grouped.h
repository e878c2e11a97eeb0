#pragma once
/* The rows of a table whose sockets are in groups: which groups are open, and in which order they
 * and their sockets come. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "group.h"
#include "tags.h"
#include "view.h"

struct order_row;
struct out;

/* A socket, or the group that the next rows belong to. */
struct grouped_row {
	const struct sock *sock; /* NULL: it is a group */
	uint32_t group;          /* its index, or that of the innermost group of the socket */
	uint64_t serial;         /* identity: sockets keep theirs, those of groups are above all */
};

/* Zero-initialise it; grouped_finish() frees it. */
struct grouped {
	struct group_by by; /* set it before grouped_update(); without levels there are no groups */
	struct group_tree tree;
	struct grouped_row *rows;
	size_t count;
	/* The rest is its own. */
	size_t capacity;
	bool opened; /* groups are open, but for those in `turned`; else the other way round */
	struct tags turned; /* ids of groups */
};

void grouped_finish(struct grouped *grouped);

/* Makes the rows of sockets that are in order, of which the first `known` have a key of order.h.
 * Groups within the same group come by the sum of what is sorted by, if that can be summed up, and
 * by their size if that is equal; else, and if `sort` is NULL, in the order of their first sockets.
 */
void grouped_update(struct grouped *grouped, const struct order_row *socks, size_t known,
                    size_t count, const struct sort_key *sort);

bool grouped_is_open(const struct grouped *grouped, const struct group *group);

/* "close-wait! 12 sockets": how the sockets are doing, if they are not well, and how many are
 * there. */
void grouped_write_size(struct out *out, const struct group *group);

/* Takes effect with the next grouped_update(). */
void grouped_set_open(struct grouped *grouped, const struct group *group, bool open);

/* All of them: opened if any is closed. */
void grouped_turn_all(struct grouped *grouped);
