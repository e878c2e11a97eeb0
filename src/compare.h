#pragma once
/* What became of sockets between two looks, however far apart: what opened, closed, or is in
 * another state or other hands. Queues, timers and counters are not compared: they change all the
 * time. */

#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "life_join.h"
#include "origin.h"

struct snapshot;
struct sock;

enum compare_by {
	COMPARE_BY_COOKIE, /* a socket is the same one if its cookie is, as in life_join.h */
	COMPARE_BY_ENDS,   /* no cookie means anything on the other side: as in compare_join.h */
};

/* One of the two. */
struct compare_side {
	struct snapshot *snapshot;
	struct origin origin;
};

/* Borrows the two snapshots; compare_finish() frees the rest. */
struct comparison {
	enum compare_by by;
	uint32_t one_sided; /* bits 1u << enum sock_probe: of those only one of the two has, and
	                     * nothing was compared */
	const struct snapshot *before, *now;
	struct life_join join;
	struct sock **rows; /* `change` of each says what became of it; those that are gone are of
	                     * `before`, the others of `now`. Listeners come first */
	size_t count;
};

/* `change` of the sockets that differ is set. Those count that the filter lets pass on either side.
 * Of a probe that was not whole then nobody is new, of one that is not whole now nobody is gone. */
struct comparison compare_make(const struct compare_side *before, const struct compare_side *now,
                               const struct filter *filter);
void compare_finish(struct comparison *comparison);

/* What a row was before; NULL unless it changed. */
const struct sock *compare_before(const struct comparison *comparison, const struct sock *row);

/* True if those who hold it are others, as far as is known of both. */
bool compare_has_other_owners(enum compare_by by, const struct sock *before,
                              const struct sock *after);

/* True if it is somewhere else. By their ends sockets were joined, so that those are no
 * difference. */
bool compare_has_other_ends(enum compare_by by, const struct sock *before,
                            const struct sock *after);
