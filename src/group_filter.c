/* A comparison for each kind of value. Words like src and dst mean more in a filter than equality
 * (an IPv4 address is also a mapped one), so ends are compared as they are written, and so are
 * other values that a word would not be read as. */

#include "group_filter.h"

#include <string.h>

#include "filter.h"
#include "format.h"
#include "group_key.h"
#include "out.h"
#include "sock.h"
#include "util.h"

/* A value as one word of the expression. */
static void put_word(struct out *out, const struct field *field, const struct value *value,
                     enum format_style style) {
	struct out text;
	out_init(&text, OUT_MEMORY);
	format_any_value(&text, &field->column, value, style);
	filter_quote(out, text.bytes, text.used);
	out_finish(&text);
}

/* How many a run of NULs in front has; abstract names may end with many. */
static size_t count_nuls(const char *bytes, size_t length) {
	size_t count = 0;
	while (count < length && bytes[count] == '\0')
		count++;
	return count;
}

/* Puts one byte of the text, or a run of NULs, which neither stand in a regular expression nor are
 * matched by a dot, but by what is no other byte. Returns how many bytes that was. */
static size_t put_bytes(struct out *pattern, const char *bytes, size_t length) {
	const size_t nuls = count_nuls(bytes, length);
	if (nuls > 0)
		out_text(pattern, "[^\x01-\xff]");
	if (nuls > 1)
		out_printf(pattern, "{%zu}", nuls);
	if (nuls > 0)
		return nuls;
	if (strchr("\\.[](){}*+?^$|", bytes[0]))
		out_char(pattern, '\\');
	out_char(pattern, bytes[0]);
	return 1;
}

/* A regular expression for exactly these. */
static void put_pattern(struct out *out, const char *bytes, size_t length) {
	struct out pattern;
	out_init(&pattern, OUT_MEMORY);
	out_char(&pattern, '^');
	for (size_t i = 0; i < length;)
		i += put_bytes(&pattern, bytes + i, length - i);
	out_char(&pattern, '$');
	filter_quote(out, pattern.bytes, pattern.used);
	out_finish(&pattern);
}

static bool is_ip(const struct value *value) {
	return value->kind == VALUE_ADDRESS ||
	       (value->kind == VALUE_ENDPOINT && (SOCK_FAMILIES_IP >> value->sock->family & 1));
}

/* True if the level has ends of IP and others: the name of a UNIX socket may read as an address. */
static bool has_both_kinds(const struct group_tree *tree, const struct group *group) {
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct value *other = &tree->groups[i].key;
		if (tree->groups[i].level == group->level && other->kind != VALUE_UNKNOWN &&
		    is_ip(other) != is_ip(&group->key))
			return true;
	}
	return false;
}

/* An asterisk is one of any family. */
static void put_like(struct out *out, const struct field *field, const struct group_tree *tree,
                     const struct group *group) {
	const struct value *value = &group->key;
	struct out text;
	out_init(&text, OUT_MEMORY);
	if (value->kind == VALUE_TEXT)
		out_bytes(&text, value->text, value->length);
	else
		format_comparable(&text, &field->column, value);
	if (text.used > 0 && text.bytes[0] != '*' && has_both_kinds(tree, group))
		out_printf(out, "%s(inet or inet6) and ", is_ip(value) ? "" : "not ");
	out_printf(out, "%s ~ ", field->column.name);
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

/* Which values a word after = cannot stand for as they are: it is read as a set of hosts, as the
 * index of a device, as a path with all below it. */

static bool is_any(const struct value *value) {
	(void)value;
	return true;
}

static bool is_like_index(const struct value *value) {
	return value->length > 0 &&
	       (value->text[0] == 'i' || (value->text[0] >= '0' && value->text[0] <= '9'));
}

static bool is_like_tree(const struct value *value) {
	return (value->length >= 2 && memcmp(value->text + value->length - 2, "/*", 2) == 0) ||
	       (value->length >= 5 && memcmp(value->text, "/sys/", 5) == 0);
}

static bool is_no_port(const struct value *value) {
	return value->number > UINT16_MAX;
}

static bool needs_pattern(const struct field *field, const struct value *value) {
	static const struct {
		const char *name;
		bool (*is_needed)(const struct value *value);
	} rules[] = {
		{ "src", is_any },       { "dst", is_any },          { "local", is_any },
		{ "peer", is_any },      { "iface", is_like_index }, { "cgroup", is_like_tree },
		{ "sport", is_no_port }, { "dport", is_no_port },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++) {
		if (strcmp(field->column.name, rules[i].name) == 0)
			return rules[i].is_needed(value);
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
	else if (needs_pattern(field, value))
		put_like(out, field, tree, group);
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
