/* Columns and sort keys, chosen by name from the table of fields. */

#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "out.h"
#include "sock.h"
#include "util.h"

void view_finish(struct view *view) {
	free(view->columns);
	free(view->accesses);
	free(view->keys);
	*view = (struct view){ 0 };
}

static void add_column(struct view *view, const struct field *field) {
	view->columns =
	    xreallocarray(view->columns, view->column_count + 1, sizeof(*view->columns));
	view->accesses =
	    xreallocarray(view->accesses, view->column_count + 1, sizeof(*view->accesses));
	view->accesses[view->column_count] = field->access;
	view->columns[view->column_count++] = field;
}

static bool has_column(const struct view *view, const struct field *field) {
	for (size_t i = 0; i < view->column_count; i++) {
		if (view->columns[i] == field)
			return true;
	}
	return false;
}

void view_add_defaults(struct view *view, enum field_default where) {
	for (size_t i = 0; i < field_count; i++) {
		if (fields[i].defaults & where)
			add_column(view, &fields[i]);
	}
}

void view_add_group(struct view *view, enum field_group group) {
	for (size_t i = 0; i < field_count; i++) {
		if (fields[i].group == group && !has_column(view, &fields[i])) {
			add_column(view, &fields[i]);
			view->detail_count++;
		}
	}
}

static char *unknown_field(const char *name, size_t length) {
	char *shown = escape_copy(name, length);
	const char *like = field_suggest(name, length);
	char *error = like ? xasprintf(_("unknown field '%s' (did you mean %s?)"), shown, like)
	                   : xasprintf(_("unknown field '%s'; --columns help lists them"), shown);
	free(shown);
	return error;
}

/* The next name of a list separated by commas; NULL at its end. */
static const char *next_name(const char **list, size_t *length) {
	if (!*list)
		return NULL;
	const char *name = *list;
	*length = strcspn(name, ",");
	*list = name[*length] == ',' ? name + *length + 1 : NULL;
	return name;
}

void view_add_all_but(struct view *view, uint32_t needs) {
	for (size_t i = 0; i < field_count; i++) {
		if (!(fields[i].needs & needs) && !has_column(view, &fields[i]))
			add_column(view, &fields[i]);
	}
}

static size_t find_column(const struct view *view, const struct field *field) {
	size_t at = 0;
	while (at < view->column_count && view->columns[at] != field)
		at++;
	return at;
}

void view_put_first(struct view *view, const struct field *field) {
	size_t at = find_column(view, field);
	if (at == view->column_count)
		add_column(view, field);
	for (; at > 0; at--) {
		view->columns[at] = view->columns[at - 1];
		view->accesses[at] = view->accesses[at - 1];
	}
	view->columns[0] = field;
	view->accesses[0] = field->access;
}

/* In the place of its own. */
static void take_columns(struct view *view, const struct view *chosen) {
	free(view->columns);
	free(view->accesses);
	view->columns = chosen->columns;
	view->accesses = chosen->accesses;
	view->column_count = chosen->column_count;
	view->detail_count = 0;
}

bool view_set_columns(struct view *view, const char *list, char **error) {
	struct view chosen = { 0 };
	size_t length = 0;
	for (const char *name = next_name(&list, &length); name; name = next_name(&list, &length)) {
		const struct field *field = field_find(name, length);
		if (!field) {
			*error = unknown_field(name, length);
			view_finish(&chosen);
			return false;
		}
		if (!has_column(&chosen, field)) /* a key must not stand twice in a JSON object */
			add_column(&chosen, field);
	}
	take_columns(view, &chosen);
	return true;
}

void view_set_fields(struct view *view, const struct field *const *chosen, size_t count) {
	struct view columns = { 0 };
	for (size_t i = 0; i < count; i++) {
		if (!has_column(&columns, chosen[i]))
			add_column(&columns, chosen[i]);
	}
	take_columns(view, &columns);
}

bool view_set_sort(struct view *view, const char *list, char **error) {
	struct sort_key *keys = NULL;
	size_t count = 0;
	size_t length = 0;
	for (const char *name = next_name(&list, &length); name; name = next_name(&list, &length)) {
		const bool descending = name[0] == '-';
		const struct field *field = field_find(name + descending, length - descending);
		if (!field) {
			*error = unknown_field(name + descending, length - descending);
			free(keys);
			return false;
		}
		keys = xreallocarray(keys, count + 1, sizeof(*keys));
		keys[count++] = (struct sort_key){ .field = field, .descending = descending };
	}
	free(view->keys);
	view->keys = keys;
	view->key_count = count;
	return true;
}

uint32_t view_needs(const struct view *view) {
	uint32_t needs = 0;
	for (size_t i = 0; i < view->column_count; i++)
		needs |= view->columns[i]->needs;
	for (size_t i = 0; i < view->key_count; i++)
		needs |= view->keys[i].field->needs;
	return needs;
}

void view_put_needing(struct out *out, const struct view *view, uint32_t needs) {
	enum { NAMED = 5 };
	size_t count = 0;
	for (size_t i = 0; i < view->column_count + view->key_count; i++) {
		const size_t key = i - view->column_count;
		const struct field *field =
		    i < view->column_count ? view->columns[i] : view->keys[key].field;
		const bool is_new = i < view->column_count || !has_column(view, field);
		if (is_new && (field->needs & needs) && ++count <= NAMED)
			out_printf(out, "%s%s", count > 1 ? ", " : "", field->column.name);
	}
	if (count > NAMED)
		out_printf(out, _(" and %zu more"), count - NAMED);
}

static int compare_numbers(uint64_t a, uint64_t b) {
	return (a > b) - (a < b);
}

static const struct sock_endpoint *end_of(const struct value *value) {
	return value->part == VALUE_LOCAL ? &value->sock->local : &value->sock->peer;
}

static const struct sock_unix_name *unix_name_of(const struct value *value) {
	const struct sock_unix *un = value->sock->un;
	return value->part == VALUE_LOCAL ? &un->name : &un->peer_name;
}

static uint32_t unix_inode_of(const struct value *value) {
	const struct sock *sock = value->sock;
	return value->part == VALUE_LOCAL ? sock->inode : sock->un->peer_inode;
}

static int compare_unix_ends(const struct value *a, const struct value *b) {
	const struct sock_unix_name *left = unix_name_of(a);
	const struct sock_unix_name *right = unix_name_of(b);
	const int order =
	    util_compare_bytes(left->bytes, left->length, right->bytes, right->length);
	return order ? order : compare_numbers(unix_inode_of(a), unix_inode_of(b));
}

static int compare_ends(const struct value *a, const struct value *b) {
	const struct sock_endpoint *left = end_of(a);
	const struct sock_endpoint *right = end_of(b);
	int order = compare_numbers(a->sock->family, b->sock->family);
	if (order == 0 && a->sock->family == SOCK_FAMILY_UNIX)
		return compare_unix_ends(a, b);
	if (order == 0)
		order = memcmp(left->address, right->address, sizeof(left->address));
	if (order == 0 && a->kind == VALUE_ENDPOINT)
		order = compare_numbers(left->port, right->port);
	return order;
}

static int compare_owners(const struct value *a, const struct value *b) {
	const struct owner *left = &a->owners[0];
	const struct owner *right = &b->owners[0];
	const struct process *p = left->process;
	const struct process *q = right->process;
	switch ((enum value_owner_part)a->part) {
	case OWNER_EXE:
		return util_compare_bytes(
		    p->exe ? p->exe : p->comm, p->exe ? p->exe_length : p->comm_length,
		    q->exe ? q->exe : q->comm, q->exe ? q->exe_length : q->comm_length);
	case OWNER_COMM:
		return util_compare_bytes(p->comm, p->comm_length, q->comm, q->comm_length);
	case OWNER_FD:
		return compare_numbers(left->fd, right->fd);
	case OWNER_PARENT:
	case OWNER_PARENT_PID:
		return compare_numbers(p->parent_pid, q->parent_pid);
	case OWNER_ALL:
	case OWNER_PROCESS:
	case OWNER_PID:
		break;
	}
	return compare_numbers(p->pid, q->pid);
}

int view_compare(const struct value *a, const struct value *b) {
	if (a->kind != b->kind)
		return compare_numbers(a->kind, b->kind);
	switch (a->kind) {
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_HEX:
		return compare_numbers(a->number, b->number);
	case VALUE_SYMBOL:
		return strcmp(a->text, b->text);
	case VALUE_TEXT:
		return util_compare_bytes(a->text, a->length, b->text, b->length);
	case VALUE_FLAGS:
		return compare_numbers(a->length, b->length);
	case VALUE_ADDRESS:
	case VALUE_NETWORK:
	case VALUE_ENDPOINT:
		return compare_ends(a, b);
	case VALUE_OWNERS:
		return compare_owners(a, b);
	case VALUE_UNKNOWN:
		break;
	}
	return 0;
}

static int compare_by_key(const struct sort_key *key, const struct sock *a, const struct sock *b) {
	struct value left;
	struct value right;
	const struct field_source a_source = field_source(a);
	const struct field_source b_source = field_source(b);
	const bool left_known = field_get(&key->field->access, &a_source, &left);
	const bool right_known = field_get(&key->field->access, &b_source, &right);
	if (!left_known || !right_known)
		return right_known - left_known;
	const int order = view_compare(&left, &right);
	return key->descending ? -order : order;
}

static int compare_socks(const void *a, const void *b, void *context) {
	const struct view *view = context;
	const struct sock *left = *(const struct sock *const *)a;
	const struct sock *right = *(const struct sock *const *)b;
	for (size_t i = 0; i < view->key_count; i++) {
		const int order = compare_by_key(&view->keys[i], left, right);
		if (order != 0)
			return order;
	}
	return (left > right) - (left < right); /* they lie in one array, in the kernel's order */
}

void view_sort(const struct view *view, const struct sock **socks, size_t count) {
	if (view->key_count > 0 && count > 1)
		qsort_r(socks, count, sizeof(const struct sock *), compare_socks, (void *)view);
}
