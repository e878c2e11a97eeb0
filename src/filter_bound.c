/* What a socket is bound to or marked with: devices, marks and control groups. */

#include <string.h>

#include "filter_term.h"
#include "filter_value.h"

static bool has_nul(const struct filter_token *token) {
	return token->length > 0 && memchr(token->bytes, '\0', token->length);
}

/* "lo", "1", "if1" */
struct filter_node *filter_parse_device(struct filter_term *term, unsigned argument) {
	const struct filter_token *token = &term->pieces->token;
	const bool has_prefix = token->length > 2 && strncmp(token->bytes, "if", 2) == 0;
	const size_t skip = has_prefix ? 2 : 0;
	uint64_t ifindex = 0;
	(void)argument;
	if (!filter_is_equality(term))
		return filter_fail_comparison(term, _("this takes only = and !=:"));
	if (term->pieces->next)
		return filter_fail_list(term);
	if (has_nul(token))
		return filter_fail_piece(term, term->pieces, _("a NUL in the name of a device:"));
	struct filter_node *node = filter_add_comparison(term, FILTER_TEST_DEVICE, "dev");
	if (!node)
		return NULL;
	if (util_parse_number(token->bytes + skip, token->length - skip, UINT32_MAX, &ifindex)) {
		node->ifindex = (uint32_t)ifindex;
		return node;
	}
	node->device = arena_copy(&term->parser->tree->arena, token->bytes, token->length);
	node->needs = SOCK_NEED_INTERFACE;
	return node;
}

/* "5", "0x1/0xff" */
struct filter_node *filter_parse_mark(struct filter_term *term, unsigned argument) {
	const struct filter_token *token = &term->pieces->token;
	const char *slash = memchr(token->bytes, '/', token->length);
	const size_t own = slash ? (size_t)(slash - token->bytes) : token->length;
	uint64_t mark = 0;
	uint64_t mask = UINT32_MAX;
	(void)argument;
	if (!filter_is_equality(term))
		return filter_fail_comparison(term, _("this takes only = and !=:"));
	if (term->pieces->next)
		return filter_fail_list(term);
	if (!filter_parse_integer(token->bytes, own, UINT32_MAX, &mark) ||
	    (slash && !filter_parse_integer(slash + 1, token->length - own - 1, UINT32_MAX, &mask)))
		return filter_fail_piece(term, term->pieces, _("a mark is MARK or MARK/MASK, not"));
	struct filter_node *node = filter_add_comparison(term, FILTER_TEST_MARK, "fwmark");
	if (!node)
		return NULL;
	node->mark = (uint32_t)mark;
	node->mask = (uint32_t)mask;
	node->needs = SOCK_NEED_EXTRAS;
	return node;
}

/* A path in the file system is one as well, where the hierarchy usually is. */
static const char *skip_mount(const char *path, size_t *length) {
	static const char *const mounts[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	for (size_t i = 0; i < ARRAY_LENGTH(mounts); i++) {
		const size_t own = strlen(mounts[i]);
		if (*length < own || memcmp(path, mounts[i], own) != 0 ||
		    (*length > own && path[own] != '/'))
			continue;
		*length -= own;
		return path + own;
	}
	return path;
}

/* "/system.slice" is that group, and the same with a star behind it also what is below. */
struct filter_node *filter_parse_cgroup(struct filter_term *term, unsigned argument) {
	struct arena *arena = &term->parser->tree->arena;
	const struct filter_token *token = &term->pieces->token;
	size_t length = token->length;
	(void)argument;
	if (!filter_is_equality(term))
		return filter_fail_comparison(term, _("this takes only =, !=, ~ and !~:"));
	if (term->pieces->next)
		return filter_fail_list(term);
	if (has_nul(token))
		return filter_fail_piece(term, term->pieces, _("a NUL in a path:"));
	const bool below = length >= 2 && memcmp(token->bytes + length - 2, "/*", 2) == 0;
	length -= below;
	const char *start = skip_mount(token->bytes, &length);
	while (length > 0 && start[length - 1] == '/')
		length--;
	while (length > 0 && start[0] == '/') {
		start++;
		length--;
	}
	char *path = arena_alloc(arena, length + 2);
	path[0] = '/';
	memcpy(path + 1, start, length);
	path[length + 1] = '\0';
	struct filter_node *node = filter_add_comparison(term, FILTER_TEST_CGROUP, "cgroup");
	if (!node)
		return NULL;
	node->cgroup = (struct filter_bytes){ path, length + 1 };
	node->below = below;
	node->needs = SOCK_NEED_CGROUP;
	return node;
}
