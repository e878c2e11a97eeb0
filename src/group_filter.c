/* A comparison for each kind of value. Words like src and dst mean more in a filter than equality
 * (an IPv4 address is also a mapped one), so ends are compared as they are written. */

#include "group_filter.h"

#include <string.h>

#include "filter.h"
#include "format.h"
#include "group_key.h"
#include "out.h"
#include "sock.h"

/* A value as one word of the expression. */
static void put_word(struct out *out, const struct field *field, const struct value *value,
                     enum format_style style) {
	struct out text;
	out_init(&text, OUT_MEMORY);
	format_any_value(&text, &field->column, value, style);
	filter_quote(out, text.bytes, text.used);
	out_finish(&text);
}

/* A regular expression for these bytes; it cannot have a NUL, which abstract names may. */
static void put_pattern(struct out *out, const char *bytes, size_t length) {
	struct out pattern;
	out_init(&pattern, OUT_MEMORY);
	out_char(&pattern, '^');
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\0' && strchr("\\.[](){}*+?^$|", bytes[i]))
			out_char(&pattern, '\\');
		out_char(&pattern, bytes[i] == '\0' ? '.' : bytes[i]);
	}
	out_char(&pattern, '$');
	filter_quote(out, pattern.bytes, pattern.used);
	out_finish(&pattern);
}

static void put_end(struct out *out, const struct field *field, const struct value *value) {
	struct out text;
	out_printf(out, "%s ~ ", field->column.name);
	if (value->kind == VALUE_TEXT) {
		put_pattern(out, value->text, value->length);
		return;
	}
	out_init(&text, OUT_MEMORY);
	format_comparable(&text, &field->column, value);
	put_pattern(out, text.bytes, text.used);
	out_finish(&text);
}

static void put_flags(struct out *out, const struct field *field, const struct value *value) {
	for (unsigned bit = 0; value->flag_names[bit]; bit++)
		out_printf(out, "%s%s %s %s", bit > 0 ? " and " : "", field->column.name,
		           value->length >> bit & 1 ? "=" : "!=", value->flag_names[bit]);
}

/* Owners. */

static void put_owner(struct out *out, const struct field *field, const struct value *value,
                      uint32_t index) {
	const struct process *process = value->owners[index].process;
	struct value one = *value;
	one.owners = &value->owners[index];
	one.length = 1;
	out_printf(out, "%s = ", field->column.name);
	if (value->part == OWNER_COMM || (value->part == OWNER_EXE && !process->exe))
		filter_quote(out, process->comm, process->comm_length);
	else if (value->part == OWNER_EXE)
		filter_quote(out, process->exe, process->exe_length);
	else
		put_word(out, field, &one, FORMAT_HUMAN);
}

static bool has_owner(const struct value *value, const struct value *other, uint32_t index) {
	const enum value_owner_part part = (enum value_owner_part)value->part;
	for (uint32_t i = 0; i < value->length; i++) {
		if (group_key_compare_owners(&value->owners[i], &other->owners[index], part) == 0)
			return true;
	}
	return false;
}

static bool has_all_owners(const struct value *value, const struct value *of) {
	for (uint32_t i = 0; i < of->length; i++) {
		if (!has_owner(value, of, i))
			return false;
	}
	return true;
}

/* Those of groups beside this one that have all of its owners and more. */
static void put_others(struct out *out, const struct field *field, const struct group_tree *tree,
                       const struct group *group) {
	const struct value *own = &group->key;
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct value *other = &tree->groups[i].key;
		if (tree->groups[i].parent != group->parent || other->kind != VALUE_OWNERS ||
		    other->length <= own->length || !has_all_owners(other, own))
			continue;
		for (uint32_t j = 0; j < other->length; j++) {
			if (has_owner(own, other, j))
				continue;
			out_text(out, " and not ");
			put_owner(out, field, other, j);
			break; /* one is enough to keep its sockets out */
		}
	}
}

static void put_owners(struct out *out, const struct field *field, const struct group_tree *tree,
                       const struct group *group) {
	for (uint32_t i = 0; i < group->key.length; i++) {
		if (i > 0)
			out_text(out, " and ");
		put_owner(out, field, &group->key, i);
	}
	put_others(out, field, tree, group);
}

static bool is_end(const struct field *field) {
	static const char *const names[] = { "src", "dst", "local", "peer" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(field->column.name, names[i]) == 0)
			return true;
	}
	return false;
}

static void put_equal(struct out *out, const struct field *field, const struct value *value) {
	out_printf(out, "%s = ", field->column.name);
	if (value->kind == VALUE_TEXT)
		filter_quote(out, value->text, value->length);
	else
		put_word(out, field, value, FORMAT_PLAIN);
}

static bool is_set_of_flags(const struct group_tree *tree, const struct group *group) {
	for (uint32_t i = 0; i < tree->count; i++) {
		if (tree->groups[i].level == group->level &&
		    tree->groups[i].key.kind == VALUE_FLAGS)
			return true;
	}
	return false;
}

/* Whatever is known begins somewhere; only a set of flags may be empty. */
static void put_unknown(struct out *out, const struct field *field, const struct group_tree *tree,
                        const struct group *group) {
	const char *name = field->column.name;
	if (is_set_of_flags(tree, group))
		out_printf(out, "not (%s ~ ^ or %s !~ ^)", name, name);
	else
		out_printf(out, "not %s ~ ^", name);
}

static void put_level(struct out *out, const struct field *field, const struct group_tree *tree,
                      const struct group *group) {
	const struct value *value = &group->key;
	if (value->kind == VALUE_UNKNOWN)
		put_unknown(out, field, tree, group);
	else if (value->kind == VALUE_OWNERS)
		put_owners(out, field, tree, group);
	else if (value->kind == VALUE_FLAGS)
		put_flags(out, field, value);
	else if (is_end(field))
		put_end(out, field, value);
	else
		put_equal(out, field, value);
}

bool group_filter_write(struct out *out, const struct group_by *by, const struct group_tree *tree,
                        const struct group *group) {
	const struct group *path[GROUP_LEVELS_MAX];
	for (size_t i = 0; i < by->level_count; i++) {
		if (strcmp(by->levels[i]->column.name, "change") == 0)
			return false;
	}
	path[group->level] = group;
	for (uint32_t level = group->level; level > 0; level--)
		path[level - 1] = &tree->groups[path[level]->parent];
	for (uint32_t i = 0; i <= group->level; i++) {
		if (i > 0)
			out_text(out, " and ");
		put_level(out, by->levels[i], tree, path[i]);
	}
	return true;
}
