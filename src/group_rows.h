#pragma once
/* Groups as the rows of a list: one for each combination of keys, with counts and sums. */

#include <stdbool.h>
#include <stddef.h>

#include "group.h"

struct sink;
struct snapshot;

enum {
	GROUP_COLUMNS_MAX = GROUP_LEVELS_MAX + 1 + GROUP_SUMS_MAX + 1,
	GROUP_KEYS_MAX = 8,
};

/* Zero-initialise it. */
struct group_rows {
	struct group_by by;
	struct group_rows_key {
		size_t column;
		bool descending;
	} keys[GROUP_KEYS_MAX]; /* what rows are sorted by */
	size_t key_count;
};

/* "process,state", and what is summed up in a list. As group_by_set(). */
bool group_rows_set(struct group_rows *rows, const char *list, char **error);

/* "-sockets,process": names of the columns, which must be set before. Without it the largest group
 * comes first. On false `error` is a message that the caller frees. */
bool group_rows_sort(struct group_rows *rows, const char *list, char **error);

/* The columns, borrowed: keys, "sockets", sums, "health". Returns how many there are. */
size_t group_rows_columns(const struct group_rows *rows,
                          const struct column *columns[GROUP_COLUMNS_MAX]);

/* Gives the sink, which has begun with these columns, the groups of the sockets. Those that compare
 * equal come in the order of their first sockets, what is not known comes last. */
void group_rows_show(const struct group_rows *rows, const struct sock *const *socks, size_t count,
                     struct sink *sink);
