#pragma once
/* What a filter means: a tree of tests. Everything in it belongs to its arena, and nobody changes
 * it once it is made, but that addresses of host names are found out before it is used. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "field.h"
#include "filter_regex.h"
#include "hint.h"
#include "range.h"
#include "sock.h"

struct out;

enum filter_kind {
	FILTER_AND,
	FILTER_OR,
	FILTER_NOT,
	FILTER_TEST,
};

enum filter_test {
	FILTER_TEST_CONSTANT,
	FILTER_TEST_PROTOCOL,
	FILTER_TEST_FAMILY,
	FILTER_TEST_STATE,
	FILTER_TEST_PORT,
	FILTER_TEST_DEVICE,
	FILTER_TEST_MARK,
	FILTER_TEST_AUTOBOUND,
	FILTER_TEST_HOST,
	FILTER_TEST_NUMBER,
	FILTER_TEST_CGROUP,
	FILTER_TEST_TEXT,
	FILTER_TEST_REGEX,
	FILTER_TEST_COUNT,
};

/* Which end of a socket: at least one of those whose bit is set. */
enum { FILTER_END_LOCAL = 1, FILTER_END_PEER = 2, FILTER_END_EITHER = 3 };

struct filter_address {
	enum sock_family family; /* INET or INET6 */
	uint8_t prefix;          /* bits that count */
	uint8_t bytes[16];       /* network order; of IPv4 the first four, then zero */
};

/* A host name, and what it stands for once that was looked up. */
struct filter_name {
	const char *text;
	struct filter_address *addresses;
	size_t count;
	struct filter_name *next;
};

enum filter_host_kind {
	FILTER_HOST_ANY, /* any address, of any family if there are no ports */
	FILTER_HOST_ADDRESS,
	FILTER_HOST_NAME,
	FILTER_HOST_PATTERN, /* how an end of another family reads; glob.h */
};

struct filter_bytes {
	const char *bytes;
	size_t length;
};

struct filter_host {
	enum filter_host_kind kind;
	struct filter_address address;
	const struct filter_name *name;
	enum sock_family family; /* of PATTERN */
	struct filter_bytes pattern;
	uint32_t families;      /* of sockets of IP: bits 1u << enum sock_family */
	struct range_set ports; /* empty: any port */
};

/* Of AND and OR the operands are the list from `first` on, of NOT it is one. */
struct filter_node {
	enum filter_kind kind;
	struct filter_node *first, *next;
	/* The rest is that of a test. */
	enum filter_test test;
	bool opposite;             /* what is known must be otherwise */
	uint8_t ends;              /* of PORT and HOST */
	uint32_t needs;            /* enum sock_need */
	const char *text;          /* how it is written */
	const struct field *field; /* of NUMBER, TEXT and REGEX */
	union {
		bool constant;
		uint32_t bits; /* 1u << what it may be */
		struct range_set numbers;
		struct {
			const struct filter_host *hosts;
			size_t host_count;
		};
		struct {
			const struct filter_bytes *texts;
			size_t text_count;
		};
		struct {
			const char *device; /* NULL: `ifindex` */
			uint32_t ifindex;
		};
		struct {
			uint32_t mark, mask;
		};
		struct {
			struct filter_bytes cgroup; /* '/' in front and none at the end */
			bool below;                 /* and every group in it */
		};
		struct filter_regex *regex;
	};
};

struct filter_tree {
	struct arena arena;
	struct filter_node *root; /* NULL: everything matches */
	struct filter_node *plan; /* the same, folded, what is cheap first */
	struct filter_name *names;
	struct filter_regex *regexes;
	size_t node_count;
	/* What the plan lets a probe leave out, made when it is first asked for. */
	bool has_hints;
	uint32_t *pids; /* NULL: not made */
	size_t pid_count;
	uint32_t states[SOCK_PROTOCOL_COUNT][SOCK_FAMILY_COUNT]; /* in which it can match */
	const struct hint *hints[SOCK_PROTOCOL_IP_COUNT];
};

/* What only those who look at all sockets find out: owners, users, names, other ends. */
enum {
	FILTER_NEEDS_LATE = SOCK_NEED_OWNERS | SOCK_NEED_USER | SOCK_NEED_NAMES | SOCK_NEED_PEER |
	                    SOCK_NEED_PEER_OWNERS | SOCK_NEED_SERVICE,
};

/* A node without operands; NULL if the tree has too many. */
struct filter_node *filter_tree_add(struct filter_tree *tree, enum filter_kind kind);

/* Names of states with commas between, from bits 1u << enum sock_state. */
void filter_put_states(struct out *out, uint32_t states);

/* Makes `plan` of `root`. */
void filter_tree_plan(struct filter_tree *tree);

void filter_tree_destroy(struct filter_tree *tree);
