/* Words that are names: of states and sets of them, protocols and families; by themselves or as the
 * values of a term. */

#include <string.h>
#include <strings.h>

#include "filter_term.h"
#include "out.h"

/* States and sets of them by name, lower case, with '-' where people also write '_' or nothing.
 * Sets are those of ss(8). */
enum {
	STATES_OPEN = SOCK_STATES_ALL & ~(1u << SOCK_STATE_LISTEN | 1u << SOCK_STATE_CLOSE),
	STATES_BUCKET = 1u << SOCK_STATE_SYN_RECV | 1u << SOCK_STATE_TIME_WAIT,
};

static const struct state_name {
	const char *name;
	uint32_t states;
} state_names[] = {
	{ "estab", 1u << SOCK_STATE_ESTABLISHED },
	{ "established", 1u << SOCK_STATE_ESTABLISHED },
	{ "syn-sent", 1u << SOCK_STATE_SYN_SENT },
	{ "syn-recv", 1u << SOCK_STATE_SYN_RECV },
	{ "syn-rcv", 1u << SOCK_STATE_SYN_RECV },
	{ "fin-wait-1", 1u << SOCK_STATE_FIN_WAIT1 },
	{ "fin-wait-2", 1u << SOCK_STATE_FIN_WAIT2 },
	{ "time-wait", 1u << SOCK_STATE_TIME_WAIT },
	{ "unconn", 1u << SOCK_STATE_CLOSE },
	{ "unconnected", 1u << SOCK_STATE_CLOSE },
	{ "close", 1u << SOCK_STATE_CLOSE },
	{ "closed", 1u << SOCK_STATE_CLOSE },
	{ "close-wait", 1u << SOCK_STATE_CLOSE_WAIT },
	{ "last-ack", 1u << SOCK_STATE_LAST_ACK },
	{ "listen", 1u << SOCK_STATE_LISTEN },
	{ "listening", 1u << SOCK_STATE_LISTEN },
	{ "closing", 1u << SOCK_STATE_CLOSING },
	{ "cookie-wait", 1u << SOCK_STATE_COOKIE_WAIT },
	{ "cookie-echoed", 1u << SOCK_STATE_COOKIE_ECHOED },
	{ "shutdown-pending", 1u << SOCK_STATE_SHUTDOWN_PENDING },
	{ "shutdown-sent", 1u << SOCK_STATE_SHUTDOWN_SENT },
	{ "shutdown-received", 1u << SOCK_STATE_SHUTDOWN_RECEIVED },
	{ "shutdown-ack-sent", 1u << SOCK_STATE_SHUTDOWN_ACK_SENT },
	{ "all", SOCK_STATES_ALL },
	{ "connected", STATES_OPEN },
	{ "synchronized", STATES_OPEN & ~(1u << SOCK_STATE_SYN_SENT) },
	{ "bucket", STATES_BUCKET },
	{ "big", SOCK_STATES_ALL & ~STATES_BUCKET },
};

static const struct family_name {
	const char *name;
	enum sock_family family;
} family_names[] = {
	{ "inet", SOCK_FAMILY_INET },   { "ipv4", SOCK_FAMILY_INET },  { "ip4", SOCK_FAMILY_INET },
	{ "inet6", SOCK_FAMILY_INET6 }, { "ipv6", SOCK_FAMILY_INET6 }, { "ip6", SOCK_FAMILY_INET6 },
};

/* TIME_WAIT, time-wait and FIN-WAIT1 are spellings of the same names. */
static bool is_state_name(const char *text, size_t length, const char *name) {
	size_t at = 0;
	for (; *name; name++) {
		const char c = at < length ? text[at] : '\0';
		if (*name == '-') {
			at += c == '-' || c == '_';
			continue;
		}
		if (util_to_lower(c) != *name)
			return false;
		at++;
	}
	return at == length;
}

static uint32_t find_states(const char *text, size_t length) {
	for (size_t i = 0; i < ARRAY_LENGTH(state_names); i++) {
		if (is_state_name(text, length, state_names[i].name))
			return state_names[i].states;
	}
	return 0;
}

/* Protocols that are a family by themselves count as one, too. */
static uint32_t find_families(const char *text, size_t length) {
	for (size_t i = 0; i < ARRAY_LENGTH(family_names); i++) {
		if (strlen(family_names[i].name) == length &&
		    strncasecmp(family_names[i].name, text, length) == 0)
			return 1u << family_names[i].family;
	}
	for (int i = 0; i < SOCK_FAMILY_COUNT; i++) {
		const char *name = sock_family_name((enum sock_family)i);
		if (strlen(name) == length && strncasecmp(name, text, length) == 0)
			return 1u << i;
	}
	return 0;
}

/* Bits by name: states, protocols, families. */

typedef uint32_t (*find_bits_fn)(const char *text, size_t length);

static struct filter_node *parse_bits(struct filter_term *term, enum filter_test test,
                                      const char *name, find_bits_fn find, const char *unknown) {
	uint32_t bits = 0;
	if (!filter_is_equality(term))
		return filter_fail_comparison(term, _("this takes only = and !=:"));
	for (const struct filter_piece *piece = term->pieces; piece; piece = piece->next) {
		const uint32_t found = find(piece->token.bytes, piece->token.length);
		if (found == 0)
			return filter_fail_piece(term, piece, unknown);
		bits |= found;
	}
	struct filter_node *node = filter_add_comparison(term, test, name);
	if (node)
		node->bits = bits;
	return node;
}

/* A TCP socket that is bound and neither listens nor connects. */
static struct filter_node *add_bound_inactive(struct filter_parser *parser) {
	struct filter_node *both = filter_add(parser, FILTER_AND);
	struct filter_node *tcp = filter_add_test(parser, FILTER_TEST_PROTOCOL, "tcp");
	struct filter_node *state = filter_add_test(parser, FILTER_TEST_STATE, "unconn");
	if (!both || !tcp || !state)
		return NULL;
	tcp->bits = 1u << SOCK_PROTOCOL_TCP;
	state->bits = 1u << SOCK_STATE_CLOSE;
	both->first = tcp;
	tcp->next = state;
	return both;
}

static struct filter_node *parse_bound_inactive(struct filter_term *term) {
	struct filter_node *node = add_bound_inactive(term->parser);
	if (!node || term->comparison == FILTER_EQ)
		return node;
	struct filter_node *opposite = filter_add(term->parser, FILTER_NOT);
	if (opposite)
		opposite->first = node;
	return opposite;
}

struct filter_node *filter_parse_state(struct filter_term *term, unsigned argument) {
	(void)argument;
	if (filter_is_equality(term) && !term->pieces->next &&
	    filter_token_is(&term->pieces->token, "bound-inactive"))
		return parse_bound_inactive(term);
	return parse_bits(term, FILTER_TEST_STATE, "state", find_states, _("unknown state"));
}

struct filter_node *filter_parse_exclude(struct filter_term *term, unsigned argument) {
	if (term->comparison != FILTER_EQ)
		return filter_fail_comparison(term, _("this takes no comparison:"));
	term->comparison = FILTER_NE;
	return filter_parse_state(term, argument);
}

struct filter_node *filter_parse_protocol(struct filter_term *term, unsigned argument) {
	(void)argument;
	return parse_bits(term, FILTER_TEST_PROTOCOL, "proto", sock_protocols_named,
	                  _("unknown protocol"));
}

struct filter_node *filter_parse_family(struct filter_term *term, unsigned argument) {
	(void)argument;
	return parse_bits(term, FILTER_TEST_FAMILY, "family", find_families, _("unknown family"));
}

static const char *copy_word(struct filter_parser *parser, const struct filter_token *token) {
	char *copy = arena_copy(&parser->tree->arena, token->bytes, token->length);
	for (char *at = copy; *at; at++)
		*at = util_to_lower(*at);
	return copy;
}

static struct filter_node *add_bits(struct filter_parser *parser, const struct filter_token *token,
                                    enum filter_test test, uint32_t bits) {
	struct filter_node *node = filter_add_test(parser, test, copy_word(parser, token));
	if (node)
		node->bits = bits;
	return node;
}

/* A word that is a test by itself; NULL without an error if it is none. */
struct filter_node *filter_parse_word(struct filter_parser *parser,
                                      const struct filter_token *token) {
	const uint32_t protocols = sock_protocols_named(token->bytes, token->length);
	const uint32_t states = find_states(token->bytes, token->length);
	const uint32_t families = find_families(token->bytes, token->length);
	if (filter_token_is(token, "autobound"))
		return filter_add_test(parser, FILTER_TEST_AUTOBOUND, "autobound");
	if (filter_token_is(token, "all") || filter_token_is(token, "none")) {
		struct filter_node *node =
		    filter_add_test(parser, FILTER_TEST_CONSTANT, copy_word(parser, token));
		if (node)
			node->constant = filter_token_is(token, "all");
		return node;
	}
	if (filter_token_is(token, "bound-inactive"))
		return add_bound_inactive(parser);
	if (protocols != 0)
		return add_bits(parser, token, FILTER_TEST_PROTOCOL, protocols);
	if (families != 0)
		return add_bits(parser, token, FILTER_TEST_FAMILY, families);
	return states != 0 ? add_bits(parser, token, FILTER_TEST_STATE, states) : NULL;
}

bool filter_is_name(const struct filter_token *token) {
	return sock_protocols_named(token->bytes, token->length) != 0 ||
	       find_families(token->bytes, token->length) != 0 ||
	       find_states(token->bytes, token->length) != 0;
}

struct filter_node *filter_parse_names(struct filter_term *term) {
	const struct filter_token *first = &term->pieces->token;
	if (sock_protocols_named(first->bytes, first->length) != 0)
		return filter_parse_protocol(term, 0);
	if (find_families(first->bytes, first->length) != 0)
		return filter_parse_family(term, 0);
	return filter_parse_state(term, 0);
}

const char *filter_lone_word(size_t index) {
	static const char *const others[] = { "autobound", "all", "none", "bound-inactive" };
	size_t protocols = 0;
	while (sock_protocols_name(protocols))
		protocols++;
	if (index < protocols)
		return sock_protocols_name(index);
	index -= protocols;
	if (index < ARRAY_LENGTH(family_names))
		return family_names[index].name;
	index -= ARRAY_LENGTH(family_names);
	if (index < ARRAY_LENGTH(state_names))
		return state_names[index].name;
	index -= ARRAY_LENGTH(state_names);
	return index < ARRAY_LENGTH(others) ? others[index] : NULL;
}

static struct filter_node *add_states(struct filter_parser *parser, uint32_t states) {
	struct out out;
	if (states == 0)
		return filter_add_test(parser, FILTER_TEST_CONSTANT, "none");
	out_init(&out, OUT_MEMORY);
	out_text(&out, "state = ");
	filter_put_states(&out, states);
	const char *text = arena_copy(&parser->tree->arena, out.bytes, out.used);
	struct filter_node *node = filter_add_test(parser, FILTER_TEST_STATE, text);
	out_finish(&out);
	if (node)
		node->bits = states;
	return node;
}

/* The words that a filter may begin with, as they unite. */
struct run {
	size_t count;
	uint32_t states;
	struct filter_node *first;
	struct filter_node *bound; /* bound-inactive, which is more than a state */
};

static bool is_bound_inactive(const struct filter_node *node) {
	return node->kind == FILTER_AND;
}

/* False, with nothing taken, if it is a comparison of another kind: "state ~ wait". */
static bool unite(struct run *run, struct filter_node *term, bool excludes) {
	if (is_bound_inactive(term)) {
		run->bound = term;
	} else if (term->kind != FILTER_TEST || term->test != FILTER_TEST_STATE) {
		return false;
	} else {
		const uint32_t bits = term->opposite ? SOCK_STATES_ALL & ~term->bits : term->bits;
		if (excludes)
			run->states = (run->count == 0 ? SOCK_STATES_ALL : run->states) & bits;
		else
			run->states |= bits;
	}
	if (run->count++ == 0)
		run->first = term;
	return true;
}

static struct filter_node *conclude(struct filter_parser *parser, const struct run *run) {
	if (run->count <= 1)
		return run->first;
	struct filter_node *states = add_states(parser, run->states);
	if (!run->bound || !states)
		return states;
	struct filter_node *either = filter_add(parser, FILTER_OR);
	if (!either)
		return NULL;
	either->first = states;
	states->next = run->bound;
	return either;
}

struct filter_node *filter_parse_states(struct filter_parser *parser) {
	struct run run = { 0 };
	for (;;) {
		const struct filter_lexer before = parser->lexer;
		const struct filter_token token = filter_next(&parser->lexer);
		const bool excludes = filter_token_is(&token, "exclude");
		const bool is_one = token.kind == FILTER_TOKEN_WORD && !token.quoted &&
		                    (excludes || filter_token_is(&token, "state"));
		struct filter_node *term = is_one ? filter_parse_term(parser, token) : NULL;
		if (parser->failed)
			return NULL;
		if (!term || !unite(&run, term, excludes)) {
			parser->lexer = before;
			return conclude(parser, &run);
		}
	}
}
