#pragma once
/* What a person wants to see of each socket, and in which order. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "field.h"

struct out;

struct sort_key {
	const struct field *field;
	bool descending;
};

/* Zero-initialise it; view_finish() frees it. The last `detail_count` columns are details. */
struct view {
	const struct field **columns;
	struct field_access *accesses; /* one per column */
	size_t column_count;
	size_t detail_count;
	struct sort_key *keys;
	size_t key_count;
};

void view_finish(struct view *view);

/* The columns that a sink shows when nobody says otherwise. */
void view_add_defaults(struct view *view, enum field_default where);

/* Every field of the group that is not a column yet, as a detail. */
void view_add_group(struct view *view, enum field_group group);

/* Every field that needs none of these, enum sock_need. */
void view_add_all_but(struct view *view, uint32_t needs);

/* Makes the field the first column, wherever it was. */
void view_put_first(struct view *view, const struct field *field);

/* "a,b,c". On false `error` is a message that the caller frees, and the view is unchanged. */
bool view_set_columns(struct view *view, const char *list, char **error);

/* These, each once. */
void view_set_fields(struct view *view, const struct field *const *chosen, size_t count);

/* "a,-b": by a upwards, then by b downwards. */
bool view_set_sort(struct view *view, const char *list, char **error);

/* enum sock_need of all columns and sort keys. */
uint32_t view_needs(const struct view *view);

/* Names the first few columns and sort keys that need any of `needs`, and how many more there are.
 */
void view_put_needing(struct out *out, const struct view *view, uint32_t needs);

/* Less than, equal to or greater than 0, of two values of one field that are known. */
int view_compare(const struct value *a, const struct value *b);

/* Sorts the pointers; sockets that compare equal keep their order, unknown comes last. */
void view_sort(const struct view *view, const struct sock **socks, size_t count);
