/* The grammar. AND binds tighter than OR, as ss(8) says, and neighbours are AND; but the states
 * that a filter begins with count for all that follows, as in ss. Brackets and NOT may nest to a
 * stated depth; operands of one AND or OR are a list and need none. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "filter_parser.h"
#include "out.h"

/* What nests so deep as it may is printed with a bracket more for each level than it needs. */
enum { NESTING_MAX = 400, DEPTH_MAX = 200 };

/* Bytes of all named filters together, each as often as it is named. */
enum { EXPANDED_MAX = 1 << 20 };

/* `what` leads to what is wrong by a colon or ", not"; by itself it does not. */
static void set_what(struct filter_error *error, const char *what) {
	static const char *const leads[] = { ":", ", not", " with" };
	size_t length = strlen(what);
	for (size_t i = 0; i < ARRAY_LENGTH(leads); i++) {
		const size_t own = strlen(leads[i]);
		if (length > own && strcmp(what + length - own, leads[i]) == 0) {
			length -= own;
			break;
		}
	}
	snprintf(error->what, sizeof(error->what), "%.*s", (int)length, what);
}

struct filter_node *filter_fail(struct filter_parser *parser, const struct filter_token *token,
                                const char *what) {
	if (parser->failed)
		return NULL;
	parser->failed = true;
	set_what(parser->error, what);
	parser->error->column = token->column;
	if (token->length > 0 || token->quoted) {
		char *name = escape_copy(token->bytes, token->length);
		parser->error->message = xasprintf("%s '%s'", what, name);
		free(name);
	} else {
		parser->error->message = xasprintf("%s", what);
	}
	return NULL;
}

struct filter_node *filter_add(struct filter_parser *parser, enum filter_kind kind) {
	struct filter_node *node = filter_tree_add(parser->tree, kind);
	const struct filter_token here = { .column = parser->lexer.at };
	return node ? node : filter_fail(parser, &here, _("the filter is too long"));
}

struct filter_token filter_peek(const struct filter_parser *parser) {
	struct filter_lexer copy = parser->lexer;
	return filter_next(&copy);
}

static struct filter_node *parse_or(struct filter_parser *parser, struct filter_node *first);
static struct filter_node *parse_all(struct filter_parser *parser);

static const char *too_deep(void) {
	return _("too many brackets and 'not' inside each other");
}

static struct filter_node *enter(struct filter_parser *parser, const struct filter_token *token) {
	if (++parser->depth <= NESTING_MAX)
		return NULL;
	return filter_fail(parser, token, too_deep());
}

static struct filter_node *parse_brackets(struct filter_parser *parser,
                                          const struct filter_token *open) {
	enter(parser, open);
	struct filter_node *inner = parser->failed ? NULL : parse_or(parser, NULL);
	const struct filter_token close = filter_next(&parser->lexer);
	parser->depth--;
	if (inner && close.kind != FILTER_TOKEN_CLOSE)
		return filter_fail(parser, &close, _("a closing bracket is missing"));
	return inner;
}

static struct filter_node *parse_operand(struct filter_parser *parser);

static struct filter_node *parse_not(struct filter_parser *parser,
                                     const struct filter_token *token) {
	enter(parser, token);
	struct filter_node *operand = parser->failed ? NULL : parse_operand(parser);
	parser->depth--;
	struct filter_node *node = operand ? filter_add(parser, FILTER_NOT) : NULL;
	if (node)
		node->first = operand;
	return node;
}

/* What is wrong inside a named filter is said without its text, at the name. */
static void blame_name(struct filter_parser *parser, const struct filter_token *token) {
	char *name = escape_copy(token->bytes, token->length);
	free(parser->error->message);
	parser->error->message = xasprintf(_("in %s: %s"), name, parser->error->what);
	parser->error->column = token->column;
	free(name);
}

static struct filter_node *fail_unnamed(struct filter_parser *parser,
                                        const struct filter_token *token) {
	const struct filter_names *names = parser->names;
	const char *like = NULL;
	if (names && names->similar)
		like = names->similar(names->context, token->bytes + 1, token->length - 1);
	filter_fail(parser, token, _("the configuration has no filter called"));
	if (like) {
		char *bare = parser->error->message;
		parser->error->message = xasprintf(_("%s (did you mean @%s?)"), bare, like);
		free(bare);
	}
	return NULL;
}

/* "@web": the filter of that name, as if it stood here in brackets. */
static struct filter_node *parse_named(struct filter_parser *parser, struct filter_token token) {
	const struct filter_names *names = parser->names;
	const char *text = NULL;
	if (names && names->named)
		text = names->named(names->context, token.bytes + 1, token.length - 1);
	if (!text)
		return fail_unnamed(parser, &token);
	enter(parser, &token);
	parser->expanded += strlen(text);
	if (parser->expanded > EXPANDED_MAX)
		filter_fail(parser, &token, _("the filter is too long with"));
	if (parser->failed)
		return NULL;
	const struct filter_lexer outer = parser->lexer;
	parser->lexer.text = arena_copy(outer.arena, text, strlen(text));
	parser->lexer.at = 0;
	struct filter_node *node = parse_all(parser);
	const struct filter_token rest = filter_next(&parser->lexer);
	if (node && rest.kind != FILTER_TOKEN_END)
		filter_fail(parser, &rest, _("not expected here:"));
	parser->lexer = outer;
	parser->depth--;
	if (!parser->failed)
		return node;
	blame_name(parser, &token);
	return NULL;
}

static struct filter_node *parse_operand(struct filter_parser *parser) {
	const struct filter_token token = filter_next(&parser->lexer);
	switch (token.kind) {
	case FILTER_TOKEN_OPEN:
		return parse_brackets(parser, &token);
	case FILTER_TOKEN_NOT:
		return parse_not(parser, &token);
	case FILTER_TOKEN_WORD:
		if (!token.quoted && token.length > 1 && token.bytes[0] == '@')
			return parse_named(parser, token);
		return filter_parse_term(parser, token);
	case FILTER_TOKEN_BROKEN:
		return filter_fail(parser, &(struct filter_token){ .column = token.column },
		                   _("a quote has no end"));
	case FILTER_TOKEN_END:
		return filter_fail(parser, &token, _("something is missing at the end"));
	case FILTER_TOKEN_AND:
	case FILTER_TOKEN_OR:
	case FILTER_TOKEN_CLOSE:
	case FILTER_TOKEN_COMPARISON:
	case FILTER_TOKEN_COMMA:
		break;
	}
	return filter_fail(parser, &token, _("not expected here:"));
}

/* Operands in a row become a list; one alone stays what it is. */
struct list {
	enum filter_kind kind;
	struct filter_node *node, *last;
};

static bool append(struct filter_parser *parser, struct list *list, struct filter_node *operand) {
	if (!operand)
		return false;
	if (!list->node) {
		list->node = list->last = operand;
		return true;
	}
	if (list->node == list->last) {
		struct filter_node *node = filter_add(parser, list->kind);
		if (!node)
			return false;
		node->first = list->last;
		list->node = node;
	}
	list->last->next = operand;
	list->last = operand;
	return true;
}

/* True if the next token begins an operand or says AND, which is then taken. */
static bool goes_on(struct filter_parser *parser) {
	switch (filter_peek(parser).kind) {
	case FILTER_TOKEN_AND:
		filter_next(&parser->lexer);
		return true;
	case FILTER_TOKEN_WORD:
	case FILTER_TOKEN_NOT:
	case FILTER_TOKEN_OPEN:
	case FILTER_TOKEN_BROKEN:
		return true;
	case FILTER_TOKEN_END:
	case FILTER_TOKEN_OR:
	case FILTER_TOKEN_CLOSE:
	case FILTER_TOKEN_COMPARISON:
	case FILTER_TOKEN_COMMA:
		break;
	}
	return false;
}

static struct filter_node *parse_and(struct filter_parser *parser, struct filter_node *first) {
	struct list list = { .kind = FILTER_AND };
	if (!append(parser, &list, first ? first : parse_operand(parser)))
		return NULL;
	while (goes_on(parser)) {
		if (!append(parser, &list, parse_operand(parser)))
			return NULL;
	}
	return list.node;
}

static struct filter_node *parse_or(struct filter_parser *parser, struct filter_node *first) {
	struct list list = { .kind = FILTER_OR };
	if (!append(parser, &list, parse_and(parser, first)))
		return NULL;
	while (filter_peek(parser).kind == FILTER_TOKEN_OR) {
		filter_next(&parser->lexer);
		if (!append(parser, &list, parse_and(parser, NULL)))
			return NULL;
	}
	return list.node;
}

static struct filter_node *parse_all(struct filter_parser *parser) {
	struct filter_node *states = filter_parse_states(parser);
	const enum filter_token_kind next = filter_peek(parser).kind;
	if (!states || parser->failed)
		return parser->failed ? NULL : parse_or(parser, NULL);
	if (next == FILTER_TOKEN_END)
		return states;
	if (next == FILTER_TOKEN_AND || next == FILTER_TOKEN_OR)
		return parse_or(parser, states);
	struct list list = { .kind = FILTER_AND };
	const bool whole =
	    append(parser, &list, states) && append(parser, &list, parse_or(parser, NULL));
	return whole ? list.node : NULL;
}

static size_t depth_of(const struct filter_node *node) {
	size_t depth = 0;
	for (const struct filter_node *each = node->first; each; each = each->next) {
		const size_t inner = depth_of(each) + 1;
		depth = inner > depth ? inner : depth;
	}
	return depth;
}

/* What held before must hold too. */
static void add_root(struct filter_parser *parser, struct filter_node *root) {
	struct filter_tree *tree = parser->tree;
	struct list list = { .kind = FILTER_AND };
	if (tree->root)
		append(parser, &list, tree->root);
	if (root)
		append(parser, &list, root);
	if (!parser->failed)
		tree->root = list.node;
}

bool filter_parse(const char *expression, const struct filter_names *names, struct filter *filter,
                  struct filter_error *error) {
	struct filter_tree *tree = filter->tree ? filter->tree : xcalloc(1, sizeof(*tree));
	struct filter_name *const names_before = tree->names;
	struct filter_parser parser = {
		.tree = tree,
		.names = names,
		.error = error,
	};
	parser.lexer.arena = &tree->arena;
	parser.lexer.text = arena_copy(&tree->arena, expression, strlen(expression));
	struct filter_node *root = NULL;
	if (filter_peek(&parser).kind != FILTER_TOKEN_END)
		root = parse_all(&parser);
	const struct filter_token rest = filter_next(&parser.lexer);
	if (!parser.failed && rest.kind != FILTER_TOKEN_END)
		filter_fail(&parser, &rest, _("not expected here:"));
	if (!parser.failed && root && depth_of(root) > DEPTH_MAX)
		filter_fail(&parser, &(struct filter_token){ 0 }, too_deep());
	if (!parser.failed)
		add_root(&parser, root);
	if (!parser.failed) {
		filter->tree = tree;
		filter_tree_plan(tree);
		return true;
	}
	error->expression = xasprintf("%s", expression);
	tree->names = names_before;
	if (!filter->tree)
		filter_tree_destroy(tree);
	return false;
}

char *filter_join(const char *const words[], size_t count) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			out_char(&out, ' ');
		for (const char *at = words[i]; *at; at++)
			out_char(&out, strchr("\t\n\r", *at) ? ' ' : *at);
	}
	out_char(&out, '\0');
	return out.bytes;
}
