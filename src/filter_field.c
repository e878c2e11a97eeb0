/* Columns as operands: numbers with units, texts, and regular expressions. */

#include <string.h>

#include "filter_term.h"
#include "filter_value.h"

/* As it is printed. */
static bool parse_bool(const struct filter_token *token, struct filter_number *number) {
	const bool yes = filter_token_is(token, "yes");
	*number = (struct filter_number){ yes, 1 };
	return yes || filter_token_is(token, "no");
}

static bool is_greater(const struct filter_number *a, const struct filter_number *b) {
	const struct range from = filter_range(FILTER_GE, a);
	const struct range to = filter_range(FILTER_LE, b);
	return from.first <= from.last && to.last < from.first;
}

struct filter_node *filter_parse_numbers(struct filter_term *term, const struct field *field) {
	struct arena *arena = &term->parser->tree->arena;
	const bool is_bool = field->access.number.rule & FIELD_RULE_BOOL;
	const bool is_hex = field->access.number.rule & FIELD_RULE_HEX;
	struct range_set numbers = { 0 };
	for (const struct filter_piece *piece = term->pieces; piece; piece = piece->next) {
		const char *text = piece->token.bytes;
		const size_t length = piece->token.length;
		const char *hyphen = length > 0 ? memchr(text, '-', length) : NULL;
		const size_t own = hyphen ? (size_t)(hyphen - text) : length;
		struct filter_number first;
		struct filter_number last;
		const char *reason = NULL;
		if (is_bool && parse_bool(&piece->token, &first)) {
			range_add(&numbers, arena, filter_range(term->comparison, &first));
			continue;
		}
		if (!filter_parse_number(text, own, field->column.unit, is_hex, &first, &reason))
			return filter_fail_piece(term, piece, reason);
		if (!hyphen) {
			range_add(&numbers, arena, filter_range(term->comparison, &first));
			continue;
		}
		if (!filter_parse_number(hyphen + 1, length - own - 1, field->column.unit, is_hex,
		                         &last, &reason))
			return filter_fail_piece(term, piece, reason);
		if (!filter_is_equality(term))
			return filter_fail_piece(term, piece, _("a range takes only = and !=:"));
		const struct range from = filter_range(FILTER_GE, &first);
		if (is_greater(&first, &last))
			return filter_fail_piece(term, piece,
			                         _("the range ends before it begins:"));
		if (from.first <= from.last)
			range_add(
			    &numbers, arena,
			    (struct range){ from.first, filter_range(FILTER_LE, &last).last });
	}
	range_settle(&numbers);
	struct filter_node *node =
	    filter_add_comparison(term, FILTER_TEST_NUMBER, field->column.name);
	if (!node)
		return NULL;
	node->field = field;
	node->numbers = numbers;
	node->needs = field->needs;
	return node;
}

struct filter_node *filter_parse_texts(struct filter_term *term, const struct field *field) {
	struct arena *arena = &term->parser->tree->arena;
	if (!filter_is_equality(term))
		return filter_fail_comparison(term, _("this takes only =, !=, ~ and !~:"));
	struct filter_bytes *texts = arena_alloc(arena, filter_count_pieces(term) * sizeof(*texts));
	size_t count = 0;
	for (const struct filter_piece *piece = term->pieces; piece; piece = piece->next)
		texts[count++] = (struct filter_bytes){ piece->token.bytes, piece->token.length };
	struct filter_node *node =
	    filter_add_comparison(term, FILTER_TEST_TEXT, field->column.name);
	if (!node)
		return NULL;
	node->field = field;
	node->texts = texts;
	node->text_count = count;
	node->needs = field->needs;
	return node;
}

struct filter_node *filter_parse_regex(struct filter_term *term, const struct field *field) {
	struct filter_tree *tree = term->parser->tree;
	const struct filter_token *token = &term->pieces->token;
	if (memchr(token->bytes, '\0', token->length))
		return filter_fail_piece(term, term->pieces, _("a NUL in a regular expression:"));
	const char *text = arena_copy(&tree->arena, token->bytes, token->length);
	struct filter_regex *regex = arena_alloc(&tree->arena, sizeof(*regex));
	const char *wrong = filter_regex_compile(regex, text);
	if (wrong)
		return filter_fail_piece(term, term->pieces, wrong);
	regex->next = tree->regexes;
	tree->regexes = regex;
	struct filter_node *node =
	    filter_add_comparison(term, FILTER_TEST_REGEX, field->column.name);
	if (!node)
		return NULL;
	node->field = field;
	node->regex = regex;
	node->needs = field->needs;
	return node;
}

bool filter_is_number(const struct field *field) {
	static const char *const of_owners[] = { "pid", "fd", "ppid" };
	for (size_t i = 0; i < ARRAY_LENGTH(of_owners); i++) {
		if (strcmp(field->column.name, of_owners[i]) == 0)
			return true;
	}
	return field->column.align_right || (field->access.number.rule & FIELD_RULE_BOOL);
}

struct filter_node *filter_parse_flag(struct filter_parser *parser, const struct field *field) {
	struct filter_node *node = filter_add_test(parser, FILTER_TEST_NUMBER, field->column.name);
	if (!node)
		return NULL;
	node->field = field;
	node->needs = field->needs;
	range_add(&node->numbers, &parser->tree->arena, (struct range){ 1, UINT64_MAX });
	return node;
}
