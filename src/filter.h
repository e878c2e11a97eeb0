#pragma once
/* Which sockets a person asked for. The filter decides; filter_want() only lets the kernel and the
 * probes leave out what the filter would refuse anyway. socklens(1), FILTERS, has the language. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter_error.h"
#include "sock.h"
#include "want.h"

struct out;
struct filter_tree;

/* All conditions hold together. Begin with filter_all(), end with filter_finish(). */
struct filter {
	uint32_t protocols;       /* bits 1u << enum sock_protocol */
	uint32_t families;        /* bits 1u << enum sock_family */
	bool by_default;          /* nobody chose `protocols`: filter_default_protocols() did */
	bool listening;           /* only what sock_is_listening() says */
	uint16_t ephemeral[2];    /* ports that the kernel chooses: the first and the last */
	struct filter_tree *tree; /* what was parsed; NULL: everything */
};

/* What the words of a filter may stand for. Each may be NULL: there is no such thing then. */
struct filter_names {
	void *context;
	/* How many ports the service has, of which the first `max` are filled in. */
	size_t (*ports)(void *context, const char *name, size_t length, uint16_t *ports,
	                size_t max);
	/* The filter called `name`, borrowed, or NULL. */
	const char *(*named)(void *context, const char *name, size_t length);
	/* The name of the most similar filter, or NULL; likewise. */
	const char *(*similar)(void *context, const char *name, size_t length);
};

struct filter filter_all(void);
void filter_finish(struct filter *filter);

/* One that filter_parse() can narrow while `base` stays as it is; `base` must live longer. Its host
 * names are not among those of the new one: their addresses should be known before. */
struct filter filter_borrow(const struct filter *base);

/* Narrows `filter` by the expression. False fills `error` and leaves `filter` as it was. */
bool filter_parse(const char *expression, const struct filter_names *names, struct filter *filter,
                  struct filter_error *error);

/* The words joined by blanks, for the caller to free. One blank is as good as another, so those in
 * the words become spaces. */
char *filter_join(const char *const words[], size_t count);

/* Protocols beyond those of IP that the expression asks for by name. */
uint32_t filter_named_protocols(const struct filter *filter);

/* What is shown if nobody chose protocols: those of IP, and those that the expression names. */
void filter_default_protocols(struct filter *filter);

/* The first and the last port that the kernel chooses by itself where the sockets are. 0, which is
 * not known, leaves them at what they are unless somebody changed them. */
void filter_set_ephemeral(struct filter *filter, const uint16_t ports[2]);

/* The name of a field that it asks about and only the live view knows; NULL if there is none. */
const char *filter_live_field(const struct filter *filter);

/* True if it says of no socket that it is not meant: it is empty, or comes to *all*. */
bool filter_is_everything(const struct filter *filter);

/* enum sock_need of everything that is compared. */
uint32_t filter_needs(const struct filter *filter);

/* If nothing can match but what some processes hold, and no other process matters for what matches,
 * their ids, which belong to the filter. 0: any process may matter. */
size_t filter_pids(const struct filter *filter, const uint32_t **pids);

/* Before owners, users, names and other ends were looked for: false if the filter refuses the
 * socket whatever they are. */
bool filter_may_match(const struct filter *filter, const struct sock *sock);
bool filter_matches(const struct filter *filter, const struct sock *sock);

/* False also where that hangs on what is not known: with a hidden owner *not process sshd* matches,
 * but not surely. */
bool filter_surely_matches(const struct filter *filter, const struct sock *sock);

/* False if filter_matches() says of every socket what filter_may_match() said. */
bool filter_decides_late(const struct filter *filter);

/* Everything that the filter can match, as far as probes understand it. `needs` is left at 0. What
 * it points to is the filter's. */
struct want filter_want(const struct filter *filter);

/* Bytes as one word of an expression, in quotes if they need them. */
void filter_quote(struct out *out, const char *bytes, size_t length);

/* The expression with a bracket around each operation. */
void filter_print(const struct filter *filter, struct out *out);

/* The same, then what the kernel is asked for, and what is checked afterwards in which order. */
void filter_explain(const struct filter *filter, struct out *out);

/* A host name of the expression by `index`; NULL behind the last one. It matches nothing until its
 * addresses are set: 16 bytes each in network order, of IPv4 the first four. */
const char *filter_host_name(const struct filter *filter, size_t index);
void filter_add_address(struct filter *filter, size_t index, enum sock_family family,
                        const uint8_t address[16]);

/* Every word that means something by itself or in front of a value, for suggestions and
 * completions; NULL behind the last one. */
const char *filter_word(size_t index);

/* Where the word begins that ends in front of byte `end` of a line; `end` itself if there is none.
 */
size_t filter_word_start(const char *line, size_t end);
