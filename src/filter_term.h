#pragma once
/* What the kinds of terms share while one is parsed: "NAME COMPARISON VALUE,VALUE". Whoever parses
 * one returns a test, or NULL after a failure was noted. */

#include "field.h"
#include "filter_parser.h"

/* A value, as it was written. */
struct filter_piece {
	struct filter_token token;
	struct filter_piece *next;
};

struct filter_term {
	struct filter_parser *parser;
	struct filter_token name;
	enum filter_comparison comparison;
	struct filter_piece *pieces; /* at least one */
};

/* Always NULL. */
struct filter_node *filter_fail_piece(struct filter_term *term, const struct filter_piece *piece,
                                      const char *what);
struct filter_node *filter_fail_comparison(struct filter_term *term, const char *what);
struct filter_node *filter_fail_list(struct filter_term *term);

bool filter_is_equality(const struct filter_term *term); /* = or != */
size_t filter_count_pieces(const struct filter_term *term);
bool filter_token_is(const struct filter_token *token, const char *name);
bool filter_starts_number(const char *text, size_t length);

/* A test that reads as `text`, which the arena keeps; and one that reads as the term with this name
 * in front, and is the opposite if that was asked for. */
struct filter_node *filter_add_test(struct filter_parser *parser, enum filter_test test,
                                    const char *text);
struct filter_node *filter_add_comparison(struct filter_term *term, enum filter_test test,
                                          const char *name);

/* filter_word.c: `argument` means nothing there. */
struct filter_node *filter_parse_state(struct filter_term *term, unsigned argument);
struct filter_node *filter_parse_exclude(struct filter_term *term, unsigned argument);
struct filter_node *filter_parse_protocol(struct filter_term *term, unsigned argument);
struct filter_node *filter_parse_family(struct filter_term *term, unsigned argument);

/* A word that is a test by itself; NULL without a failure if it is none. */
struct filter_node *filter_parse_word(struct filter_parser *parser,
                                      const struct filter_token *token);

/* True for a name of protocols, a family or states; and the test of several with commas between,
 * all of the kind of the first. */
bool filter_is_name(const struct filter_token *token);
struct filter_node *filter_parse_names(struct filter_term *term);

/* The words by `index`, and NULL behind the last one. */
const char *filter_lone_word(size_t index);

/* filter_port.c: `ends` is FILTER_END_*. */
struct filter_node *filter_parse_port(struct filter_term *term, unsigned ends);

/* "22", "0x16", "8000-8999", "ssh". NULL, or why not; translated. */
const char *filter_add_port(const struct filter_parser *parser, const char *text, size_t length,
                            enum filter_comparison comparison, struct range_set *set);

/* filter_host.c */
struct filter_node *filter_parse_host(struct filter_term *term, unsigned ends);

/* Where the port begins in "1.2.3.4:80", "[::1]:80", "name:80" and ":80": behind its colon. NULL if
 * there is none, as in "::1" and "[::1]". */
const char *filter_find_port(const char *text, size_t length);

/* filter_bound.c: what a socket is bound to or marked with; `argument` means nothing there. */
struct filter_node *filter_parse_device(struct filter_term *term, unsigned argument);
struct filter_node *filter_parse_mark(struct filter_term *term, unsigned argument);
struct filter_node *filter_parse_cgroup(struct filter_term *term, unsigned argument);

/* filter_field.c */
bool filter_is_number(const struct field *field);
struct filter_node *filter_parse_numbers(struct filter_term *term, const struct field *field);
struct filter_node *filter_parse_texts(struct filter_term *term, const struct field *field);
struct filter_node *filter_parse_regex(struct filter_term *term, const struct field *field);

/* A field that is true or false, by itself. */
struct filter_node *filter_parse_flag(struct filter_parser *parser, const struct field *field);
