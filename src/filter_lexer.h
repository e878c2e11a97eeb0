#pragma once
/* The words and signs of a filter. Pure. */

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum filter_token_kind {
	FILTER_TOKEN_END,
	FILTER_TOKEN_WORD,
	FILTER_TOKEN_AND,
	FILTER_TOKEN_OR,
	FILTER_TOKEN_NOT,
	FILTER_TOKEN_OPEN,
	FILTER_TOKEN_CLOSE,
	FILTER_TOKEN_COMPARISON,
	FILTER_TOKEN_COMMA,
	FILTER_TOKEN_BROKEN, /* a quote without its end */
};

enum filter_comparison {
	FILTER_EQ,
	FILTER_NE,
	FILTER_GT,
	FILTER_LT,
	FILTER_GE,
	FILTER_LE,
	FILTER_MATCH,    /* ~ */
	FILTER_NO_MATCH, /* !~ */
	FILTER_COMPARISON_COUNT,
};

struct filter_token {
	enum filter_token_kind kind;
	enum filter_comparison comparison;
	const char *bytes; /* without quotes; any bytes */
	size_t length;
	bool quoted;
	size_t column; /* where it begins, in bytes of the expression */
};

/* Plain data: a copy is a place to come back to. */
struct filter_lexer {
	const char *text; /* ended by a NUL */
	size_t at;
	struct arena *arena; /* of what was quoted */
};

/* How a value ends: at a blank, a bracket, '&', '|' or a comma; a regular expression at a blank or
 * at a bracket that closes what it did not open. */
enum filter_value_end { FILTER_VALUE_PLAIN, FILTER_VALUE_REGEX };

/* A word ends at a sign too. "and", "==", "geq" and the like are what they mean. */
struct filter_token filter_next(struct filter_lexer *lexer);

/* What stands where a value is expected; signs are bytes of it. */
struct filter_token filter_next_value(struct filter_lexer *lexer, enum filter_value_end end);

/* The sign, as in a filter. */
const char *filter_comparison_sign(enum filter_comparison comparison);
