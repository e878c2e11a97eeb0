/* A row is made of the innermost group and those around it, so that each socket is in one row. */

#include "group_rows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "escape.h"
#include "sink.h"
#include "util.h"
#include "view.h"

static const struct column sockets_column = {
	.name = "sockets", .title = "SOCKETS", .help = "", .align_right = true
};
static const struct column health_column = { .name = "health", .title = "HEALTH", .help = "" };

/* What one look tells: rates are for those who look again. What groups are by is not summed up,
 * for a key must not stand twice in a JSON object; nor is health. */
static const char *const sum_names[] = {
	"recvq", "sendq", "bytes_received", "bytes_acked", "total_retrans",
};

bool group_rows_set(struct group_rows *rows, const char *list, char **error) {
	if (!group_by_set(&rows->by, list, error))
		return false;
	rows->by.sum_count = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(sum_names); i++) {
		const struct field *field = field_named(sum_names[i]);
		if (!group_by_has(&rows->by, field))
			group_by_add_sum(&rows->by, field);
	}
	return true;
}

size_t group_rows_columns(const struct group_rows *rows,
                          const struct column *columns[GROUP_COLUMNS_MAX]) {
	const struct group_by *by = &rows->by;
	size_t count = 0;
	for (size_t i = 0; i < by->level_count; i++)
		columns[count++] = &by->levels[i]->column;
	columns[count++] = &sockets_column;
	for (size_t i = 0; i < by->sum_count; i++)
		columns[count++] = &by->sums[i]->column;
	if (!group_by_has(by, field_named(health_column.name)))
		columns[count++] = &health_column;
	return count;
}

static size_t find_column(const struct group_rows *rows, const char *name, size_t length,
                          const struct column **found) {
	const struct column *columns[GROUP_COLUMNS_MAX];
	const size_t count = group_rows_columns(rows, columns);
	const struct field *field = field_find(name, length);
	size_t at = 0;
	while (at < count && !(field && columns[at] == &field->column) &&
	       !(strlen(columns[at]->name) == length &&
	         strncasecmp(columns[at]->name, name, length) == 0))
		at++;
	*found = at < count ? columns[at] : NULL;
	return at;
}

static char *unknown_column(const struct group_rows *rows, const char *name, size_t length) {
	const struct column *columns[GROUP_COLUMNS_MAX];
	const size_t count = group_rows_columns(rows, columns);
	char *shown = escape_copy(name, length);
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_printf(&out, _("groups are not sorted by '%s', but by "), shown);
	for (size_t i = 0; i < count; i++)
		out_printf(&out, "%s%s", i > 0 ? ", " : "", columns[i]->name);
	out_char(&out, '\0');
	free(shown);
	return out.bytes;
}

bool group_rows_sort(struct group_rows *rows, const char *list, char **error) {
	rows->key_count = 0;
	while (list) {
		const bool descending = list[0] == '-';
		const char *name = list + descending;
		const size_t length = strcspn(name, ",");
		const struct column *column = NULL;
		const size_t at = find_column(rows, name, length, &column);
		if (!column || rows->key_count == GROUP_KEYS_MAX) {
			*error = unknown_column(rows, name, length);
			return false;
		}
		rows->keys[rows->key_count++] = (struct group_rows_key){ at, descending };
		list = name[length] == ',' ? name + length + 1 : NULL;
	}
	return true;
}

/* Where a column is, counted from the levels on: the number of sockets, the sums, health. */
static struct value value_at(const struct group_rows *rows, const struct group_tree *tree,
                             const struct group *group, size_t column) {
	const struct group_by *by = &rows->by;
	if (column < by->level_count) {
		while (group->level > column)
			group = &tree->groups[group->parent];
		return group->key;
	}
	const size_t at = column - by->level_count;
	if (at == 0)
		return (struct value){ .kind = VALUE_NUMBER, .number = group->present };
	if (at > by->sum_count)
		return (struct value){ .kind = VALUE_SYMBOL, .text = health_name(group->health) };
	const bool known = group->known >> (at - 1) & 1;
	return (struct value){ .kind = known ? VALUE_NUMBER : VALUE_UNKNOWN,
		               .number = group->sums[at - 1] };
}

/* A group on its way to its place. */
struct candidate {
	const struct group_rows *rows;
	const struct group_tree *tree;
	const struct group *group;
};

/* Behind all others, or what groups are by. */
static bool is_health(const struct group_by *by, size_t column) {
	if (column >= by->level_count)
		return column == by->level_count + 1 + by->sum_count;
	return strcmp(by->levels[column]->column.name, health_column.name) == 0;
}

static int compare_by(const struct group_rows_key *key, const struct candidate *a,
                      const struct candidate *b) {
	if (is_health(&a->rows->by, key->column)) {
		const int order = (int)a->group->health - (int)b->group->health;
		return key->descending ? -order : order;
	}
	const struct value left = value_at(a->rows, a->tree, a->group, key->column);
	const struct value right = value_at(b->rows, b->tree, b->group, key->column);
	const bool left_known = left.kind != VALUE_UNKNOWN;
	const bool right_known = right.kind != VALUE_UNKNOWN;
	if (!left_known || !right_known)
		return right_known - left_known;
	const int order = view_compare(&left, &right);
	return key->descending ? -order : order;
}

static int compare_candidates(const void *a, const void *b) {
	const struct candidate *left = a;
	const struct candidate *right = b;
	const struct group_rows *rows = left->rows;
	const struct group_rows_key by_count = { rows->by.level_count, true };
	for (size_t i = 0; i < rows->key_count; i++) {
		const int order = compare_by(&rows->keys[i], left, right);
		if (order != 0)
			return order;
	}
	const int order = compare_by(&by_count, left, right);
	return order ? order : (left->group > right->group) - (left->group < right->group);
}

/* The innermost groups, sorted, for the caller to free. */
static struct candidate *choose(const struct group_rows *rows, const struct group_tree *tree,
                                size_t *count) {
	struct candidate *candidates = xcalloc(tree->count + 1, sizeof(*candidates));
	*count = 0;
	for (uint32_t i = 0; i < tree->count; i++) {
		if (tree->groups[i].level + 1 == rows->by.level_count)
			candidates[(*count)++] = (struct candidate){ rows, tree, &tree->groups[i] };
	}
	qsort(candidates, *count, sizeof(*candidates), compare_candidates);
	return candidates;
}

static void show(const struct candidate *candidates, size_t count, struct sink *sink,
                 void (*to)(struct sink *sink, const struct row *row)) {
	struct value values[GROUP_COLUMNS_MAX];
	for (size_t i = 0; i < count; i++) {
		const struct candidate *row = &candidates[i];
		for (size_t j = 0; j < sink->column_count; j++)
			values[j] = value_at(row->rows, row->tree, row->group, j);
		to(sink, &(struct row){ .values = values });
	}
}

void group_rows_show(const struct group_rows *rows, const struct sock *const *socks, size_t count,
                     struct sink *sink) {
	struct group_tree tree = { 0 };
	size_t shown = 0;
	group_tree_build(&tree, &rows->by, socks, count);
	struct candidate *candidates = choose(rows, &tree, &shown);
	if (sink->class->measure)
		show(candidates, shown, sink, sink->class->measure);
	show(candidates, shown, sink, sink->class->row);
	free(candidates);
	group_tree_finish(&tree);
}
