/* Ports: numbers, ranges and names of services. */

#include <string.h>

#include "filter_term.h"
#include "filter_value.h"

enum { PORTS_OF_SERVICE_MAX = 16 };

static bool add_service(const struct filter_parser *parser, const char *text, size_t length,
                        enum filter_comparison comparison, struct range_set *set) {
	uint16_t ports[PORTS_OF_SERVICE_MAX];
	const struct filter_names *names = parser->names;
	size_t count = 0;
	if (names && names->ports)
		count = names->ports(names->context, text, length, ports, ARRAY_LENGTH(ports));
	if (count > ARRAY_LENGTH(ports))
		count = ARRAY_LENGTH(ports);
	for (size_t i = 0; i < count; i++) {
		const struct filter_number number = { ports[i], 1 };
		range_add(set, &parser->tree->arena, filter_range(comparison, &number));
	}
	return count > 0;
}

const char *filter_add_port(const struct filter_parser *parser, const char *text, size_t length,
                            enum filter_comparison comparison, struct range_set *set) {
	struct arena *arena = &parser->tree->arena;
	uint64_t first = 0;
	uint64_t last = 0;
	if (filter_parse_integer(text, length, UINT16_MAX, &first)) {
		const struct filter_number number = { first, 1 };
		range_add(set, arena, filter_range(comparison, &number));
		return NULL;
	}
	const char *hyphen = length > 0 ? memchr(text, '-', length) : NULL;
	const size_t own = hyphen ? (size_t)(hyphen - text) : 0;
	if (hyphen && filter_parse_integer(text, own, UINT16_MAX, &first) &&
	    filter_parse_integer(hyphen + 1, length - own - 1, UINT16_MAX, &last)) {
		if (comparison != FILTER_EQ && comparison != FILTER_NE)
			return _("a range takes only = and !=:");
		if (first > last)
			return _("the range ends before it begins:");
		range_add(set, arena, (struct range){ first, last });
		return NULL;
	}
	if (length > 0 && add_service(parser, text, length, comparison, set))
		return NULL;
	return filter_starts_number(text, length)
	           ? _("ports are 0 to 65535, not")
	           : _("a port is a number or the name of a service, not");
}

static const char *port_name(unsigned ends) {
	static const char *const names[] = {
		[FILTER_END_LOCAL] = "sport",
		[FILTER_END_PEER] = "dport",
		[FILTER_END_EITHER] = "port",
	};
	return names[ends];
}

static void skip(struct filter_token *token, size_t length) {
	token->bytes += length;
	token->length -= length;
	token->column += length;
}

/* Takes "inet:" or "inet6:" off; the bit of that family, or 0. */
static uint32_t take_family(struct filter_token *token) {
	static const struct {
		const char *prefix;
		enum sock_family family;
	} families[] = { { "inet:", SOCK_FAMILY_INET }, { "inet6:", SOCK_FAMILY_INET6 } };
	for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
		const size_t length = strlen(families[i].prefix);
		if (token->length <= length ||
		    memcmp(token->bytes, families[i].prefix, length) != 0)
			continue;
		skip(token, length);
		return 1u << families[i].family;
	}
	return 0;
}

/* What the pieces of a term say. */
struct ports {
	struct range_set numbers;
	uint32_t family; /* that stands in front of the first; 0: none does */
};

static bool read_piece(struct filter_term *term, struct filter_piece *piece, struct ports *ports) {
	struct filter_token *token = &piece->token;
	const uint32_t family = take_family(token);
	if (piece == term->pieces)
		ports->family = family;
	if (family != ports->family) {
		filter_fail_piece(term, piece, _("all ports are of one family, or of any, not"));
		return false;
	}
	struct filter_token bare = *token;
	if (bare.length > 1 && bare.bytes[0] == ':')
		skip(&bare, 1);
	const bool any = bare.length == 1 && bare.bytes[0] == '*';
	const char *wrong = NULL;
	if (any && filter_is_equality(term))
		range_add(&ports->numbers, &term->parser->tree->arena,
		          (struct range){ 0, UINT64_MAX });
	else
		wrong = filter_add_port(term->parser, bare.bytes, bare.length, term->comparison,
		                        &ports->numbers);
	if (wrong)
		filter_fail(term->parser, &bare, wrong);
	return !wrong;
}

/* "inet:22" is a port of that family, whatever the comparison. */
static struct filter_node *add_family(struct filter_parser *parser, uint32_t family,
                                      struct filter_node *port) {
	const bool is_ipv4 = family == 1u << SOCK_FAMILY_INET;
	struct filter_node *both = filter_add(parser, FILTER_AND);
	struct filter_node *node =
	    both ? filter_add_test(parser, FILTER_TEST_FAMILY, is_ipv4 ? "inet" : "inet6") : NULL;
	if (!node)
		return NULL;
	node->bits = family;
	node->next = port;
	both->first = node;
	return both;
}

struct filter_node *filter_parse_port(struct filter_term *term, unsigned ends) {
	struct ports ports = { 0 };
	for (struct filter_piece *piece = term->pieces; piece; piece = piece->next) {
		if (!read_piece(term, piece, &ports))
			return NULL;
	}
	range_settle(&ports.numbers);
	struct filter_node *node = filter_add_comparison(term, FILTER_TEST_PORT, port_name(ends));
	if (!node)
		return NULL;
	node->ends = (uint8_t)ends;
	node->numbers = ports.numbers;
	return ports.family ? add_family(term->parser, ports.family, node) : node;
}
