/* A term is a word by itself, a value by itself, or a name with a value; the name is a word with a
 * meaning of its own, or that of a field. */

#include "filter_term.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "filter_value.h"
#include "out.h"

bool filter_token_is(const struct filter_token *token, const char *name) {
	return token->length == strlen(name) && strncasecmp(token->bytes, name, token->length) == 0;
}

static bool is_alphanumeric(char c) {
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

bool filter_starts_number(const char *text, size_t length) {
	return length > 0 && text[0] >= '0' && text[0] <= '9';
}

struct filter_node *filter_fail_piece(struct filter_term *term, const struct filter_piece *piece,
                                      const char *what) {
	return filter_fail(term->parser, &piece->token, what);
}

/* What reads the same without quotes. */
static bool is_plain(const char *bytes, size_t length) {
	for (size_t i = 0; i < length; i++) {
		const char c = bytes[i];
		if (!is_alphanumeric(c) && (c == '\0' || !strchr("_-./:*@%+[]?^$", c)))
			return false;
	}
	return length > 0;
}

static void put_quoted(struct out *out, const char *bytes, size_t length) {
	out_char(out, '"');
	for (size_t i = 0; i < length; i++) {
		const unsigned char c = (unsigned char)bytes[i];
		if (c == '"' || c == '\\')
			out_printf(out, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			out_printf(out, "\\x%02x", c);
		else
			out_char(out, (char)c);
	}
	out_char(out, '"');
}

void filter_quote(struct out *out, const char *bytes, size_t length) {
	if (is_plain(bytes, length))
		out_bytes(out, bytes, length);
	else
		put_quoted(out, bytes, length);
}

/* "sport = 22,80" */
static const char *text_of(const struct filter_term *term, const char *name) {
	struct arena *arena = &term->parser->tree->arena;
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_printf(&out, "%s %s ", name, filter_comparison_sign(term->comparison));
	for (const struct filter_piece *piece = term->pieces; piece; piece = piece->next) {
		filter_quote(&out, piece->token.bytes, piece->token.length);
		if (piece->next)
			out_char(&out, ',');
	}
	const char *text = arena_copy(arena, out.bytes, out.used);
	out_finish(&out);
	return text;
}

struct filter_node *filter_add_test(struct filter_parser *parser, enum filter_test test,
                                    const char *text) {
	struct filter_node *node = filter_add(parser, FILTER_TEST);
	if (!node)
		return NULL;
	node->test = test;
	node->text = text;
	return node;
}

struct filter_node *filter_add_comparison(struct filter_term *term, enum filter_test test,
                                          const char *name) {
	struct filter_node *node = filter_add_test(term->parser, test, text_of(term, name));
	if (node)
		node->opposite =
		    term->comparison == FILTER_NE || term->comparison == FILTER_NO_MATCH;
	return node;
}

bool filter_is_equality(const struct filter_term *term) {
	return term->comparison == FILTER_EQ || term->comparison == FILTER_NE;
}

struct filter_node *filter_fail_comparison(struct filter_term *term, const char *what) {
	return filter_fail(term->parser, &term->name, what);
}

struct filter_node *filter_fail_list(struct filter_term *term) {
	return filter_fail_piece(term, term->pieces->next, _("only one value goes here, not also"));
}

size_t filter_count_pieces(const struct filter_term *term) {
	size_t count = 0;
	for (const struct filter_piece *piece = term->pieces; piece; piece = piece->next)
		count++;
	return count;
}

/* Words in front of a value that mean more than the field of that name. */
static const struct keyword {
	const char *name;
	struct filter_node *(*parse)(struct filter_term *term, unsigned argument);
	unsigned argument;
} keywords[] = {
	{ "state", filter_parse_state, 0 },
	{ "exclude", filter_parse_exclude, 0 },
	{ "sport", filter_parse_port, FILTER_END_LOCAL },
	{ "dport", filter_parse_port, FILTER_END_PEER },
	{ "port", filter_parse_port, FILTER_END_EITHER },
	{ "src", filter_parse_host, FILTER_END_LOCAL },
	{ "dst", filter_parse_host, FILTER_END_PEER },
	{ "host", filter_parse_host, FILTER_END_EITHER },
	{ "local", filter_parse_host, FILTER_END_LOCAL },
	{ "peer", filter_parse_host, FILTER_END_PEER },
	{ "dev", filter_parse_device, 0 },
	{ "iface", filter_parse_device, 0 },
	{ "fwmark", filter_parse_mark, 0 },
	{ "cgroup", filter_parse_cgroup, 0 },
	{ "proto", filter_parse_protocol, 0 },
	{ "family", filter_parse_family, 0 },
};

static const struct keyword *find_keyword(const struct filter_token *token) {
	for (size_t i = 0; i < ARRAY_LENGTH(keywords); i++) {
		if (filter_token_is(token, keywords[i].name))
			return &keywords[i];
	}
	return NULL;
}

/* One value, or several with commas between them. */
static bool read_pieces(struct filter_term *term, enum filter_value_end end) {
	struct filter_parser *parser = term->parser;
	struct filter_piece **link = &term->pieces;
	for (;;) {
		const struct filter_token token = filter_next_value(&parser->lexer, end);
		if (token.kind == FILTER_TOKEN_BROKEN) {
			filter_fail(parser, &(struct filter_token){ .column = token.column },
			            _("a quote has no end"));
			return false;
		}
		if (token.kind == FILTER_TOKEN_END) {
			filter_fail(parser, &(struct filter_token){ .column = token.column },
			            _("a value is missing"));
			return false;
		}
		struct filter_piece *piece = arena_alloc(&parser->tree->arena, sizeof(*piece));
		*piece = (struct filter_piece){ .token = token };
		*link = piece;
		link = &piece->next;
		struct filter_lexer ahead = parser->lexer;
		if (end == FILTER_VALUE_REGEX || filter_next(&ahead).kind != FILTER_TOKEN_COMMA)
			return true;
		parser->lexer = ahead;
	}
}

static bool read_comparison(struct filter_term *term) {
	struct filter_lexer ahead = term->parser->lexer;
	const struct filter_token token = filter_next(&ahead);
	if (token.kind == FILTER_TOKEN_COMPARISON) {
		term->comparison = token.comparison;
		term->parser->lexer = ahead;
	}
	return term->comparison == FILTER_MATCH || term->comparison == FILTER_NO_MATCH;
}

static struct filter_node *parse_comparison(struct filter_term *term, const struct keyword *keyword,
                                            const struct field *field) {
	const bool is_regex = read_comparison(term);
	if (field && strcmp(field->column.name, "change") == 0)
		return filter_fail_comparison(term, _("only known once the filter has chosen:"));
	if (is_regex && !field)
		return filter_fail_comparison(term, _("this takes only = and !=:"));
	if (!read_pieces(term, is_regex ? FILTER_VALUE_REGEX : FILTER_VALUE_PLAIN))
		return NULL;
	if (is_regex)
		return filter_parse_regex(term, field);
	if (keyword)
		return keyword->parse(term, keyword->argument);
	return filter_is_number(field) ? filter_parse_numbers(term, field)
	                               : filter_parse_texts(term, field);
}

/* A value without a name in front: a port, or an address of either end. */
static struct filter_node *parse_bare(struct filter_term *term) {
	const struct filter_token *token = &term->name;
	struct filter_address address;
	const char *port = filter_find_port(token->bytes, token->length);
	const size_t own = port ? (size_t)(port - token->bytes) - 1 : token->length;
	const bool has_sign = token->length > 0 && memchr(token->bytes, '.', token->length);
	const bool is_ipv6 = token->length > 1 && (token->bytes[0] == '[' || !port) &&
	                     memchr(token->bytes, ':', token->length);
	if ((has_sign || is_ipv6) && filter_parse_address(token->bytes, own, &address)) {
		term->parser->lexer.at = token->column;
		return read_pieces(term, FILTER_VALUE_PLAIN)
		           ? filter_parse_host(term, FILTER_END_EITHER)
		           : NULL;
	}
	if (filter_starts_number(token->bytes, token->length) ||
	    (token->bytes[0] == ':' && token->length > 1)) {
		term->parser->lexer.at = token->column;
		return read_pieces(term, FILTER_VALUE_PLAIN)
		           ? filter_parse_port(term, FILTER_END_EITHER)
		           : NULL;
	}
	return NULL;
}

const char *filter_word(size_t index) {
	if (index < ARRAY_LENGTH(keywords))
		return keywords[index].name;
	return filter_lone_word(index - ARRAY_LENGTH(keywords));
}

static const char *find_similar(const struct filter_token *token) {
	size_t count = 0;
	while (filter_word(count))
		count++;
	const char **words = xcalloc(count + field_count, sizeof(*words));
	for (size_t i = 0; i < count; i++)
		words[i] = filter_word(i);
	for (size_t i = 0; i < field_count; i++)
		words[count + i] = fields[i].column.name;
	const char *like = util_closest(token->bytes, token->length, words, count + field_count);
	free(words);
	return like;
}

/* What is followed by a comparison or a value was meant for a field. */
static struct filter_node *fail_unknown(struct filter_parser *parser,
                                        const struct filter_token *token) {
	const bool compared = filter_peek(parser).kind == FILTER_TOKEN_COMPARISON;
	if (compared && filter_is_name(token))
		return filter_fail(parser, token, _("this stands by itself:"));
	const char *like = find_similar(token);
	filter_fail(parser, token, compared ? _("unknown field") : _("unknown word"));
	char *bare = parser->error->message;
	if (like)
		parser->error->message = xasprintf(_("%s (did you mean %s?)"), bare, like);
	else
		parser->error->message =
		    xasprintf(_("%s: use a port, a protocol, a state, or FIELD = VALUE"), bare);
	free(bare);
	return NULL;
}

/* "tcp,udp", "listen,time-wait" */
static struct filter_node *parse_names(struct filter_term *term) {
	term->parser->lexer.at = term->name.column;
	return read_pieces(term, FILTER_VALUE_PLAIN) ? filter_parse_names(term) : NULL;
}

/* A keyword is no field's heading: HOST is the machine's, but "host" an address of either end. */
static const struct field *find_field(const struct filter_token *token,
                                      const struct keyword *keyword) {
	const struct field *field = field_find(token->bytes, token->length);
	const bool is_heading = field && keyword && strcmp(field->column.name, keyword->name) != 0;
	return is_heading ? NULL : field;
}

struct filter_node *filter_parse_term(struct filter_parser *parser, struct filter_token token) {
	struct filter_term term = { .parser = parser, .name = token, .comparison = FILTER_EQ };
	if (token.quoted)
		return filter_fail(parser, &token, _("a value without a name in front:"));
	const struct keyword *keyword = find_keyword(&token);
	const struct field *field = find_field(&token, keyword);
	const enum filter_token_kind next = filter_peek(parser).kind;
	const bool compared = next == FILTER_TOKEN_COMPARISON; /* so it must be a field */
	struct filter_node *alone = NULL;
	if (!keyword && next == FILTER_TOKEN_COMMA && filter_is_name(&token))
		return parse_names(&term);
	if (!keyword && !compared)
		alone = filter_parse_word(parser, &token);
	if (alone || parser->failed)
		return alone;
	if (field && !keyword && !compared && (field->access.number.rule & FIELD_RULE_BOOL))
		return filter_parse_flag(parser, field);
	if (keyword || field)
		return parse_comparison(&term, keyword, field);
	struct filter_node *bare = compared ? NULL : parse_bare(&term);
	return bare || parser->failed ? bare : fail_unknown(parser, &token);
}
