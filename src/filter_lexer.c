/* Where a word may be anything, as behind an operator, the caller asks for a value instead. */

#include "filter_lexer.h"

#include <string.h>
#include <strings.h>

#include "arena.h"
#include "filter.h"
#include "filter_regex.h"
#include "out.h"
#include "util.h"

static const char blanks[] = " \t\n\r";
static const char ends_of_words[] = " \t\n\r()=!<>~&|,\"'";

struct sign {
	const char *text;
	enum filter_token_kind kind;
	enum filter_comparison comparison;
};

/* A longer one stands before the one that it begins with. */
static const struct sign signs[] = {
	{ "(", FILTER_TOKEN_OPEN, 0 },
	{ ")", FILTER_TOKEN_CLOSE, 0 },
	{ "&&", FILTER_TOKEN_AND, 0 },
	{ "&", FILTER_TOKEN_AND, 0 },
	{ "||", FILTER_TOKEN_OR, 0 },
	{ "|", FILTER_TOKEN_OR, 0 },
	{ ",", FILTER_TOKEN_COMMA, 0 },
	{ "==", FILTER_TOKEN_COMPARISON, FILTER_EQ },
	{ "=", FILTER_TOKEN_COMPARISON, FILTER_EQ },
	{ "!=", FILTER_TOKEN_COMPARISON, FILTER_NE },
	{ "!~", FILTER_TOKEN_COMPARISON, FILTER_NO_MATCH },
	{ "!", FILTER_TOKEN_NOT, 0 },
	{ ">=", FILTER_TOKEN_COMPARISON, FILTER_GE },
	{ ">", FILTER_TOKEN_COMPARISON, FILTER_GT },
	{ "<=", FILTER_TOKEN_COMPARISON, FILTER_LE },
	{ "<", FILTER_TOKEN_COMPARISON, FILTER_LT },
	{ "~", FILTER_TOKEN_COMPARISON, FILTER_MATCH },
};

static const struct sign words[] = {
	{ "and", FILTER_TOKEN_AND, 0 },
	{ "or", FILTER_TOKEN_OR, 0 },
	{ "not", FILTER_TOKEN_NOT, 0 },
	{ "eq", FILTER_TOKEN_COMPARISON, FILTER_EQ },
	{ "ne", FILTER_TOKEN_COMPARISON, FILTER_NE },
	{ "neq", FILTER_TOKEN_COMPARISON, FILTER_NE },
	{ "gt", FILTER_TOKEN_COMPARISON, FILTER_GT },
	{ "lt", FILTER_TOKEN_COMPARISON, FILTER_LT },
	{ "ge", FILTER_TOKEN_COMPARISON, FILTER_GE },
	{ "geq", FILTER_TOKEN_COMPARISON, FILTER_GE },
	{ "le", FILTER_TOKEN_COMPARISON, FILTER_LE },
	{ "leq", FILTER_TOKEN_COMPARISON, FILTER_LE },
};

size_t filter_word_start(const char *line, size_t end) {
	size_t start = end;
	while (start > 0 && !strchr(ends_of_words, line[start - 1]))
		start--;
	return start;
}

static struct filter_token start(struct filter_lexer *lexer) {
	lexer->at += strspn(lexer->text + lexer->at, blanks);
	return (struct filter_token){
		.kind = FILTER_TOKEN_END,
		.bytes = lexer->text + lexer->at,
		.column = lexer->at,
	};
}

/* How many bytes of the text make the next byte: \\, \", \' and \xNN are what escapes write; any
 * other backslash is one. */
static size_t unescape(const char *text, char *byte) {
	*byte = text[0];
	if (text[0] != '\\')
		return 1;
	if (text[1] == '\\' || text[1] == '"' || text[1] == '\'') {
		*byte = text[1];
		return 2;
	}
	if (text[1] != 'x' || util_hex_digit(text[2]) < 0 || util_hex_digit(text[3]) < 0)
		return 1;
	*byte = (char)(util_hex_digit(text[2]) * 16 + util_hex_digit(text[3]));
	return 4;
}

static struct filter_token quoted(struct filter_lexer *lexer, struct filter_token token) {
	const char *start = token.bytes + 1;
	const char *end = start;
	char byte;
	while (*end && *end != token.bytes[0])
		end += unescape(end, &byte);
	char *bytes = arena_alloc(lexer->arena, (size_t)(end - start) + 1);
	for (const char *at = start; at < end;)
		at += unescape(at, &bytes[token.length++]);
	token.quoted = true;
	token.kind = *end ? FILTER_TOKEN_WORD : FILTER_TOKEN_BROKEN;
	token.bytes = bytes;
	lexer->at = (size_t)(end - lexer->text) + (*end != '\0');
	return token;
}

static void become(struct filter_token *token, const struct sign *sign) {
	token->kind = sign->kind;
	token->comparison = sign->comparison;
}

struct filter_token filter_next(struct filter_lexer *lexer) {
	struct filter_token token = start(lexer);
	if (token.bytes[0] == '"' || token.bytes[0] == '\'')
		return quoted(lexer, token);
	for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
		const size_t length = strlen(signs[i].text);
		if (strncmp(token.bytes, signs[i].text, length) != 0)
			continue;
		token.length = length;
		become(&token, &signs[i]);
		lexer->at += length;
		return token;
	}
	token.length = strcspn(token.bytes, ends_of_words);
	lexer->at += token.length;
	if (token.length > 0)
		token.kind = FILTER_TOKEN_WORD;
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		if (strlen(words[i].text) == token.length &&
		    strncasecmp(token.bytes, words[i].text, token.length) == 0)
			become(&token, &words[i]);
	}
	return token;
}

static size_t regex_length(const char *text) {
	const size_t limit = strcspn(text, blanks);
	size_t depth = 0;
	size_t i = 0;
	while (i < limit && (text[i] != ')' || depth > 0)) {
		depth += text[i] == '(';
		depth -= text[i] == ')';
		if (text[i] == '[')
			i = (size_t)(filter_regex_skip_set(text + i) - text);
		else
			i += text[i] == '\\' ? 2 : 1;
	}
	return i < limit ? i : limit;
}

struct filter_token filter_next_value(struct filter_lexer *lexer, enum filter_value_end end) {
	struct filter_token token = start(lexer);
	if (token.bytes[0] == '"' || token.bytes[0] == '\'')
		return quoted(lexer, token);
	token.length = end == FILTER_VALUE_REGEX ? regex_length(token.bytes)
	                                         : strcspn(token.bytes, " \t\n\r()&|,");
	lexer->at += token.length;
	if (token.length > 0)
		token.kind = FILTER_TOKEN_WORD;
	return token;
}

const char *filter_comparison_sign(enum filter_comparison comparison) {
	static const char *const texts[] = { "=", "!=", ">", "<", ">=", "<=", "~", "!~" };
	_Static_assert(ARRAY_LENGTH(texts) == FILTER_COMPARISON_COUNT, "a sign for each");
	return texts[comparison];
}
