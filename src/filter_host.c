/* Hosts: addresses, networks and names, each with ports or without, and patterns of what the ends
 * of other families look like. */

#include <string.h>

#include "filter_term.h"
#include "filter_value.h"

static const struct {
	const char *prefix;
	enum sock_family family;
} host_families[] = {
	{ "inet:", SOCK_FAMILY_INET },     { "inet6:", SOCK_FAMILY_INET6 },
	{ "unix:", SOCK_FAMILY_UNIX },     { "link:", SOCK_FAMILY_PACKET },
	{ "packet:", SOCK_FAMILY_PACKET }, { "netlink:", SOCK_FAMILY_NETLINK },
	{ "vsock:", SOCK_FAMILY_VSOCK },   { "xdp:", SOCK_FAMILY_XDP },
};

static bool is_any(const char *text, size_t length) {
	static const char *const words[] = { "*", "any", "all", "default" };
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		if (strlen(words[i]) == length && strncmp(words[i], text, length) == 0)
			return true;
	}
	return length == 0;
}

static struct filter_name *add_name(struct filter_parser *parser, const char *text, size_t length) {
	struct filter_tree *tree = parser->tree;
	struct filter_name *name = arena_alloc(&tree->arena, sizeof(*name));
	*name = (struct filter_name){
		.text = arena_copy(&tree->arena, text, length),
		.next = tree->names,
	};
	tree->names = name;
	return name;
}

const char *filter_find_port(const char *text, size_t length) {
	const char *end = text + length;
	const char *from = text;
	if (length > 0 && text[0] == '[') {
		const char *close = memchr(text, ']', length);
		from = close ? close : end;
	}
	const char *colon = memchr(from, ':', (size_t)(end - from));
	if (!colon || memchr(colon + 1, ':', (size_t)(end - colon - 1)))
		return NULL;
	return colon + 1;
}

static bool may_be_host_name(const char *text, size_t length) {
	for (size_t i = 0; i < length; i++) {
		const char c = util_to_lower(text[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.' &&
		    c != '_')
			return false;
	}
	return length > 0 && length <= 253; /* RFC 1035 section 2.3.4 */
}

static bool has_letter(const char *text, size_t length) {
	for (size_t i = 0; i < length; i++) {
		if (util_to_lower(text[i]) >= 'a' && util_to_lower(text[i]) <= 'z')
			return true;
	}
	return false;
}

/* How an end of another family reads, where it has two parts: "route" is "route:*". */
static void set_pattern(struct filter_parser *parser, struct filter_host *host,
                        enum sock_family family, const char *text, size_t length) {
	const bool has_parts = family != SOCK_FAMILY_UNIX;
	const bool is_part =
	    has_parts && !memchr(text, ':', length) && !(length == 1 && text[0] == '*');
	char *pattern = arena_alloc(&parser->tree->arena, length + 3);
	memcpy(pattern, text, length);
	memcpy(pattern + length, ":*", 3);
	host->kind = FILTER_HOST_PATTERN;
	host->family = family;
	host->pattern = (struct filter_bytes){ pattern, length + (is_part ? 2 : 0) };
}

/* What stands before the port. NULL, or why not; translated. */
static const char *set_address(struct filter_parser *parser, struct filter_host *host,
                               const char *text, size_t length) {
	if (is_any(text, length)) {
		host->kind = FILTER_HOST_ANY;
	} else if (filter_parse_address(text, length, &host->address)) {
		host->kind = FILTER_HOST_ADDRESS;
	} else if (may_be_host_name(text, length) && has_letter(text, length)) {
		host->kind = FILTER_HOST_NAME;
		host->name = add_name(parser, text, length);
	} else {
		return _("neither an address nor the name of a host:");
	}
	return NULL;
}

static const char *set_ip_host(struct filter_parser *parser, struct filter_host *host,
                               const char *text, size_t length) {
	const char *port = filter_find_port(text, length);
	const size_t own = port ? (size_t)(port - text) - 1 : length;
	host->families = SOCK_FAMILIES_IP;
	const char *wrong = set_address(parser, host, text, own);
	if (wrong || !port || is_any(port, length - own - 1))
		return wrong;
	wrong = filter_add_port(parser, port, length - own - 1, FILTER_EQ, &host->ports);
	range_settle(&host->ports);
	return wrong;
}

/* "inet:*" is any address of the family. */
static const char *set_in_family(struct filter_parser *parser, struct filter_host *host,
                                 enum sock_family family, const char *text, size_t length) {
	if (family != SOCK_FAMILY_INET && family != SOCK_FAMILY_INET6) {
		set_pattern(parser, host, family, text, length);
		return NULL;
	}
	const char *wrong = set_ip_host(parser, host, text, length);
	if (wrong)
		return wrong;
	if (host->kind == FILTER_HOST_ANY) {
		host->kind = FILTER_HOST_ADDRESS;
		host->address = (struct filter_address){ .family = family };
	} else if (host->kind == FILTER_HOST_ADDRESS && host->address.family != family) {
		return _("an address of another family:");
	}
	host->families = 1u << family;
	return NULL;
}

/* True if there is nothing else in the text. */
static bool has_only(const char *text, size_t length, const char *characters) {
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\0' || !strchr(characters, text[i]))
			return false;
	}
	return true;
}

static const char *set_host(struct filter_parser *parser, struct filter_host *host,
                            const struct filter_token *token) {
	const char *text = token->bytes;
	const size_t length = token->length;
	for (size_t i = 0; i < ARRAY_LENGTH(host_families); i++) {
		const size_t own = strlen(host_families[i].prefix);
		if (length >= own && strncmp(text, host_families[i].prefix, own) == 0)
			return set_in_family(parser, host, host_families[i].family, text + own,
			                     length - own);
	}
	const bool has_star = length > 0 && memchr(text, '*', length);
	const bool is_path = length > 0 && (text[0] == '/' || text[0] == '@');
	const bool is_star = length > 0 && text[0] == '*' && (length == 1 || text[1] == ':');
	const bool is_numeric = has_only(text, length, "0123456789.*:/");
	const bool any_port = length > 2 && memcmp(text + length - 2, ":*", 2) == 0;
	if (is_path || (has_star && !is_star && !any_port && !is_numeric)) {
		set_pattern(parser, host, SOCK_FAMILY_UNIX, text, length);
		return NULL;
	}
	return set_ip_host(parser, host, text, length);
}

/* "80" or "8000-8999" behind "10.0.0.1:22," is one more port of the same host. */
static bool is_more_ports(const struct filter_host *before, const struct filter_token *token) {
	return before && before->ports.count > 0 &&
	       filter_starts_number(token->bytes, token->length) &&
	       has_only(token->bytes, token->length, "0123456789-");
}

static const char *add_ports(struct filter_parser *parser, struct filter_host *host,
                             const struct filter_token *token) {
	const char *wrong =
	    filter_add_port(parser, token->bytes, token->length, FILTER_EQ, &host->ports);
	range_settle(&host->ports);
	return wrong;
}

struct filter_node *filter_parse_host(struct filter_term *term, unsigned ends) {
	static const char *const names[] = {
		[FILTER_END_LOCAL] = "src",
		[FILTER_END_PEER] = "dst",
		[FILTER_END_EITHER] = "host",
	};
	struct arena *arena = &term->parser->tree->arena;
	if (!filter_is_equality(term))
		return filter_fail_comparison(term, _("this takes only = and !=:"));
	struct filter_host *hosts = arena_alloc(arena, filter_count_pieces(term) * sizeof(*hosts));
	size_t count = 0;
	uint32_t needs = 0;
	for (const struct filter_piece *piece = term->pieces; piece; piece = piece->next) {
		struct filter_host *host = count > 0 ? &hosts[count - 1] : NULL;
		const bool is_port = is_more_ports(host, &piece->token);
		const char *wrong;
		if (is_port) {
			wrong = add_ports(term->parser, host, &piece->token);
		} else {
			host = &hosts[count++];
			*host = (struct filter_host){ 0 };
			wrong = set_host(term->parser, host, &piece->token);
		}
		if (wrong)
			return filter_fail_piece(term, piece, wrong);
		if (host->kind == FILTER_HOST_PATTERN && (ends & FILTER_END_PEER))
			needs |= SOCK_NEED_PEER;
		if (host->kind == FILTER_HOST_PATTERN)
			needs |= SOCK_NEED_INTERFACE;
	}
	struct filter_node *node = filter_add_comparison(term, FILTER_TEST_HOST, names[ends]);
	if (!node)
		return NULL;
	node->ends = (uint8_t)ends;
	node->hosts = hosts;
	node->host_count = count;
	node->needs = needs;
	return node;
}
