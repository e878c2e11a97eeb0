#pragma once
/* What the grammar and the terms of a filter share while one is parsed. */

#include <stdbool.h>
#include <stddef.h>

#include "filter.h"
#include "filter_error.h"
#include "filter_lexer.h"
#include "filter_tree.h"

struct filter_parser {
	struct filter_tree *tree;
	const struct filter_names *names;
	struct filter_error *error;
	bool failed; /* `error` is filled */
	struct filter_lexer lexer;
	unsigned depth;
	size_t expanded; /* bytes of named filters so far */
};

/* The message is `what`, and the token in quotes if it has any bytes. `what` is translated. Always
 * NULL. */
struct filter_node *filter_fail(struct filter_parser *parser, const struct filter_token *token,
                                const char *what);

/* The next token, which stays the next one. */
struct filter_token filter_peek(const struct filter_parser *parser);

/* A test; NULL if the filter is too long, which is noted as an error. */
struct filter_node *filter_add(struct filter_parser *parser, enum filter_kind kind);

/* One term, of which `token` is the first word. NULL if it failed. */
struct filter_node *filter_parse_term(struct filter_parser *parser, struct filter_token token);

/* The terms "state X" and "exclude X" that a filter may begin with: they unite, as in ss. NULL if
 * there are none, or if they failed. */
struct filter_node *filter_parse_states(struct filter_parser *parser);
